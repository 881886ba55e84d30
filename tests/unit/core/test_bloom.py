"""Which logs a block cannot have, by its header."""

from attestor.core.blocks import Block
from attestor.core.bloom import bits_of

TEXTS = (b"testtest", b"test", b"hallo", b"other")


def block(bloom: int | None) -> Block:
    return Block(1, b"\x01" * 32, bytes(32), 1000, logs_bloom=bloom)


def test_bits_of__one_entry__is_three_bits_of_its_hash() -> None:
    # keccak256("") begins with c5d2 4601 86f7: 0x5d2, 0x601 and 0x6f7 of 2048.
    assert bits_of(b"") == 1 << 0x5D2 | 1 << 0x601 | 1 << 0x6F7


def test_may_log__what_was_logged_and_what_was_not__tells_them_apart() -> None:
    found = block(bits_of(*TEXTS))
    assert all(found.may_log(bits_of(text)) for text in TEXTS)
    assert not any(found.may_log(bits_of(text)) for text in (b"tes", b"lo"))
    assert not found.may_log(bits_of(b"test", b"lo"))


def test_may_log__header_was_not_verified__anything_may_be() -> None:
    assert block(None).may_log(bits_of(b"lo"))
    assert not block(0).may_log(bits_of(b"lo"))
