"""Every layer that is declared: its table, its asset, its place in dossiers and downloads, the source it names.

Its bad files are those of every reader (``bad_files``); here, what a declaration promises besides.
"""

import re

import pandas as pd
import pytest

from assets import raw
from pipeline import downloads, figures
from pipeline.contracts import AS_RECEIVED, CONTRACTS
from pipeline.contracts.contract import by_name
from pipeline.contracts.layer_tables import layer_contract
from pipeline.criterion import Words
from pipeline.layers import LAYERS, Group, Layer, Value, check_columns
from pipeline.layers.layer import check_groups
from pipeline.pages import dossier, dossier_layers, embedding
from tests.bad_files.readers import plain_of

GROUP = LAYERS[0].group
BY_NAME = {layer.name: layer for layer in LAYERS}


@pytest.fixture(params=BY_NAME)
def layer(request: pytest.FixtureRequest) -> Layer:
    return BY_NAME[request.param]


def rows_of(layer: Layer, table: pd.DataFrame) -> list[object]:
    return figures.records(table[table["province_code"] == table["province_code"].iloc[0]])


def test_its_table_keeps_the_contract(layer: Layer) -> None:
    table = CONTRACTS[layer.name].conform(plain_of(layer.name))
    assert len(table)
    assert [value.name for value in layer.values] == list(table.columns)[-len(layer.values) :]


def test_it_is_a_raw_asset_and_a_source_that_pages_name(layer: Layer) -> None:
    asset = next(a for a in raw.LAYER_ASSETS if a.key.path[-1] == layer.name)
    assert layer.description in str(asset.descriptions_by_key[asset.key])
    assert asset.group_names_by_key[asset.key] == "raw"
    assert layer.name in AS_RECEIVED
    assert layer.name in figures.SHOWN_SOURCES
    assert layer.name in dossier.TABLES


def test_it_has_words_in_both_languages(layer: Layer) -> None:
    for words in (layer.missing, *(value.words for value in layer.shown if value.words)):
        assert words.th
        assert words.en


def test_a_dossier_shows_its_figures_or_sites(layer: Layer) -> None:
    rows = rows_of(layer, plain_of(layer.name))
    shown = dossier_layers.layer_of_province(layer, rows)
    assert shown["layer"] is layer
    for value, figure in shown["figures"]:
        assert figure == sum(getattr(row, value.name) for row in rows)
    assert shown["sites"] == (rows if layer.level == "site" else [])
    assert bool(shown["figures"]) == (layer.level != "site")
    assert dossier_layers.layer_of_province(layer, []) == {"layer": layer, "figures": [], "sites": [], "months": None}


def test_a_layer_of_districts_has_its_columns_in_the_table_of_districts(layer: Layer) -> None:
    columns = [name for name, of in dossier_layers.LAYER_COLUMNS.items() if of is layer]
    assert columns == ([value.name for value in layer.shown] if layer.level == "district" else [])


def test_its_columns_are_in_workbooks_and_the_gis_layer(layer: Layer) -> None:
    for column in layer.downloaded:
        assert column in downloads.SHEET_COLUMNS
        assert column in downloads.GIS_COLUMNS
        assert layer.name in downloads.DOWNLOAD_TABLES


def test_months_are_the_first_and_the_last_of_a_province() -> None:
    new_firms = BY_NAME["new_firms"]
    table = plain_of("new_firms").head(2).assign(period=["2015-03..2016-06", "2015-01..2015-12"])
    assert dossier_layers.layer_of_province(new_firms, figures.records(table))["months"] == ("2015-01", "2016-06")


@pytest.mark.parametrize("value", [Value("a", "a", downloads=True), Value("a", "a", "text", words=Words("ก", "a"))])
def test_a_declaration_that_cannot_be_shown_is_refused(value: Value) -> None:
    with pytest.raises(ValueError, match="trial: "):
        Layer("trial", "a", "a.csv", "a", "a", "a", GROUP, "site", (value,), Words("ก", "a"), Words("ข", "b"))


def trial(column: str, name: str = "trial") -> Layer:
    value = Value(column, "a", words=Words("ก", "a"))
    return Layer(name, "a", "a.csv", "a", "a", "a", GROUP, "district", (value,), Words("ก", "a"), Words("ข", "b"))


@pytest.mark.parametrize("column", ["rank", "Rank", "poverty", "status", "new_firms", "run_id", "fid", "geom"])
def test_a_column_of_another_table_of_districts_is_refused_at_its_declaration(column: str) -> None:
    with pytest.raises(ValueError, match=f"trial: {column} is a column of "):
        check_columns((*LAYERS, trial(column)), figures.TAKEN)
    check_columns((*LAYERS, trial("of_its_own")), figures.TAKEN)


def test_two_groups_of_one_name_are_refused() -> None:
    other = Group(GROUP.name, Words("อื่น", "another"))
    with pytest.raises(ValueError, match=f"two groups of layers have the name {GROUP.name}"):
        check_groups((GROUP, other))
    check_groups((GROUP, Group("forests", other.words)))


@pytest.mark.parametrize("name", ["universities", "criteria", "legend", "reasons"])
def test_the_table_of_a_group_has_an_id_that_no_other_part_of_a_dossier_has(name: str) -> None:
    own = embedding.static_text("../templates/dossier.html", "app/dossier.js", "app/dossier_tables.js", "app/map.js")
    assert re.search(rf"\b{name}\b", own)
    assert Group(name, Words("ชื่อ", "name")).table.startswith("layers_")
    assert not re.search(r"\blayers_", own)


def test_a_column_twice_in_a_layer_and_a_layer_named_as_another_table_are_refused() -> None:
    with pytest.raises(ValueError, match="trial: more than one column district_code"):
        layer_contract(trial("district_code"))
    with pytest.raises(ValueError, match="policy: two tables have this name"):
        by_name((CONTRACTS["policy"], layer_contract(trial("a", "policy"))))
