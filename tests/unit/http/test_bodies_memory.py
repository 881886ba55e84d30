"""Who gives way when bodies take all memory."""

import pytest

from attestor.errors import QueueFull
from attestor.http.bodies import Memory


def nothing() -> None:
    pass


def test_grow__room__is_taken_and_given_back() -> None:
    memory = Memory(10)
    with memory.share("a", nothing) as share:
        memory.grow(share, 10)
        with memory.share("b", nothing) as other, pytest.raises(QueueFull):
            memory.grow(other, 10)
    with memory.share("b", nothing) as share:
        memory.grow(share, 10)


def test_grow__one_client_has_most__its_largest_body_is_ended_for_others() -> None:
    memory, ended = Memory(100), []
    with (
        memory.share("greedy", lambda: ended.append("small")) as small,
        memory.share("greedy", lambda: ended.append("large")) as large,
        memory.share("modest", lambda: ended.append("modest")) as modest,
    ):
        memory.grow(small, 30)
        memory.grow(large, 60)
        memory.grow(modest, 10)
        memory.grow(modest, 10)
        assert ended == ["large"]
        memory.grow(modest, 40)
        assert ended == ["large"]
        with pytest.raises(QueueFull):
            memory.grow(modest, 60)


def test_grow__greedy_client_itself__is_refused_and_ends_nobody() -> None:
    memory, ended = Memory(100), []
    with (
        memory.share("greedy", lambda: ended.append("greedy")) as greedy,
        memory.share("modest", lambda: ended.append("modest")) as modest,
    ):
        memory.grow(greedy, 60)
        memory.grow(modest, 40)
        with pytest.raises(QueueFull):
            memory.grow(greedy, 10)
        assert ended == []
