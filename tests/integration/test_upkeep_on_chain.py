"""Collateral of a simulated PKI on a real chain, in the real store."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from eth_account import Account

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralStore
from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.chain.transactions import GWEI, Payments
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Receipt
from attestor.deployment import artifact
from attestor.devnet.anvil import Anvil
from attestor.devnet.pccs import Pccs
from attestor.errors import CollateralStoreInvalid, RpcError, UploadRejected
from attestor.pcs.client import Pcs
from attestor.quote.collateral import Collateral, MachineKind
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Issued
from attestor.upkeep import standing
from attestor.upkeep.items import Item, Part, items_of
from attestor.upkeep.plan import needs
from attestor.upkeep.uploader import NoLog, Uploaded, Uploader, bring_up

DAY = 86_400
MARGIN = 7 * DAY
SEED = b"upkeep on chain"


@dataclass
class Chain:
    """A chain with a store and a verifier that trust the platform, and an account with funds."""

    node: Node
    payments: Payments
    platform: SimulatedPlatform
    store: CollateralStore
    verifier: bytes

    def items(self, now: int | None = None) -> tuple[Item, ...]:
        issued = self.platform.collateral(now)
        from attestor.quote.collateral import Signed

        numbers = self.platform.evaluation_numbers(now)
        return items_of(issued, Signed(numbers.text, numbers.signature, ""))

    def upload(self, items: tuple[Item, ...], margin: int | None = None) -> list[Uploaded]:
        uploader = Uploader(self.store, self.payments, NoLog(), _no_pause)
        return uploader.run(items, margin)

    def verify(self) -> None:
        """Raises `RpcError` unless the verifier takes a quote of the platform."""
        quote = compact(parse(self.platform.quote(bytes(64))))
        self.node.call(self.verifier, Contract.named("DcapVerifier").encode("verify", quote))

    def pass_days(self, days: int) -> int:
        """The chain's time after so many days."""
        self.node.rpc.call("evm_increaseTime", [days * DAY])
        self.node.rpc.call("evm_mine", [])
        return self.node.head().timestamp


def _no_pause(seconds: float) -> bool:
    time.sleep(0.02)
    return False


def create(node: Node, payments: Payments, name: str, *arguments: object) -> bytes:
    code = artifact.load(name).creation_code(arguments)
    signed = payments.prepare(None, code, node.head().base_fee)
    payments.send(signed)
    receipt = node.receipt(signed.hash)
    assert receipt is not None
    assert receipt.succeeded
    assert receipt.contract is not None
    return receipt.contract


def make_chain(node: Node, issued: Issued, delay_days: int) -> Chain:
    platform = SimulatedPlatform(
        SEED, node.chain_id, node.head().timestamp, Variation(issued=issued)
    )
    account = Account.create()
    node.rpc.call("anvil_setBalance", [account.address, hex(10**20)])
    payments = Payments(node, account, max_fee=1000 * GWEI)
    store = create(node, payments, "CollateralStore", platform.root_der, delay_days * DAY)
    verifier = create(node, payments, "DcapVerifier", checksummed(store))
    return Chain(node, payments, platform, CollateralStore(node, store), verifier)


@pytest.fixture
def chain(node: Node) -> Chain:
    return make_chain(node, Issued(), delay_days=365)


def test_bring_up__empty_store__then_the_verifier_takes_quotes(chain: Chain) -> None:
    with pytest.raises(RpcError):
        chain.verify()
    done = bring_up(chain.node, chain.payments, chain.store.address, chain.items())
    assert [uploaded.item.part for uploaded in done] == sorted(Part)
    assert {uploaded.reason for uploaded in done} == {"not on chain"}
    for uploaded in done:
        print(f"{uploaded.item.name}: {len(uploaded.item.content)} bytes, {uploaded.gas_used}")
    chain.verify()
    assert bring_up(chain.node, chain.payments, chain.store.address, chain.items()) == []
