"""The case table (tests/cases) before dcap-qvl and before our gate.

The column of dcap-qvl pins its behaviour: where it gives a status, only our own checks refuse.
"""

import pytest
from cases import differences
from cases.case import CHAIN_ID, GOOD, NOW, REFUSED, REPORT_DATA, Case, Made, make, make_sound
from cases.contracts import STATUSES
from cases.differences import LAXER, OTHER_STATUS, STRICTER
from cases.table import TABLE

from attestor import errors
from attestor.errors import QuoteRefused
from attestor.quote import qvl
from attestor.quote.gate import GatePolicy, SimulatedRoot, assess

every_case = pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)


def status_from_gate(made: Made) -> str:
    policy = GatePolicy(root=SimulatedRoot(made.platform.root_der, CHAIN_ID))
    return assess(made.quote, REPORT_DATA, made.collateral, NOW, policy).status


def status_from_dcap_qvl(made: Made) -> str:
    return qvl.verify(made.quote, made.collateral, made.platform.root_der, NOW).status


def test_table__names__are_unique() -> None:
    assert len({case.name for case in TABLE}) == len(TABLE)


@pytest.mark.slow
@every_case
def test_gate__case__is_judged_by_type_and_reason(case: Case) -> None:
    assert status_from_gate(make_sound(case)) == GOOD
    if case.gate == GOOD:
        assert status_from_gate(make(case)) == GOOD
        return
    expected = getattr(errors, case.gate)
    with pytest.raises(expected, match=case.reason or None) as caught:
        status_from_gate(make(case))
    assert type(caught.value) is expected


@pytest.mark.slow
@every_case
def test_dcap_qvl__case__is_judged_as_recorded(case: Case) -> None:
    assert status_from_dcap_qvl(make_sound(case)) == GOOD
    if case.dcap_qvl == REFUSED:
        with pytest.raises(QuoteRefused):
            status_from_dcap_qvl(make(case))
        return
    assert status_from_dcap_qvl(make(case)) == case.dcap_qvl


@pytest.mark.parametrize(
    ("kind", "reasons"), [("stricter", STRICTER), ("laxer", LAXER), ("other", OTHER_STATUS)]
)
def test_table__contracts_that_differ_from_dcap_qvl__have_a_reason(
    kind: str, reasons: dict[str, tuple[str, ...]]
) -> None:
    different = {
        differences.row(case) for case in TABLE if differences.kind(case, STATUSES) == kind
    }
    assert different == differences.names(reasons)


def test_table__what_the_contracts_refuse_of_a_quote__is_refused_by_the_gate_first() -> None:
    """But for collateral that the store cannot take: that never reaches a quote's gas."""
    let_through = {
        differences.row(case)
        for case in TABLE
        if case.gate in STATUSES and differences.kind(case, STATUSES) == "stricter"
    }
    assert let_through == set(
        STRICTER["the store takes only forms of collateral that it knows whole"]
    )
