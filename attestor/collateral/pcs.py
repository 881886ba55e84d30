"""A client of Intel's Provisioning Certification Service, API version 4, or of a cache of it
(PCCS), which speaks the same.

What it gives is not trusted: every part is signed, and verified by whoever uses it. Answers are
bounded in size and time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from loguru import logger

from attestor.core.events import Event
from attestor.errors import CollateralInvalid, CollateralUnreachable, HttpFailed, HttpFault
from attestor.net import Deadline, HttpClient, origin_of
from attestor.quote.collateral import MAX_COLLATERAL_BYTES, Collateral, MachineKind, SignedText

_PATH = "certification/v4"
_HINT = "check that quote.collateral names a PCCS that runs and knows this machine"
_CERTIFICATES_OF_INTEL = "certificates.trustedservices.intel.com"


class Pcs:
    """A client of the service at `url`. Each call ends within `timeout_seconds`, whatever number
    of requests it makes."""

    def __init__(self, url: str, timeout_seconds: float, http: HttpClient | None = None) -> None:
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._http = http or HttpClient()

    def collateral(self, machine: MachineKind, evaluation: int | None = None) -> Collateral:
        """Everything that verifies quotes of a kind of machine: by the TCB evaluation that Intel
        calls standard, or by the one with this number where the service has it.

        Raises `CollateralUnreachable`, or `CollateralInvalid` for an answer that is none.
        """
        deadline = Deadline(self._timeout_seconds)
        path = f"{machine.tee}/{_PATH}"
        query = {"fmspc": machine.fmspc.hex()}
        tcb = self._evaluated(f"{path}/tcb", query, _TCB_INFO, evaluation, deadline)
        identity = self._evaluated(f"{path}/qe/identity", {}, _IDENTITY, evaluation, deadline)
        crl, headers = self._get(
            f"{self._url}/sgx/{_PATH}/pckcrl", {"ca": machine.ca, "encoding": "der"}, deadline
        )
        chain = _chain(headers, ("SGX-PCK-CRL-Issuer-Chain",))
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
        deadline = Deadline(self._timeout_seconds)
        path = f"{tee}/{_PATH}/tcbevaluationdatanumbers"
        return self._signed(path, {}, _EVALUATION_NUMBERS, deadline)

    def _evaluated(
        self,
        path: str,
        query: dict[str, str],
        kind: "_SignedKind",
        evaluation: int | None,
        deadline: Deadline,
    ) -> SignedText:
        """The standard first, which every cache has. When Intel calls an evaluation so, and for how
        long it serves one by its number, Intel decides."""
        standard = self._signed(path, query | {"update": "standard"}, kind, deadline)
        if evaluation is None or _evaluation_of(standard.text) == evaluation:
            return standard
        try:
            numbered = query | {"tcbEvaluationDataNumber": str(evaluation)}
            return self._signed(path, numbered, kind, deadline)
        except CollateralUnreachable as error:
            logger.bind(event=Event.COLLATERAL_WARNING).warning(
                "of TCB evaluation {}: {}", evaluation, error
            )
            return standard

    def _signed(
        self, path: str, query: dict[str, str], kind: "_SignedKind", deadline: Deadline
    ) -> SignedText:
        body, headers = self._get(f"{self._url}/{path}", query, deadline)
        try:
            found = kind.form.fullmatch(body.decode())
        except UnicodeDecodeError:
            found = None
        if found is None:
            raise CollateralInvalid(
                f"{origin_of(self._url)} gave no {kind.key}: {body[:60]!r}", hint=_HINT
            )
        return SignedText(found[1], bytes.fromhex(found[2]), _chain(headers, kind.headers))

    def _root_crl(self, chain: str, deadline: Deadline) -> bytes:
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
        self, address: str, query: dict[str, str], deadline: Deadline
    ) -> tuple[bytes, Mapping[str, str]]:
        """Body and headers of a resource. Of its address only the origin and the last part are in
        messages: the rest may hold a key."""
        what = urlsplit(address).path.rsplit("/", 1)[-1]
        failed = f"{origin_of(address)} gave no collateral ({what})"
        url = f"{address}?{urlencode(query)}" if query else address
        try:
            response = self._http.request("GET", url, deadline, max_bytes=MAX_COLLATERAL_BYTES)
        except HttpFailed as error:
            message = f"{failed}: {error.message}"
            if error.fault is HttpFault.TOO_LARGE:
                raise CollateralInvalid(message) from None
            raise CollateralUnreachable(message, hint=error.hint_with(_HINT)) from None
        if response.status != 200:
            raise CollateralUnreachable(f"{failed}: HTTP status {response.status}", hint=_HINT)
        return response.body, response.headers


@dataclass(frozen=True)
class _SignedKind:
    key: str
    headers: tuple[str, ...]
    """Any of which names its issuers."""

    @property
    def form(self) -> "re.Pattern[str]":
        """The signed text must be taken as it is served, byte for byte: it is cut out, not read."""
        signature = r'"signature"\s*:\s*"([0-9a-fA-F]{128})"'
        return re.compile(
            rf'\s*\{{\s*"{self.key}"\s*:\s*(\{{.*\}})\s*,\s*{signature}\s*\}}\s*', re.S
        )


# The second is that of SGX and version 3, by which some caches name it in version 4 too.
_TCB_INFO = _SignedKind("tcbInfo", ("TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain"))
_IDENTITY = _SignedKind("enclaveIdentity", ("SGX-Enclave-Identity-Issuer-Chain",))
_EVALUATION_NUMBERS = _SignedKind(
    "tcbEvaluationDataNumbers", ("TCB-Evaluation-Data-Numbers-Issuer-Chain",)
)


def _evaluation_of(text: str) -> int | None:
    """The number of the TCB evaluation that a text belongs to, if it says one."""
    found = re.search(r'"tcbEvaluationDataNumber"\s*:\s*([0-9]{1,9})\b', text)
    return int(found[1]) if found else None


def _chain(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The certificates in the first of these headers that has any."""
    for name in names:
        chain = unquote(headers.get(name.lower(), ""))
        if "-----BEGIN CERTIFICATE-----" in chain:
            return chain
    raise CollateralInvalid(
        f"the answer has no certificates in its header {' or '.join(names)}", hint=_HINT
    )


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
