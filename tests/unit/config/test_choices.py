"""The values of options that name something of the core: the core's own."""

import pytest

from attestor.config import options
from attestor.core.cross_check import CheckingEngine, Mode
from attestor.core.execution import SIGNABLE_ENGINES
from attestor.core.report_data import Layout


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        (options.REGISTRY_KINDS, Layout),
        (options.ENGINES, SIGNABLE_ENGINES),
        (options.CHECKING_ENGINES, CheckingEngine),
        (options.CROSS_CHECKS, Mode),
    ],
    ids=("registry kinds", "engines", "checking engines", "cross-checks"),
)
def test_choices__each_option__are_those_of_the_core(
    choices: tuple[str, ...], named: "tuple[str, ...] | type"
) -> None:
    assert choices == tuple(str(one) for one in named)  # type: ignore[union-attr]
