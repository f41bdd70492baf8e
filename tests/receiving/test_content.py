"""What a file contains, and archives: cut off, bombs, files taken out of them."""

import zipfile
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.receiving.content import check_content, content_kind, take_member
from tests.problems import refusal


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"a,b\n1,2\n", "csv"),
        ("\ufeffรหัส,ชื่อ\n".encode(), "csv"),
        ("รหัส,ชื่อ\n".encode("cp874"), "csv"),
        (b"  \n<!DOCTYPE html>", "html"),
        (b"\xef\xbb\xbf<html>", "html"),
        (b'<?xml version="1.0"?><Error/>', "html"),
        (b'{"error": 1}', "json"),
        (b"PAR1xxxx", "parquet"),
        (b"SQLite format 3\0", "gpkg"),
        (b"%PDF-1.7", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unknown"),
        ("a,b".encode("utf-16"), "unknown"),
        (b"\x1f\x8b\x08", "gzip"),
        (b" \n\n", "empty"),
    ],
)
def test_kinds_by_content(start: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(start)
    assert content_kind(tmp_path / "x") == kind


def archive(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)
    return path


def test_a_file_is_taken_out_of_an_archive(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", **{"a/tha_admin2.geojson": b"{}", "a/tha_admin1.geojson": b"[]"})
    check_content(path, "x", "zip", 1_000)
    take_member(path, "x", "tha_admin2.geojson", tmp_path / "out", 1_000)
    assert (tmp_path / "out").read_bytes() == b"{}"
    with pytest.raises(InputError) as error:
        take_member(path, "x", "tha_admin3.geojson", tmp_path / "out", 1_000)
    refusal(error.value, "0 files 'tha_admin3.geojson' in the archive (it has 'a/tha_admin2.geojson', ")


def test_archives_that_would_fill_the_disk_are_refused(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "x.zip", a=b"0" * 60_000_000)
    for largest in (1_000_000, 100_000_000):  # by size, and by how much it is packed
        with pytest.raises(InputError) as error:
            check_content(bomb, "x", "zip", largest)
        refusal(error.value, "1 files that unpacks to 60.0 MB")
    many = archive(tmp_path / "y.zip", **{f"{i}": b"" for i in range(2_001)})
    with pytest.raises(InputError, match="2,001 files"):
        check_content(many, "y", "zip", 1_000)


def test_a_size_that_the_archive_does_not_state_is_measured(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", a=b"0" * 5_000)
    with pytest.raises(InputError, match=r"found a of more than 0\.0 MB"):
        take_member(path, "x", "a", tmp_path / "out", 1_000)


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_an_archive_that_is_cut_off_is_refused(cut: int, tmp_path: Path) -> None:
    path = archive(tmp_path / "x.zip", a=b"0123456789" * 9)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(InputError, match="an archive that is cut off or damaged"):
        check_content(path, "x", "zip", 1_000)


def test_json_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b'{"elements": [1, 2')
    with pytest.raises(InputError, match="JSON that is cut off"):
        check_content(tmp_path / "x", "x", "json", 1_000)
