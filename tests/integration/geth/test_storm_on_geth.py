"""Rotations in a storm on geth, which goes back by `debug_setHead`."""

from pathlib import Path

import pytest
from measures.stepped_geth import stepped_geth
from storm.storm import Storm

from attestor.config import ROOT

GETH = ROOT / "cache" / "geth" / "v1.17.10" / "geth"
ROTATIONS, SEED = 2, 3

pytestmark = pytest.mark.skipif(
    not GETH.exists(), reason="geth v1.17.10 is not built: make test-geth, which needs Go"
)


@pytest.mark.parametrize("stops_at_osaka", [True, False], ids=["osaka", "own genesis"])
def test_storm__on_geth__the_signer_of_each_proof_is_registered(
    tmp_path: Path, stops_at_osaka: bool
) -> None:
    with stepped_geth(GETH, stops_at_osaka) as chain:
        storm = Storm(chain, tmp_path, SEED, endpoints=3)
        storm.run(ROTATIONS)
        storm.machine.close()
    assert storm.weather.counts["reorgs"] > 0
    assert len(storm.judge.signers) > ROTATIONS
    assert (storm.judge.uncovered, storm.judge.idle) == (0, 0)
