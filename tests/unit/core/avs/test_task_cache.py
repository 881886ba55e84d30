"""What the cache of tasks keeps, and for how long."""

from attestor.core.avs.poe import Poe, PoeAnswer
from attestor.core.avs.task_cache import TaskCache, TaskKey

POE = Poe(*(bytes([place]) * 32 for place in range(5)))


def answer(number: int) -> PoeAnswer:
    return PoeAnswer(number, 1, 2, POE, bytes(65))


def key(number: int) -> TaskKey:
    return TaskKey(bytes([number]) * 32, b"c" * 32)


def test_cache__full__gives_up_the_oldest() -> None:
    cache = TaskCache(capacity=3)
    for number in range(5):
        cache.keep(key(number), answer(number))
    assert [cache.get(key(number)) for number in range(5)] == [
        None,
        None,
        answer(2),
        answer(3),
        answer(4),
    ]


def test_cache__kept_again__keeps_the_first_answer_and_its_place() -> None:
    cache = TaskCache(capacity=2)
    cache.keep(key(0), answer(0))
    cache.keep(key(0), answer(9))
    assert cache.get(key(0)) == answer(0)
    assert len(cache) == 1


def test_cache__same_blocks_in_another_batch__is_another_task() -> None:
    cache = TaskCache()
    cache.keep(TaskKey(b"a" * 32, b"c" * 32), answer(1))
    assert cache.get(TaskKey(b"b" * 32, b"c" * 32)) is None


def test_cache__by_itself__keeps_a_hundred() -> None:
    cache = TaskCache()
    for number in range(150):
        cache.keep(key(number), answer(number))
    assert len(cache) == 100
    assert (cache.get(key(49)), cache.get(key(50))) == (None, answer(50))
