"""When an endpoint is asked last, and when not at all."""

import pytest
from unit.chain.endpoints import Clock

from attestor.chain.health import (
    FAILURES_TO_DEMOTE,
    FIRST_PAUSE,
    FIRST_SILENCE,
    FORGIVEN_AFTER,
    LAST_PAUSE,
    LAST_SILENCE,
    Health,
)
from attestor.errors import RpcThrottled


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(clock)


def test_failed__once__is_the_weather(health: Health) -> None:
    health.failed()
    assert not health.is_demoted
    health.answered()
    assert health.score == 0


def test_failed__again__demotes_and_returns(health: Health, clock: Clock) -> None:
    for _ in range(FAILURES_TO_DEMOTE):
        health.failed()
    assert health.is_demoted
    clock.now += FIRST_PAUSE
    assert not health.is_demoted


def test_lied__once__demotes(health: Health) -> None:
    assert health.lied()
    assert health.is_demoted
    assert health.score > 0


def test_demotion__again_and_again__pauses_longer_up_to_a_bound(
    health: Health, clock: Clock
) -> None:
    pauses = []
    for _ in range(2000):
        health.lied()
        began = clock.now
        while health.is_demoted:
            clock.now += 0.5
        pauses.append(clock.now - began)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert max(pauses) == pauses[-1] == LAST_PAUSE


def test_score__long_without_a_fault__is_forgiven(health: Health, clock: Clock) -> None:
    health.lied()
    health.answered()
    assert health.score > 0
    clock.now += FORGIVEN_AFTER + 1
    assert health.score == 0
    health.lied()
    clock.now += FIRST_PAUSE
    assert not health.is_demoted


def test_score__lag_of_one_block__is_not_counted(health: Health) -> None:
    health.lag = 1
    assert health.score == 0
    health.lag = 4
    assert health.score == 4
    health.lag = 10**9
    assert health.score < 100


def test_throttled__for_a_time__is_not_to_be_called_before(health: Health, clock: Clock) -> None:
    health.throttled(30.0)
    clock.now += 29.9
    with pytest.raises(RpcThrottled, match=r"http://a asked not to be called for another 0\.1 s"):
        health.require_callable("http://a")
    clock.now += 0.2
    health.require_callable("http://a")


def test_throttled__a_shorter_time_later__does_not_shorten_the_wait(
    health: Health, clock: Clock
) -> None:
    health.throttled(30.0)
    health.throttled(1.0)
    assert health.silent_for == 30.0


def test_throttled__without_a_time__pauses_longer_each_time(health: Health, clock: Clock) -> None:
    pauses = []
    for _ in range(4):
        health.throttled(None)
        pauses.append(health.silent_for)
        clock.now += health.silent_for
    assert pauses == [FIRST_SILENCE * 2**n for n in range(4)]
    for _ in range(10):
        health.throttled(None)
        clock.now += health.silent_for
    health.throttled(None)
    assert health.silent_for == LAST_SILENCE
    clock.now += LAST_SILENCE
    health.answered()
    health.throttled(None)
    assert health.silent_for == FIRST_SILENCE


def test_throttled__endpoint_that_lied_often__is_silenced_no_longer(health: Health) -> None:
    for _ in range(20):
        health.lied()
    health.throttled(None)
    assert health.silent_for == FIRST_SILENCE
