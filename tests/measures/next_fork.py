"""The same figures under the fork after Osaka, which the development genesis of geth turns on.

geth has no call that sets the time or goes back to a state. It makes a block for each transaction,
each a second or more after the one before: so signers are registered for some minutes only, and
what has to be the first of its kind is measured on a registry of its own.
"""

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_utils.crypto import keccak
from measures.chain import FUNDS, MeasuredChain
from measures.goals import Figure
from measures.scenario import Deployment

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralKind
from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.core.text import checksummed, from_hex
from attestor.deployment import artifact
from attestor.errors import RpcError

CHAIN_ID = 1337
VALID_SECONDS = 120
"""How long signers are registered: less than the blocks take until their buckets are free."""
BLOCKS_UNTIL_FREE = 400
START_SECONDS = 60.0
_LISTENING = re.compile(rb"HTTP server started\s+endpoint=([0-9.:]+)\s+auth=false")
_UPLOADS = {
    CollateralKind.TCB_INFO: "upload_tcb_info",
    CollateralKind.QE_IDENTITY: "upload_qe_identity",
    CollateralKind.PCK_CRL: "upload_crl_first",
    CollateralKind.ROOT_CRL: "upload_root_crl",
    CollateralKind.PCK_CA: "upload_pck_ca",
    CollateralKind.TCB_SIGNING: "upload_tcb_signing",
    CollateralKind.EVALUATION_NUMBERS: "upload_evaluation_numbers",
}


class GethChain(MeasuredChain):
    """geth's development chain: a block for each transaction. With `is_funded` its genesis has
    given the account something."""

    def __init__(self, url: str, is_funded: bool = False) -> None:
        rpc = Rpc(url)
        super().__init__(Node(rpc, CHAIN_ID), int(time.time()))
        if is_funded:
            return
        rich = rpc.call("eth_accounts", [])
        assert isinstance(rich, list)
        funds = {"from": rich[0], "to": self.account.address, "value": hex(FUNDS)}
        self._wait_for(from_hex(str(rpc.call("eth_sendTransaction", [funds]))))

    def send(self, to: bytes | None, calldata: bytes) -> int:
        """A block later: geth estimates as if in the newest block, which does not know its hash."""
        self.mine(1)
        return super().send(to, calldata)

    def mine(self, blocks: int) -> None:
        """Blocks of a transfer each."""
        sender, number = self.account, self.node.nonce(self.sender)
        fee = self.node.head().base_fee * 2 + 10**9
        for nonce in range(number, number + blocks):
            signed = sender.sign_transaction(
                {
                    "to": self.account.address,
                    "value": 0,
                    "nonce": nonce,
                    "gas": 100_000,
                    "maxFeePerGas": fee,
                    "maxPriorityFeePerGas": 10**9,
                    "chainId": self.id,
                }
            )
            raw = bytes(signed.raw_transaction)
            self.node.send(raw, keccak(raw))
            self._wait_for(keccak(raw))

    def _wait_for(self, transaction: bytes) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._has(transaction):
            assert time.monotonic() < deadline, "geth mines nothing"
            time.sleep(0.01)

    def _has(self, transaction: bytes) -> bool:
        try:
            return self.node.receipt(transaction) is not None
        except RpcError:
            return False  # It has just started, and is indexing transactions.


@contextmanager
def running(
    geth: Path, options: tuple[str, ...] = (), genesis: dict[str, Any] | None = None
) -> Iterator[str]:
    """The URL of a fresh development chain, ended afterwards; of geth's own genesis, or another."""
    with TemporaryDirectory() as folder:
        command = [str(geth), "--dev", "--http", "--http.port", "0", "--ipcdisable", *options]
        if genesis is not None:
            file, data = Path(folder) / "genesis.json", Path(folder) / "data"
            file.write_text(json.dumps(genesis))
            made = [str(geth), "--datadir", str(data), "init", str(file)]
            subprocess.run(made, check=True, capture_output=True, env={"HOME": folder})
            command += ["--datadir", str(data)]
        with started(command, Path(folder)) as url:
            yield url


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[str]:
    """The URL of a geth that this command starts, ended afterwards. It writes into that folder."""
    log = folder / "geth.log"
    with log.open("wb") as opened:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=subprocess.STDOUT,
            env={"HOME": str(folder)},
        )
    try:
        yield f"http://{_endpoint(process, log)}"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def own_genesis(geth: Path) -> dict[str, Any]:
    """The genesis of `geth --dev`, which turns on the fork after Osaka."""
    with TemporaryDirectory() as folder:
        shown = subprocess.run(
            [str(geth), "--dev", "dumpgenesis"],
            check=True,
            capture_output=True,
            env={"HOME": folder},
        )
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


