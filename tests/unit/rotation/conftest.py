"""A made-up world around the real loop, effects and history: a chain, a registry, a signer.

The chain mines when told to. The registry applies the contract's rules to what is sent. Any
call can be made to fail by putting an error into `faults` under its name.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.chain.refusals import REVERTED
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Quoted, Registration, RegistrationKind, Terms
from attestor.core.report_data import Binding, Layout, Purpose
from attestor.core.transaction import Attempt, Receipt, SignedTransaction
from attestor.errors import AttestorError, RegistrationRejected, RpcError, SignerUnknown
from attestor.rotation.effects import RotationEffects
from attestor.rotation.failures import Failures
from attestor.rotation.loop import Rotation
from attestor.rotation.observer import Observer
from attestor.rotation.request import Request
from attestor.rotation.situation import RotationPolicy
from attestor.signer.slot_client import QuoteAnswer
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.budget import GasBudget
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call

BINDING = Binding(31337, b"\x77" * 20, Layout.ATTESTOR)
ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
PAYER = bytes.fromhex(ACCOUNT.address[2:])
VALIDITY = 3600
BLOCK_SECONDS = 12
WINDOW = 100
TEMPLATE = b"\x7e" * 20
POLICY = RotationPolicy(
    period=300,
    expiry_margin=120,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=WINDOW,
    inclusion_margin=20,
)


class GateVerdict:
    """The part of the gate's verdict that effects read."""

    def __init__(self, raw: bytes) -> None:
        self.quote_hash = raw[:32].ljust(32, b"\0")
        self.measurement_id = b"\x0a" * 32
        self.status = "UpToDate"
        self.collateral_id = b"\x0c" * 32


