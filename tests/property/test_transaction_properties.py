"""The real manager and the real journal over a made-up chain, in any order of events.

The chain mines or passes over what is out, reorgs, forgets, loses answers, and lets others use the
payer's nonces; the process is killed around a send and goes on from its journal. A registration is
followed from head to head as the rotation does it, given up, and followed by the next one.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from attestor.audit import verify
from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Outcome, Purpose, Receipt
from attestor.errors import AttestorError, RpcError, RpcUnreachable
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call, Pricer
from attestor.transactions.pursuit import Urgency
from attestor.transactions.replacement import FeePolicy, outbids

ACCOUNT = Account.from_key("0x" + "00" * 31 + "01")
REGISTRY = b"\x77" * 20
CAP = 10_000
MOST_ATTEMPTS_AT_A_NONCE = 50
"""From the lowest offer to the cap in steps of 10 % on both fields."""
CALM_BLOCKS = 40


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Signed:
    """A transaction as a node sees it. Somebody else's has no hash."""

    hash: bytes
    nonce: int
    data: bytes
    fees: Fees


OUTSIDE = Signed(b"", 0, b"somebody else's", Fees(CAP, CAP))


@dataclass
class Chain:
    """Blocks of at most one transaction of the payer each."""

    chain_id: int = 31337
    blocks: list[Signed | None] = field(default_factory=list)
    forks: int = 0
    base_fee: int = 100
    reverts: bool = False
    pool: dict[int, Signed] = field(default_factory=dict)
    reverted: set[bytes] = field(default_factory=set)
    lost: str = ""
    """What becomes of sends: `before` and `after` lose the request or the answer, `kill before` and
    `kill after` end the process there."""
    sent: list[Signed] = field(default_factory=list)

    def mined(self) -> list[Signed]:
        return [one for one in self.blocks if one is not None]

    def registers(self, data: bytes) -> bool:
        return any(one.data == data and one.hash not in self.reverted for one in self.mined())

    def head(self) -> Block:
        return self.block(len(self.blocks))

    def agrees(self, block: Block) -> bool:
        return block == self.block(block.number)

    def block(self, number: int) -> Block:
        name = self.forks.to_bytes(16, "big") + number.to_bytes(16, "big")
        return Block(number, name, bytes(32), 1000 + number, self.base_fee)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        number = len(self.blocks) if at is None else int.from_bytes(at[16:], "big")
        return sum(one is not None for one in self.blocks[:number])

    def priority_fee(self) -> int:
        return 10

    def balance(self, account: bytes) -> int:
        return 10**18

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes) -> int:
        return 100

    def call(self, to: bytes, calldata: bytes, sender: bytes, at: bytes | None = None) -> bytes:
        if self.registers(calldata):
            raise RpcError("execution reverted")
        return b""

    def confirms(self, receipt: Receipt, of_all: bool = False) -> bool:
        return True

    def lacks(self, transaction_hash: bytes, of_all: bool = False) -> bool:
        return self.receipt(transaction_hash) is None

    def has_nonce(self, account: bytes, nonce: int, at: bytes) -> bool:
        return self.nonce(account, at) == nonce

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        for number, one in enumerate(self.blocks, start=1):
            if one is not None and one.hash == transaction_hash:
                block, succeeded = number.to_bytes(32, "big"), one.hash not in self.reverted
                return Receipt(transaction_hash, number, block, succeeded, 90, 7)
        return None

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        fields: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        fees = Fees(fields["maxFeePerGas"], fields["maxPriorityFeePerGas"])
        one = Signed(transaction_hash, fields["nonce"], bytes(fields["data"]), fees)
        self.sent.append(one)
        if self.lost == "kill before":
            raise Killed
        if self.lost == "before":
            raise RpcUnreachable("dropped")
        self._take(one)
        if self.lost == "kill after":
            raise Killed
        if self.lost == "after":
            raise RpcUnreachable("dropped")

    def _take(self, one: Signed) -> None:
        if one.nonce < self.nonce(b""):
            raise RpcError("nonce too low")
        held = self.pool.get(one.nonce)
        if held is not None and held.hash != one.hash and not outbids(one.fees, held.fees):
            raise RpcError("replacement transaction underpriced")
        self.pool[one.nonce] = one

    def mine(self) -> None:
        one = self.pool.get(self.nonce(b""))
        if one is not None and one.fees.max_fee >= self.base_fee:
            del self.pool[one.nonce]
            if one.data and (self.reverts or self.registers(one.data)):
                self.reverted.add(one.hash)
            self.blocks.append(one)
        else:
            self.blocks.append(None)

    def reorg(self, depth: int, is_kept: bool) -> None:
        """What was in the blocks is out again, or forgotten."""
        self.forks += 1
        for _ in range(min(depth, len(self.blocks))):
            one = self.blocks.pop()
            if one is not None and one.hash:
                self.reverted.discard(one.hash)
                if is_kept:
                    self.pool[one.nonce] = one


