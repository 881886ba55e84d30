"""Who asks, from texts that anybody may send: keys, headers, names, the file of clients."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.core import api_key
from attestor.core.client import certificate_name, is_name
from attestor.core.quotas import NAMES, Quotas

HEX = st.text("0123456789abcdef", min_size=16, max_size=16)
NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,40}", fullmatch=True)
TIME = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=30)
NUMBER = st.integers(0, 1 << 40)
OWN = st.dictionaries(st.sampled_from(NAMES), NUMBER)
KEYS = st.lists(
    st.builds(KeptKey, HEX, HEX.map(lambda text: text * 4), TIME, st.none() | TIME),
    max_size=3,
)
CLIENTS = st.lists(
    st.builds(KnownClient, NAME, TIME, st.none() | TIME, KEYS.map(tuple), OWN),
    max_size=4,
    unique_by=lambda client: client.name,
).filter(
    lambda found: (
        len({key.id for one in found for key in one.keys}) == sum(len(one.keys) for one in found)
    )
)


@given(st.binary(min_size=40, max_size=40))
def test_key__any__is_read_as_it_is_written(random: bytes) -> None:
    key = api_key.make(random)
    assert api_key.parse(str(key)) == key
    assert api_key.parse_authorization(f"Bearer {key}") == key
    assert api_key.parse_authorization(f"bearer  {key} ") == key
    assert key.is_of(key.sha256())


@given(st.text() | st.from_regex(r"atk_[0-9a-f]{16}_[0-9a-f]{60,70}"))
def test_key__any_text__is_a_key_or_none(text: str) -> None:
    key = api_key.parse(text)
    assert key is None or str(key) == text


@given(st.text())
@example("Bearer ")
@example("Bearer" + " " * 100_000)
@example("Basic YTpi")
def test_authorization__any_header__raises_nothing(header: str) -> None:
    key = api_key.parse_authorization(header)
    assert key is None or str(key) in header


@given(CLIENTS)
def test_clients_file__any__is_read_as_it_is_written(clients: list[KnownClient]) -> None:
    assert clients_file.decode(clients_file.encode(tuple(clients))) == tuple(clients)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_clients_file__any_bytes__are_clients_or_a_value_error(data: bytes) -> None:
    try:
        found = clients_file.decode(data)
    except ValueError:
        return
    assert clients_file.decode(clients_file.encode(found)) == found


PAIRS = st.lists(st.tuples(st.sampled_from(["URI", "DNS", "email", "IP Address"]), NAME))


@given(PAIRS, st.lists(NAME | st.text(), max_size=3))
def test_certificate__any_names__the_first_of_the_first_kind_counts(
    alternatives: list[tuple[str, str]], common: list[str]
) -> None:
    found = certificate_name(
        {
            "subject": tuple((("commonName", name),) for name in common),
            "subjectAltName": tuple(alternatives),
        }
    )
    for kind in ("URI", "DNS", "email"):
        if names := [name for found_kind, name in alternatives if found_kind == kind]:
            assert found == names[0]
            return
    assert found == (common[0] if len(common) == 1 and is_name(common[0]) else None)


@given(OWN, OWN)
def test_quotas__of_a_client__take_the_place_of_the_standard_ones(
    standard: dict[str, int], own: dict[str, int]
) -> None:
    whole = {name: standard.get(name, 0) for name in NAMES}
    merged = Quotas.of_numbers(whole).with_own(own)
    for name in NAMES:
        assert (getattr(merged, name) or 0) == own.get(name, whole[name])


@pytest.mark.parametrize("text", ["", " a", "a b", "-a", "a" * 129, "ä", "a\n", "a\x00"])
def test_name__that_would_be_read_in_two_ways__is_none(text: str) -> None:
    assert not is_name(text)
