"""When the next head is looked for."""

from bisect import bisect
from random import Random

import pytest
from unit.chain.endpoints import Clock

from attestor.chain.pace import Pace, block_seconds
from attestor.core.blocks import Block, BlockWindow


def window(seconds: int, count: int = 20, after: int = 1000) -> BlockWindow:
    blocks = tuple(
        Block(n, n.to_bytes(32, "big"), (n - 1).to_bytes(32, "big"), after + seconds * n)
        for n in range(1, count + 1)
    )
    return BlockWindow(blocks)


@pytest.mark.parametrize(("seconds", "count"), [(12, 20), (2, 2), (0, 20)])
def test_block_seconds__steady_chain__is_its_distance(seconds: int, count: int) -> None:
    assert block_seconds(window(seconds, count)) == seconds


def test_block_seconds__one_block_or_none__is_unknown() -> None:
    assert block_seconds(window(12, 1)) is None
    assert block_seconds(BlockWindow()) is None


def test_is_due__no_window_yet__always() -> None:
    clock = Clock()
    pace = Pace(60.0, clock)
    pace.looked(BlockWindow(), False)
    assert pace.is_due(BlockWindow())


def test_pause__fast_chain__is_never_less_than_the_poll_interval() -> None:
    for seconds in (0.0, 0.25, 1.0, None):
        assert Pace(1.0, Clock()).pause(seconds) == 1.0


def simulated(
    seconds: float,
    poll: float,
    blocks: int,
    shift: float,
    missed: float = 0.0,
    has_times: bool = True,
) -> tuple[float, float]:
    """Looks per block, and the longest time from a block to the look that finds it, in the second
    half. Of all slots a part is `missed`; without `has_times` timestamps stand still."""
    random = Random(7)
    slots = [n for n in range(blocks) if random.random() >= missed]
    clock = Clock()
    pace, seen, looks, latest, found = Pace(poll, clock), 0, 0, 0.0, 0
    tick = min(poll, seconds) / 20
    for number in range(int(blocks * seconds / tick)):
        at = number * tick
        clock.now = 5.0 + at
        if number and pace.due_in > 0:
            continue
        mined = bisect(slots, (at + shift) / seconds)
        last = slots[mined - 1] if mined else 0
        chain = window(int(seconds), 20, int(seconds * last) if has_times else 0)
        if 2 * number * tick > blocks * seconds:
            looks, found = looks + 1, found + (mined > seen)
            if mined > seen:
                latest = max(latest, at + shift - last * seconds)
        pace.looked(chain, mined > seen)
        seen = mined
    return looks / found, latest


@pytest.mark.parametrize("shift", [0.0, 0.3, 5.0, 11.9])
def test_pace__blocks_of_12_seconds__needs_few_looks_and_finds_them_soon(shift: float) -> None:
    looks, latest = simulated(12.0, 1.0, 400, shift)
    assert looks <= 1.1
    assert latest <= 1.6


def test_pace__slots_without_a_block__is_soon_back_in_step() -> None:
    looks, latest = simulated(12.0, 1.0, 800, 5.0, missed=0.02)
    assert looks <= 1.3
    assert latest <= 6.0


def test_pace__timestamps_that_say_nothing__needs_few_looks() -> None:
    assert simulated(12.0, 1.0, 400, 5.0, has_times=False)[0] <= 1.1


def test_pace__blocks_of_2_seconds__needs_at_most_two_looks() -> None:
    assert simulated(2.0, 1.0, 400, 0.5)[0] <= 1.6


def test_pause__late_block__is_looked_for_at_a_slowing_pace() -> None:
    pace, pauses = Pace(1.0, Clock()), []
    pace.looked(window(12), True)
    for _ in range(5):
        pace.looked(window(12), False)
        pauses.append(pace.pause(12.0))
    assert pauses == [1.5, 3.0, 6.0, 6.0, 6.0]


def followed(clock: Clock) -> Pace:
    """The next look is due in 12 seconds."""
    pace = Pace(1.0, clock)
    pace.looked(window(12), True)
    return pace


def test_hurry__between_two_looks__one_is_due_now() -> None:
    clock = Clock()
    pace = followed(clock)
    assert pace.due_in == 12.0
    pace.hurry()
    assert pace.is_due(window(12))


def test_hurry__nothing_was_new__is_not_believed_again_until_the_next_block() -> None:
    clock = Clock()
    pace = followed(clock)
    clock.now += 3.0
    looks = 0
    for _ in range(100):
        pace.hurry()
        if pace.is_due(window(12)):
            looks += 1
            pace.looked(window(12), False)
    assert looks == 1
    assert pace.due_in == 9.0, "when it would have been anyway"


def test_hurry__each_time_there_is_a_block__is_believed_again() -> None:
    clock = Clock()
    pace = followed(clock)
    for _ in range(3):
        clock.now += 5.0
        pace.hurry()
        assert pace.is_due(window(12))
        pace.looked(window(12), True)


def test_hurry__look_failed__stays_due() -> None:
    pace = followed(Clock())
    pace.hurry()
    pace.hurry()
    assert pace.is_due(window(12))
