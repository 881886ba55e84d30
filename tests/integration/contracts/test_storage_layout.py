"""The slots that storage proofs read are those of the contract."""

import json
import os
import subprocess
from pathlib import Path

from attestor.config import ROOT
from attestor.core.registry_state import SLOTS

FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"


def test_slots__of_what_is_read__are_those_of_forge(tmp_path: Path) -> None:
    # Into a folder of its own: forge would write over the artifacts.
    environment = {"FOUNDRY_OUT": str(tmp_path / "out"), "FOUNDRY_CACHE_PATH": str(tmp_path)}
    told = subprocess.run(
        [FORGE, "inspect", "TEERegistry", "storageLayout", "--json"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        timeout=300,
    )
    places = {
        one["label"]: (int(one["slot"]), one["offset"])
        for one in json.loads(told.stdout)["storage"]
    }
    assert {name: places.get(name) for name in SLOTS} == {
        name: (slot, 0) for name, slot in SLOTS.items()
    }
