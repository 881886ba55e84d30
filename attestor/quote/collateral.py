"""Collateral: what Intel publishes and signs about a platform's TCB.

The JSON form is that of dcap-qvl (`QuoteCollateralV3`): nine keys, binary values as hex text.
"""

import json
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Protocol

from attestor.core import strict_json
from attestor.errors import CollateralInvalid

MAX_COLLATERAL_BYTES = 1 << 20


@dataclass(frozen=True)
class Collateral:
    """Everything that verifying one platform's quotes needs, except the root CA.

    Chains are PEM text, leaf first; CRLs are DER; `tcb_info` and `qe_identity` are the exact
    JSON text that was signed; signatures are r ‖ s of 64 bytes.
    """

    pck_crl_issuer_chain: str
    root_ca_crl: bytes
    pck_crl: bytes
    tcb_info_issuer_chain: str
    tcb_info: str
    tcb_info_signature: bytes
    qe_identity_issuer_chain: str
    qe_identity: str
    qe_identity_signature: bytes

    @property
    def id(self) -> bytes:
        """Names it in the history: sha256 of its JSON form."""
        return sha256(self.to_json()).digest()

    @classmethod
    def from_json(cls, text: bytes) -> "Collateral":
        """The collateral in `text`. Raises `CollateralInvalid` for anything else."""
        if len(text) > MAX_COLLATERAL_BYTES:
            raise CollateralInvalid(
                f"collateral of {len(text)} bytes, at most {MAX_COLLATERAL_BYTES}"
            )
        try:
            values = strict_json.loads(text)
        except ValueError as error:
            raise CollateralInvalid(f"collateral is not JSON: {error}") from None
        if not isinstance(values, dict):
            raise CollateralInvalid(f"collateral is a {type(values).__name__}, not an object")
        return cls(
            pck_crl_issuer_chain=_text(values, "pck_crl_issuer_chain"),
            root_ca_crl=_binary(values, "root_ca_crl"),
            pck_crl=_binary(values, "pck_crl"),
            tcb_info_issuer_chain=_text(values, "tcb_info_issuer_chain"),
            tcb_info=_text(values, "tcb_info"),
            tcb_info_signature=_binary(values, "tcb_info_signature"),
            qe_identity_issuer_chain=_text(values, "qe_identity_issuer_chain"),
            qe_identity=_text(values, "qe_identity"),
            qe_identity_signature=_binary(values, "qe_identity_signature"),
        )

    def to_json(self) -> bytes:
        """The inverse of `from_json`."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps(values, default=bytes.hex, separators=(",", ":")).encode()


@dataclass(frozen=True)
class MachineKind:
    """A machine type, for which collateral is issued: FMSPC (6 bytes), CA of the PCK certificate
    (`processor` or `platform`), and TEE (`sgx` or `tdx`)."""

    fmspc: bytes
    ca: str
    tee: str


@dataclass(frozen=True)
class SignedText:
    """A signed JSON value: its exact text, r ‖ s of 64 bytes, and the signer's chain (PEM), empty
    where it is not told."""

    text: str
    signature: bytes
    issuer_chain: str


class CollateralSource(Protocol):
    """Returns the collateral for a quote."""

    def collateral(self, quote: bytes, now: int) -> Collateral:
        """Collateral for `quote` as of `now` (Unix seconds).

        Raises `CollateralUnreachable`, `CollateralInvalid` or `ConfigurationInvalid`.
        """


def _text(values: dict[str, object], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise CollateralInvalid(f"collateral's {name} is {value!r:.40}, not text")
    return value


def _binary(values: dict[str, object], name: str) -> bytes:
    try:
        return bytes.fromhex(_text(values, name))
    except ValueError:
        raise CollateralInvalid(f"collateral's {name} is not hexadecimal") from None
