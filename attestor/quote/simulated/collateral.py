"""Collateral as Intel would issue it for a simulated machine: TCB info v3 and QE identity v2
of the API of Intel's PCS, version 4, with the certificate chains and CRLs that go with them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attestor.quote.collateral import Collateral
from attestor.quote.simulated.issued import (
    DAY,
    DocumentShape,
    Issued,
    IsvLevel,
    TcbLevel,
    TdxModule,
)
from attestor.quote.simulated.keys import sign
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine

TCB_DATE = "2024-03-13T00:00:00Z"
"""When all levels were defined; long enough ago for every grace period to be over."""


@dataclass(frozen=True)
class SignedJson:
    """A document's exact text, and its signature r ‖ s (64 bytes)."""

    text: str
    signature: bytes


def issue(pki: Pki, machine: Machine, issued: Issued, now: int) -> Collateral:
    """Everything a verifier needs for quotes of `machine`, as of `now` (Unix seconds)."""
    tcb_info = _sign(pki, _tcb_info(machine, issued, now), issued.tcb_info)
    qe_identity = _sign(pki, _qe_identity(issued, now), issued.qe_identity_document)
    return Collateral(
        pck_crl_issuer_chain=pki.chain(("pck_ca", "root")),
        root_ca_crl=pki.root_crl(issued, now),
        pck_crl=pki.pck_crl(issued, now),
        tcb_info_issuer_chain=pki.chain(issued.tcb_info.chain),
        tcb_info=tcb_info.text,
        tcb_info_signature=tcb_info.signature,
        qe_identity_issuer_chain=pki.chain(issued.qe_identity_document.chain),
        qe_identity=qe_identity.text,
        qe_identity_signature=qe_identity.signature,
    )


def issue_evaluation_numbers(pki: Pki, issued: Issued, now: int) -> SignedJson:
    """The list of TCB evaluations: version 1, of the TEE that the TCB info is for."""
    numbers = [
        {
            "tcbEvaluationDataNumber": evaluation.number,
            "tcbRecoveryEventDate": _date(now - evaluation.age),
            "tcbDate": _date(now - evaluation.age),
        }
        for evaluation in issued.evaluations
    ]
    values = {
        "id": issued.tcb_info_id,
        "version": 1,
        "issueDate": _date(now - DAY),
        "nextUpdate": _date(now + issued.tcb_info_valid_for),
        "tcbEvalNumbers": numbers,
    }
    return _sign(pki, values, DocumentShape())


def _sign(pki: Pki, values: dict[str, Any], shape: DocumentShape) -> SignedJson:
    text = json.dumps(values | dict(shape.values), separators=(",", ":"))
    signature = sign(pki.issuer(shape.signer).key, text.encode())
    return SignedJson(_healed(text) if shape.altered else text, signature)


def _healed(text: str) -> str:
    """The document that an outdated machine would like: not the one that was signed."""
    return text.replace('"OutOfDate"', '"UpToDate"')


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
        info["tdxModule"] = _tdx_module(issued.base_module)
        info["tdxModuleIdentities"] = [
            {
                "id": identity.id,
                **_tdx_module(identity.module),
                "tcbLevels": _isv_levels(identity.levels),
            }
            for identity in issued.modules
        ]
    info["tcbLevels"] = [_tcb_level(level, for_tdx) for level in issued.levels]
    return info


def _tdx_module(module: TdxModule) -> dict[str, str]:
    return {
        "mrsigner": _hex(module.mr_signer),
        "attributes": _hex(module.attributes),
        "attributesMask": _hex(module.attributes_mask),
    }


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


def _qe_identity(issued: Issued, now: int) -> dict[str, Any]:
    identity = issued.qe_identity
    return {
        "id": identity.id,
        "version": identity.version,
        "issueDate": _date(now - DAY),
        "nextUpdate": _date(now + issued.qe_identity_valid_for),
        "tcbEvaluationDataNumber": issued.evaluation_number,
        "miscselect": _hex(identity.misc_select),
        "miscselectMask": _hex(identity.misc_select_mask),
        "attributes": _hex(identity.attributes),
        "attributesMask": _hex(identity.attributes_mask),
        "mrsigner": _hex(identity.mr_signer),
        "isvprodid": identity.isv_prod_id,
        "tcbLevels": _isv_levels(identity.levels),
    }


def _isv_levels(levels: tuple[IsvLevel, ...]) -> list[dict[str, Any]]:
    return [
        {"tcb": {"isvsvn": level.isv_svn}, "tcbDate": TCB_DATE, "tcbStatus": level.status}
        for level in levels
    ]


def _hex(data: bytes) -> str:
    return data.hex().upper()


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
