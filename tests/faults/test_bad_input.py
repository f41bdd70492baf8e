"""A bad file for each reader, through the command and after a good run: one line, exit code 2, nothing else changes.

Not here: all the ways in which a file can be bad (``bad_files``).
"""

import shutil
from pathlib import Path

import pytest

from pipeline.project import Paths
from pipeline.runs import switching
from tests.conftest import digests
from tests.faults.conftest import Project

# One for each reader, through the command: what is replaced in which file, and words of the message.
COMMAND: dict[str, tuple[str, bytes, bytes, str]] = {
    "poverty": ("tpmap/tpmap_2022_by_district.csv", b"1101,2022", b"1199,2022", "found '1199'"),
    "population": ("dopa/population_by_district.csv", b"1001,2017", b"0,2017", "column district_code"),
    "regions": ("nesdc/regions.csv", b"province_code", b"province", "no column province_code"),
    "universities": ("universities/universities.csv", b"50,5001", b"51,5001", "with province 51"),
    "acceptances": ("data_systems/acceptances.csv", b",yes,", b",perhaps,", "'perhaps'"),
    "partnerships": ("partnerships/partnerships.csv", b"partner", b"partners", "no column partner"),
    "points": ("subdistrict_points/subdistrict_points.csv", b"100101,1001", b"100101,1002", "in district 1002"),
    "new_firms": ("dbd/new_firms_by_district.csv", b",229,", b",x,", "'x'"),
    "establishments": ("labour/establishments_by_province.csv", b"18,", b"18,,", "fields"),
    "cbt_sites": ("cbt/cbt_sites.csv", b"40,", b"\xff40,", "not UTF-8"),
    "policy": ("policy/policy.toml", b"seed = ", b"seed = x", "TOML"),
    "sidecar": ("nesdc/SOURCE.toml", b"title_th", b"title", "title_th"),
}


@pytest.fixture(scope="module")
def project(real_run: Paths, tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("bad") / "project"
    shutil.copytree(real_run.maps.parent, root, symlinks=True)
    return Project(root, [])


@pytest.mark.parametrize("name", COMMAND)
def test_the_command_reports_it_in_one_line(name: str, project: Project) -> None:
    before, run = digests(project.paths), switching.shown_run(project.paths)
    file, old, new, part = COMMAND[name]
    path = project.paths.raw / file
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    try:
        code, output = project.run()
    finally:
        path.write_bytes(content)
    assert code == 2
    assert output.startswith("pilot-areas: ")
    assert output.count("\n") == 0, output
    for word in (Path(file).name, part, "expected ", "to fix: "):
        assert word in output
    assert (digests(project.paths), switching.shown_run(project.paths)) == (before, run)
