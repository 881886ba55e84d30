"""`attestor deploy` on a real chain: the plan, the file, going on after a stop, refusals."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralStore
from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.collateral import uploader
from attestor.collateral.items import items_of
from attestor.config import ROOT
from attestor.core.fees import GWEI
from attestor.core.text import from_hex, to_hex
from attestor.deployment import record
from attestor.deployment.deployer import PACE, Deployer
from attestor.deployment.log import DeploymentLog
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import fund
from attestor.quote.collateral import SignedText
from attestor.quote.simulated import SimulatedPlatform
from attestor.transactions.account import load_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy

ORDER = ["CollateralStore", "DcapVerifier", "TEERegistry", "MultiProof"]


@dataclass(frozen=True)
class Place:
    """A chain, a funded payer, and a file to write."""

    node: Node
    url: str
    payer: str
    key_file: Path
    file: Path

    def command(self, *arguments: str) -> list[str]:
        command = [sys.executable, "-m", "attestor", "deploy", "--rpc-url", self.url]
        return [
            *command,
            "--payer-key-file",
            str(self.key_file),
            "--file",
            str(self.file),
            *arguments,
        ]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.defpath}
        return subprocess.Popen(self.command(*arguments), env=environment, cwd=ROOT)

    def deploy(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            input=answer,
            capture_output=True,
            text=True,
            timeout=120,
            env={"PATH": os.defpath},
            cwd=ROOT,
            check=False,
        )

    def owner(self) -> str:
        registry = record.read(self.file).address("TEERegistry")
        answer = self.node.call(registry, Contract.named("TEERegistry").encode("owner"))
        return to_hex(answer[12:])


@pytest.fixture
def place(start_anvil: Callable[..., Anvil], tmp_path: Path) -> Place:
    return place_on(start_anvil(), tmp_path)


def place_on(anvil: Anvil, tmp_path: Path) -> Place:
    """A funded payer on a chain."""
    node = Node(Rpc(anvil.url), anvil.chain_id)
    account = Account.create()
    fund(node, from_hex(account.address))
    key_file = tmp_path / "payer.key"
    key_file.touch(mode=0o600)
    key_file.write_text(to_hex(account.key))
    return Place(node, anvil.url, account.address, key_file, tmp_path / "deployment.json")


def test_deploy__simulated_root__four_contracts_and_a_file(place: Place) -> None:
    result = place.deploy("--root", "simulated", "--measurement", "0x" + "0a" * 32, "--yes")
    assert result.returncode == 0, result.stderr
    assert "no outside audit" in result.stdout
    found = record.read(place.file)
    assert list(found.contracts) == ORDER
    for name, standing in found.contracts.items():
        assert standing.code_hash == to_hex(keccak(place.node.code(found.address(name))))
        assert standing.abi
    assert place.owner() == place.payer.lower()
    allowed = Contract.named("TEERegistry").encode("isMeasurementAllowed", b"\x0a" * 32)
    assert int.from_bytes(place.node.call(found.address("TEERegistry"), allowed), "big") == 1


def test_deploy__chain_without_the_precompile__refused_in_words_before_anything_is_paid(
    start_anvil: Callable[..., Anvil], tmp_path: Path
) -> None:
    place = place_on(start_anvil(hardfork="prague"), tmp_path)
    result = place.deploy("--root", "simulated", "--yes")
    assert result.returncode == 2
    assert "it has no P-256 precompile at 0x100" in result.stderr
    assert place.node.head().number == 0
    assert not place.file.exists()


def test_deploy__chain_with_the_precompile_but_no_later_opcode__works_with_its_uploads(
    start_anvil: Callable[..., Anvil], tmp_path: Path
) -> None:
    """As the chains of the OP stack before they take in Osaka: JSON is read there as well."""
    rollup = start_anvil(hardfork="isthmus", options=("--network", "optimism"))
    place = place_on(rollup, tmp_path)
    result = place.deploy("--root", "simulated", "--layout-1.0", "--yes")
    assert result.returncode == 0, result.stderr
    found = record.read(place.file)
    assert list(found.contracts) == [*ORDER[:2], "AutomataLayoutV10", *ORDER[2:]]
    seed = b"development"
    platform = SimulatedPlatform(seed, rollup.chain_id, place.node.head().timestamp)
    store = CollateralStore(place.node, found.address("CollateralStore"))
    log = DeploymentLog(None, rollup.chain_id)
    pricer = Pricer(place.node, load_account(place.key_file), FeePolicy(200 * GWEI))
    deployer = Deployer(place.node, TransactionManager(place.node, pricer, log, PACE), log)
    listed = platform.evaluation_numbers(place.node.head().timestamp)
    numbers = SignedText(listed.text, listed.signature, "")
    for item in items_of(platform.collateral(place.node.head().timestamp), numbers):
        deployer.transact(store.address, uploader.calldata(store, item))
        held = store.held(item.kind, item.key)
        assert held is not None
        assert held.digest == item.content_hash


def test_deploy__not_confirmed__sends_nothing(place: Place) -> None:
    result = place.deploy("--root", "simulated", answer="n\n")
    assert result.returncode != 0
    assert "deploy CollateralStore" in result.stdout
    assert not place.file.exists()
    assert place.node.head().number == 0


def test_deploy__stopped_in_the_middle__goes_on_from_its_file(place: Place) -> None:
    assert place.deploy("--root", "simulated", "--yes").returncode == 0
    whole = json.loads(place.file.read_text())
    for name in ORDER[2:]:
        del whole["contracts"][name]
    place.file.write_text(json.dumps(whole))
    before = record.read(place.file)
    result = place.deploy("--root", "simulated", "--yes")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("is already done") == 2
    after = record.read(place.file)
    assert list(after.contracts) == ORDER
    assert after.contracts["CollateralStore"] == before.contracts["CollateralStore"]


def test_deploy__again_when_all_is_done__sends_nothing(place: Place) -> None:
    arguments = ("--root", "simulated", "--measurement", "0x" + "0a" * 32, "--yes")
    assert place.deploy(*arguments).returncode == 0
    nonce = place.node.nonce(from_hex(place.payer))
    result = place.deploy(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("is already done") == 5
    assert place.node.nonce(from_hex(place.payer)) == nonce


def test_deploy__killed_while_a_transaction_is_out__goes_on_with_it(place: Place) -> None:
    place.node.rpc.call("evm_setAutomine", [False])
    running = place.start("--root", "simulated", "--yes")
    while not place.file.exists() or not place.node.rpc.call("txpool_content", [])["pending"]:
        assert running.poll() is None
        time.sleep(0.05)
    (out,) = record.read(place.file).attempts
    busy = place.deploy("--root", "simulated", "--yes")
    assert busy.returncode == 2
    assert "another process, or another chain of this one, sends from" in busy.stderr
    running.kill()
    running.wait()
    place.node.rpc.call("evm_setAutomine", [True])
    result = place.deploy("--root", "simulated", "--yes")
    assert result.returncode == 0, result.stderr
    found = record.read(place.file)
    assert list(found.contracts) == ORDER
    assert found.contracts["CollateralStore"].transaction == to_hex(out.hash)
    assert found.attempts == ()
    assert place.node.nonce(from_hex(place.payer)) == len(ORDER)


def test_deploy__other_arguments_on_the_same_file__refused(place: Place) -> None:
    assert place.deploy("--root", "simulated", "--yes").returncode == 0
    written = place.file.read_text()
    result = place.deploy("--root", "simulated", "--threshold", "2", "--yes")
    assert result.returncode == 2
    assert "other arguments" in result.stderr
    assert place.file.read_text() == written


def test_deploy__owner_and_guardian__are_set(place: Place) -> None:
    owner, guardian = "0x" + "aa" * 20, "0x" + "bb" * 20
    result = place.deploy("--root", "simulated", "--owner", owner, "--guardian", guardian, "--yes")
    assert result.returncode == 0, result.stderr
    assert place.owner() == owner
    registry = record.read(place.file).address("TEERegistry")
    answer = place.node.call(registry, Contract.named("TEERegistry").encode("guardian"))
    assert to_hex(answer[12:]) == guardian


def test_deploy__foreign_verifier_with_another_hash__refused(place: Place) -> None:
    foreign = ["--verifier", "0x" + "cc" * 20, "--verifier-kind", "automata-1.1"]
    result = place.deploy(*foreign, "--verifier-code-hash", "0x" + "dd" * 32, "--yes")
    assert result.returncode == 2
    assert "hash" in result.stderr
    assert not place.file.exists()


def test_deploy__foreign_verifier_without_its_hash__refused(place: Place) -> None:
    result = place.deploy("--verifier", "0x" + "cc" * 20, "--yes")
    assert result.returncode == 2
    assert "must be given together" in result.stderr


def test_deploy__simulated_root_on_another_chain__refused(
    start_anvil: Callable[..., Anvil], place: Place
) -> None:
    public = start_anvil(chain_id=1)
    moved = Place(place.node, public.url, place.payer, place.key_file, place.file)
    result = moved.deploy("--root", "simulated", "--yes")
    assert result.returncode == 2
    assert "simulated" in result.stderr
    assert not place.file.exists()


def test_deploy__gateway_without_code__refused_before_anything_is_paid(place: Place) -> None:
    result = place.deploy("--root", "simulated", "--gateway", "0x" + "cc" * 20, "--yes")
    assert result.returncode == 2
    assert "SP1's gateway 0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC has no code" in result.stderr
    assert place.node.nonce(from_hex(place.payer)) == 0
    assert not place.file.exists()


def test_deploy__plan__names_arguments_and_shows_no_certificate(place: Place) -> None:
    shown = place.deploy("--root", "simulated", answer="n\n").stdout.splitlines()
    assert "    owner                   " + place.payer in shown
    assert any("rootCertificate" in line and "bytes, sha256" in line for line in shown)
    # The folder of the file is as long as the user's.
    assert max(len(line.replace(str(place.file.parent), "")) for line in shown) <= 160
    assert "The deployer stays the registry's owner" not in "\n".join(shown)
    assert "the root CA is SIMULATED" in shown
    assert any(line.startswith("the deployer holds ") for line in shown)
    assert "without --gateway, MultiProof takes no SP1 proofs: TEE proofs alone" in shown


def test_deploy__owner_is_the_deployer_on_a_public_chain__said(
    start_anvil: Callable[..., Anvil], tmp_path: Path
) -> None:
    place = place_on(start_anvil(chain_id=1), tmp_path)
    assert "The deployer stays the registry's owner" in place.deploy(answer="n\n").stdout
    other = place.deploy("--owner", "0x" + "aa" * 20, answer="n\n").stdout
    assert "The deployer stays the registry's owner" not in other


def test_deploy__argument_that_a_contract_does_not_take__sends_nothing(place: Place) -> None:
    for option, value in (("--threshold", str(2**256)), ("--evaluation-delay-days", "-1")):
        result = place.deploy("--root", "simulated", option, value, "--yes")
        assert result.returncode == 2
        assert option in result.stderr
    assert place.node.nonce(from_hex(place.payer)) == 0