class SendMachine(RuleBasedStateMachine):
    """One payer; at most one registration is wanted at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.chain = Chain()
        self.signers = 0
        self.wanted: tuple[Intent, Call] | None = None
        self.seen = 0
        self.store = Store.open(Path(self._folder.name) / "attestor.sqlite")
        self.log = Transactions(self.store, Journal(self.store, lambda: 1_800_000_000.0))
        self.start()

    def start(self) -> None:
        chain: Any = self.chain
        pricer = Pricer(chain, ACCOUNT, FeePolicy(CAP))
        self.manager = TransactionManager(chain, pricer, self.log)

    def teardown(self) -> None:
        self.chain.lost, self.chain.base_fee, self.chain.reverts = "", 100, False
        self._calm()
        # What waits behind a gap of a reorg is cancelled, or replaced, when it is next. So is
        # what cannot be mined at this base fee, once it can or another registration comes.
        pending = {one.transaction.nonce for one in self.manager.pending()}
        out = self._to_be_outbid() | (set(self.chain.pool) - pending)
        mined = self.chain.nonce(b"")
        assert all(nonce > mined for nonce in out), "each nonce is accounted for"
        self.chain.base_fee = 0
        self._calm()
        mined = self.chain.nonce(b"")
        out = self._to_be_outbid() | set(self.chain.pool)
        assert all(nonce > mined for nonce in out), "the cheapest is accounted for too"
        if self.wanted is not None:
            assert self._is_done(), "no registration is lost"
        assert verify.table_faults(self.store) == []
        assert verify.journal_faults(self.store) == []
        self.store.close()
        self._folder.cleanup()

    def _calm(self) -> None:
        for _ in range(CALM_BLOCKS):
            self.look()
            self.chain.mine()
        self.look()

    def _to_be_outbid(self) -> set[int]:
        """Nonces of what can be mined at this base fee. What offered all that the cap allows is
        left alone where nodes forgot it: the next registration takes its nonce all the same."""
        out: dict[int, list[Fees]] = {}
        for one in self.manager.pending():
            out.setdefault(one.transaction.nonce, []).append(one.transaction.fees)
        return {
            nonce
            for nonce, offers in out.items()
            if any(it.max_fee >= self.chain.base_fee for it in offers)
            and all(outbids(Fees(CAP, CAP), it) for it in offers)
        }

    def _is_done(self) -> bool:
        assert self.wanted is not None
        attempts = self.log.attempts(self.wanted[0].name)
        return any(self.chain.receipt(one.hash) is not None for one in attempts)

    def _do(self, work: Any) -> None:
        try:
            work()
        except AttestorError:
            pass
        except Killed:
            self.start()

    # --- what the daemon does ---

    @precondition(lambda self: self.wanted is None)
    @rule()
    def register(self) -> None:
        self.signers += 1
        intent = Intent(Purpose.REGISTRATION, f"registration:{self.signers}")
        call = Call(REGISTRY, b"register" + bytes([self.signers]))
        self._do(lambda: self.manager.submit(intent, call))
        if self.log.attempts(intent.name):
            self.wanted = (intent, call)

    @rule()
    def give_up(self) -> None:
        self.wanted = None

    @rule()
    def look(self) -> None:
        head = self.chain.head()
        names = [self.wanted[0].name] if self.wanted is not None else []
        self._do(self.manager.settle)
        self._do(lambda: self.manager.cancel(names, head))
        if self.wanted is not None:
            intent = self.wanted[0]
            self._do(lambda: self.manager.follow(intent, Urgency(head, 20)))

    @rule()
    def restart(self) -> None:
        self.start()

    # --- what the chain does ---

    @rule(blocks=st.integers(1, 4))
    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.chain.mine()

    @rule(blocks=st.integers(1, 4))
    def pass_over(self, blocks: int) -> None:
        self.chain.blocks += [None] * blocks

    @rule(depth=st.integers(1, 6), is_kept=st.booleans())
    def reorg(self, depth: int, is_kept: bool) -> None:
        self.chain.reorg(depth, is_kept)

    @rule()
    def forget(self) -> None:
        self.chain.pool.clear()

    @rule()
    def nonce_used_from_outside(self) -> None:
        self.chain.pool.pop(self.chain.nonce(b""), None)
        self.chain.blocks.append(OUTSIDE)

    @rule(base_fee=st.sampled_from([0, 100, 400, 9_000, 20_000]))
    def base_fee(self, base_fee: int) -> None:
        self.chain.base_fee = base_fee

    @rule(reverts=st.booleans())
    def contract_changes(self, reverts: bool) -> None:
        self.chain.reverts = reverts

    @rule(lost=st.sampled_from(["", "before", "after", "kill before", "kill after"]))
    def sends_are_lost(self, lost: str) -> None:
        self.chain.lost = lost

    # --- what must always hold ---

    @invariant()
    def what_is_sent_is_on_record_and_within_the_cap(self) -> None:
        for one in self.chain.sent[self.seen :]:
            attempt = self.log.attempt(one.hash)
            assert attempt is not None
            assert attempt.outcome is not Outcome.REPLACED or one.nonce < self.chain.nonce(b"")
            assert 0 <= one.fees.priority_fee <= one.fees.max_fee <= CAP
        self.seen = len(self.chain.sent)

    @invariant()
    def one_registration_of_a_signer_holds_a_nonce_that_may_still_be_mined(self) -> None:
        """Unless a nonce came back by a reorg: then the later one is cancelled."""
        if self.chain.forks:
            return
        mined = self.chain.nonce(b"")
        for number in range(1, self.signers + 1):
            data = b"register" + bytes([number])
            out = {one.nonce for one in self.chain.sent if one.data == data}
            done = [one for one in self.chain.mined() if one.data == data]
            assert len(done) <= 1
            assert len([nonce for nonce in out if nonce >= mined]) <= (0 if done else 1)

    @invariant()
    def attempts_at_one_nonce_are_few(self) -> None:
        for number in range(1, self.signers + 1):
            nonces = [one.transaction.nonce for one in self.log.attempts(f"registration:{number}")]
            assert all(nonces.count(one) <= MOST_ATTEMPTS_AT_A_NONCE for one in set(nonces))


TestSending = SendMachine.TestCase
TestSending.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
