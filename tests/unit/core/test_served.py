"""How a caller names the registration that a proof is to be good for."""

import pytest

from attestor.core.served import Served

SERVED = Served("base", 8453, bytes.fromhex("ab" * 20), has_statements=True)
UNNAMED = Served("", 8453, bytes.fromhex("ab" * 20))


@pytest.mark.parametrize(
    "given", ["base", "8453:0x" + "ab" * 20, "8453:0x" + "AB" * 20, SERVED.told]
)
def test_is_meant_by__name_or_place__is_meant(given: str) -> None:
    assert SERVED.is_meant_by(given)


@pytest.mark.parametrize(
    "given",
    ["", "Base", "base ", "8453", "0x" + "ab" * 20, "1:0x" + "ab" * 20, "08453:0x" + "ab" * 20],
)
def test_is_meant_by__anything_else__is_not(given: str) -> None:
    assert not SERVED.is_meant_by(given)


def test_is_meant_by__nothing_where_there_is_no_name__is_not() -> None:
    assert not UNNAMED.is_meant_by("")
    assert UNNAMED.is_meant_by(UNNAMED.registration)


def test_header__there_and_back__is_the_same() -> None:
    assert Served.from_header(SERVED.to_header()) == SERVED
