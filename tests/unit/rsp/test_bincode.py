"""Values as bincode 1.3 writes them by default."""

from attestor.rsp import bincode


def test_integers__little_endian__fixed_width() -> None:
    assert bincode.u64(0x0102) == bytes([2, 1, 0, 0, 0, 0, 0, 0])
    assert bincode.u128(1 << 64) == bytes(8) + b"\x01" + bytes(7)
    assert bincode.variant(3) == b"\x03\0\0\0"


def test_boolean__both__one_byte() -> None:
    assert bincode.boolean(True) == b"\x01"
    assert bincode.boolean(False) == b"\x00"


def test_blob__bytes__length_first() -> None:
    assert bincode.blob(b"abc") == bytes([3, 0, 0, 0, 0, 0, 0, 0]) + b"abc"


def test_u256__number__32_bytes_big_endian() -> None:
    assert bincode.u256(258) == bytes([32, 0, 0, 0, 0, 0, 0, 0]) + bytes(30) + b"\x01\x02"


def test_option__nothing_and_something__told_by_a_byte() -> None:
    assert bincode.option(None) == b"\x00"
    assert bincode.option(b"xy") == b"\x01xy"
    assert bincode.option(b"") == b"\x01"


def test_sequence__generator__counts_elements_not_bytes() -> None:
    assert bincode.sequence(one for one in (b"ab", b"c")) == b"\x02" + bytes(7) + b"abc"
    assert bincode.sequence([]) == bytes(8)
