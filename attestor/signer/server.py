"""The signer process's loops: frames in, each answered by a thread, frames out. One for the daemon,
and one for each connection that the daemon attaches."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, FrameInvalid, SignerFailed

MAX_REQUEST_BYTES = 256 << 20
START_ID = 0
"""The id of the frame that answers the settings; requests count from 1."""
MAX_WAITING = 16
"""Requests in memory beside those that run, of each connection."""

Handle = Callable[[Frame], Frame]


def serve(
    connection: socket.socket,
    handle: Handle,
    workers: int,
    lock: "threading.Lock | None" = None,
) -> None:
    """Answer requests until the other end is closed. Whoever else writes there holds `lock`.

    `workers` programs run at once; three more threads keep the short verbs answering meanwhile.
    No further request is read while too many wait. Those that still run when the other end closes
    are not waited for.
    """
    write_lock = lock or threading.Lock()
    room = threading.Semaphore(workers + MAX_WAITING)

    def answer(request: Frame) -> None:
        try:
            data = _guarded(handle, request)
            with write_lock:
                connection.sendall(data)
        except OSError:
            return  # The other end is gone; the loop below sees it too.
        finally:
            room.release()

    pool = ThreadPoolExecutor(workers + 3)
    try:
        # Reset: the other end was killed with an answer that it had not read.
        with suppress(ConnectionResetError), connection.makefile("rb") as incoming:
            while (request := frame.read(incoming.read, MAX_REQUEST_BYTES)) is not None:
                room.acquire()
                pool.submit(answer, request)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


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
