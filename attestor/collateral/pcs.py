"""A client of Intel's Provisioning Certification Service, API version 4, or of a cache of it
(PCCS), which speaks the same.

What it gives is not trusted: every part is signed, and verified by whoever uses it. Answers are
bounded in size and time.
"""

import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from attestor.errors import CollateralInvalid, CollateralUnreachable
from attestor.quote.collateral import MAX_COLLATERAL_BYTES, Collateral, MachineKind, SignedText

_PATH = "certification/v4"
_CHUNK = 1 << 16
_HINT = "check that quote.collateral names a PCCS that runs and knows this machine"
_CERTIFICATES_OF_INTEL = "certificates.trustedservices.intel.com"


class Pcs:
    """A client of the service at `url`. Each call ends within `timeout_seconds`."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def collateral(self, machine: MachineKind) -> Collateral:
        """Everything that verifies quotes of a kind of machine.

        Raises `CollateralUnreachable`, or `CollateralInvalid` for an answer that is none.
        """
        deadline = time.monotonic() + self._timeout_seconds
        query = {"fmspc": machine.fmspc.hex(), "update": "standard"}
        tcb = self._signed(f"{machine.tee}/{_PATH}/tcb", query, _TCB_INFO, deadline)
        identity = self._signed(
            f"{machine.tee}/{_PATH}/qe/identity", {"update": "standard"}, _IDENTITY, deadline
        )
        crl, headers = self._get(
            f"{self._url}/sgx/{_PATH}/pckcrl", {"ca": machine.ca, "encoding": "der"}, deadline
        )
        chain = _chain(headers, "SGX-PCK-CRL-Issuer-Chain")
        return Collateral(
            pck_crl_issuer_chain=chain,
            root_ca_crl=self._root_crl(chain, deadline),
            pck_crl=_binary_crl(crl, "PCK CRL"),
            tcb_info_issuer_chain=tcb.issuer_chain,
            tcb_info=tcb.text,
            tcb_info_signature=tcb.signature,
            qe_identity_issuer_chain=identity.issuer_chain,
            qe_identity=identity.text,
            qe_identity_signature=identity.signature,
        )

    def evaluation_numbers(self, tee: str) -> SignedText:
        """Which TCB evaluations there are for `tee`, and since when. Raises as `collateral`."""
        deadline = time.monotonic() + self._timeout_seconds
        path = f"{tee}/{_PATH}/tcbevaluationdatanumbers"
        return self._signed(path, {}, _EVALUATION_NUMBERS, deadline)

    def _signed(
        self, path: str, query: dict[str, str], kind: "_SignedKind", deadline: float
    ) -> SignedText:
        body, headers = self._get(f"{self._url}/{path}", query, deadline)
        try:
            found = kind.form.fullmatch(body.decode())
        except UnicodeDecodeError:
            found = None
        if found is None:
            raise CollateralInvalid(f"{self._url} gave no {kind.key}: {body[:60]!r}", hint=_HINT)
        return SignedText(found[1], bytes.fromhex(found[2]), _chain(headers, kind.header))

    def _root_crl(self, chain: str, deadline: float) -> bytes:
        """From the cache, which has it as hexadecimal text; Intel's own service leaves it at the
        address that the root certificate names."""
        try:
            body, _ = self._get(f"{self._url}/sgx/{_PATH}/rootcacrl", {}, deadline)
        except CollateralUnreachable:
            address = _distribution_point(chain)
            if urlsplit(address).hostname != _CERTIFICATES_OF_INTEL:
                raise
            body, _ = self._get(address, {}, deadline)
        return _binary_crl(body, "root CRL")

    def _get(
        self, address: str, query: dict[str, str], deadline: float
    ) -> tuple[bytes, dict[str, str]]:
        late = CollateralUnreachable(
            f"{self._url} gave no collateral within {self._timeout_seconds:g} s", hint=_HINT
        )
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise late
        try:
            with requests.get(
                address, params=query, timeout=remaining, stream=True, allow_redirects=False
            ) as response:
                if response.status_code != 200:
                    raise CollateralUnreachable(
                        f"{address} answered with HTTP status {response.status_code}", hint=_HINT
                    )
                body = bytearray()
                for chunk in response.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > MAX_COLLATERAL_BYTES:
                        raise CollateralInvalid(
                            f"{address} gave more than {MAX_COLLATERAL_BYTES} bytes"
                        )
                    if time.monotonic() > deadline:
                        raise late
                return bytes(body), dict(response.headers)
        except requests.Timeout:
            raise late from None
        except (requests.RequestException, ValueError) as error:
            raise CollateralUnreachable(
                f"{self._url} gave no collateral: {type(error).__name__}", hint=_HINT
            ) from None


@dataclass(frozen=True)
class _SignedKind:
    key: str
    header: str

    @property
    def form(self) -> "re.Pattern[str]":
        """The signed text must be taken as it is served, byte for byte: it is cut out, not read."""
        signature = r'"signature"\s*:\s*"([0-9a-fA-F]{128})"'
        return re.compile(
            rf'\s*\{{\s*"{self.key}"\s*:\s*(\{{.*\}})\s*,\s*{signature}\s*\}}\s*', re.S
        )


_TCB_INFO = _SignedKind("tcbInfo", "TCB-Info-Issuer-Chain")
_IDENTITY = _SignedKind("enclaveIdentity", "SGX-Enclave-Identity-Issuer-Chain")
_EVALUATION_NUMBERS = _SignedKind(
    "tcbEvaluationDataNumbers", "TCB-Evaluation-Data-Numbers-Issuer-Chain"
)


def _chain(headers: dict[str, str], name: str) -> str:
    folded = {key.lower(): value for key, value in headers.items()}
    chain = unquote(folded.get(name.lower(), ""))
    if "-----BEGIN CERTIFICATE-----" not in chain:
        raise CollateralInvalid(f"the answer has no certificates in its header {name}", hint=_HINT)
    return chain


def _binary_crl(body: bytes, what: str) -> bytes:
    """A CRL as DER, which caches may give as hexadecimal text."""
    if body[:1] == b"\x30" and not _is_hexadecimal(body):
        return body
    try:
        found = bytes.fromhex(body.decode("ascii"))
    except ValueError:
        found = b""
    if found[:1] != b"\x30":
        raise CollateralInvalid(f"the {what} is neither DER nor hexadecimal: {body[:40]!r}")
    return found


def _is_hexadecimal(body: bytes) -> bool:
    return re.fullmatch(rb"[0-9a-fA-F\s]+", body) is not None


def _distribution_point(chain: str) -> str:
    """Where the root certificate says that its CRL is; empty when it says nothing."""
    from cryptography.x509 import (
        CRLDistributionPoints,
        ExtensionNotFound,
        load_pem_x509_certificates,
    )

    try:
        root = load_pem_x509_certificates(chain.encode())[-1]
        points: Any = root.extensions.get_extension_for_class(CRLDistributionPoints).value
        return str(points[0].full_name[0].value)
    except (ValueError, ExtensionNotFound, TypeError, IndexError):
        return ""
