"""What is remembered of jobs: bounded, and never from before a change."""

import threading
from pathlib import Path

import pytest

from attestor.store.database import Store
from attestor.store.opening import JOBS
from attestor.store.remembered import OVERHEAD_BYTES, Remembered


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "jobs.sqlite", JOBS)


def test_read__more_than_there_is_room__the_one_used_longest_ago_goes(store: Store) -> None:
    known = Remembered[int](store, lambda value: value, max_bytes=3 * (OVERHEAD_BYTES + 10))
    for job in "abc":
        known.read(job, lambda: 10)
    known.recall("a")
    known.read("d", lambda: 10)
    assert [known.recall(job) for job in "abcd"] == [10, None, 10, 10]
    known.read("e", lambda: 4 * OVERHEAD_BYTES)
    assert [known.recall(job) for job in "abcde"] == [None] * 5
    assert known._bytes == 0


def test_read__job_changes_while_it_is_read__is_not_remembered(store: Store) -> None:
    known = Remembered[str](store)

    def read() -> str:
        def change() -> None:
            with store.transaction():
                store.touch("a")

        changing = threading.Thread(target=change)
        changing.start()
        changing.join()
        return "before"

    assert known.read("a", read) == "before"
    assert known.recall("a") is None


def test_read__inside_of_a_transaction__is_what_is_there_and_not_remembered(store: Store) -> None:
    known = Remembered[str](store)
    known.read("a", lambda: "before")
    with store.transaction():
        store.touch("a")
        assert known.read("a", lambda: "inside") == "inside"
        assert known.recall("a") == "before"
    assert known.recall("a") is None


def test_touch__transaction_fails__what_is_known_stays(store: Store) -> None:
    known = Remembered[str](store)
    known.read("a", lambda: "before")
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.touch("a")
        raise ZeroDivisionError
    with store.transaction():
        pass
    assert known.recall("a") == "before"
