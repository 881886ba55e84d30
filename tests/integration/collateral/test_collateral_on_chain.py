"""Collateral of a simulated PKI, from a development PCCS to the real store and verifier."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_account import Account

from attestor.audit import verify
from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.collateral import onchain
from attestor.collateral.expiry import OwnMachine, expiry_on_chain
from attestor.collateral.items import UPLOAD_ORDER, Item, items_of
from attestor.collateral.pcs import Pcs
from attestor.collateral.refresher import CollateralRefresher, items_for
from attestor.collateral.uploader import Uploaded, Uploader, bring_up
from attestor.core.fees import GWEI
from attestor.core.text import checksummed, to_hex
from attestor.deployment import roots
from attestor.deployment.deployer import Deployer
from attestor.deployment.log import DeploymentLog
from attestor.deployment.plan import Creation
from attestor.devnet.anvil import Anvil
from attestor.devnet.pccs import Pccs
from attestor.errors import CollateralStoreInvalid, RpcError, UploadRejected, UploadUnconfirmed
from attestor.quote.collateral import Collateral, MachineKind, SignedText
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Evaluation, Issued
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.log import AttemptLog, MemoryLog
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.timer import Timer

DAY = 86_400
MARGIN = 7 * DAY
BLOCK_GAS = 1 << 24
HEALTHY = Issued()


@dataclass
class Chain:
    """A chain with a store and a verifier that trust a platform, an account with funds, and a
    PCCS whose clock is the chain's."""

    node: Node
    transactions: TransactionManager
    store: CollateralStore
    verifier: bytes
    platform: SimulatedPlatform
    service: Pcs

    @property
    def machine(self) -> MachineKind:
        return OwnMachine.of(self.platform.quote(bytes(64))).kind

    def items(self) -> tuple[Item, ...]:
        return items_for(self.service, self.store, self.machine)

    def upload(self, items: tuple[Item, ...], margin: int | None = None) -> list[Uploaded]:
        return Uploader(self.store, self.transactions).run(items, margin)

    def verify(self) -> None:
        """Raises `RpcError` unless the verifier takes a quote of the platform."""
        quote = compact(parse(self.platform.quote(bytes(64))))
        self.node.call(self.verifier, Contract.named("DcapVerifier").encode("verify", quote))

    def pass_days(self, days: float) -> None:
        self.node.rpc.call("evm_increaseTime", [int(days * DAY)])
        self.node.rpc.call("evm_mine", [])


def pause(seconds: float) -> bool:
    time.sleep(0.01)
    return False


MakeChain = Callable[..., Chain]
Pause = Callable[[float], bool]


def funded(node: Node, log: AttemptLog | None = None, stop: Pause = pause) -> TransactionManager:
    account = Account.create()
    node.rpc.call("anvil_setBalance", [account.address, hex(10**20)])
    pricer = Pricer(node, account, FeePolicy(1000 * GWEI))
    return TransactionManager(node, pricer, log or MemoryLog(), timer=Timer(pause=stop))


def deploy(node: Node, root: bytes, delay_days: int) -> tuple[bytes, bytes]:
    """The addresses of a store and of its verifier."""
    log = DeploymentLog(None, node.chain_id)
    deployer = Deployer(node, funded(node, log), log)
    store = deployer.create(Creation("CollateralStore", (root, delay_days * DAY))).address
    return store, deployer.create(Creation("DcapVerifier", (checksummed(store),))).address


@pytest.fixture
def make_chain(node: Node) -> Iterator[MakeChain]:
    running: list[Pccs] = []

    def make(issued: Issued = HEALTHY, delay_days: int = 365) -> Chain:
        variation = Variation(issued=issued)
        platform = SimulatedPlatform(b"collateral", node.chain_id, int(time.time()), variation)
        running.append(Pccs(platform, lambda: node.head().timestamp))
        store, verifier = deploy(node, platform.root_der, delay_days)
        service = Pcs(running[-1].url, 5.0)
        found = CollateralStore(node, store)
        return Chain(node, funded(node), found, verifier, platform, service)

    yield make
    for service in running:
        service.stop()


def parts(done: list[Uploaded]) -> list[CollateralKind]:
    return [uploaded.item.kind for uploaded in done]


