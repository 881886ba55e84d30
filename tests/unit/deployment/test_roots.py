"""The roots that a store may pin."""

import json
from pathlib import Path

import pytest

from attestor.deployment import roots
from attestor.errors import SimulationRefused
from attestor.quote.simulated import SimulatedPlatform


def test_intel__genuine_chain__ends_with_it(vectors: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificates

    text = json.loads((vectors / "dcap/tdx_v4/collateral.json").read_text())
    root = load_pem_x509_certificates(text["pck_crl_issuer_chain"].encode())[-1]
    assert root.public_bytes(Encoding.DER) == roots.intel().certificate
    assert not roots.intel().simulated


def test_simulated__of_a_seed__is_marked_and_is_that_platforms() -> None:
    root = roots.simulated("development", 31337)
    platform = SimulatedPlatform(b"development", 31337, 1_790_000_000)
    assert root.simulated
    assert root.certificate == platform.root_der
    assert root != roots.simulated("other", 31337)


def test_simulated__public_chain__refused() -> None:
    with pytest.raises(SimulationRefused):
        roots.simulated("development", 1)
