"""Which idle connection is given for the next request."""

import pytest
from unit.net.script import Script

from attestor.net.connection import HttpConnection
from attestor.net.pool import MAX_IDLE_PER_ENDPOINT, MAX_IDLE_SECONDS, Pool

HERE, THERE = "http://a.example", "http://b.example"


class Parts:
    def __init__(self) -> None:
        self.now = 0.0
        self.pool = Pool(lambda: self.now)

    def give(self, endpoint: str = HERE) -> Script:
        script = Script([])
        self.pool.give(endpoint, HttpConnection(script))
        return script

    def take(self, endpoint: str = HERE) -> object:
        connection = self.pool.take(endpoint)
        return None if connection is None else connection.stream


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_take__given_before__is_the_newest_of_that_endpoint_once(parts: Parts) -> None:
    first, second, other = parts.give(), parts.give(), parts.give(THERE)
    assert [parts.take(), parts.take(), parts.take()] == [second, first, None]
    assert parts.take(THERE) is other


def test_take__closed_by_the_peer__is_thrown_away(parts: Parts) -> None:
    good, bad = parts.give(), parts.give()
    bad.quiet = False
    assert parts.take() is good
    assert bad.closed
    assert not good.closed


def test_take__idle_for_long__is_thrown_away(parts: Parts) -> None:
    old = parts.give()
    parts.now += MAX_IDLE_SECONDS
    assert parts.take() is None
    assert old.closed


def test_give__more_than_are_kept__closes_it(parts: Parts) -> None:
    kept = [parts.give() for _ in range(MAX_IDLE_PER_ENDPOINT)]
    assert parts.give().closed
    assert not any(script.closed for script in kept)


def test_close__idle_and_later_ones__are_closed(parts: Parts) -> None:
    before = parts.give()
    parts.pool.close()
    assert before.closed
    assert parts.give().closed
    assert parts.take() is None
