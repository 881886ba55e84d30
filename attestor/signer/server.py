"""The signer process's loops: frames in, each answered by a thread, frames out. One for the daemon,
and one for each connection that the daemon attaches."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, FrameInvalid, SignerFailed

MAX_REQUEST_BYTES = 256 << 20
START_ID = 0
"""The id of the frame that answers the settings; requests count from 1."""
SHORT_THREADS = 3
"""They keep the short verbs answering while programs run."""

Handle = Callable[[Frame], Frame]


def serve(
    connection: socket.socket,
    handle: Handle,
    workers: int,
    lock: "threading.Lock | None" = None,
) -> None:
    """Answer requests until the other end is closed. Whoever else writes there holds `lock`. Raises
    `FrameInvalid` and `OSError` for what ended it otherwise.

    `workers` programs run at once. No further request is read while all threads are busy. Those
    that still run when the other end closes are not waited for.
    """
    with connection.makefile("rb") as incoming:
        turns = _Turns(partial(frame.read, incoming.read, MAX_REQUEST_BYTES))
        write_lock = lock or threading.Lock()

        def work() -> None:
            while (request := turns.next()) is not None:
                with suppress(OSError):  # The other end is gone; who reads sees it too.
                    data = _guarded(handle, request)
                    with write_lock:
                        connection.sendall(data)

        for number in range(workers + SHORT_THREADS):
            threading.Thread(target=work, name=f"answer_{number}", daemon=True).start()
        turns.until_over()


class _Turns:
    """Threads that read in turns. Each answers itself what it has read, while the next one reads:
    no request waits for another thread to wake."""

    def __init__(self, read: Callable[[], Frame | None]) -> None:
        self._read = read
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._raised: BaseException | None = None

    def next(self) -> Frame | None:
        """The next request; None when there is none any more."""
        with self._turn:
            if self._over.is_set():
                return None
            request = None
            try:
                request = _numbered(self._read())
            except ConnectionResetError:
                pass  # The other end was killed with an answer that it had not read.
            except BaseException as error:
                self._raised = error
            if request is None:
                self._over.set()
            return request

    def until_over(self) -> None:
        """Wait for the end. Raises what reading raised."""
        self._over.wait()
        if self._raised is not None:
            raise self._raised


def _numbered(request: Frame | None) -> Frame | None:
    """A request by whose id the answer is found, which is a whole number as `Connection` gives it:
    any other could be too large for the answer's header. Raises `FrameInvalid`."""
    if request is not None and type(request.header.get("id")) is not int:
        raise FrameInvalid("a request's id is not a whole number")
    return request


def serve_attached(
    attachments: socket.socket, handle: Handle, workers: int, detached: Callable[[], None]
) -> None:
    """Serve each connection that is handed over, each in a thread of its own, until nobody can hand
    over another. `detached` is called when one ends, also by what is no frame."""

    def serve_one(connection: socket.socket) -> None:
        try:
            with connection:
                serve(connection, handle, workers)
        except (FrameInvalid, OSError):
            pass  # Whoever is there is not believed any more; nobody else is concerned.
        finally:
            detached()

    while True:
        try:
            data, descriptors, _, _ = socket.recv_fds(attachments, 1, 1)
        except OSError:
            return
        if not data:
            return
        for descriptor in descriptors:
            given = (socket.socket(fileno=descriptor),)
            threading.Thread(target=serve_one, args=given, name="attached", daemon=True).start()


def _guarded(handle: Handle, request: Frame) -> bytes:
    """The answer's bytes; there is one whatever happens, so that no caller is left waiting."""
    request_id = request.header.get("id")
    try:
        response = handle(request)
        return frame.encode(Frame({**response.header, "id": request_id}, response.blobs))
    except AttestorError as error:
        return refusal(request_id, error)
    except BaseException as error:
        # Its text is not passed on: it may hold what must stay in this process.
        failed = SignerFailed(f"the signer process failed: {type(error).__name__}")
        return refusal(request_id, failed)


def refusal(request_id: object, error: AttestorError) -> bytes:
    """The bytes of an answer that carries an error."""
    described = {"code": error.code, "message": error.message, "hint": error.hint}
    return frame.encode(Frame({"error": described, "id": request_id}))
