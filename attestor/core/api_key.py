"""API keys: `atk_<id>_<secret>`, an id of 8 bytes and a secret of 32, in hexadecimal.

The secret is 256 random bits, so what is kept of it is one sha256 without salt: nobody can guess
keys, however fast the hash, and no two are alike. A slow hash is for passwords, which people
choose; here it would only let strangers spend our processor time by wrong keys.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

ID_BYTES, SECRET_BYTES = 8, 32
_KEY = re.compile(r"atk_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)
_DOMAIN = b"attestor api key v1\n"
MAX_CHARS = 4 + 16 + 1 + 64


@dataclass(frozen=True)
class ApiKey:
    """A key as its client has it; the id is no secret."""

    id: str
    secret: str

    def __str__(self) -> str:
        return f"atk_{self.id}_{self.secret}"

    def __repr__(self) -> str:
        return f"ApiKey({self.id})"

    def sha256(self) -> str:
        """What is kept of it: sha256("attestor api key v1\\n" ‖ id ‖ secret), in hexadecimal."""
        return hashlib.sha256(_DOMAIN + f"{self.id}{self.secret}".encode()).hexdigest()

    def is_of(self, sha256: str) -> bool:
        """Whether that is what was kept of it, in a time that does not depend on the answer."""
        return hmac.compare_digest(self.sha256(), sha256)


def make(random: bytes) -> ApiKey:
    """A key of 40 random bytes."""
    if len(random) != ID_BYTES + SECRET_BYTES:
        raise ValueError(f"a key takes {ID_BYTES + SECRET_BYTES} bytes")
    return ApiKey(random[:ID_BYTES].hex(), random[ID_BYTES:].hex())


def parse(text: str) -> ApiKey | None:
    """The key in a text, or None where there is none; a text that is too long is not looked at."""
    found = _KEY.fullmatch(text) if len(text) <= MAX_CHARS else None
    return ApiKey(found[1], found[2]) if found else None


def parse_authorization(header: str) -> ApiKey | None:
    """The key in a header `Authorization: Bearer …` (RFC 6750), or None."""
    scheme, _, credentials = header[: len("Bearer ") + MAX_CHARS + 8].partition(" ")
    return parse(credentials.strip(" ")) if scheme.lower() == "bearer" else None
