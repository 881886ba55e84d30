"""The plan run against a made-up chain in any order of events: what must always hold.

The model is a chain that mines, reorgs, includes or drops transactions and forgets signers at
random. The plan is performed on it as the loop does, with every action checked against it.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from attestor.core.blocks import Block, BlockWindow
from attestor.core.signers import Active, Candidate, Stage
from attestor.rotation.plan import (
    Abandon,
    Activate,
    Deactivate,
    Inclusion,
    MakeQuote,
    NewSigner,
    RotationPolicy,
    Situation,
    Submit,
    Wait,
    plan,
)

BLOCK_SECONDS = 12
VALIDITY = 3600
POLICY = RotationPolicy(
    period=300,
    expiry_margin=120,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=30,
    inclusion_margin=5,
)


@dataclass
class Chain:
    """Blocks by number; registrations by signer: (block number, valid until)."""

    blocks: list[Block] = field(default_factory=list)
    registered: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    forks: int = 0

    def mine(self) -> Block:
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        number = len(self.blocks)
        name = bytes([self.forks % 256]) + number.to_bytes(31, "big")
        self.blocks.append(Block(number, name, parent, 10_000 + number * BLOCK_SECONDS))
        return self.blocks[-1]

    def reorg(self, depth: int) -> None:
        self.forks += 1
        cut = len(self.blocks) - depth
        del self.blocks[cut:]
        self.registered = {s: r for s, r in self.registered.items() if r[0] < cut}
        for _ in range(depth + 1):
            self.mine()

    def vouches(self, signer: bytes) -> bool:
        known = self.registered.get(signer)
        return known is not None and known[1] > self.blocks[-1].timestamp


class RotationMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.chain = Chain()
        for _ in range(10):
            self.chain.mine()
        self.active: Active | None = None
        self.candidate: Candidate | None = None
        self.included: Inclusion | None = None
        self.made = 0
        self.submitted: set[bytes] = set()

    @rule(count=st.integers(1, 12))
    def mine(self, count: int) -> None:
        for _ in range(count):
            self.chain.mine()

    @rule(depth=st.integers(1, 4))
    def reorg(self, depth: int) -> None:
        self.chain.reorg(depth)
        if self.included is not None and self.included.block_number >= len(self.chain.blocks) - 5:
            self.included = None

    @precondition(lambda self: self.candidate is not None and self.included is None)
    @rule()
    def include(self) -> None:
        """The next block holds the registration; the contract's rules decide its outcome."""
        candidate = self.candidate
        if candidate is None or candidate.stage is not Stage.SUBMITTED:
            return
        block = self.chain.mine()
        age = block.number - candidate.reference_block
        canonical = self.chain.blocks[candidate.reference_block].hash == candidate.reference_hash
        succeeded = canonical and age < POLICY.max_block_number_diff
        if succeeded:
            self.chain.registered[candidate.address] = (block.number, block.timestamp + VALIDITY)
        self.included = Inclusion(block.number, block.hash, succeeded)

    @precondition(lambda self: self.active is not None)
    @rule()
    def revoke(self) -> None:
        assert self.active is not None
        self.chain.registered.pop(self.active.address, None)

    @rule(limit=st.integers(1, 6))
    def act(self, limit: int) -> None:
        for _ in range(limit):
            action = plan(self.situation(), POLICY)
            if isinstance(action, Wait):
                return
            self.perform(action)

    def situation(self) -> Situation:
        asked = [known.address for known in (self.active, self.candidate) if known]
        return Situation(
            now=0.0,
            window=BlockWindow(tuple(self.chain.blocks[-200:])),
            active=self.active,
            candidate=self.candidate,
            inclusion=self.included,
            attested=frozenset(signer for signer in asked if self.chain.vouches(signer)),
        )

    def perform(self, action: object) -> None:
        head = self.chain.blocks[-1]
        match action:
            case NewSigner():
                assert self.candidate is None
                self.made += 1
                self.candidate = Candidate(self.made.to_bytes(20, "big"), Stage.CREATED)
            case MakeQuote(signer, number, block_hash):
                assert self.chain.blocks[number].hash == block_hash
                assert head.number - number == POLICY.block_lag
                self.candidate = Candidate(signer, Stage.QUOTED, number, block_hash)
            case Submit(signer):
                candidate = self.candidate
                assert candidate is not None
                assert candidate.stage is Stage.QUOTED
                assert signer not in self.submitted, "a key is never submitted twice"
                assert self.chain.blocks[candidate.reference_block].hash == candidate.reference_hash
                assert head.number + 1 - candidate.reference_block < POLICY.max_block_number_diff
                self.submitted.add(signer)
                self.included = None
                self.candidate = Candidate(
                    signer, Stage.SUBMITTED, candidate.reference_block, candidate.reference_hash
                )
            case Activate(signer, replaces):
                assert self.chain.vouches(signer), "only a registered signer becomes active"
                assert replaces == (self.active.address if self.active else None)
                until = self.chain.registered[signer][1]
                self.active = Active(signer, head.timestamp, until)
                self.candidate, self.included = None, None
            case Deactivate(signer, _):
                assert not self.chain.vouches(signer), "a registered signer is never given up"
                self.active = None
            case Abandon():
                self.candidate, self.included = None, None
            case _:
                raise AssertionError(f"unknown action {action}")

    @invariant()
    def plan_is_pure(self) -> None:
        if hasattr(self, "chain"):
            situation = self.situation()
            assert plan(situation, POLICY) == plan(situation, POLICY)

    def teardown(self) -> None:
        """Left alone on a quiet chain that includes what is sent, a signer becomes active."""
        if not hasattr(self, "chain"):
            return
        for _ in range(200):
            self.act(6)
            if self.active is not None and self.chain.vouches(self.active.address):
                return
            self.include()
            self.chain.mine()
        raise AssertionError("no signer became active")


TestRotation = RotationMachine.TestCase
TestRotation.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
