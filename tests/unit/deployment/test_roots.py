"""The roots that a store may pin."""

import json
from pathlib import Path

import pytest

from attestor.deployment import roots
from attestor.errors import SimulationRefused


def test_intel__genuine_chain__is_its_root(vectors: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificates

    text = json.loads((vectors / "dcap/tdx_v4/collateral.json").read_text())
    root = load_pem_x509_certificates(text["pck_crl_issuer_chain"].encode())[-1]
    found = roots.of(root.public_bytes(Encoding.DER))
    intel = roots.intel()
    assert (found.x, found.y) == (intel.x, intel.y)
    assert (found.name, found.key_id) == (intel.name, intel.key_id)
    assert not intel.simulated


def test_simulated__of_a_seed__is_marked_and_is_not_intels() -> None:
    root = roots.simulated("development", 31337)
    assert root.simulated
    assert root.x != roots.intel().x
    assert b"SIMULATED" in root.name
    assert root == roots.simulated("development", 31337)
    assert root != roots.simulated("other", 31337)


def test_simulated__public_chain__refused() -> None:
    with pytest.raises(SimulationRefused):
        roots.simulated("development", 1)
