"""The signer process's loop: frames in, each answered by a thread, frames out."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, SignerFailed

MAX_REQUEST_BYTES = 256 << 20


def serve(connection: socket.socket, handle: Callable[[Frame], Frame], workers: int) -> None:
    """Answer requests until the daemon closes its end.

    `workers` programs run at once; three more threads keep the short verbs answering meanwhile.
    """
    write_lock = threading.Lock()

    def answer(request: Frame) -> None:
        response = _guarded(handle, request)
        header = {**response.header, "id": request.header.get("id")}
        data = frame.encode(Frame(header, response.blobs))
        with write_lock:
            try:
                connection.sendall(data)
            except OSError:
                return  # The daemon is gone; the loop below sees it too.

    with connection.makefile("rb") as incoming, ThreadPoolExecutor(workers + 3) as pool:
        while (request := frame.read(incoming.read, MAX_REQUEST_BYTES)) is not None:
            pool.submit(answer, request)


def _guarded(handle: Callable[[Frame], Frame], request: Frame) -> Frame:
    try:
        return handle(request)
    except AttestorError as error:
        return _refusal(error)
    except Exception as error:
        # Its text is not passed on: it may hold what must stay in this process.
        return _refusal(SignerFailed(f"the signer process failed: {type(error).__name__}"))


def _refusal(error: AttestorError) -> Frame:
    return Frame({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
