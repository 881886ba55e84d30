"""Collateral as Intel would issue it for a simulated machine: TCB info v3 and QE identity v2
of the API of Intel's PCS, version 4, with the certificate chains and CRLs that go with them."""

import json
from datetime import UTC, datetime
from typing import Any

from attestor.quote.collateral import Collateral
from attestor.quote.simulated.keys import sign
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import DAY, Issued, IsvLevel, Machine, TcbLevel

TCB_DATE = "2024-03-13T00:00:00Z"
"""When all levels were defined; long enough ago for every grace period to be over."""

_MODULE = {"mrsigner": "00" * 48, "attributes": "00" * 8, "attributesMask": "FF" * 8}


def issue(pki: Pki, machine: Machine, issued: Issued, now: int) -> Collateral:
    """Everything a verifier needs for quotes of `machine`, as of `now` (Unix seconds)."""
    tcb_info = _compact(_tcb_info(machine, issued, now))
    qe_identity = _compact(_enclave_identity(issued, now))
    signing_chain = (pki.tcb_signing.pem + pki.root.pem).decode()
    return Collateral(
        pck_crl_issuer_chain=(pki.pck_ca.pem + pki.root.pem).decode(),
        root_ca_crl=pki.root_crl(issued, now),
        pck_crl=pki.pck_crl(issued, now),
        tcb_info_issuer_chain=signing_chain,
        tcb_info=tcb_info,
        tcb_info_signature=sign(pki.tcb_signing.key, tcb_info.encode()),
        qe_identity_issuer_chain=signing_chain,
        qe_identity=qe_identity,
        qe_identity_signature=sign(pki.tcb_signing.key, qe_identity.encode()),
    )


def _tcb_info(machine: Machine, issued: Issued, now: int) -> dict[str, Any]:
    for_tdx = issued.tcb_info_id == "TDX"
    info: dict[str, Any] = {
        "id": issued.tcb_info_id,
        "version": 3,
        "issueDate": _date(now - DAY),
        "nextUpdate": _date(now + issued.tcb_info_valid_for),
        "fmspc": _hex(machine.fmspc if issued.fmspc is None else issued.fmspc),
        "pceId": _hex(machine.pce_id if issued.pce_id is None else issued.pce_id),
        "tcbType": 0,
        "tcbEvaluationDataNumber": issued.evaluation_number,
    }
    if for_tdx:
        levels = _isv_levels(issued.module_levels)
        info["tdxModule"] = _MODULE
        info["tdxModuleIdentities"] = [{"id": "TDX_01", **_MODULE, "tcbLevels": levels}]
    info["tcbLevels"] = [_tcb_level(level, for_tdx) for level in issued.levels]
    return info


def _tcb_level(level: TcbLevel, for_tdx: bool) -> dict[str, Any]:
    tcb: dict[str, Any] = {
        "sgxtcbcomponents": [{"svn": svn} for svn in level.cpu_svn],
        "pcesvn": level.pce_svn,
    }
    if for_tdx:
        tcb["tdxtcbcomponents"] = [{"svn": svn} for svn in level.tdx_svn]
    row: dict[str, Any] = {"tcb": tcb, "tcbDate": TCB_DATE, "tcbStatus": level.status}
    if level.advisories:
        row["advisoryIDs"] = list(level.advisories)
    return row


def _enclave_identity(issued: Issued, now: int) -> dict[str, Any]:
    return {
        "id": issued.enclave_id,
        "version": 2,
        "issueDate": _date(now - DAY),
        "nextUpdate": _date(now + issued.enclave_identity_valid_for),
        "tcbEvaluationDataNumber": issued.evaluation_number,
        "miscselect": "00000000",
        "miscselectMask": "FFFFFFFF",
        "attributes": "11000000000000000000000000000000",
        "attributesMask": "FBFFFFFFFFFFFFFF0000000000000000",
        "mrsigner": _hex(issued.enclave_mr_signer),
        "isvprodid": issued.enclave_isv_prod_id,
        "tcbLevels": _isv_levels(issued.enclave_levels),
    }


def _isv_levels(levels: tuple[IsvLevel, ...]) -> list[dict[str, Any]]:
    return [
        {"tcb": {"isvsvn": level.isv_svn}, "tcbDate": TCB_DATE, "tcbStatus": level.status}
        for level in levels
    ]


def _compact(value: dict[str, Any]) -> str:
    """The exact text that is signed and served."""
    return json.dumps(value, separators=(",", ":"))


def _hex(data: bytes) -> str:
    return data.hex().upper()


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
