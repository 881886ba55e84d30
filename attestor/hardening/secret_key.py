"""A secp256k1 key that exists once in this process's memory."""

from coincurve import PublicKey
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from attestor.core.signature import address_of
from attestor.errors import SignerFailed
from attestor.hardening.memory import SecretBuffer

LENGTH = 32


class SecretKey:
    """The key's only copy is its buffer's: libsecp256k1 reads it there, and overwrites what it puts
    on the stack meanwhile. Not for several threads at once."""

    def __init__(self, buffer: SecretBuffer) -> None:
        """Of the key in `buffer`, 32 bytes big-endian. Raises `ValueError` for one that is 0 or not
        below the order; the buffer is destroyed then."""
        self._buffer = buffer
        if not lib.secp256k1_ec_seckey_verify(GLOBAL_CONTEXT.ctx, buffer.data):
            buffer.destroy()
            raise ValueError("no secp256k1 key")
        self.address = self._address()

    @classmethod
    def random(cls) -> "SecretKey":
        """A fresh key. Raises `MemoryNotLocked`."""
        key = cls.__new__(cls)
        key._buffer = SecretBuffer(LENGTH)
        key.renew()
        return key

    def renew(self) -> None:
        """Another fresh key in the place of this one."""
        self._buffer.fill()
        while not lib.secp256k1_ec_seckey_verify(GLOBAL_CONTEXT.ctx, self._buffer.data):
            self._buffer.fill()
        self.address = self._address()

    def sign(self, digest: bytes) -> bytes:
        """The signature of `digest` (32 bytes, RFC 6979 nonce): r ‖ s ‖ v, low s, v 27 or 28.
        Raises `ValueError` once destroyed."""
        if len(digest) != LENGTH:
            raise ValueError(f"a digest has {LENGTH} bytes, not {len(digest)}")
        signed = ffi.new("secp256k1_ecdsa_recoverable_signature *")
        context = GLOBAL_CONTEXT.ctx
        secret = self._buffer.data
        if not lib.secp256k1_ecdsa_sign_recoverable(
            context, signed, digest, secret, ffi.NULL, ffi.NULL
        ):
            raise SignerFailed("libsecp256k1 did not sign")
        compact, recovery = ffi.new("unsigned char[64]"), ffi.new("int *")
        lib.secp256k1_ecdsa_recoverable_signature_serialize_compact(
            context, compact, recovery, signed
        )
        return bytes(ffi.buffer(compact)) + bytes([27 + recovery[0]])

    def destroy(self) -> None:
        """Overwrite the key. Again is nothing."""
        self._buffer.destroy()

    def _address(self) -> bytes:
        public = ffi.new("secp256k1_pubkey *")
        lib.secp256k1_ec_pubkey_create(GLOBAL_CONTEXT.ctx, public, self._buffer.data)
        return address_of(PublicKey(public))
