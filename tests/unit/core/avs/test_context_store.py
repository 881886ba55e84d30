"""The lock of contexts: two clients, of whom one dies."""

from dataclasses import replace

import pytest
from cases.contexts import TWO_CODES, context_of, cut_elsewhere
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.avs.context import Context
from attestor.core.avs.context_store import SECONDS, ContextStore, Lock
from attestor.errors.avs import ContextRefused

CONTEXT = context_of()


def test_lock__holder_dies__ends_at_its_first_deadline_though_others_ask() -> None:
    store = ContextStore()
    assert store.try_lock(CONTEXT.hash, 0.0) is Lock.LOCKED
    for second in range(1, SECONDS):
        assert store.try_lock(CONTEXT.hash, second) is Lock.FAILED
    assert store.try_lock(CONTEXT.hash, SECONDS) is Lock.LOCKED


def test_lock__of_a_context_that_was_uploaded__says_so_and_lets_it_live() -> None:
    store = ContextStore()
    store.put(CONTEXT, 0.0)
    assert store.try_lock(CONTEXT.hash, 100.0) is Lock.EXISTS
    assert store.get(CONTEXT.hash, 219.0) == CONTEXT
    assert store.get(CONTEXT.hash, 220.0) is None


def test_get__looked_at__does_not_live_longer() -> None:
    store = ContextStore()
    store.put(CONTEXT, 0.0)
    assert store.get(CONTEXT.hash, 119.0) == CONTEXT
    assert store.get(CONTEXT.hash, 120.0) is None


def test_put__without_a_lock_or_after_it__is_held() -> None:
    store = ContextStore()
    store.try_lock(CONTEXT.hash, 0.0)
    store.put(CONTEXT, 500.0)
    assert store.get(CONTEXT.hash, 600.0) == CONTEXT


def test_put__by_another_client_than_the_locks__is_held() -> None:
    store = ContextStore()
    store.try_lock(CONTEXT.hash, 0.0)
    store.put(CONTEXT, 1.0)
    assert store.try_lock(CONTEXT.hash, 2.0) is Lock.EXISTS


def test_drop__context_that_did_not_do__lets_another_client_upload() -> None:
    store = ContextStore()
    store.put(CONTEXT, 0.0)
    store.drop(CONTEXT)
    assert store.try_lock(CONTEXT.hash, 1.0) is Lock.LOCKED


def test_drop__context_that_was_uploaded_under_a_lock__leaves_no_lock() -> None:
    store = ContextStore()
    store.try_lock(CONTEXT.hash, 0.0, "first")
    store.put(CONTEXT, 1.0, "first")
    store.drop(CONTEXT)
    assert len(store) == 0
    assert store.try_lock(CONTEXT.hash, 2.0, "second") is Lock.LOCKED


def test_drop__lock_or_another_context_in_its_place__stays() -> None:
    store = ContextStore()
    store.try_lock(CONTEXT.hash, 0.0)
    store.drop(CONTEXT)
    assert store.try_lock(CONTEXT.hash, 1.0) is Lock.FAILED
    other = Context.of((replace(CONTEXT.blocks[0], coinbase=None), *CONTEXT.blocks[1:]))
    assert other.hash == CONTEXT.hash
    store.put(other, 2.0)
    store.drop(CONTEXT)
    assert store.get(CONTEXT.hash, 3.0) is other


def test_put__one_that_binds_its_first_state__replaces_one_that_does_not() -> None:
    store = ContextStore()
    better = Context.of((replace(CONTEXT.blocks[0], parent_header=b"h"), *CONTEXT.blocks[1:]))
    assert better.hash == CONTEXT.hash
    store.put(CONTEXT, 0.0)
    store.put(better, 1.0)
    assert store.get(CONTEXT.hash, 2.0) is better
    store.put(CONTEXT, 3.0)
    assert store.get(CONTEXT.hash, 4.0) is better


def test_locks__more_than_there_is_room_for__are_not_kept() -> None:
    store = ContextStore(max_locks=3)
    answers = [store.try_lock(bytes([number]) * 32, 0.0) for number in range(10)]
    assert set(answers) == {Lock.LOCKED}
    assert len(store) == 3


def test_lock__that_one_client_let_end__is_no_lock_of_its_again() -> None:
    store = ContextStore()
    assert store.try_lock(CONTEXT.hash, 0.0, "stranger") is Lock.LOCKED
    assert store.try_lock(CONTEXT.hash, 1.0, "operator") is Lock.FAILED
    # The stranger asks first, in the moment in which its lock ends.
    assert store.try_lock(CONTEXT.hash, SECONDS, "stranger") is Lock.LOCKED
    assert store.try_lock(CONTEXT.hash, SECONDS + 1, "operator") is Lock.LOCKED
    assert store.try_lock(CONTEXT.hash, SECONDS + 2, "third") is Lock.FAILED


CONTEXTS = [context_of(first) for first in range(7, 700, 7)]


def filled(store: ContextStore, client: str, count: int) -> list[Context]:
    made = [context for context in CONTEXTS if store.get(context.hash, 0.0) is None][:count]
    for context in made:
        store.put(context, 0.0, client)
    return made


def held(store: ContextStore, contexts: list[Context]) -> list[Context]:
    return [context for context in contexts if store.get(context.hash, 0.0) is not None]


def test_put__stranger_who_fills_the_store__gives_way_and_never_the_operator() -> None:
    store = ContextStore(max_bytes=10 * max(context.size for context in CONTEXTS))
    operators = filled(store, "operator", 2)
    strangers = filled(store, "stranger", 40)
    assert held(store, operators) == operators
    assert held(store, strangers) == strangers[-len(held(store, strangers)) :]
    operators += filled(store, "operator", 2)
    assert held(store, operators) == operators


