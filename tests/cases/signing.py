"""Signatures by coincurve's own classes, which judge ours."""

import coincurve


def sign(secret: bytes, digest: bytes) -> bytes:
    """The signature of `digest` (32 bytes, RFC 6979 nonce)."""
    signature = coincurve.PrivateKey(secret).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([27 + signature[64]])
