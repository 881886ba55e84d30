"""Quotes and collateral of real machines under Intel's root, on chain at their times: the verdicts
are those of dcap-qvl."""

from pathlib import Path

import pytest
from matrix.contracts import Contracts, Verification, certificates

from attestor.quote import qvl
from attestor.quote.collateral import Collateral
from attestor.quote.compact import compact
from attestor.quote.format import Quote, parse
from attestor.quote.validity import validity

TIMES = {"tdx_v4": 1750330571, "sgx_v3": 1750331571, "tdx_v5_outdated": 1772000000}
UPLOADED_BEFORE = 300


def load(vectors: Path, name: str) -> tuple[Quote, Collateral]:
    folder = vectors / "dcap" / name
    return (
        parse((folder / "quote.bin").read_bytes()),
        Collateral.from_json((folder / "collateral.json").read_bytes()),
    )


def verify(start_chain, vectors: Path, name: str) -> list[Verification]:
    """The verdicts on the raw and on the compact form."""
    quote, collateral = load(vectors, name)
    chain = start_chain(TIMES[name] - UPLOADED_BEFORE)
    contracts = Contracts(chain, certificates(collateral.tcb_info_issuer_chain)[-1])
    assert contracts.upload_all(collateral) == {}
    chain.set_time(TIMES[name])
    raw, padded = contracts.verify_raw([quote.trimmed, quote.trimmed + bytes(64)])
    assert padded.verdict == "QuoteLengthWrong"
    return [raw, *contracts.verify_compact([compact(quote)])]


@pytest.mark.parametrize("name", ["tdx_v4", "sgx_v3"])
def test_verify__genuine_quote__has_dcap_qvls_status(start_chain, vectors, name) -> None:
    quote, collateral = load(vectors, name)
    expected = qvl.verify(quote.trimmed, collateral, None, TIMES[name])
    for verification in verify(start_chain, vectors, name):
        assert verification.verdict == expected.status
        assert verification.fmspc == expected.fmspc
        assert verification.valid_until == validity(collateral).until


def test_verify__genuine_quote_of_an_outdated_machine__is_refused(start_chain, vectors) -> None:
    for verification in verify(start_chain, vectors, "tdx_v5_outdated"):
        assert verification.verdict == "TcbLevelNotFound"
