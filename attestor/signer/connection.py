"""The asking end of a socket pair between two of our processes: requests out, answers in, from
several threads."""

import itertools
import socket
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, SignerGone, restore
from attestor.signer.server import START_ID

MAX_ANSWER_BYTES = 64 << 20


class Connection:
    """Safe to use from several threads. Once the other end is gone, every request raises what
    `_is_gone` gives, which is `SignerGone` where it is the signer process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._ids = itertools.count(START_ID + 1)
        self._started: Future[Frame] = Future()
        self._waiting: dict[int, Future[Frame]] = {START_ID: self._started}
        self._lock = threading.Lock()
        self._send_lock = threading.Lock()
        self._gone = False

    def answers(self, seconds: float) -> bool:
        """Whether the other end answers `status` within that time: a process that is stopped takes
        requests in, and says nothing. Raises what `_is_gone` gives."""
        deadline = time.monotonic() + seconds
        if not self._send_lock.acquire(timeout=seconds):
            return False  # It does not take in what another thread sends.
        self._send_lock.release()
        request_id, future = self._request("status")
        try:
            future.result(max(0.0, deadline - time.monotonic()))
        except FutureTimeout:
            with self._lock:
                self._waiting.pop(request_id, None)
            return False
        return True

    def _read_from_now_on(self) -> None:
        threading.Thread(target=self._read_answers, name="signer", daemon=True).start()

    def _ask(self, verb: str, blobs: tuple[bytes, ...] = (), **arguments: Any) -> Frame:
        _, future = self._request(verb, blobs, **arguments)
        return require_ok(future.result())

    def _request(
        self, verb: str, blobs: tuple[bytes, ...] = (), **arguments: Any
    ) -> tuple[int, "Future[Frame]"]:
        future: Future[Frame] = Future()
        with self._lock:
            if self._gone:
                raise self._is_gone()
            request_id = next(self._ids)
            self._waiting[request_id] = future
        self._send(Frame({"verb": verb, "id": request_id, **arguments}, blobs))
        return request_id, future

    def _send(self, request: Frame) -> None:
        data = frame.encode(request)
        try:
            with self._send_lock:
                self._connection.sendall(data)
        except OSError:
            raise self._is_gone() from None

    def _read_answers(self) -> None:
        try:
            with self._connection.makefile("rb") as incoming:
                while (answer := frame.read(incoming.read, MAX_ANSWER_BYTES)) is not None:
                    with self._lock:
                        future = self._waiting.pop(answer.header.get("id", -1), None)
                    if future is not None:
                        future.set_result(answer)
                    else:
                        self._told(answer)
        except (OSError, ValueError, AttestorError):
            pass  # A process that breaks the protocol is as good as gone.
        with self._lock:
            self._gone = True
            waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            future.set_exception(self._is_gone())
        self._ended()

    def _told(self, frame: Frame) -> None:
        """A frame that answers nothing, or too late. Called by the thread that reads."""

    def _ended(self) -> None:
        """The other end is gone. Called by the thread that reads, at its end."""

    def _is_gone(self) -> AttestorError:
        return gone()


def require_ok(answer: Frame) -> Frame:
    """The answer, unless it carries an error, which is raised."""
    error = answer.header.get("error")
    if error is not None:
        raise restore(error["code"], error["message"], error["hint"])
    return answer


def gone() -> SignerGone:
    """What every request ends with once the process is gone."""
    return SignerGone(
        "the signer process ended, and its keys with it", hint="restart attestor: it registers anew"
    )
