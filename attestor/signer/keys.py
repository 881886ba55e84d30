"""The proof keys, in locked memory alone, one copy of each."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attestor.core.text import to_hex
from attestor.errors import NoActiveSigner, SignerUnknown, SigningHalted
from attestor.hardening.secret_key import SecretKey

EXPIRY_MARGIN = 30
"""Seconds before its registration ends at which a key stops signing: a proof has to reach the
chain while its signer is still registered."""


MOST_TRIES = 4096
"""Each takes a fraction of a millisecond; one bucket of 1,024 is missed once in 55 times."""


def _bucket_of(address: bytes) -> int:
    """The bit of an address's bucket in the registry (contracts/src/libraries/SignerEntry.sol)."""
    return 1 << (int.from_bytes(address[-2:], "big") % 1024)


@dataclass(frozen=True)
class _Active:
    address: bytes
    valid_until: int


@dataclass(frozen=True)
class _Lease:
    """A look at the chain: its time at the newest block, in seconds, and when that look was had and
    stops counting, by the process's clock."""

    chain_time: int
    had_at: float
    ends_at: float


@dataclass(frozen=True)
class Signatures:
    """Signatures by one signer, whose registration ends at `valid_until` (Unix seconds)."""

    signer: bytes
    valid_until: int
    signatures: tuple[bytes, ...]


class Keys:
    """Makes, uses and destroys proof keys. At most one of them is active.

    Once halted it holds none, and `create`, `activate` and `sign` raise `SigningHalted`.

    A TD's wall clock is the host's, so it decides nothing: time is the chain's, as of the last
    lease, plus the time since then. `clock` counts seconds and only goes forward, also while the
    machine is suspended.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lease: _Lease | None = None
        self._secrets: dict[bytes, SecretKey] = {}
        self._active: _Active | None = None
        self._halted: str | None = None
        self._lock = threading.Lock()

    def create(self, buckets: int = 0) -> bytes:
        """Make a key; its address. Bit n of `buckets` (1,024 bits) asks for an address whose lowest
        10 bits are n: keys are made until one has any of these, or for long enough.

        The choice costs no strength: all other bits of the address are as random as before. Raises
        `MemoryNotLocked`.
        """
        key = SecretKey.random()
        for _ in range(MOST_TRIES if buckets else 0):
            if _bucket_of(key.address) & buckets:
                break
            key.renew()
        with self._lock:
            if self._halted is not None:
                key.destroy()
            self._require_not_halted()
            self._secrets[key.address] = key
        return key.address

    def require(self, address: bytes) -> None:
        """Raise `SignerUnknown` unless the key of that address is here."""
        if address not in self._secrets:
            raise SignerUnknown(f"no key of {to_hex(address)} is in the signer process")

    def activate(self, address: bytes, valid_until: int) -> None:
        """Sign with that key from now on, until `valid_until` (chain time), while leased."""
        with self._lock:
            self._require_not_halted()
            self.require(address)
            self._active = _Active(address, valid_until)

    def lease(self, chain_time: int, seconds: float) -> None:
        """The chain vouched for the active signer in a block of that time: sign for so many seconds
        from now, unless another lease comes."""
        now = self._clock()
        with self._lock:
            self._lease = _Lease(chain_time, now, now + seconds)

    def pause(self, address: bytes) -> None:
        """Sign nothing with that key until it is activated again."""
        with self._lock:
            if self._active is not None and self._active.address == address:
                self._active = None

    def retire(self, address: bytes) -> None:
        """Destroy a key. One that is not here is destroyed already."""
        with self._lock:
            self._destroy(address)

    def halt(self, reason: str) -> None:
        """Destroy every key, and never have one again; the first reason stays."""
        with self._lock:
            self._halted = self._halted or reason
            for address in list(self._secrets):
                self._destroy(address)

    def halted(self) -> str | None:
        """Why signing stopped for good."""
        return self._halted

    def sign(self, digest: bytes) -> tuple[bytes, bytes]:
        """The active signer's address and its signature r ‖ s ‖ v (65 bytes, low s, v 27 or 28).

        Raises `NoActiveSigner` when there is none, or when its registration is about to end.
        """
        signed = self.sign_all(lambda valid_until: (digest,))
        return signed.signer, signed.signatures[0]

    def sign_all(self, digests: Callable[[int], Sequence[bytes]]) -> Signatures:
        """The active signer's signatures over what `digests` makes of the end of its registration
        (Unix seconds), all by one key. Raises as `sign`."""
        with self._lock:
            active = self._usable()
            secret = self._secrets[active.address]
            made = tuple(secret.sign(digest) for digest in digests(active.valid_until))
        return Signatures(active.address, active.valid_until, made)

    def sign_for(self, address: bytes, digest: bytes) -> bytes:
        """A signature by a certain key, active or not. Raises `SignerUnknown`."""
        with self._lock:
            self._require_not_halted()
            self.require(address)
            return self._secrets[address].sign(digest)

    def require_active(self) -> None:
        """Raise `NoActiveSigner` if `sign` would: before a program is executed for nothing."""
        with self._lock:
            self._usable()

    def _usable(self) -> _Active:
        self._require_not_halted()
        active = self._active
        if active is None:
            raise NoActiveSigner("no signer is registered and active", hint="try again later")
        lease, now = self._lease, self._clock()
        if lease is None or now >= lease.ends_at:
            raise NoActiveSigner(
                "no recent block shows that the signer is registered",
                hint="try again when the daemon follows the chain again",
            )
        if lease.chain_time + (now - lease.had_at) >= active.valid_until - EXPIRY_MARGIN:
            raise NoActiveSigner(
                f"the registration of {to_hex(active.address)} is about to end",
                hint="try again when its successor is registered",
            )
        return active

    def _require_not_halted(self) -> None:
        if self._halted is not None:
            raise SigningHalted(
                f"nothing is signed any more: {self._halted}",
                hint="the operator has to act: docs/incidents.md, engines that disagree",
            )

    def _destroy(self, address: bytes) -> None:
        if self._active is not None and self._active.address == address:
            self._active = None
        secret = self._secrets.pop(address, None)
        if secret is not None:
            secret.destroy()

    def addresses(self) -> list[bytes]:
        """The signers whose keys are here."""
        with self._lock:
            return list(self._secrets)

    def active(self) -> bytes | None:
        """The active signer."""
        return self._active.address if self._active else None
