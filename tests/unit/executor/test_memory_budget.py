"""Executor processes together have no more memory than there is."""

import threading
from pathlib import Path

import pytest

from attestor.errors import ExecutionStopped
from attestor.executor.memory_budget import MemoryBudget, machine_bytes
from attestor.executor.stop import Stop


def test_held__fits__free_again_afterwards() -> None:
    budget = MemoryBudget(10)
    with budget.held(6), budget.held(4, wait=False):
        pass
    with budget.held(10, wait=False):
        pass


def test_held__does_not_fit__waits_until_it_does() -> None:
    budget, inside, done = MemoryBudget(10), threading.Event(), threading.Event()

    def second() -> None:
        with budget.held(5):
            inside.set()
        done.set()

    with budget.held(6):
        thread = threading.Thread(target=second, daemon=True)
        thread.start()
        assert not inside.wait(0.05)
    assert done.wait(10)


def test_held__does_not_fit_and_must_not_wait__cancelled() -> None:
    budget = MemoryBudget(10)
    with budget.held(6), pytest.raises(ExecutionStopped), budget.held(5, wait=False):
        pass
    with budget.held(10, wait=False):
        pass


def test_held__stopped_while_it_waits__ends_and_takes_nothing() -> None:
    budget, refused = MemoryBudget(10), threading.Event()

    def second(stop: Stop) -> None:
        with pytest.raises(ExecutionStopped), budget.held(5, stop=stop):
            pass
        refused.set()

    with Stop() as stop:
        with budget.held(6):
            thread = threading.Thread(target=second, args=(stop,), daemon=True)
            thread.start()
            assert not refused.wait(0.05)
            stop.set()
            assert refused.wait(10)
        with budget.held(10, wait=False):
            pass


def test_held__stopped_and_memory_is_free__held() -> None:
    with Stop() as stop:
        stop.set()
        # The call itself obeys.
        with MemoryBudget(10).held(10, stop=stop):
            pass


def test_held__more_than_there_is__alone() -> None:
    budget = MemoryBudget(10)
    with budget.held(1 << 40), pytest.raises(ExecutionStopped), budget.held(1, wait=False):
        pass


def test_held__fails_inside__free_again() -> None:
    budget = MemoryBudget(10)
    with pytest.raises(ZeroDivisionError), budget.held(10):
        raise ZeroDivisionError
    with budget.held(10, wait=False):
        pass


@pytest.mark.parametrize(
    ("text", "found"), [("1000\n", 1000), ("max\n", None), (None, None), (str(1 << 62), None)]
)
def test_machine_bytes__container_with_less__its_limit(
    tmp_path: Path, text: str | None, found: int | None
) -> None:
    path = tmp_path / "memory.max"
    if text is not None:
        path.write_text(text)
    assert machine_bytes((path,)) == (found or machine_bytes(()))
