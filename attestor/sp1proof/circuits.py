"""The known Groth16 circuits of SP1.

A file that brings its own verifying key could prove anything under a key of its maker: so the key
counts only if its fingerprint is one of these. They are of the keys that SP1's own verifier
contracts hold (succinctlabs/sp1-contracts, contracts/src/<version>).
"""

import hashlib
from dataclasses import dataclass

from attestor.errors import Sp1ProofRefused

FINGERPRINTS = {
    "v4.0.0-rc.3": "7863a6f5d5d26aac4783dc9b58cd288288fa110f1b8b5ace9b87d23e193742fa",
    "v6.0.0": "d77e5f626f0fd0ff1d27e52207b323c4871ef23c09c3d309d80922545dd62d56",
    "v6.1.0": "a215d01df7dc578a4388732b9b6965d10b58f77702a74b9bc0716722c9f0dc38",
}


@dataclass(frozen=True)
class Circuit:
    """A circuit as a file gives it. Points are coordinates; G2 real part first, negated."""

    version: str
    verifier_hash: bytes
    vk_root: bytes | None
    alpha: tuple[int, int]
    beta_neg: tuple[int, int, int, int]
    gamma_neg: tuple[int, int, int, int]
    delta_neg: tuple[int, int, int, int]
    inputs: tuple[tuple[int, int], ...]

    @property
    def selector(self) -> bytes:
        """The first 4 bytes of a proof for this circuit."""
        return self.verifier_hash[:4]

    @property
    def fingerprint(self) -> str:
        """sha256 of verifier hash, vk root (if there is one) and all coordinates, 32 bytes each."""
        words = [*self.alpha, *self.beta_neg, *self.gamma_neg, *self.delta_neg]
        words += [word for point in self.inputs for word in point]
        packed = b"".join(word.to_bytes(32, "big") for word in words)
        root = self.vk_root or b""
        return hashlib.sha256(self.verifier_hash + root + packed).hexdigest()


def require_known(circuit: Circuit) -> None:
    """Raise `Sp1ProofRefused` unless the key is SP1's own for the version it claims."""
    expected = FINGERPRINTS.get(circuit.version)
    if expected is None:
        raise Sp1ProofRefused(
            f"circuit {circuit.version:.40} is not known",
            hint=f"known are {', '.join(FINGERPRINTS)}",
        )
    if circuit.fingerprint != expected:
        raise Sp1ProofRefused(f"the verifying key is not that of SP1's circuit {circuit.version}")