def _endpoint(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """The address that geth writes into its log once it listens."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = _LISTENING.search(log.read_bytes())
        if found is not None:
            return found.group(1).decode()
        time.sleep(0.05)
    raise RuntimeError(f"geth did not start: {log.read_text(errors='replace')[-300:]}")


def figures(geth: Path) -> Iterator[Figure]:
    """All of them, on one chain."""
    with running(geth) as url:
        chain = GethChain(url)
        deployment = Deployment(chain)
        contracts = deployment.record.contracts.values()
        yield Figure("deploy_total_next_fork_gas", sum(standing.gas for standing in contracts))
        yield from _uploads(deployment)
        yield from _first(deployment)
        yield from _used(deployment)


def _uploads(deployment: Deployment[GethChain]) -> Iterator[Figure]:
    """All that a machine needs, from nothing; and what Intel issues anew for it."""
    first = deployment.upload(deployment.items())
    for kind, name in _UPLOADS.items():
        yield Figure(f"{name}_next_fork_gas", first[kind])
    yield Figure("upload_total_next_fork_gas", sum(first.values()))
    # Issued a minute later: the store takes nothing that is not valid yet.
    later = tuple(
        item
        for item in deployment.items(deployment.chain.start + 1)
        if item.kind not in (CollateralKind.PCK_CA, CollateralKind.TCB_SIGNING)
    )
    yield Figure("upload_total_refresh_next_fork_gas", sum(deployment.upload(later).values()))


def _first(deployment: Deployment[GethChain]) -> Iterator[Figure]:
    """The first of a machine, in a bucket that nobody has used, on a registry each."""
    _fresh_registry(deployment)
    yield _named("admission_raw_first", deployment.register_upstreams_way("raw"))
    _fresh_registry(deployment)
    yield _named("admission_once_first", deployment.admit("once", keep_key=False))
    _fresh_registry(deployment)
    yield _named("admission_first", deployment.admit("first", keep_key=True))
    yield _named("renewal_new_slot", deployment.renew("new slot"))


def _used(deployment: Deployment[GethChain]) -> Iterator[Figure]:
    """Where the registry knows the machine, in buckets whose signers have ended."""
    for number in range(2):
        deployment.renew(f"ended {number}")
    deployment.chain.mine(BLOCKS_UNTIL_FREE)
    yield _named("renewal", deployment.renew("renewed"))
    yield _named("admission_again", deployment.admit("again", keep_key=True))
    yield _named("admission_once", deployment.admit("once", keep_key=False))
    yield _named("admission_raw", deployment.register_upstreams_way("raw"))


def _named(name: str, gas: int) -> Figure:
    return Figure(f"{name}_next_fork_gas", gas)


def _fresh_registry(deployment: Deployment[GethChain]) -> None:
    """A registry beside the first one, with the same verifier, for signers of some minutes."""
    chain, contract = deployment.chain, Contract.named("TEERegistry")
    owner = checksummed(chain.sender)
    verifier = checksummed(deployment.record.address("DcapVerifier"))
    arguments = (verifier, 0, owner, checksummed(bytes(20)))
    address = chain.create(artifact.load("TEERegistry").creation_code(arguments))
    deployment.registry = Registry(chain.node, address)
    measurement = deployment.platform.measurement_id
    chain.send(address, contract.encode("allowMeasurement", measurement))
    chain.send(address, contract.encode("setAttestValiditySeconds", VALID_SECONDS))
