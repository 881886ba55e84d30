"""The plan run against a made-up chain in any order of events: what must always hold.

The model is a chain that mines, reorgs, includes or drops transactions, loses registrations and
mines them again, and revokes signers at random; at times it cannot be asked. The plan is performed
on it as the loop does, with every action checked against it.
"""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from attestor.core.blocks import Block, BlockWindow
from attestor.core.signers import Active, Candidate, Stage, Standing
from attestor.rotation.actions import (
    Abandon,
    Activate,
    MakeQuote,
    NewSigner,
    Pause,
    Resume,
    Retire,
    Submit,
    Wait,
)
from attestor.rotation.plan import plan
from attestor.rotation.situation import Inclusion, RotationPolicy, Sent, Situation

BLOCK_SECONDS = 12
VALIDITY = 3600
POLICY = RotationPolicy(
    period=300,
    expiry_margin=120,
    confirmations=2,
    block_lag=2,
    max_block_number_diff=30,
    inclusion_margin=5,
    final_depth=8,
)


@dataclass
class Chain:
    """Blocks by number; registrations by signer: (block number, valid until)."""

    blocks: list[Block] = field(default_factory=list)
    registered: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    forks: int = 0
    skew: int = 0

    def mine(self) -> Block:
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        number = len(self.blocks)
        name = bytes([self.forks % 256]) + number.to_bytes(31, "big")
        self.blocks.append(Block(number, name, parent, self.skew + 10_000 + number * BLOCK_SECONDS))
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
        self.references: dict[bytes, tuple[int, bytes]] = {}
        self.revoked: set[bytes] = set()

    @rule(count=st.integers(1, 12))
    def mine(self, count: int) -> None:
        for _ in range(count):
            self.chain.mine()

    @rule(depth=st.integers(1, 4))
    def reorg(self, depth: int) -> None:
        self.chain.reorg(depth)
        if self.included is not None and not self.is_canonical(self.included):
            self.included = None

    @precondition(lambda self: self.candidate is not None and self.included is None)
    @rule()
    def include(self) -> None:
        """The next block holds the registration; the contract's rules decide its outcome."""
        candidate = self.candidate
        if candidate is None or candidate.stage is not Stage.SUBMITTED:
            return
        self.included = self.mine_registration(
            candidate.address, candidate.reference_block, candidate.reference_hash
        )

    @precondition(lambda self: self.active is not None and self.active.paused)
    @rule()
    def include_again(self) -> None:
        """What a reorg took from the active signer is mined again, if it can be."""
        assert self.active is not None
        if self.active.address in self.chain.registered or self.active.address in self.revoked:
            return
        self.mine_registration(self.active.address, *self.references[self.active.address])

    def mine_registration(self, signer: bytes, reference: int, name: bytes) -> Inclusion:
        block = self.chain.mine()
        age = block.number - reference
        canonical = self.chain.blocks[reference].hash == name
        succeeded = canonical and age < POLICY.max_block_number_diff
        if succeeded:
            self.chain.registered[signer] = (block.number, block.timestamp + VALIDITY)
        return Inclusion(block.number, block.hash, succeeded)

    def is_canonical(self, inclusion: Inclusion) -> bool:
        return self.chain.blocks[inclusion.block_number].hash == inclusion.block_hash

    @precondition(lambda self: self.active is not None)
    @rule()
    def revoke(self) -> None:
        assert self.active is not None
        self.revoked.add(self.active.address)
        self.chain.registered.pop(self.active.address, None)

    @rule(seconds=st.integers(1, 2 * VALIDITY))
    def let_time_pass(self, seconds: int) -> None:
        self.chain.skew += seconds
        self.chain.mine()

    @rule(limit=st.integers(1, 6), is_mute=st.booleans())
    def act(self, limit: int, is_mute: bool = False) -> None:
        for _ in range(limit):
            action = plan(self.situation(is_mute), POLICY)
            if isinstance(action, Wait):
                return
            assert not is_mute or isinstance(
                action, NewSigner | MakeQuote | Submit | Abandon | Pause | Retire
            )
            self.perform(action)

    def situation(self, is_mute: bool = False) -> Situation:
        """A mute chain shows its blocks, and answers no question."""
        standings = {}
        for known in (self.active, self.candidate):
            if known is not None and not is_mute:
                valid = self.chain.vouches(known.address)
                standings[known.address] = Standing.VALID if valid else Standing.INVALID
        return Situation(
            now=0.0,
            window=BlockWindow(tuple(self.chain.blocks[-200:])),
            active=self.active,
            candidate=self.candidate,
            sent=self.sent(is_mute),
            standings=standings,
        )

    def sent(self, is_mute: bool) -> Sent | None:
        candidate, active = self.candidate, self.active
        if candidate is not None and candidate.stage is Stage.SUBMITTED:
            included = None if is_mute else self.included
            reference = candidate.reference_block, candidate.reference_hash
            return Sent(*reference, included, is_known=not is_mute)
        if candidate is None and active is not None and active.paused:
            known = self.chain.registered.get(active.address)
            block = self.chain.blocks[known[0]] if known is not None and not is_mute else None
            included = Inclusion(block.number, block.hash, True) if block is not None else None
            return Sent(*self.references[active.address], included, is_known=not is_mute)
        return None

    def perform(self, action: object) -> None:
        head, active = self.chain.blocks[-1], self.active
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
                assert signer not in self.references, "a key is never submitted twice"
                reference = candidate.reference_block, candidate.reference_hash
                assert self.chain.blocks[reference[0]].hash == reference[1]
                assert head.number + 1 - reference[0] < POLICY.max_block_number_diff
                self.references[signer] = reference
                self.included = None
                self.candidate = Candidate(signer, Stage.SUBMITTED, *reference)
            case Activate(signer, replaces):
                assert self.chain.vouches(signer), "only a registered signer becomes active"
                assert replaces == (active.address if active else None)
                until = self.chain.registered[signer][1]
                self.active = Active(signer, head.timestamp, until)
                self.candidate, self.included = None, None
            case Pause(signer, _):
                assert active is not None
                assert active.address == signer
                assert not active.paused
                expired = active.valid_until <= head.timestamp
                assert expired or not self.chain.vouches(signer), "a registered signer goes on"
                self.active = replace(active, paused=True)
            case Resume(signer):
                assert active is not None
                assert active.paused
                assert self.chain.vouches(signer), "only a registered signer signs"
                self.active = replace(active, paused=False)
            case Retire(signer, _):
                assert active is not None
                assert active.paused
                assert active.valid_until <= head.timestamp, "no key goes that may be needed"
                self.active = None
            case Abandon():
                self.candidate, self.included = None, None
            case _:
                raise AssertionError(f"unknown action {action}")

    @invariant()
    def unregistered_signer_stops_at_the_next_look(self) -> None:
        """However the plan goes on, it first stops a signer that the chain says no to."""
        if not hasattr(self, "chain") or self.active is None or self.active.paused:
            return
        if not self.chain.vouches(self.active.address):
            assert isinstance(plan(self.situation(), POLICY), Pause)

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
            active = self.active
            if active is not None and not active.paused and self.chain.vouches(active.address):
                return
            self.include()
            self.chain.mine()
        raise AssertionError("no signer became active")


TestRotation = RotationMachine.TestCase
TestRotation.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
