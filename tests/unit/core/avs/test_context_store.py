"""The lock of contexts: two clients, of whom one dies."""

from dataclasses import replace

from cases.contexts import context_of

from attestor.core.avs.context import Context
from attestor.core.avs.context_store import SECONDS, ContextStore, Lock

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
