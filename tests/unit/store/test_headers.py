"""The recent headers come back as they were saved, and only what changed is written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.core.blocks import Block, BlockWindow
from attestor.errors import DatabaseFull, HeaderInvalid
from attestor.store.database import Store
from attestor.store.headers import Headers


def block(number: int, branch: int = 0, parent: Block | None = None, **changes: int) -> Block:
    block_hash = number.to_bytes(16, "big") + branch.to_bytes(16, "big")
    before = parent.hash if parent else (number - 1).to_bytes(16, "big") + bytes(16)
    fields: dict[str, Any] = {"timestamp": 1000 + 12 * number, "base_fee": 7, **changes}
    return Block(number, block_hash, before, **fields)


def window(first: int, last: int, capacity: int = 5) -> BlockWindow:
    return BlockWindow(tuple(block(n) for n in range(first, last + 1)), capacity)


def written(store: Store) -> list[int]:
    return [row["number"] for row in store.rows("SELECT number FROM headers ORDER BY number")]


@pytest.fixture
def changes(store: Store) -> list[str]:
    """What is written from now on, one word each."""
    seen: list[str] = []
    connection = store.tables.conn
    assert connection is not None
    connection.set_trace_callback(lambda sql: seen.append(sql.split(" ", 1)[0].upper()))
    return seen


def test_load__nothing_saved__is_an_empty_window(store: Store) -> None:
    assert Headers(store, 5).load() == BlockWindow((), 5)


def test_load__after_a_restart__is_what_was_saved(store: Store) -> None:
    Headers(store, 5).save(window(3, 7))
    assert Headers(store, 5).load() == window(3, 7)


def test_save__next_head__writes_one_row_and_drops_the_oldest(
    store: Store, changes: list[str]
) -> None:
    headers = Headers(store, 5)
    headers.save(window(3, 7))
    changes.clear()
    headers.save(window(3, 7).extended((block(8),)))
    assert written(store) == [4, 5, 6, 7, 8]
    assert [word for word in changes if word in ("INSERT", "DELETE")] == ["DELETE", "INSERT"]
    assert changes.count("COMMIT") == 1


def test_save__same_window__writes_nothing(store: Store, changes: list[str]) -> None:
    headers = Headers(store, 5)
    headers.save(window(3, 7))
    changes.clear()
    headers.save(window(3, 7))
    assert not {"BEGIN", "INSERT", "DELETE", "COMMIT"} & set(changes)


def test_save__reorg__replaces_the_losing_branch(store: Store) -> None:
    headers = Headers(store, 5)
    headers.save(window(3, 7))
    sixth = block(6, 1, block(5))
    forked = window(3, 7).extended((sixth, block(7, 1, sixth), block(8, 1, block(7, 1))))
    headers.save(forked)
    assert Headers(store, 5).load() == forked


def test_save__window_that_connects_to_nothing__replaces_all(store: Store) -> None:
    headers = Headers(store, 5)
    headers.save(window(3, 7))
    headers.save(window(100, 101))
    assert written(store) == [100, 101]


def test_load__rows_that_do_not_follow_one_another__newest_that_do(store: Store) -> None:
    Headers(store, 5).save(window(3, 7))
    with store.transaction():
        store.delete("headers", [5])
    headers = Headers(store, 5)
    assert headers.load() == window(6, 7)
    headers.save(window(6, 8))
    assert written(store) == [6, 7, 8]


def test_save__disk_is_full__goes_on_and_writes_later_what_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = Headers(store, 5)
    headers.save(window(3, 4))

    def full(*_: object) -> None:
        raise DatabaseFull("no space")

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert", full)
        headers.save(window(3, 5))
    assert written(store) == [3, 4], "half of it would be worse than none"
    headers.save(window(3, 6))
    assert written(store) == [3, 4, 5, 6]


@pytest.mark.parametrize("name", ["number", "timestamp", "base_fee"])
@pytest.mark.parametrize("value", [2**63, 2**64, -1])
def test_save__number_that_no_chain_has__is_a_typed_refusal(
    store: Store, name: str, value: int
) -> None:
    fields: dict[str, Any] = {"number": 3, "timestamp": 1000, "base_fee": 7, name: value}
    lying = Block(hash=b"\x03" * 32, parent_hash=b"\x02" * 32, **fields)
    with pytest.raises(HeaderInvalid, match=name):
        Headers(store, 5).save(BlockWindow((lying,), 5))
    assert written(store) == []


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=12))
def test_save__any_chain_of_reorgs__load_is_the_last_window(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    store = Store.open(tmp_path_factory.mktemp("headers") / "attestor.sqlite")
    headers, seen = Headers(store, 5), window(10, 12)
    for branch, (length, depth) in enumerate(steps, 1):
        parent = seen.blocks[max(0, len(seen.blocks) - 1 - depth)]
        added: list[Block] = []
        for _ in range(length):
            added.append(block((added or [parent])[-1].number + 1, branch, (added or [parent])[-1]))
        seen = seen.extended(tuple(added))
        headers.save(seen)
        assert Headers(store, 5).load() == seen
    store.close()
