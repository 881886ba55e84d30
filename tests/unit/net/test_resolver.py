"""Names are looked up in a thread that nobody has to wait for."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from attestor.errors import HttpFailed, HttpFault
from attestor.net.deadline import Deadline
from attestor.net.resolver import Resolver

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]


class Lookup:
    """Stands in for getaddrinfo; waits where it is told to."""

    def __init__(self, answer: Any = FOUND, wait: bool = False) -> None:
        self.answer = answer
        self.calls: list[str] = []
        self.asked = threading.Event()
        self.go = threading.Event()
        if not wait:
            self.go.set()

    def __call__(self, host: str, port: int, type: int, flags: int) -> Any:
        self.calls.append(host)
        self.asked.set()
        self.go.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_addresses__name__are_those_of_the_system() -> None:
    found = Resolver(Lookup()).addresses("node.example", 80, Deadline(10.0))
    assert found == [(socket.AF_INET, ("192.0.2.1", 80))]


@pytest.mark.parametrize(
    "answer", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label"), []]
)
def test_addresses__name_of_nobody__is_typed(answer: Any) -> None:
    with pytest.raises(HttpFailed, match="does not resolve") as caught:
        Resolver(Lookup(answer)).addresses("nobody.example", 80, Deadline(10.0))
    assert caught.value.fault is HttpFault.NAME


def test_addresses__resolver_hangs__ends_at_the_deadline_and_one_thread_stays() -> None:
    lookup = Lookup(wait=True)
    resolver = Resolver(lookup)
    for _ in range(3):
        with pytest.raises(HttpFailed, match="resolving the name") as caught:
            resolver.addresses("slow.example", 80, Deadline(0.01))
        assert caught.value.fault is HttpFault.TIMEOUT
    assert lookup.calls == ["slow.example"]
    lookup.go.set()


def test_addresses__no_thread_can_be_started__is_typed_and_the_name_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    resolver = Resolver(Lookup())
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(HttpFailed, match="no thread left"):
            resolver.addresses("node.example", 80, Deadline(10.0))
    assert resolver.addresses("node.example", 80, Deadline(10.0))


def test_addresses__ip_address__needs_no_thread() -> None:
    lookup = Lookup()
    Resolver(lookup).addresses("::1", 80, Deadline(10.0))
    assert lookup.calls == ["::1"]
    before = threading.active_count()
    Resolver(lookup).addresses("192.0.2.1", 80, Deadline(10.0))
    assert threading.active_count() == before


def test_close__somebody_waits__is_let_go() -> None:
    lookup = Lookup(wait=True)
    resolver = Resolver(lookup)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(resolver.addresses, "slow.example", 80, Deadline(30.0))
        assert lookup.asked.wait(10)
        resolver.close()
        error = waiting.exception(10)
    lookup.go.set()
    assert isinstance(error, HttpFailed)
    assert error.fault is HttpFault.CLOSED
    with pytest.raises(HttpFailed, match="closed"):
        resolver.addresses("other.example", 80, Deadline(10.0))
