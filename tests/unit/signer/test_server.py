"""The signer process's loop, over a socket pair in one process."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import FrameInvalid, NoActiveSigner
from attestor.signer import server

Handle = Callable[[Frame], Frame]


class Peer:
    """The daemon's end, by hand."""

    def __init__(self, handle: Handle) -> None:
        self.ours, theirs = socket.socketpair()
        self.ours.settimeout(10)
        self._incoming = self.ours.makefile("rb")
        self.thread = threading.Thread(target=server.serve, args=(theirs, handle, 2), daemon=True)
        self.thread.start()

    def send(self, header: dict[str, Any], *blobs: bytes) -> None:
        self.ours.sendall(frame.encode(Frame(header, blobs)))

    def receive(self) -> Frame:
        answer = frame.read(self._incoming.read, 1 << 20)
        assert answer is not None
        return answer

    def close(self) -> None:
        self.ours.shutdown(socket.SHUT_RDWR)
        self._incoming.close()
        self.ours.close()


@pytest.fixture
def start() -> Iterator[Callable[[Handle], Peer]]:
    peers: list[Peer] = []

    def make(handle: Handle) -> Peer:
        peers.append(Peer(handle))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()
        peer.thread.join(10)
        assert not peer.thread.is_alive(), "the loop outlives its daemon"


def echo(request: Frame) -> Frame:
    return Frame({"said": request.header["verb"]}, request.blobs)


def test_serve__request__is_answered_with_its_id(start: Any) -> None:
    peer = start(echo)
    peer.send({"verb": "hello", "id": 7}, b"\x00data")
    assert peer.receive() == Frame({"said": "hello", "id": 7}, (b"\x00data",))


def test_serve__slow_request__does_not_hold_up_a_short_one(start: Any) -> None:
    release = threading.Event()

    def handle(request: Frame) -> Frame:
        if request.header["verb"] == "slow":
            assert release.wait(10)
        return echo(request)

    peer = start(handle)
    peer.send({"verb": "slow", "id": 1})
    peer.send({"verb": "short", "id": 2})
    assert peer.receive().header["id"] == 2
    release.set()
    assert peer.receive().header["id"] == 1


def test_serve__all_that_may_run_do__answers_short_verbs_meanwhile(start: Any) -> None:
    release = threading.Event()
    running = threading.Semaphore(0)

    def handle(request: Frame) -> Frame:
        if request.header["verb"] == "slow":
            running.release()
            assert release.wait(10)
        return echo(request)

    peer = start(handle)
    for number in (1, 2):
        peer.send({"verb": "slow", "id": number})
        assert running.acquire(timeout=10)
    for number in range(3, 20):
        peer.send({"verb": "short", "id": number})
        assert peer.receive().header["id"] == number
    release.set()
    assert {peer.receive().header["id"] for _ in range(2)} == {1, 2}


def test_serve__what_is_no_frame__ends_it_with_the_reason() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"\xff" * 8)
        with pytest.raises(FrameInvalid):
            server.serve(theirs, echo, 1)


def test_serve__error_of_ours__travels_with_code_and_hint(start: Any) -> None:
    def handle(request: Frame) -> Frame:
        raise NoActiveSigner("none", hint="wait")

    peer = start(handle)
    peer.send({"verb": "prove", "id": 1})
    error = peer.receive().header["error"]
    assert error == {"code": "no_active_signer", "message": "none", "hint": "wait"}


@pytest.mark.parametrize("kind", [ZeroDivisionError, StopIteration, SystemExit, GeneratorExit])
def test_serve__foreign_error__travels_without_its_text(
    start: Any, kind: type[BaseException]
) -> None:
    def handle(request: Frame) -> Frame:
        raise kind("key 0xdeadbeef")

    peer = start(handle)
    peer.send({"verb": "prove", "id": 1})
    error = peer.receive().header["error"]
    assert error["code"] == "signer_failed"
    assert kind.__name__ in error["message"]
    assert "deadbeef" not in str(error)


@pytest.mark.parametrize("value", [float("inf"), b"bytes", "x" * (frame.MAX_HEADER_BYTES + 1)])
def test_serve__answer_that_is_no_frame__is_an_error_and_not_silence(
    start: Any, value: Any
) -> None:
    peer = start(lambda request: Frame({"value": value}))
    peer.send({"verb": "status", "id": 1})
    answer = peer.receive().header
    assert answer["id"] == 1
    assert answer["error"]["code"] in ("signer_failed", "frame_invalid")


def test_serve__after_an_error__goes_on(start: Any) -> None:
    def handle(request: Frame) -> Frame:
        if request.header["verb"] == "bad":
            raise ValueError
        return echo(request)

    peer = start(handle)
    peer.send({"verb": "bad", "id": 1})
    peer.receive()
    peer.send({"verb": "good", "id": 2})
    assert peer.receive().header["said"] == "good"


def test_serve__other_end_is_killed_with_an_answer_unread__ends_without_an_exception() -> None:
    answered = threading.Event()
    raised: list[BaseException] = []

    def handle(request: Frame) -> Frame:
        answered.set()
        return echo(request)

    def serve(theirs: socket.socket) -> None:
        try:
            server.serve(theirs, handle, 2)
        except BaseException as error:
            raised.append(error)

    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=serve, args=(theirs,), daemon=True)
    serving.start()
    ours.sendall(frame.encode(Frame({"verb": "hello", "id": 7})))
    assert answered.wait(10)
    # It is there, and nobody reads it.
    assert ours.recv(1, socket.MSG_PEEK)
    ours.close()
    serving.join(10)
    assert not serving.is_alive()
    assert raised == []
