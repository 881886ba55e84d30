"""Contexts, their table and the store of them, in whatever order things come."""

import json
from random import Random

from cases.contexts import context_of
from cases.json_mutations import mutated_json
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from attestor.core.avs import context_json, interning
from attestor.core.avs.context import Context
from attestor.core.avs.context_store import SECONDS, ContextStore, Lock
from attestor.errors.avs import ContextInvalid, ContextRefused

CONTEXTS = [context_of(first, count) for first, count in ((7, 1), (7, 2), (9, 3))]
TEXTS = [json.dumps(context_json.encode(context)) for context in CONTEXTS]
HASHES = [context.hash for context in CONTEXTS]


@given(st.lists(st.binary(max_size=40), max_size=40))
def test_table__packed_and_unpacked__has_every_string_at_its_offset(strings: list[bytes]) -> None:
    table = interning.Table(strings)
    packed = table.packed()
    assert packed == interning.Table(reversed(strings)).packed()
    again = interning.unpack(packed)
    for string in strings:
        assert again.string(table.offset(string), "it") == string


@given(st.binary(max_size=200))
def test_table__any_bytes__are_refused_by_name(data: bytes) -> None:
    try:
        interning.unpack(data, 1000)
    except ContextInvalid:
        return
    raise AssertionError("bytes that no packer made were taken")


@settings(max_examples=400)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_context__mutated__is_the_same_context_or_is_refused(text: str, seed: int) -> None:
    """Nothing else comes out: no other context under the same hash, no other error."""
    changed = mutated_json(Random(seed), text)
    try:
        value = json.loads(changed)
    except ValueError:
        return
    try:
        found = context_json.decode(value)
    except ContextInvalid:
        return
    (same,) = [context for context in CONTEXTS if context.hash == found.hash]
    assert found.blocks[0].transactions == same.blocks[0].transactions
    assert [b.header for b in found.blocks] == [b.header for b in same.blocks]
    assert [b.mpt_nodes for b in found.blocks] == [b.mpt_nodes for b in same.blocks]
    assert [b.data_hash for b in found.blocks] == [b.data_hash for b in same.blocks]


CLIENTS = st.sampled_from(["one", "other"])


class StoreMachine(RuleBasedStateMachine):
    """Two clients that lock, upload, ask and die, against a model: for each hash, who has the lock
    and until when, who let one lapse, and until when the context lives and who wants it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = ContextStore()
        self.now = 0.0
        self.locked: dict[bytes, tuple[str, float]] = {}
        self.lapsed: dict[bytes, tuple[str, float]] = {}
        self.lives: dict[bytes, float] = {}
        self.wanted: dict[bytes, set[str]] = {}

    @rule(seconds=st.sampled_from([0.5, 30.0, 59.0, 119.5, 120.0, 300.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        for name, (client, end) in self.locked.items():
            if self.now >= end:
                self.lapsed[name] = (client, end + SECONDS)
        self.locked = {name: one for name, one in self.locked.items() if self.now < one[1]}
        self.lapsed = {name: one for name, one in self.lapsed.items() if self.now < one[1]}
        self.lives = {name: end for name, end in self.lives.items() if self.now < end}

    @rule(name=st.sampled_from(HASHES), client=CLIENTS)
    def ask_for_the_lock(self, name: bytes, client: str) -> None:
        answer = self.store.try_lock(name, self.now, client)
        if name in self.lives:
            if client in self.wanted[name]:
                assert answer is Lock.EXISTS
                self.lives[name] = self.now + SECONDS
            else:
                assert answer is Lock.LOCKED  # What another uploaded is not proven yet.
        elif name in self.locked:
            assert answer is Lock.FAILED  # And the lock ends when it was to end.
        else:
            assert answer is Lock.LOCKED
            if name not in self.lapsed or self.lapsed[name][0] != client:
                self.lapsed.pop(name, None)
                self.locked[name] = (client, self.now + SECONDS)

    @rule(place=st.integers(0, len(CONTEXTS) - 1), client=CLIENTS)
    def upload(self, place: int, client: str) -> None:
        name = HASHES[place]
        self.store.put(CONTEXTS[place], self.now, client)
        self.locked.pop(name, None)
        self.lapsed.pop(name, None)
        self.wanted[name] = (self.wanted[name] if name in self.lives else set()) | {client}
        self.lives[name] = self.now + SECONDS

    @rule(place=st.integers(0, len(CONTEXTS) - 1))
    def find_it_wanting(self, place: int) -> None:
        self.store.drop(CONTEXTS[place])
        self.lives.pop(HASHES[place], None)

    @invariant()
    def what_lives_is_found_and_nothing_else(self) -> None:
        for context in CONTEXTS:
            found = self.store.get(context.hash, self.now)
            assert found == (context if context.hash in self.lives else None)

    @invariant()
    def nobody_waits_longer_than_one_lock(self) -> None:
        assert all(end - self.now <= SECONDS for _, end in self.locked.values())


TestStore = StoreMachine.TestCase


@given(st.lists(st.sampled_from(CONTEXTS), max_size=12), st.integers(0, 4000))
def test_store__with_little_room__never_holds_more(uploads: list[Context], room: int) -> None:
    store = ContextStore(max_bytes=room)
    held: dict[bytes, int] = {}  # The oldest first: it gives way.
    for context in uploads:
        try:
            store.put(context, 0.0)
        except ContextRefused:
            assert context.size > room
            continue
        assert context.size <= room
        held.pop(context.hash, None)
        held[context.hash] = context.size
        while sum(held.values()) > room:
            held.pop(next(iter(held)))
        found = {one.hash for one in CONTEXTS if store.get(one.hash, 0.0) is not None}
        assert found == set(held)
