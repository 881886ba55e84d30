"""secp256k1 signatures as the contracts take them: r ‖ s ‖ v, low s, v 27 or 28."""

import coincurve

from attestor.core.keccak import keccak
from attestor.core.text import to_hex
from attestor.errors import SignatureInvalid

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


def address_of(public_key: coincurve.PublicKey) -> bytes:
    """The account address of a secp256k1 key (yellow paper, appendix F)."""
    return keccak(public_key.format(compressed=False)[1:])[12:]


def recover(digest: bytes, signature: bytes) -> bytes:
    """The signer of r ‖ s ‖ v over `digest`. Raises `SignatureInvalid`, for a high s too."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise SignatureInvalid("the signature is not 65 bytes that end in 27 or 28")
    if int.from_bytes(signature[32:64], "big") > HALF_ORDER:
        raise SignatureInvalid("the signature's s is in the upper half of the order")
    compact = signature[:64] + bytes([signature[64] - 27])
    try:
        key = coincurve.PublicKey.from_signature_and_message(compact, digest, hasher=None)
    except ValueError:
        raise SignatureInvalid(f"no key signed {to_hex(digest)} with that signature") from None
    return address_of(key)
