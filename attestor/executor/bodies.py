"""Bodies of upstream's `/request_proof`, decoded by a child process: `executor/decode`.

They are JSON with a number for each byte. Decoded in this process, one of tens of megabytes would
hold the interpreter for seconds, and take several times its size. The child's memory is about that
of the bytes, its limits follow from the size of the body, and the sandbox of the executor's
programs confines it.
"""

from pathlib import Path

from loguru import logger

from attestor.core import frame
from attestor.core.events import Event
from attestor.core.text import one_line
from attestor.errors import (
    BodyInvalid,
    DecoderFailed,
    ExecutionTimeLimit,
    ExecutorCrashed,
    FrameInvalid,
)
from attestor.executor import child, starting
from attestor.executor.cgroup import Cgroup

VERSION = 1
PROGRAM = "attestor-decode"
MAX_DETAIL_CHARS = 180
_BASE_MEMORY = 64 << 20
_MEMORY_PER_BYTE = 4
"""Of addresses: what is decoded takes half of the body at most, and a vector grows by doubling."""
_BASE_SECONDS = 5
_BYTES_PER_SECOND = 4 << 20
"""Far less than any machine decodes."""


class BodyDecoder:
    """Thread-safe. Each call starts a child process, which has ended when the call returns."""

    def __init__(self, directory: Path, cgroup: Cgroup | None = None) -> None:
        """`directory` holds the executor's programs; they run in the `cgroup`, unless set in that
        of this process."""
        self._cgroup = cgroup
        # A child starts in another directory.
        self._program = (directory / PROGRAM).absolute()
        if not self._program.is_file():
            logger.bind(event=Event.EXECUTOR_MISSING).warning(
                "{} is not there: large requests will be refused until it is; {}",
                self._program,
                starting.BUILD_COMMAND,
            )

    def decode(self, body: bytes) -> tuple[bytes, ...]:
        """The program in a body, and the entries of its stdin.

        Raises `BodyInvalid`, `ExecutorMissing`, and `DecoderFailed` when the child gave no answer.
        """
        seconds = _BASE_SECONDS + len(body) // _BYTES_PER_SECOND
        limits = {
            "cpu_seconds": seconds,
            "memory_bytes": _BASE_MEMORY + _MEMORY_PER_BYTE * len(body),
        }
        header = frame.encode_header({"version": VERSION, "limits": limits}, [len(body)])
        try:
            ended = child.run(
                self._program,
                header,
                wall_seconds=4 * seconds,
                max_answer_bytes=frame.MAX_HEADER_BYTES + len(body) // 2,
                appended=body,
                # The daemon's own children, such as the signer process, are none of the decoder's.
                sweep=False,
                cgroup=self._cgroup,
            )
        except (ExecutorCrashed, ExecutionTimeLimit) as error:
            raise DecoderFailed(f"the body was not decoded: {error.message}") from None
        return _blobs(ended)


def _blobs(ended: child.Ended) -> tuple[bytes, ...]:
    """The child read a hostile text: its answer is checked as such."""
    if ended.status != 0:
        printed = one_line(ended.log)[-MAX_DETAIL_CHARS:]
        if ended.out_of_memory:
            raise DecoderFailed(
                f"the body was not decoded: the kernel had no memory for {ended.name}"
            )
        how = f"status {ended.status}" + (f"; it printed: {printed}" if printed else "")
        raise DecoderFailed(f"the body was not decoded: {ended.name} ended with {how}")
    try:
        answer = frame.decode(ended.answer, max_blob_bytes=len(ended.answer))
    except FrameInvalid as error:
        raise DecoderFailed(f"{ended.name} gave no answer: {error.message}") from None
    detail = answer.header.get("detail")
    if answer.header.get("ok") is True and answer.blobs:
        return answer.blobs
    if answer.header.get("class") == "invalid" and isinstance(detail, str):
        raise BodyInvalid(one_line(detail).encode("ascii", "replace").decode()[:MAX_DETAIL_CHARS])
    raise DecoderFailed(f"{ended.name} answered neither bytes nor what is wrong with the body")
