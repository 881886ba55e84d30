"""What the contracts say of a list of cases: each collateral in a store of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from matrix.case import GOOD, NOW, Case, Made, make, make_sound
from matrix.chain import Chain
from matrix.contracts import Contracts

from attestor.errors import QuoteInvalid, QuoteNotCompactable
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated.issued import Issued

UPLOAD_TIME = NOW - 3_600
"""Before anything expires that is expired at NOW."""
EARLIER = 7_200
"""How long before NOW the first root CRL of a store was issued."""


@dataclass(frozen=True)
class Judgement:
    """A verdict on the raw quote and one on its compact form: a TCB status or the name of an
    error, which is Python's when there is no compact form. `refused` are uploads of collateral
    that the store did not take, with its errors."""

    raw: str
    compact: str
    refused: dict[str, str]


def judge_all(chain: Chain, cases: Iterable[Case]) -> dict[str, tuple[Judgement, Judgement]]:
    """For each case's name, the judgements on its positive control and on the case itself."""
    made = {case.name: (make_sound(case), make(case)) for case in cases}
    stores: dict[bytes, tuple[Contracts, dict[str, str]]] = {}
    for pair in made.values():
        for one in pair:
            key = one.collateral.to_json()
            if key not in stores:
                stores[key] = _fill(chain, one)
    chain.set_time(NOW)
    return {
        name: (
            _judge(sound, *stores[sound.collateral.to_json()]),
            _judge(bad, *stores[bad.collateral.to_json()]),
        )
        for name, (sound, bad) in made.items()
    }


def expected(case: Case) -> Judgement:
    """What the table says of a case."""
    contract = case.contract or case.dcap_qvl
    return Judgement(contract, case.compact or contract, dict(case.refused))


def wrong(chain: Chain, cases: Iterable[Case]) -> list[str]:
    """Names of the cases that the contracts judge otherwise than the table, or whose positive
    control they do not take."""
    listed = list(cases)
    judged = judge_all(chain, listed)
    sound = Judgement(GOOD, GOOD, {})
    return [case.name for case in listed if judged[case.name] != (sound, expected(case))]


def _fill(chain: Chain, made: Made) -> tuple[Contracts, dict[str, str]]:
    contracts = Contracts(chain, made.platform.root_der)
    earlier = made.platform.pki.root_crl(Issued(), NOW - EARLIER)
    return contracts, contracts.upload_all(made.collateral, earlier)


def _judge(made: Made, contracts: Contracts, refused: dict[str, str]) -> Judgement:
    (raw,) = contracts.verify_raw([made.quote])
    try:
        form = compact(parse(made.quote))
    except (QuoteInvalid, QuoteNotCompactable) as error:
        return Judgement(raw.verdict, type(error).__name__, refused)
    (short,) = contracts.verify_compact([form])
    return Judgement(raw.verdict, short.verdict, refused)
