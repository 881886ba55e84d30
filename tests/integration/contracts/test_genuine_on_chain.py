"""Quotes and collateral of real machines under Intel's root, on chain at their times: the verdicts
are those of dcap-qvl."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cases.chain import Chain
from cases.contracts import STATUSES, Contracts, Verification, certificates

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


def at_its_time(
    start_chain: Callable[[int], Chain], name: str, collateral: Collateral
) -> Contracts:
    """A store with this collateral, under Intel's root, at the time of the quote."""
    chain = start_chain(TIMES[name] - UPLOADED_BEFORE)
    contracts = Contracts(chain, certificates(collateral.tcb_info_issuer_chain)[-1])
    assert contracts.upload_all(collateral) == {}
    chain.set_time(TIMES[name])
    return contracts


def verify(start_chain: Callable[[int], Chain], vectors: Path, name: str) -> list[Verification]:
    """The verdicts on the raw and on the compact form."""
    quote, collateral = load(vectors, name)
    contracts = at_its_time(start_chain, name, collateral)
    raw, padded = contracts.verify_raw([quote.trimmed, quote.trimmed + bytes(64)])
    assert padded.verdict == "QuoteLengthWrong"
    return [raw, *contracts.verify_compact([compact(quote)])]


@pytest.mark.parametrize("name", ["tdx_v4", "sgx_v3"])
def test_verify__genuine_quote__has_dcap_qvls_status(
    start_chain: Callable[[int], Chain], vectors: Path, name: str
) -> None:
    quote, collateral = load(vectors, name)
    expected = qvl.verify(quote.trimmed, collateral, None, TIMES[name])
    for verification in verify(start_chain, vectors, name):
        assert verification.verdict == expected.status
        assert verification.fmspc == expected.fmspc
        assert verification.valid_until == validity(collateral).until


def test_verify__genuine_quote_of_an_outdated_machine__is_refused(
    start_chain: Callable[[int], Chain], vectors: Path
) -> None:
    for verification in verify(start_chain, vectors, "tdx_v5_outdated"):
        assert verification.verdict == "TcbLevelNotFound"


def test_verify__genuine_quote_with_a_byte_changed__is_refused(
    start_chain: Callable[[int], Chain], vectors: Path
) -> None:
    quote, collateral = load(vectors, "tdx_v4")
    contracts = at_its_time(start_chain, "tdx_v4", collateral)
    form = compact(quote)
    changed = [
        form[:at] + bytes([form[at] ^ 0x80 >> at % 8]) + form[at + 1 :]
        for at in range(0, len(form), 3)
    ]
    verdicts = [verification.verdict for verification in contracts.verify_compact(changed)]
    assert not set(verdicts) & set(STATUSES)
    assert not [verdict for verdict in verdicts if "untyped" in verdict]


def test_verify__collateral_at_its_end__is_refused_a_second_later(
    start_chain: Callable[[int], Chain], vectors: Path
) -> None:
    quote, collateral = load(vectors, "tdx_v4")
    chain = start_chain(TIMES["tdx_v4"] - UPLOADED_BEFORE)
    contracts = Contracts(chain, certificates(collateral.tcb_info_issuer_chain)[-1])
    contracts.upload_all(collateral)
    until = validity(collateral).until
    verdicts = []
    for time in (until, until + 1):
        chain.set_time(time)
        verdicts += [v.verdict for v in contracts.verify_compact([compact(quote)])]
    assert verdicts == ["UpToDate", "CollateralExpired"]
