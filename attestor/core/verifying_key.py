"""The digest of an SP1 v6 verifying key, and its two different 32-byte forms.

The digest is eight elements of the KoalaBear field (SP1: `HashableKey::hash_u32`). The program
vkey (`bytes32`, what the SP1 verifier contract takes) packs them 31 bits each; the vk hash bytes
(`hash_bytes`, what older clients use) are the eight words in big-endian order.
"""

import struct
from dataclasses import dataclass

from attestor.errors import VerifyingKeyInvalid

KOALA_BEAR = 2**31 - 2**24 + 1
"""The field's prime; every word is below it."""

WORDS = 8
_BITS = 31
_MASK = (1 << _BITS) - 1
_BYTES = 32
_BIG_ENDIAN = struct.Struct(">8I")


@dataclass(frozen=True)
class VerifyingKey:
    """Eight KoalaBear words, most significant first. Others raise `VerifyingKeyInvalid`."""

    words: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.words) != WORDS:
            raise VerifyingKeyInvalid(f"a verifying key has {WORDS} words, not {len(self.words)}")
        for position, word in enumerate(self.words):
            if type(word) is not int or not 0 <= word < KOALA_BEAR:
                raise VerifyingKeyInvalid(
                    f"word {position} of a verifying key is {word!r:.40}, "
                    f"not a KoalaBear element below {KOALA_BEAR}"
                )

    @property
    def program_vkey(self) -> bytes:
        """The bytes32 form: 31 bits per word, the first byte 0."""
        packed = 0
        for word in self.words:
            packed = packed << _BITS | word
        return packed.to_bytes(_BYTES, "big")

    @property
    def vk_hash_bytes(self) -> bytes:
        """The older form: eight big-endian words of 4 bytes."""
        return _BIG_ENDIAN.pack(*self.words)

    @classmethod
    def from_program_vkey(cls, program_vkey: bytes) -> "VerifyingKey":
        """The key of a bytes32 form."""
        packed = int.from_bytes(_exactly(program_vkey, "program vkey"), "big")
        if packed >> (_BITS * WORDS):
            raise VerifyingKeyInvalid(
                f"program vkey 0x{program_vkey.hex()} does not start with a zero byte",
                hint="is it the vk hash bytes form?",
            )
        shifts = range(_BITS * (WORDS - 1), -1, -_BITS)
        return cls(tuple(packed >> shift & _MASK for shift in shifts))

    @classmethod
    def from_vk_hash_bytes(cls, vk_hash_bytes: bytes) -> "VerifyingKey":
        """The key of a vk hash bytes form."""
        return cls(_BIG_ENDIAN.unpack(_exactly(vk_hash_bytes, "vk hash bytes")))


def _exactly(form: bytes, name: str) -> bytes:
    if len(form) != _BYTES:
        raise VerifyingKeyInvalid(f"{name} has {_BYTES} bytes, not {len(form)}")
    return form