class World:
    """Chain, registry, payments, signer process and gate in one."""

    def __init__(self) -> None:
        self.faults: dict[str, AttestorError] = {}
        self.calls: list[str] = []
        self.now = 0.0
        self.blocks: list[Block] = []
        self.fork = 0
        self.bloom: int | None = None
        """Of the next blocks: bit 0 is the registry's."""
        self.pool: dict[bytes, tuple[int, bytes]] = {}
        self.receipts: dict[bytes, Receipt] = {}
        self.registered: dict[bytes, tuple[int, int]] = {}
        self.requests: dict[bytes, tuple[bytes, int, bytes]] = {}
        self.mined_nonce = 0
        self.held: list[bytes] = []
        self.signing: bytes | None = None
        self.made = 0
        self.prepared: dict[bytes, tuple[SignedTransaction, bytes]] = {}
        self.includes = True
        self.can_renew = True
        self.renews = False
        self.certificate_is_new = False
        self.refuses = False
        self.window_blocks = WINDOW
        self.leases: list[tuple[int, float]] = []
        self.address = b"\x77" * 20
        self.payer = PAYER
        for _ in range(6):
            self.mine()

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name in self.faults:
            raise self.faults[name]

    # --- the chain ---

    def mine(self) -> Block:
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        number = len(self.blocks)
        name = bytes([self.fork]) + number.to_bytes(31, "big")
        timestamp = 10_000 + number * BLOCK_SECONDS
        self.blocks.append(Block(number, name, parent, timestamp, 100, self.bloom))
        if getattr(self, "includes", False):
            for transaction_hash, (nonce, calldata) in list(self.pool.items()):
                self._include(transaction_hash, nonce, calldata)
        return self.blocks[-1]

    def _include(self, transaction_hash: bytes, nonce: int, calldata: bytes) -> None:
        block = self.blocks[-1]
        del self.pool[transaction_hash]
        if nonce < self.mined_nonce:
            return
        self.mined_nonce = nonce + 1
        if not calldata:
            self.receipts[transaction_hash] = Receipt(
                transaction_hash, block.number, block.hash, True, 21_000, 7
            )
            return
        signer, number, block_hash = self.requests[calldata]
        fresh = (
            block.number - number < self.window_blocks and self.blocks[number].hash == block_hash
        )
        succeeded = fresh and signer not in self.registered and not self.refuses
        if succeeded:
            self.registered[signer] = (block.number, block.timestamp + VALIDITY)
        self.receipts[transaction_hash] = Receipt(
            transaction_hash, block.number, block.hash, succeeded, 90_000, 7
        )

    def reorg(self, depth: int) -> None:
        """Replace the newest blocks; what was in them is gone, as on anvil."""
        self.fork += 1
        cut = len(self.blocks) - depth
        del self.blocks[cut:]
        self.registered = {s: r for s, r in self.registered.items() if r[0] < cut}
        self.receipts = {h: r for h, r in self.receipts.items() if r.block_number < cut}
        self.mined_nonce = len(self.receipts)
        self.pool.clear()
        for _ in range(depth + 1):
            self.mine()

    def head(self) -> Block:
        self._called("head")
        return self.blocks[-1]

    def block_by_hash(self, block_hash: bytes) -> Block:
        return next(block for block in self.blocks if block.hash == block_hash)

    def within(self, bound: float) -> "World":
        return self

    def block(self, number: int) -> Block:
        return self.blocks[number]

    def agrees(self, block: Block) -> bool:
        return block in self.blocks

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        return True

    def lacks(self, transaction_hash: bytes, of_all: bool = False) -> bool:
        return self.receipt(transaction_hash) is None

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        return self.nonce(account, at) == nonce

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        self._called("receipt")
        return self.receipts.get(transaction_hash)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        self._called("nonce")
        return self.mined_nonce

    def call(self, to: bytes, calldata: bytes, sender: bytes, at: bytes | None = None) -> bytes:
        self._called("call")
        if self.refuses:
            raise RpcError("AdmissionEnded", number=REVERTED)
        return b""

    # --- the registry ---

    def at(self, block: Block) -> "World":
        """The registry as of that block, which is always the newest."""
        self._called("at")
        assert block == self.blocks[-1]
        return self

    def confirmed_at(self, block: Block) -> "World":
        self._called("confirmed_at")
        return self.at(block)

    def may_have_changed(self, block: Block) -> bool:
        return block.may_log(1)

    def vouches_for(self, signer: bytes) -> bool:
        self._called("vouches_for")
        known = self.registered.get(signer)
        return known is not None and known[1] > self.blocks[-1].timestamp

    def registration(self, signer: bytes) -> Registration:
        known = self.registered[signer]
        return Registration(known[1] - VALIDITY, known[1], b"\x0a" * 32)

    @property
    def node(self) -> "World":
        return self

    def terms(self) -> Terms:
        self._called("terms")
        return Terms(VALIDITY, self.window_blocks)

    def reason_of(self, error: RpcError) -> str:
        return error.message

    def fee_basis_points(self) -> int:
        return 0

    def is_for_renewal(self, raw: bytes) -> bool:
        return raw.endswith(b"renewal")

    def template_of(self, raw: bytes) -> bytes:
        self._called("template_of")
        assert self.can_renew
        return TEMPLATE

    def open_template(self, raw: bytes | None, chain_time: int) -> bytes | None:
        self._called("open_template")
        assert chain_time == self.blocks[-1].timestamp
        return TEMPLATE if self.can_renew and raw is not None and self.renews else None

    def is_renewal_open(self, quoted: Quoted, chain_time: int) -> bool:
        self._called("is_renewal_open")
        assert self.is_for_renewal(quoted.raw)
        assert chain_time == self.blocks[-1].timestamp
        return not self.certificate_is_new

    def request(self, quoted: Quoted) -> Request:
        self._called("request")
        needs = self.can_renew and not self.is_for_renewal(quoted.raw)
        assert quoted.possession == (b"possession of " + quoted.signer if needs else b"")
        calldata = quoted.signer + quoted.raw
        self.requests[calldata] = (quoted.signer, quoted.reference_block, quoted.reference_hash)
        if quoted.signer in self.registered:
            raise RegistrationRejected("SignerAlreadyRegistered")
        if not self.is_for_renewal(quoted.raw):
            return Request(RegistrationKind.ADMISSION, calldata, quoted.raw)
        if not self.renews:
            raise RegistrationRejected("AdmissionEnded")
        return Request(RegistrationKind.RENEWAL, calldata)

    # --- payments ---

    def prepare(
        self,
        call: Call,
        pending: Sequence[Attempt],
        gas_limit: int | None = None,
        nonce: int | None = None,
    ) -> SignedTransaction:
        self._called("prepare")
        assert nonce in (None, self.mined_nonce)
        stuck = [p.transaction for p in pending if p.transaction.nonce == self.mined_nonce]
        fee = max((one.fees.max_fee * 6 // 5 + 100 for one in stuck), default=200)
        fields = {
            "type": 2,
            "chainId": 31337,
            "nonce": self.mined_nonce,
            "to": "0x" + self.address.hex(),
            "value": 0,
            "data": call.data,
            "gas": 1,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": fee // 2,
        }
        signed = ACCOUNT.sign_transaction(fields)
        fees = Fees(fee, fee // 2)
        raw = bytes(signed.raw_transaction)
        made = SignedTransaction(bytes(signed.hash), raw, PAYER, self.mined_nonce, 1, fees)
        self.prepared[made.hash] = (made, call.data)
        return made

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        self._called("send")
        transaction, calldata = self.prepared[transaction_hash]
        assert transaction.raw == raw
        if transaction.nonce < self.mined_nonce:
            raise RpcError("nonce too low")
        rivals = [h for h, (nonce, _) in self.pool.items() if nonce == transaction.nonce]
        for rival in rivals:
            del self.pool[rival]
        self.pool[transaction.hash] = (transaction.nonce, calldata)

    # --- the signer process ---

    def reusable_buckets(self) -> int:
        self._called("reusable_buckets")
        return 0b101

    def new_key(self, buckets: int) -> bytes:
        self._called("new_key")
        assert buckets == (0 if "reusable_buckets" in self.faults else 0b101)
        self.made += 1
        address = self.made.to_bytes(20, "big")
        self.held.append(address)
        return address

    def quote(
        self, address: bytes, number: int, block_hash: bytes, template: bytes | None
    ) -> QuoteAnswer:
        self._called("quote")
        bound = BINDING.encode(address, number, block_hash, template)
        purpose = Purpose.RENEWAL if template else Purpose.ADMISSION
        raw = bound[32:] + address + purpose.encode()
        return QuoteAnswer(raw, "made-up", True)

    def possession(self, address: bytes, number: int, template: bytes, deadline: int) -> bytes:
        self._called("possession")
        assert template == TEMPLATE
        assert deadline > self.blocks[-1].timestamp
        return b"possession of " + address

    def lease(self, chain_time: int, seconds: float) -> None:
        self._called("lease")
        self.leases.append((chain_time, seconds))

    def pause(self, address: bytes) -> None:
        self._called("pause")
        assert address in self.held
        if self.signing == address:
            self.signing = None

    def activate(self, address: bytes, valid_until: int) -> None:
        if address not in self.held:
            raise SignerUnknown("gone")
        self.signing = address

    def retire(self, address: bytes) -> None:
        if address in self.held:
            self.held.remove(address)
        if self.signing == address:
            self.signing = None

    def gate(self, raw: bytes, expected: bytes, for_renewal: bool) -> Any:
        self._called("gate")
        assert for_renewal == self.is_for_renewal(raw)
        assert raw[:32] == expected[32:]
        assert Purpose.of(expected).encode() == raw[52:]
        return GateVerdict(raw)


class Setup:
    """A rotation in a world, with its database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.world = World()
        self.start()

    def lost_gas(self) -> int:
        """What counts against the gas that may be lost in a day."""
        transactions = Transactions(self.store, Journal(self.store, lambda: self.world.now))
        return transactions.reverted_gas(PAYER, -1.0)

    def start(self) -> None:
        """A fresh process over the same database and chain, as after a restart."""
        self.store = Store.open(self.path)
        journal = Journal(self.store, lambda: self.world.now)
        self.history, transactions = History(self.store, journal), Transactions(self.store, journal)
        world: Any = self.world
        manager = TransactionManager(world, world, transactions)
        self.budget = GasBudget(transactions, PAYER, 1_000_000, lambda: world.now)
        effects = RotationEffects(
            world, world, manager, world.gate, self.history, BINDING, world, self.budget
        )
        failures = Failures(self.history, lambda: self.world.now)
        observer = Observer(world, manager, self.history, POLICY, failures)
        self.rotation = Rotation(
            Heads(world, MemoryHeaderLog()),
            observer,
            effects,
            self.history,
            POLICY,
            failures,
            lambda: self.world.now,
        )
        self.rotation.recover(self.world.held)

    def restart(self) -> None:
        """The daemon dies with its signer process."""
        self.store.close()
        self.world.held.clear()
        self.world.signing = None
        self.start()

    def run(self, blocks: int, check: Callable[[], None] = lambda: None) -> None:
        """Step at each of the next blocks; back-offs end between them."""
        for _ in range(blocks):
            self.rotation.step()
            check()
            self.world.mine()
            self.world.now += BLOCK_SECONDS
        self.rotation.step()

    @property
    def active(self) -> bytes | None:
        found = self.history.active()
        return found.address if found else None

    def outcome(self, signer: bytes) -> str | None:
        """Of the newest transaction that registers a signer."""
        sql = "SELECT outcome FROM registration_history WHERE signer = ?"
        row = self.store.row(sql, "0x" + signer.hex())
        return row["outcome"] if row else None

    def stages(self) -> dict[bytes, str]:
        rows = self.store.rows("SELECT address, stage FROM signers ORDER BY created_at")
        return {bytes.fromhex(row["address"][2:]): row["stage"] for row in rows}


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path / "attestor.sqlite")
