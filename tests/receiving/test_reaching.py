"""Addresses: whatever notation hides one of a network, it is not public; whatever a place is called, it is inside."""

import ipaddress
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.receiving.reaching import checked_address, public, without_query
from pipeline.receiving.source_table import checked_target

PRIVATE = (
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "0.0.0.0/8",
)
PART = st.text(st.sampled_from("abก./\\~: \0\n-_1é\u200b"), max_size=6)


@given(st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(network=network)))
def test_no_notation_makes_an_address_of_a_network_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    hidden = (
        ipaddress.IPv6Address((0xFFFF << 32) | number),  # mapped
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),  # NAT64
    )
    assert not any(map(public, (address, *hidden)))
    for host in (str(address), str(number), hex(number), f"[{hidden[0]}]"):
        with pytest.raises(ValueError, match=r"public host|an address such as"):
            checked_address(f"https://{host}/x.csv")


@given(st.lists(PART, min_size=1, max_size=4).map("/".join).map(lambda text: f"{text}.csv"))
def test_a_place_is_always_inside(target: str) -> None:
    raw = Path("/project/data/raw")
    try:
        checked_target(target)
    except ValueError:
        return
    assert (raw / target).resolve().is_relative_to(raw)
    assert len(PurePosixPath(target).parts) in (2, 3)
    assert PurePosixPath(target).as_posix() == target


@given(st.text("abc=&%", max_size=20))
def test_messages_never_show_a_query(query: str) -> None:
    address = f"https://data.example.org/x?secret={query}"
    assert without_query(address) == "https://data.example.org/x"
    with pytest.raises(ValueError, match="without user, password or key"):
        checked_address(address)
