"""Both forms of published verifying keys, and what is no key."""

import pytest

from attestor.core.verifying_key import KOALA_BEAR, VerifyingKey
from attestor.errors import VerifyingKeyInvalid

PUBLISHED = [
    # Published with their words by Layr-Labs/hokulea, canoe/sp1-cc.
    (
        (175280982, 499716145, 618792548, 1620925035, 808297077, 1026665585, 816108028, 1124335043),
        "0014e526ac772440c52710332609d5a6b605b44eaf4c6b1c585268fe4303fdc3",
        "0a7293561dc9103124e20664609d5a6b302da2753d31ac7130a4d1fc4303fdc3",
    ),
    (
        (
            744134017,
            2056080247,
            121020457,
            2100124811,
            2087550534,
            650488015,
            100981614,
            1141249574,
        ),
        "0058b52b03ea352ddc39b5014fd2d5c8bf8dafc8c9b16a33c3026db744061626",
        None,
    ),
    # SP1's fibonacci: its first word is small, which packings with a fixed first byte trip over.
    (
        (4666277, 2031504505, 1913153691, 495100019, 233391767, 1157600453, 547698337, 237006),
        "00008e674be45931e7904344d9d82a0731bd28d2f13fe53150529b5080039dce",
        "004733a579164c797208689b1d82a0730de9469744ff94c520a536a100039dce",
    ),
]


@pytest.mark.parametrize(("words", "program_vkey", "vk_hash_bytes"), PUBLISHED)
def test_forms__published_key__both_as_published(
    words: tuple[int, ...], program_vkey: str, vk_hash_bytes: str | None
) -> None:
    key = VerifyingKey(words)

    assert key.program_vkey.hex() == program_vkey
    if vk_hash_bytes is not None:
        assert key.vk_hash_bytes.hex() == vk_hash_bytes


@pytest.mark.parametrize(("words", "program_vkey", "vk_hash_bytes"), PUBLISHED)
def test_from_forms__own_forms__same_key(
    words: tuple[int, ...], program_vkey: str, vk_hash_bytes: str | None
) -> None:
    key = VerifyingKey(words)

    assert VerifyingKey.from_program_vkey(bytes.fromhex(program_vkey)) == key
    assert VerifyingKey.from_vk_hash_bytes(key.vk_hash_bytes) == key


@pytest.mark.parametrize("words", [(0,) * 8, (KOALA_BEAR - 1,) * 8, (0,) * 7 + (1,)])
def test_forms__extreme_words__survive_the_way_back(words: tuple[int, ...]) -> None:
    key = VerifyingKey(words)

    assert len(key.program_vkey) == 32
    assert key.program_vkey[0] == 0
    assert VerifyingKey.from_program_vkey(key.program_vkey) == key
    assert VerifyingKey.from_vk_hash_bytes(key.vk_hash_bytes) == key


@pytest.mark.parametrize("word", [-1, KOALA_BEAR, 2**32, True, 1.0, "1", None])
def test_construction__word_outside_the_field__named(word: object) -> None:
    words = (0, 0, word, 0, 0, 0, 0, 0)

    with pytest.raises(VerifyingKeyInvalid, match="word 2 of a verifying key"):
        VerifyingKey(words)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [0, 7, 9])
def test_construction__other_count_of_words__refused(count: int) -> None:
    with pytest.raises(VerifyingKeyInvalid, match=f"8 words, not {count}"):
        VerifyingKey((1,) * count)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_from_forms__other_length__refused(length: int) -> None:
    with pytest.raises(VerifyingKeyInvalid, match=f"program vkey has 32 bytes, not {length}"):
        VerifyingKey.from_program_vkey(bytes(length))
    with pytest.raises(VerifyingKeyInvalid, match=f"vk hash bytes has 32 bytes, not {length}"):
        VerifyingKey.from_vk_hash_bytes(bytes(length))


def test_from_program_vkey__other_form__refused_with_a_hint() -> None:
    with pytest.raises(VerifyingKeyInvalid, match="vk hash bytes form"):
        VerifyingKey.from_program_vkey(bytes.fromhex(PUBLISHED[0][2] or ""))


def test_from_program_vkey__piece_above_the_field__refused() -> None:
    piece = (2**31 - 1).to_bytes(32, "big")

    with pytest.raises(VerifyingKeyInvalid, match="word 7"):
        VerifyingKey.from_program_vkey(piece)