def test_put__stranger_uploads_the_operators_own__it_is_kept_while_the_operator_wants_it() -> None:
    store = ContextStore(max_bytes=10 * max(context.size for context in CONTEXTS))
    shared = filled(store, "stranger", 1)
    store.put(shared[0], 0.0, "operator")
    assert store.try_lock(shared[0].hash, 0.0, "operator") is Lock.EXISTS
    filled(store, "stranger", 40)
    assert held(store, shared) == shared


def test_put__operator_alone__its_oldest_go() -> None:
    store = ContextStore(max_bytes=10 * max(context.size for context in CONTEXTS))
    made = filled(store, "operator", 30)
    assert held(store, made) == made[-len(held(store, made)) :]
    assert len(held(store, made)) >= 9


def test_put__larger_than_all_room__is_refused_and_ends_no_other() -> None:
    store = ContextStore(max_bytes=context_of(7, 1).size)
    small = context_of(7, 1)
    store.put(small, 0.0, "operator")
    with pytest.raises(ContextRefused, match="there is room for"):
        store.put(context_of(20, 5), 0.0, "stranger")
    assert store.get(small.hash, 1.0) == small


CUT = [cut_elsewhere(at) for at in range(1, 5)]


def test_put__stranger_cut_the_codes_elsewhere__each_has_its_own() -> None:
    store = ContextStore()
    assert CUT[0].hash == TWO_CODES.hash
    store.put(CUT[0], 0.0, "stranger")
    assert store.try_lock(TWO_CODES.hash, 1.0, "operator") is Lock.LOCKED
    store.put(TWO_CODES, 1.0, "operator")
    assert store.try_lock(TWO_CODES.hash, 2.0, "operator") is Lock.EXISTS
    assert store.get(TWO_CODES.hash, 2.0, "operator") is TWO_CODES
    assert store.get(TWO_CODES.hash, 2.0, "stranger") is CUT[0]
    store.drop(CUT[0])
    assert store.get(TWO_CODES.hash, 2.0, "stranger") is TWO_CODES


def test_proven__context_of_one_client__is_there_for_all() -> None:
    store = ContextStore()
    store.put(CUT[0], 0.0, "stranger")
    store.put(TWO_CODES, 0.0, "operator")
    store.proven(TWO_CODES)
    assert store.try_lock(TWO_CODES.hash, 1.0, "third") is Lock.EXISTS
    assert store.get(TWO_CODES.hash, 2.0, "third") is TWO_CODES
    assert store.get(TWO_CODES.hash, 120.0, "third") is TWO_CODES
    assert store.get(TWO_CODES.hash, 121.0, "third") is None


def test_put__same_client_again__keeps_its_first() -> None:
    store = ContextStore()
    assert store.put(TWO_CODES, 0.0, "operator") is TWO_CODES
    assert store.put(CUT[0], 1.0, "operator") is TWO_CODES
    assert len(store) == 1


OTHERS = st.lists(
    st.tuples(
        st.sampled_from(["lock", "put", "drop", "proven"]),
        st.sampled_from(CUT),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 5),
    ),
    max_size=40,
)


def act(store: ContextStore, action: str, context: Context, client: str, now: float) -> None:
    match action:
        case "lock":
            store.try_lock(context.hash, now, client)
        case "put":
            store.put(context, now, client)
        case "drop":
            store.drop(context)
        case _:
            # Which of them can be executed is not for strangers to say.
            store.proven(TWO_CODES)


@given(OTHERS, OTHERS)
def test_store__whatever_strangers_do_with_its_hash__a_client_proves_with_its_own(
    before: list[tuple[str, Context, str, int]], after: list[tuple[str, Context, str, int]]
) -> None:
    store, now = ContextStore(), 0.0
    for action, context, client, seconds in before:
        now += seconds / 2
        act(store, action, context, client, now)
    while (heard := store.try_lock(TWO_CODES.hash, now, "operator")) is Lock.FAILED:
        now += 1
    if heard is Lock.LOCKED:
        store.put(TWO_CODES, now, "operator")
    for action, context, client, seconds in after:
        now += seconds / 2
        act(store, action, context, client, now)
        assert store.get(TWO_CODES.hash, now, "operator") is TWO_CODES


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["lock", "put", "drop"]),
        st.integers(0, 5),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, SECONDS),
    ),
    max_size=60,
)


@given(ACTIONS)
def test_store__any_order_of_calls__keeps_its_bounds_and_its_word(
    actions: list[tuple[str, int, str, int]],
) -> None:
    most = 3 * max(context.size for context in CONTEXTS[:6])
    store, now = ContextStore(max_bytes=most), 0.0
    failed_since: dict[bytes, float] = {}
    for action, which, client, seconds in actions:
        now += seconds / 4
        context = CONTEXTS[which]
        match action:
            case "put":
                store.put(context, now, client)
                assert store.get(context.hash, now) == context
            case "drop":
                store.drop(context)
                assert store.get(context.hash, now) is None
            case _:
                answer = store.try_lock(context.hash, now, client)
                assert answer is not Lock.EXISTS or store.get(context.hash, now) is not None
                assert answer is not Lock.FAILED or store.get(context.hash, now) is None
                if answer is not Lock.FAILED:
                    failed_since.pop(context.hash, None)
                # Nobody waits for longer than one lock.
                assert now - failed_since.setdefault(context.hash, now) < SECONDS
        kept = [one for one in CONTEXTS[:6] if store.get(one.hash, now) is not None]
        assert sum(one.size for one in kept) <= most
