"""The check digit of citizen ids: in Python, in SQL and by an independent library."""

import random

import duckdb
import pandas as pd
from stdnum.th import pin

from pipeline.households import citizen_ids, database


def test_python_sql_and_stdnum_give_the_same_check_digit() -> None:
    chance = random.Random(7)
    numbers = [f"{chance.randrange(10**12):012d}" for _ in range(3000)] + ["000000000000", "999999999999"]
    with duckdb.connect(":memory:") as connection:
        database.run(connection, "citizen_id")
        connection.register("numbers", pd.DataFrame({"n": [int(n) for n in numbers]}))
        by_sql = [digit for (digit,) in connection.execute("SELECT check_digit(n) FROM numbers").fetchall()]
    by_python = [citizen_ids.check_digit(n) for n in numbers]
    assert by_python == by_sql == [int(pin.calc_check_digit(n)) for n in numbers]
    assert set(by_python) == set(range(10))
