"""0x text."""

import pytest

from attestor.core import text


def test_to_hex__bytes__is_lower_case() -> None:
    assert text.to_hex(b"\xab\x00") == "0xab00"


def test_from_hex__either_case__is_the_same() -> None:
    assert text.from_hex("0xAb00") == text.from_hex("0xab00") == b"\xab\x00"


@pytest.mark.parametrize("wrong", ["ab", "0xabc", "0xzz", "", "x0ab", "0x ab", "0xab ", "0xab cd"])
def test_from_hex__malformed__is_a_value_error(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        text.from_hex(wrong)


def test_checksummed__eip_55_example__is_mixed_case() -> None:
    address = bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
    assert text.checksummed(address) == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("plain, with é and 0x12", "plain, with é and 0x12"),
        ("two\nlines\r\n\tand more", "two lines and more"),
        ("\x1b[2J\x1b[1;1Hforged", "?[2J?[1;1Hforged"),
        ("a\x00b\x7fc\u202ed", "a?b?c?d"),
        ("  ", ""),
    ],
)
def test_one_line__foreign_text__cannot_forge_lines(foreign: str, shown: str) -> None:
    assert text.one_line(foreign) == shown


def test_with_checksums__addresses_in_any_text__have_theirs_and_hashes_stay() -> None:
    address = bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3")
    plain, shown = text.to_hex(address), text.checksummed(address)
    assert text.with_checksums(f'{{"a": "{plain}"}} ({plain})') == f'{{"a": "{shown}"}} ({shown})'
    others = f"{text.to_hex(bytes(32))} {plain}ab {plain[:-1]}"
    assert text.with_checksums(others) == others


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("a\n\u202e", r'"a\n\u202e"'),
        ("abcdefgh", '"abcdefgh"'),
        ("abcdefghi", '"abcdefgh"…'),
        (12345678, "12345678"),
        (-(10**4000), "-1000000…"),
        ([1, [2]], "a list"),
        ({"a": 1}, "an object"),
    ],
)
def test_shown__value_of_somebodys_json__is_as_json_has_it(value: object, told: str) -> None:
    assert text.shown(value, 8) == told
