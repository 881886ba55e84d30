"""X-Forwarded-For: whoever is no trusted proxy changes nothing by it, whatever they write."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.http.allow_list import EVERYBODY, AllowList
from attestor.http.forwarded import address_in, origin

PROXIES = AllowList.parse(["10.0.0.0/8", "fd00::/8"], "x")
PROXY = st.integers(0, (1 << 24) - 1).map(lambda n: str(ipaddress.IPv4Address((10 << 24) + n)))
ADDRESS = st.ip_addresses().map(str).filter(lambda text: not PROXIES.names(text))
RUBBISH = st.text(st.characters(exclude_characters=",", codec="latin-1"), max_size=60)
LINES = st.lists(st.text(st.characters(codec="latin-1")) | ADDRESS, max_size=5)


@given(ADDRESS, LINES)
def test_origin__peer_is_no_proxy__is_the_peer(peer: str, lines: list[str]) -> None:
    assert origin(peer, lines, PROXIES) == peer


@given(PROXY, LINES)
def test_origin__no_proxy_is_trusted__is_the_peer(peer: str, lines: list[str]) -> None:
    assert origin(peer, lines, EVERYBODY) == peer


@given(PROXY, RUBBISH, ADDRESS, st.lists(PROXY, max_size=5))
def test_origin__through_proxies__is_what_the_outermost_saw(
    peer: str, forged: str, client: str, hops: list[str]
) -> None:
    """What the client wrote itself stands before its address, and counts for nothing."""
    line = ", ".join([forged, client, *hops])
    expected = ipaddress.ip_address(client)
    mapped = getattr(expected, "ipv4_mapped", None)
    assert origin(peer, [line], PROXIES) == str(mapped or expected)


@given(PROXY, LINES)
def test_origin__any_lines__is_an_address(peer: str, lines: list[str]) -> None:
    ipaddress.ip_address(origin(peer, lines, PROXIES))


@given(st.ip_addresses(), st.integers(0, 65535))
def test_address__with_or_without_port__is_found(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    plain = str(getattr(address, "ipv4_mapped", None) or address)
    bracketed = f"[{address}]" if address.version == 6 else str(address)
    assert address_in(f" {address} ") == plain
    assert address_in(f"{bracketed}:{port}") == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4:",
        "1.2.3.4:x",
        "[::1]x",
        "::1%eth0",
        "1.2.3.4:123456",
    ],
)
def test_address__that_is_none__is_not_guessed(text: str) -> None:
    assert address_in(text) is None


NETWORK = st.ip_addresses().flatmap(
    lambda address: st.integers(0, address.max_prefixlen).map(
        lambda size: ipaddress.ip_network((address, size), strict=False)
    )
)


@given(st.lists(NETWORK, min_size=1, max_size=5), st.ip_addresses())
def test_allow_list__any_networks__takes_what_one_of_them_has(
    networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network],
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    plain = getattr(address, "ipv4_mapped", None) or address
    found = AllowList.parse([str(network) for network in networks], "x")
    assert found.allows(str(address)) is any(plain in network for network in networks)
    assert found.names("no address") is False
