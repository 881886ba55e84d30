"""Early TCB evaluations: nobody can force one on a store before its time."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from cases.case import CHAIN_ID, NOW, REPORT_DATA, SEED
from cases.chain import Chain
from cases.contracts import Contracts, certificates, signed

from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import DAY, Evaluation, Issued

YEAR = 365 * DAY
EVALUATIONS = (Evaluation(18, 100 * DAY), Evaluation(17, YEAR + DAY), Evaluation(16, 2 * YEAR))


def platform(number: int) -> SimulatedPlatform:
    """A platform whose TCB info and QE identity are of one evaluation, and all are listed."""
    issued = Issued(evaluation_number=number, evaluations=EVALUATIONS)
    return SimulatedPlatform(SEED, CHAIN_ID, NOW, replace(Variation(), issued=issued))


@pytest.fixture
def contracts(start_chain: Callable[[int], Chain]) -> Contracts:
    """A store of a public chain's kind, with everything but TCB info and QE identity."""
    sound = platform(17)
    chain = start_chain(NOW)
    made = Contracts(chain, sound.root_der, YEAR)
    collateral = sound.collateral()
    for function, der in (
        ("uploadRootCrl", collateral.root_ca_crl),
        ("uploadPckCa", certificates(collateral.pck_crl_issuer_chain)[0]),
        ("uploadTcbSigning", certificates(collateral.tcb_info_issuer_chain)[0]),
        ("uploadPckCrl", collateral.pck_crl),
    ):
        assert made.upload(function, der) is None
    return made


def documents(number: int) -> list[tuple[str, tuple[bytes, bytes, bytes]]]:
    collateral = platform(number).collateral()
    return [
        ("uploadTcbInfo", signed(collateral.tcb_info, collateral.tcb_info_signature)),
        ("uploadQeIdentity", signed(collateral.qe_identity, collateral.qe_identity_signature)),
    ]


def upload_numbers(contracts: Contracts) -> None:
    numbers = platform(17).evaluation_numbers()
    arguments = signed(numbers.text, numbers.signature)
    assert contracts.upload("uploadTcbEvaluationNumbers", *arguments) is None


def test_store__without_the_list__takes_no_evaluation(contracts: Contracts) -> None:
    for function, arguments in documents(17):
        assert contracts.upload(function, *arguments) == "EvaluationNumbersMissing"


def test_store__with_the_list__takes_what_is_old_enough(contracts: Contracts) -> None:
    upload_numbers(contracts)
    for function, arguments in documents(18):
        assert contracts.upload(function, *arguments) == "EvaluationTooEarly"
    for function, arguments in documents(19):
        assert contracts.upload(function, *arguments) == "EvaluationNumberUnknown"
    for function, arguments in documents(17):
        assert contracts.upload(function, *arguments) is None
    for function, arguments in documents(16):
        refusal = contracts.upload(function, *arguments)
        assert refusal in ("EvaluationNumberLower", "CollateralNotNewer")
    (verification,) = contracts.verify_raw([platform(17).quote(REPORT_DATA)])
    assert verification.verdict == "UpToDate"
    assert verification.valid_until == NOW + 30 * DAY
