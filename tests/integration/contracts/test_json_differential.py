"""The store's parsers against dcap-qvl's: collateral documents changed at random and signed anew.

The store is stricter. What it takes must mean the same to both.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cases.case import CHAIN_ID, FORMS, NOW, REFUSED, REPORT_DATA, SEED
from cases.chain import Chain
from cases.contracts import STATUSES, Contracts, certificates, signed
from cases.json_mutations import mutated_json

from attestor.errors import QuoteRefused
from attestor.quote import qvl
from attestor.quote.collateral import Collateral
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.keys import sign

CHANGES = 250
MASKED = "dcap-qvl masks the expected value too; the contract, as Intel, only what is found"
STRICTER = {
    "QeAttributesRefused": MASKED,
    "QeMiscSelectRefused": MASKED,
    "ModuleAttributesRefused": MASKED,
    "PceIdMismatch": "dcap-qvl does not look at the PCE",
}
"""Errors of the contract where dcap-qvl gives a status."""
DOCUMENTS = {"uploadTcbInfo": "tcb_info", "uploadQeIdentity": "qe_identity"}


def verdict_of_dcap_qvl(platform: SimulatedPlatform, raw: bytes, collateral: Collateral) -> str:
    try:
        return qvl.verify(raw, collateral, platform.root_der, NOW).status
    except QuoteRefused:
        return REFUSED


def in_order(text: str) -> str:
    """The document with the levels of enclaves and modules from high to low: the store sorts them
    as Intel does, dcap-qvl takes the first that fits."""

    def sort(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sort(inner) for key, inner in value.items()}
        if isinstance(value, list) and all(_is_isv_level(level) for level in value):
            return sorted(value, key=lambda level: -level["tcb"]["isvsvn"])
        return [sort(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps(sort(json.loads(text)), separators=(",", ":"))


def _is_isv_level(value: Any) -> bool:
    return isinstance(value, dict) and "isvsvn" in value.get("tcb", {})


def fill(contracts: Contracts, collateral: Collateral, without: str) -> None:
    """Upload everything but the document that will be changed."""
    authority = certificates(collateral.pck_crl_issuer_chain)[0]
    signing = certificates(collateral.tcb_info_issuer_chain)[0]
    for function, arguments in (
        ("uploadRootCrl", (collateral.root_ca_crl,)),
        ("uploadPckCa", (authority,)),
        ("uploadTcbSigning", (signing,)),
        ("uploadPckCrl", (collateral.pck_crl,)),
        ("uploadTcbInfo", signed(collateral.tcb_info, collateral.tcb_info_signature)),
        ("uploadQeIdentity", signed(collateral.qe_identity, collateral.qe_identity_signature)),
    ):
        if function != without:
            assert contracts.upload(function, *arguments) is None


@pytest.mark.parametrize("function", DOCUMENTS)
@pytest.mark.parametrize("form", ["SGX v3", "TD 1.5 v5"])
def test_store__document_changed_and_signed_anew__means_the_same_to_dcap_qvl(
    start_chain: Callable[[int], Chain], form: str, function: str
) -> None:
    random = Random(form + function)
    platform = SimulatedPlatform(SEED, CHAIN_ID, NOW, FORMS[form])
    raw, sound = platform.quote(REPORT_DATA), platform.collateral()
    chain = start_chain(NOW)
    contracts = Contracts(chain, platform.root_der)
    fill(contracts, sound, function)
    taken = 0
    for _ in range(CHANGES):
        text = mutated_json(random, getattr(sound, DOCUMENTS[function]))
        signature = sign(platform.pki.tcb_signing.key, text.encode())
        before = chain.ask("evm_snapshot", [])
        refusal = contracts.upload(function, *signed(text, signature))
        (verification,) = contracts.verify_compact([compact(parse(raw))])
        chain.ask("evm_revert", [before])
        assert "untyped" not in (refusal or verification.verdict), text
        if refusal is None:
            taken += 1
            field = DOCUMENTS[function]
            ordered = in_order(text)
            signature = sign(platform.pki.tcb_signing.key, ordered.encode())
            fields: dict[str, Any] = {field: ordered, f"{field}_signature": signature}
            changed = replace(sound, **fields)
            ours = verification.verdict if verification.verdict in STATUSES else REFUSED
            theirs = verdict_of_dcap_qvl(platform, raw, changed)
            assert ours == theirs or verification.verdict in STRICTER, (theirs, verification, text)
    assert CHANGES // 10 < taken < CHANGES
