"""KZG commitments to blobs by c-kzg, under the trusted setup of Ethereum's ceremony.

The setup is the file that eth-account ships for its own blob transactions; its hash is checked, as
a commitment under any other setup is worth nothing.
"""

import hashlib
import importlib.util
import threading
from pathlib import Path
from typing import Any

import ckzg

from attestor.core.scroll.blob import BLOB_BYTES
from attestor.core.scroll.calldata import BlobProof
from attestor.errors import PackageMissing
from attestor.errors.scroll import ScrollBlobInvalid

SETUP_SHA256 = "d39b9f2d047cc9dca2de58f264b6a09448ccd34db967881a6713eacacf0f26b7"
"""Of `trusted_setup.txt` in ethereum/c-kzg-4844, 4,096 points in G1 and 65 in G2."""
_PLACE = ("typed_transactions", "blob_transactions", "kzg_trusted_setup.txt")


MOST_REMEMBERED = 64


class CKzg:
    """Thread-safe. Reading the setup takes some seconds, at the first use. A commitment takes a
    tenth of one, and each step of a batch asks for it: those of the last blobs are remembered."""

    def __init__(self, setup: Path | None = None) -> None:
        self._path = setup
        self._setup: Any = None
        self._lock = threading.Lock()
        self._remembered: dict[bytes, bytes] = {}

    def commitment(self, blob: bytes) -> bytes:
        """48 bytes. Raises `ScrollBlobInvalid` for what is no blob."""
        if len(blob) != BLOB_BYTES:
            raise ScrollBlobInvalid(f"a blob has {BLOB_BYTES} bytes, this one {len(blob)}")
        name = hashlib.sha256(blob).digest()
        if (known := self._remembered.get(name)) is not None:
            return known
        try:
            found: bytes = ckzg.blob_to_kzg_commitment(blob, self._loaded())
        except (RuntimeError, ValueError):
            raise ScrollBlobInvalid("the blob has an element that is not in the field") from None
        with self._lock:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[name] = found
        return found

    def opens(self, proof: BlobProof) -> bool:
        """Whether the committed polynomial has the value `y` at `z`."""
        parts = (proof.commitment, proof.z, proof.y, proof.proof)
        try:
            return bool(ckzg.verify_kzg_proof(*parts, self._loaded()))
        except (RuntimeError, ValueError):
            return False

    def _loaded(self) -> Any:
        with self._lock:
            if self._setup is None:
                path = self._path or shipped_setup()
                _require_genuine(path)
                # No table beside the points: it would pay after some hundred blobs.
                self._setup = ckzg.load_trusted_setup(str(path), 0)
            return self._setup


def shipped_setup() -> Path:
    """Where eth-account has the setup. It is not imported, which takes half a second."""
    found = importlib.util.find_spec("eth_account")
    if found is None or found.origin is None:
        raise PackageMissing("the package eth-account is not installed, which has the KZG setup")
    return Path(found.origin).parent.joinpath(*_PLACE)


def _require_genuine(path: Path) -> None:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PackageMissing(f"the KZG setup cannot be read, {path}: {error.strerror}") from None
    if digest != SETUP_SHA256:
        raise PackageMissing(
            f"{path} is not the KZG setup of Ethereum's ceremony: its sha256 is {digest}",
            hint="install eth-account anew",
        )
