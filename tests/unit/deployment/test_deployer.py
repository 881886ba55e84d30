"""What a deployment refuses before its first transaction."""

from typing import Any, cast

import pytest

from attestor.deployment.deployer import Deployer
from attestor.deployment.plan import Creation, Made, Plan
from attestor.errors import DeploymentFailed


def test_run__argument_of_the_last_contract_does_not_fit__sends_nothing() -> None:
    """Neither transactions nor a log are there to be used."""
    nothing = cast(Any, None)
    store = Creation("CollateralStore", (b"certificate", 0))
    last = Creation("MultiProof", (Made("TEERegistry"), "0x" + "00" * 20, 2**256, False))
    with pytest.raises(DeploymentFailed, match="MultiProof takes address, address, uint256, bool"):
        Deployer(nothing, nothing, nothing).run(Plan(31337, (store, last)))
