"""Which chains may be simulated."""

import pytest

from attestor.core.chains import DEVELOPMENT_CHAIN_IDS, require_development_chain
from attestor.errors import SimulationRefused


@pytest.mark.parametrize("chain_id", sorted(DEVELOPMENT_CHAIN_IDS))
def test_require_development_chain__development__passes(chain_id: int) -> None:
    require_development_chain(chain_id, "a platform")


@pytest.mark.parametrize(
    "chain_id", [0, 1, 10, 137, 8453, 534352, 11155111, 1398243, 31338, -31337]
)
def test_require_development_chain__any_other__is_refused_by_name(chain_id: int) -> None:
    with pytest.raises(SimulationRefused, match=f"a platform is simulated.*chain id {chain_id} "):
        require_development_chain(chain_id, "a platform")
