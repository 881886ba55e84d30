"""A history against a registry that is read as upstream's, on a chain: honest, and changed."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.config import ROOT
from attestor.core.fees import GWEI
from attestor.core.registration import Quoted
from attestor.core.report_data import Binding, Layout
from attestor.core.text import checksummed
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import DevelopmentDeployer
from attestor.quote.simulated import SimulatedPlatform
from attestor.rotation.request import RequestBuilder
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.signers import RegistrationRequest
from attestor.store.transactions import Transactions
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call, Pricer
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.send_state import Pace

SIGNER = b"\x05" * 20


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Registry]]:
    """A database with one registration by upstream's call, and the registry."""
    folder = tmp_path_factory.mktemp("upstream")
    anvil = Anvil(31337, None, folder / "anvil.log")
    try:
        node = Node(Rpc(anvil.url), anvil.chain_id)
        platform = SimulatedPlatform(b"upstream", 31337, node.head().timestamp)
        deployer = DevelopmentDeployer(node)
        address = deployer.deploy_all(platform).registry.address
        registry = Registry(node, address, Layout.UPSTREAM)
        store = Store.open(folder / "attestor.sqlite")
        journal = Journal(store, lambda: float(node.head().timestamp))
        history, log = History(store, journal), Transactions(store, journal)
        head = node.head()
        bound = Binding(31337, address, Layout.UPSTREAM).encode(SIGNER, head.number, head.hash)
        raw = platform.quote(bound)
        deployer.mine()
        history.signer_created(SIGNER)
        quoted = Quoted(
            hash=keccak(raw),
            raw=raw,
            signer=SIGNER,
            reference_block=head.number,
            reference_hash=head.hash,
            measurement=platform.measurement_id,
            deadline=0,
            possession=b"",
            provider="simulated",
            simulated=True,
            tcb_status="UpToDate",
        )
        history.quote_made(quoted)
        request = RequestBuilder(registry, deployer.address).request(quoted)
        asked = RegistrationRequest.of(quoted, request.kind)
        pricer = Pricer(node, deployer.account, FeePolicy(1000 * GWEI))
        manager = TransactionManager(node, pricer, log, Pace(poll=0.05))
        note = partial(history.requested, asked, request.quote_bytes)
        manager.complete(asked.intent, Call(address, request.calldata), note)
        (attempt,) = log.attempts(asked.intent.name)
        history.activated(attempt, None, registry.registration(SIGNER), node.head())
        store.close()
        yield folder / "attestor.sqlite", registry
    finally:
        anvil.stop()


def audit(path: Path, registry: Registry, kind: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "attestor", "audit", "--database", str(path), "verify"]
    to = ["--rpc-url", registry.node.rpc.url, "--registry", checksummed(registry.address)]
    return subprocess.run(
        [*command, *to, "--registry-kind", kind],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def test_audit__upstreams_registry__compares_what_can_be_and_says_what_cannot(
    registered: tuple[Path, Registry],
) -> None:
    result = audit(*registered, "upstream")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "registry's record  ok" in result.stdout
    assert "not to be seen there: registrations that the history lacks" in result.stdout


def test_audit__quote_changed_in_the_history__is_named(
    registered: tuple[Path, Registry], tmp_path: Path
) -> None:
    path, registry = registered
    copy = tmp_path / "attestor.sqlite"
    copy.write_bytes(path.read_bytes())
    store = Store.open(copy)
    with store.transaction():
        store.tables.execute("UPDATE quotes SET raw = x'00'")
    store.close()
    result = audit(copy, registry, "upstream")
    assert result.returncode == 4
    assert "its transaction has another signer, reference block or quote" in result.stdout
