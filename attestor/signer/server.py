"""The signer process's loop: frames in, each answered by a thread, frames out."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, SignerFailed

MAX_REQUEST_BYTES = 256 << 20
START_ID = 0
"""The id of the frame that answers the settings; requests count from 1."""


def serve(connection: socket.socket, handle: Callable[[Frame], Frame], workers: int) -> None:
    """Answer requests until the daemon closes its end.

    `workers` programs run at once; three more threads keep the short verbs answering meanwhile.
    Those that still run when the daemon closes are not waited for.
    """
    write_lock = threading.Lock()

    def answer(request: Frame) -> None:
        data = _guarded(handle, request)
        with write_lock:
            try:
                connection.sendall(data)
            except OSError:
                return  # The daemon is gone; the loop below sees it too.

    pool = ThreadPoolExecutor(workers + 3)
    with connection.makefile("rb") as incoming:
        while (request := frame.read(incoming.read, MAX_REQUEST_BYTES)) is not None:
            pool.submit(answer, request)


def _guarded(handle: Callable[[Frame], Frame], request: Frame) -> bytes:
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
