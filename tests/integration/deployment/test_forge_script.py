"""The forge script deploys what `attestor deploy` does."""

import os
import re
import subprocess

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.config import ROOT
from attestor.core.text import from_hex, to_hex
from attestor.deployment import artifact, roots
from attestor.devnet.deployment import DevelopmentDeployer

FORGE = ROOT / "node_modules/@foundry-rs/forge-linux-amd64/bin/forge"
CONTRACTS = {
    "store": "CollateralStore",
    "verifier": "DcapVerifier",
    "registry": "TEERegistry",
    "multiProof": "MultiProof",
}


def test_script__broadcast__leaves_the_builds_code(node: Node) -> None:
    deployer = DevelopmentDeployer(node)
    root = roots.simulated("development", node.chain_id)
    completed = subprocess.run(
        [
            str(FORGE),
            "script",
            "contracts/script/Deploy.s.sol",
            "--rpc-url",
            node.rpc.url,
            "--broadcast",
            "--private-key",
            to_hex(deployer.account.key),
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "ROOT_CERTIFICATE": to_hex(root.certificate),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    found = dict(re.findall(r"^(\w+): address (0x[0-9a-fA-F]{40})$", completed.stdout, re.M))
    assert set(found) == set(CONTRACTS)
    for name, contract in CONTRACTS.items():
        assert artifact.load(contract).made(node.code(from_hex(found[name].lower())))
    registry = from_hex(found["registry"].lower())
    owner, guardian = (
        node.call(registry, Contract.named("TEERegistry").encode(name))[12:]
        for name in ("owner", "guardian")
    )
    assert to_hex(owner) == deployer.account.address.lower()
    assert guardian == owner