def test_bring_up__empty_store__then_the_verifier_takes_quotes(make_chain: MakeChain) -> None:
    chain = make_chain()
    with pytest.raises(RpcError):
        chain.verify()
    items = chain.items()
    done = bring_up(chain.node, chain.transactions, chain.store.address, items)
    assert parts(done) == list(UPLOAD_ORDER)
    assert {uploaded.reason for uploaded in done} == {"not on chain"}
    assert all(40_000 < uploaded.gas_used < BLOCK_GAS // 2 for uploaded in done)
    chain.verify()
    assert bring_up(chain.node, chain.transactions, chain.store.address, items) == []


def test_standing__after_the_upload__is_what_was_uploaded(make_chain: MakeChain) -> None:
    chain = make_chain()
    items = chain.items()
    assert onchain.read_all(chain.store, items) == {}
    chain.upload(items)
    found = onchain.read_all(chain.store, items)
    for item in items:
        held = found[item.kind, item.key]
        assert held.content_hash == item.content_hash, item.name
        assert (held.since, held.until) == (item.since, item.until), item.name
        assert held.usable
        assert held.unknown_revocations == 0
    root = next(item for item in items if item.kind is CollateralKind.ROOT_CRL)
    assert root.key == chain.store.root_key_id()


def test_bring_up__store_that_takes_any_evaluation__needs_no_numbers(
    make_chain: MakeChain,
) -> None:
    chain = make_chain(delay_days=0)
    assert CollateralKind.EVALUATION_NUMBERS not in parts(chain.upload(chain.items()))
    chain.verify()


def test_upload__newer_collateral__replaces_and_older_is_not_sent(make_chain: MakeChain) -> None:
    chain = make_chain()
    first = chain.items()
    chain.upload(first)
    chain.pass_days(2)
    second = chain.items()
    certificates = {CollateralKind.PCK_CA, CollateralKind.TCB_SIGNING}
    assert set(parts(chain.upload(second))) == set(CollateralKind) - certificates
    before = chain.node.nonce(chain.transactions.payer)
    assert chain.upload(first) == []
    assert chain.node.nonce(chain.transactions.payer) == before
    chain.verify()


def test_upload__collateral_that_holds_beyond_the_margin__is_left_alone(
    make_chain: MakeChain,
) -> None:
    chain = make_chain()
    chain.upload(chain.items())
    chain.pass_days(10)
    assert chain.upload(chain.items(), MARGIN) == []
    chain.pass_days(14)
    assert len(chain.upload(chain.items(), MARGIN)) == len(CollateralKind) - 2


def test_upload__expired_on_chain__makes_quotes_pass_again(make_chain: MakeChain) -> None:
    chain = make_chain()
    chain.upload(chain.items())
    chain.pass_days(31)
    with pytest.raises(RpcError):
        chain.verify()
    done = chain.upload(chain.items(), MARGIN)
    assert {uploaded.reason for uploaded in done} == {"expired on chain"}
    chain.verify()


def test_upload__new_revocation__does_not_wait_for_the_margin(make_chain: MakeChain) -> None:
    chain = make_chain()
    chain.upload(chain.items())
    chain.pass_days(1)
    revoking = Variation(issued=Issued(pck_revoked=True))
    changed = SimulatedPlatform(b"collateral", chain.node.chain_id, 0, revoking)
    service = Pccs(changed, lambda: chain.node.head().timestamp)
    try:
        items = items_for(Pcs(service.url, 5.0), chain.store, chain.machine)
        done = chain.upload(items, MARGIN)
    finally:
        service.stop()
    assert [(one.item.kind, one.reason) for one in done] == [
        (CollateralKind.PCK_CRL, "1 new revocation(s)")
    ]
    with pytest.raises(RpcError):
        chain.verify()


def test_upload__store_with_a_delay_of_its_own__is_given_the_evaluation_that_it_takes(
    make_chain: MakeChain,
) -> None:
    """Intel calls 17 standard. This store takes 18 half a year after its event."""
    listed = (Evaluation(18, 200 * DAY), Evaluation(17, 500 * DAY))
    intel = Issued(evaluations=listed, evaluation_number=17)
    chain = make_chain(intel, delay_days=180)
    later = Variation(issued=replace(intel, evaluation_number=18))
    platform = SimulatedPlatform(b"collateral", chain.node.chain_id, int(time.time()), later)
    numbered = Pccs(platform, lambda: chain.node.head().timestamp)

    class Both:
        """Gives 17, or what is asked for by its number."""

        def collateral(self, machine: MachineKind, evaluation: int | None = None) -> Collateral:
            by_number = Pcs(numbered.url, 5.0)
            return (by_number if evaluation == 18 else chain.service).collateral(machine)

        def evaluation_numbers(self, tee: str) -> SignedText:
            return chain.service.evaluation_numbers(tee)

    refused = r"^TCB info.*EvaluationNumberLower\(18, 17\).*; QE identity.*EvaluationNumberLower"
    with pytest.raises(UploadRejected, match=refused):
        chain.upload(chain.items())
    try:
        done = chain.upload(items_for(Both(), chain.store, chain.machine), MARGIN)
    finally:
        numbered.stop()
    assert parts(done) == [CollateralKind.TCB_INFO, CollateralKind.QE_IDENTITY]
    assert chain.store.standard_evaluation(0x81) == 18
    chain.verify()


def test_upload__crl_too_long_for_one_transaction__is_prepared_by_slices(
    make_chain: MakeChain,
) -> None:
    chain = make_chain(Issued(foreign_revocations=600))
    done = {one.item.kind: one for one in chain.upload(chain.items())}
    receipts = done[CollateralKind.PCK_CRL].receipts
    assert len(receipts) == 3
    assert max(receipt.gas_used for receipt in receipts) < BLOCK_GAS
    crl = done[CollateralKind.PCK_CRL].item
    assert sum(onchain.new_revocations(chain.store, crl)) == 0
    chain.verify()


def test_upload__of_another_root__is_refused_with_the_contracts_reason(
    make_chain: MakeChain,
) -> None:
    chain = make_chain()
    foreign = SimulatedPlatform(b"another", chain.node.chain_id, int(time.time()))
    items = items_of(foreign.collateral(), None)
    with pytest.raises(UploadRejected, match="Intel SGX PCK Platform CA: .*IssuerKeyMismatch"):
        chain.upload(items)
    assert onchain.read_all(chain.store, items) == {}


def test_bring_up__no_store_at_the_address__is_typed(make_chain: MakeChain) -> None:
    chain = make_chain()
    with pytest.raises(CollateralStoreInvalid, match="no CollateralStore answers"):
        bring_up(chain.node, chain.transactions, b"\x11" * 20, chain.items())


def test_look__before_after_and_late__tells_when_quotes_end(make_chain: MakeChain) -> None:
    chain = make_chain()
    own = OwnMachine.of(chain.platform.quote(bytes(64)))
    assert expiry_on_chain(chain.store, own, "").ends_at == 0
    items = chain.items()
    chain.upload(items)
    expiry = expiry_on_chain(chain.store, own, "")
    assert expiry.ends_at == min(item.until for item in items)
    assert expiry.warning(chain.node.head().timestamp, MARGIN) is None
    assert "expired" in str(expiry.warning(expiry.ends_at + 1, MARGIN))


def test_renewal__each_upload__is_journaled_and_audited(
    make_chain: MakeChain, tmp_path: Path
) -> None:
    chain = make_chain()
    store = Store.open(tmp_path / "attestor.sqlite")
    log = Transactions(store, Journal(store, time.time))
    manager = funded(chain.node, log)
    uploader = Uploader(chain.store, manager)
    CollateralRefresher(chain.service, chain.store, uploader, manager, MARGIN).run(chain.machine)
    payer = manager.payer
    rows = store.rows("SELECT * FROM transactions ORDER BY nonce")
    assert [row["outcome"] for row in rows] == ["succeeded"] * len(CollateralKind)
    assert {row["payer"] for row in rows} == {to_hex(payer)}
    assert log.pending(payer) == []
    assert verify.journal_faults(store) == verify.table_faults(store) == []
    chain.verify()


def test_uploader__stopped_while_it_waits__is_settled_by_the_next_round(
    make_chain: MakeChain, tmp_path: Path
) -> None:
    chain = make_chain()
    store = Store.open(tmp_path / "attestor.sqlite")
    log = Transactions(store, Journal(store, time.time))
    manager = funded(chain.node, log, lambda seconds: True)
    payer = manager.payer
    chain.node.rpc.call("evm_setAutomine", [False])
    uploader = Uploader(chain.store, manager)
    refresher = CollateralRefresher(chain.service, chain.store, uploader, manager, MARGIN)
    with pytest.raises(UploadUnconfirmed, match="not mined"):
        refresher.run(chain.machine)
    (sent,) = (attempt.hash for attempt in log.pending(payer))
    refresher.settle()
    assert len(log.pending(payer)) == 1
    chain.node.rpc.call("evm_mine", [])
    while chain.node.receipt(sent) is None:
        time.sleep(0.02)
    refresher.settle()
    assert log.pending(payer) == []
    (row,) = store.rows("SELECT * FROM transactions")
    assert (row["hash"], row["outcome"]) == (to_hex(sent), "succeeded")


GENUINE_TIME = 1_750_330_571


def test_bring_up__intels_own_collateral__then_a_genuine_quote_passes(
    start_anvil: Callable[..., Anvil], vectors: Path
) -> None:
    anvil = start_anvil(timestamp=GENUINE_TIME - 300)
    node = Node(Rpc(anvil.url), anvil.chain_id)
    store, verifier = deploy(node, roots.intel().certificate, delay_days=0)
    folder = vectors / "dcap" / "tdx_v4"
    collateral = Collateral.from_json((folder / "collateral.json").read_bytes())
    done = bring_up(node, funded(node), store, items_of(collateral, None))
    gas = {uploaded.item.kind: uploaded.gas_used for uploaded in done}
    assert set(gas) == set(CollateralKind) - {CollateralKind.EVALUATION_NUMBERS}
    print({part.name: used for part, used in gas.items()}, sum(gas.values()))
    assert gas[CollateralKind.PCK_CRL] < 2_000_000
    assert gas[CollateralKind.TCB_INFO] < 3_000_000
    quote = compact(parse((folder / "quote.bin").read_bytes()))
    node.call(verifier, Contract.named("DcapVerifier").encode("verify", quote))
    raw = parse((folder / "quote.bin").read_bytes()).trimmed
    own = OwnMachine.of(raw)
    expiry = expiry_on_chain(CollateralStore(node, store), own, "")
    assert GENUINE_TIME < expiry.ends_at < GENUINE_TIME + 31 * DAY
