"""The answers of tasks that were proven, the newest hundred of them. Errors are never kept: a task
that failed is tried again when it is asked for again."""

from dataclasses import dataclass

from attestor.core.avs.poe import PoeAnswer

CAPACITY = 100


@dataclass(frozen=True)
class TaskKey:
    """What two requests have in common that get one answer. `batch` is the hash of the calldata:
    tasks of different batches may name the same blocks."""

    batch: bytes
    context_hash: bytes


class TaskCache:
    """First in, first out."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._answers: dict[TaskKey, PoeAnswer] = {}

    def get(self, key: TaskKey) -> PoeAnswer | None:
        """The answer that was kept."""
        return self._answers.get(key)

    def keep(self, key: TaskKey, answer: PoeAnswer) -> None:
        """Keep an answer; the oldest goes when there are too many."""
        self._answers.setdefault(key, answer)
        while len(self._answers) > self._capacity:
            del self._answers[next(iter(self._answers))]

    def __len__(self) -> int:
        return len(self._answers)
