"""Who asks: by what it is known, and by which name its shares and quotas are counted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from attestor.core.quotas import Quotas

NAME_RULE = "1 to 128 of A-Z a-z 0-9 . _ @ : / + -, beginning with a letter or digit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:/+-]{0,127}", re.ASCII)
_BY_SAN = ("URI", "DNS", "email")
"""Which of a certificate's names counts, before the subject's common name."""


NO_LIMITS = Quotas()


class How(StrEnum):
    """By what a client is known."""

    KEY = "key"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    """By nothing else: it is anonymous."""


@dataclass(frozen=True)
class Client:
    """`name` is the operator's name for it, or its address where it is anonymous: for IPv6, the
    network of 64 bits. `is_local` says that it is on this machine."""

    name: str
    how: How
    quotas: Quotas = NO_LIMITS
    is_local: bool = False

    @property
    def is_named(self) -> bool:
        """Whether the operator, or an authority of its choice, vouches for the name."""
        return self.how is not How.ADDRESS

    @property
    def share(self) -> str:
        """What its shares and quotas are counted under: no name can be that of an address."""
        return f"client {self.name}" if self.is_named else f"address {self.name}"


def is_name(text: str) -> bool:
    """Whether a client may have that name (`NAME_RULE`)."""
    return _NAME.fullmatch(text) is not None


def certificate_name(certificate: Mapping[str, Any]) -> str | None:
    """The client's name in a verified certificate, as `ssl.SSLSocket.getpeercert` gives it.

    The first URI of its subjectAltName, else the first DNS name, else the first e-mail address,
    else the subject's only common name. None where there is none, or it breaks `NAME_RULE`.
    """
    alternatives: Sequence[tuple[str, str]] = certificate.get("subjectAltName", ())
    for kind in _BY_SAN:
        for found, name in alternatives:
            if found == kind:
                return name if is_name(name) else None
    common = [
        value
        for group in certificate.get("subject", ())
        for key, value in group
        if key == "commonName"
    ]
    return common[0] if len(common) == 1 and is_name(common[0]) else None
