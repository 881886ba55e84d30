"""Deterministic P-256 keys and signatures of the simulated platform. They are public: never for
anything but development."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def derive(seed: bytes, label: str, length: int) -> bytes:
    """`length` (at most 64) bytes that depend on the seed and on what they are for."""
    text = f"attestor simulated platform: {label}\0".encode()
    return hashlib.sha512(text + seed).digest()[:length]


def derive_key(seed: bytes, label: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key that depends on the seed and on what it is for."""
    secret = int.from_bytes(derive(seed, f"key of {label}", 64), "big")
    return ec.derive_private_key(secret % (P256_ORDER - 1) + 1, ec.SECP256R1())


def public_point(key: ec.EllipticCurvePrivateKey) -> tuple[int, int]:
    """The public key's affine coordinates."""
    numbers = key.public_key().public_numbers()
    return numbers.x, numbers.y


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """x ‖ y, big-endian, 64 bytes: as quotes carry attestation keys."""
    x, y = public_point(key)
    return x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """r ‖ s, big-endian, 64 bytes, over SHA-256; always the same for the same input (RFC 6979)."""
    der = key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
