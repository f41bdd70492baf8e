"""Archives: whatever is wrong with one is one error, wherever it is opened."""

import io
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.errors import InputError
from pipeline.reading.archives import members, open_archive, unpacked
from pipeline.receiving.content import content_kind, take_member
from pipeline.sources.boundaries.vector_files import opened

TEXT = b"a,b\n" + b"1,2\n" * 500
KINDS = {
    "stored": zipfile.ZIP_STORED,
    "deflate": zipfile.ZIP_DEFLATED,
    "bz2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def archive(kind: str, name: str = "a.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", KINDS[kind]) as packed:
        packed.writestr(name, TEXT)
    return out.getvalue()


def read_everywhere(content: bytes, folder: Path) -> None:
    """Raises only ``InputError``, whoever opens the archive."""
    path = folder / "x.zip"
    path.write_bytes(content)
    content_kind(path)
    for read in (
        lambda: list(members(content, "x.zip")),
        lambda: take_member(path, "x.zip", "a.csv", folder / "out", 10_000),
    ):
        try:
            read()
        except InputError as error:
            assert "x.zip: found" in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_packing_is_read(kind: str, tmp_path: Path) -> None:
    assert list(members(archive(kind), "x.zip")) == [("a.csv", TEXT)]


@pytest.mark.parametrize("kind", KINDS)
@given(
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.integers(0, 60),
)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_damaged_archives_are_refused_in_one_line(
    kind: str, changes: list[tuple[int, int]], cut: int, tmp_path: Path
) -> None:
    content = bytearray(archive(kind))
    for place, byte in changes:
        content[place % len(content)] = byte
    read_everywhere(bytes(content[: len(content) - cut]), tmp_path)


@pytest.mark.parametrize("method", [1, 6, 97, 99])
def test_unknown_ways_of_packing_and_passwords_are_damage(method: int) -> None:
    content = bytearray(archive("deflate"))
    for start, offset in ((content.find(b"PK\x03\x04"), 8), (content.find(b"PK\x01\x02"), 10)):
        content[start + offset : start + offset + 2] = method.to_bytes(2, "little")
    with open_archive(io.BytesIO(bytes(content))) as packed, pytest.raises(zipfile.BadZipFile):
        list(unpacked(packed, packed.infolist()[0]))


def test_a_member_without_a_name_is_damage() -> None:
    content = archive("stored", "a").replace(b"\x01\x00\x00\x00a", b"\x00\x00\x00\x00")
    with pytest.raises(InputError, match="cannot be read"):
        list(members(content, "x.zip"))


@pytest.mark.parametrize("name", [".", "./", "..", "/", "//", "C:", "a/../../b"])
def test_odd_names_of_boundary_archives_are_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "districts.zip"
    path.write_bytes(archive("deflate", name))
    with pytest.raises(InputError, match=r"districts\.zip"), opened(path, "districts.zip"):
        pass
