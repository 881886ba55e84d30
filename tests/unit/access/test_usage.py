"""Quotas: what is left of them, when they come back, and that memory has a bound."""

import pytest

from attestor.access.usage import Usage
from attestor.core.client import Client, How
from attestor.core.quotas import Quotas
from attestor.errors.access import QuotaExceeded


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def address(name: str, **quotas: int) -> Client:
    return Client(name, How.ADDRESS, Quotas(**quotas))


def test_request__quota_used_up__comes_back_steadily() -> None:
    clock = Clock()
    usage, client = Usage(clock), address("a", requests_per_minute=60)
    for _ in range(60):
        usage.request(client)
    with pytest.raises(QuotaExceeded) as caught:
        usage.request(client)
    assert (caught.value.limit, caught.value.seconds) == ("requests_per_minute", 1.0)
    clock.now += 1.0
    usage.request(client)
    with pytest.raises(QuotaExceeded):
        usage.request(client)


def test_request__name_and_address_that_read_the_same__are_two() -> None:
    usage = Usage(Clock())
    quotas = Quotas(requests_per_minute=1)
    usage.request(Client("10.0.0.1", How.ADDRESS, quotas))
    usage.request(Client("10.0.0.1", How.KEY, quotas))
    with pytest.raises(QuotaExceeded):
        usage.request(Client("10.0.0.1", How.CERTIFICATE, quotas))


def test_bytes__larger_than_the_whole_quota__says_so() -> None:
    with pytest.raises(QuotaExceeded, match="is used up") as caught:
        Usage(Clock()).reserve_bytes(address("a", bytes_per_hour=10), 11)
    assert "a smaller request" in str(caught.value.hint)


def test_bytes__less_came_than_was_announced__is_given_back() -> None:
    usage, client = Usage(Clock()), address("a", bytes_per_hour=10)
    usage.reserve_bytes(client, 10)
    usage.settle_bytes(client, 10, 4)
    usage.reserve_bytes(client, 6)
    with pytest.raises(QuotaExceeded):
        usage.reserve_bytes(client, 1)


def test_bytes__not_announced__count_afterwards() -> None:
    usage, client = Usage(Clock()), address("a", bytes_per_hour=10)
    usage.reserve_bytes(client, 0)
    usage.settle_bytes(client, 0, 25)
    with pytest.raises(QuotaExceeded) as caught:
        usage.reserve_bytes(client, 0)
    assert caught.value.seconds == pytest.approx(16 * 360)


def test_usage__addresses_without_end__take_bounded_memory_and_crowd_no_name_out() -> None:
    usage = Usage(Clock(), max_addresses=10)
    named = Client("alice", How.KEY, Quotas(requests_per_minute=1))
    usage.request(named)
    for number in range(1000):
        usage.request(address(str(number), requests_per_minute=1))
    assert len(usage) == 11
    with pytest.raises(QuotaExceeded):
        usage.request(named)


def test_usage__no_quotas__keeps_nothing() -> None:
    usage = Usage(Clock())
    usage.request(address("a"))
    usage.reserve_bytes(address("a"), 1 << 40)
    assert len(usage) == 0
