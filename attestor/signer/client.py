"""The daemon's end of the signer process: starts it, asks, and notices when it is gone."""

import contextlib
import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from attestor.core import frame
from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding, Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.frame import Frame
from attestor.core.proof import Proof
from attestor.core.statement import SignedStatement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import AttestorError, SignerGone, restore
from attestor.signer.server import START_ID
from attestor.signer.settings import SignerSettings
from attestor.signer.start_report import StartReport

MAX_ANSWER_BYTES = 64 << 20


@dataclass(frozen=True)
class QuoteAnswer:
    """A quote's exact bytes, and the platform that made it."""

    raw: bytes
    provider: str
    simulated: bool


class SignerProcess:
    """A running signer process. Safe to use from several threads.

    Make it in the main thread: the process is killed when the thread that started it ends.
    """

    def __init__(self, settings: SignerSettings) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "attestor.signer", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        self._connection = ours
        self._ids = itertools.count(START_ID + 1)
        self._started: Future[Frame] = Future()
        self._waiting: dict[int, Future[Frame]] = {START_ID: self._started}
        self._lock = threading.Lock()
        self._send_lock = threading.Lock()
        self._gone = False
        self._send(Frame(settings.to_header()))
        self._reader = threading.Thread(target=self._read_answers, name="signer", daemon=True)
        self._reader.start()

    def started(self) -> StartReport:
        """What the process started with, once it has. Raises what kept it from starting: every
        `Misconfigured` error of its executor, quote provider and sandbox."""
        return StartReport.from_header(_require_ok(self._started.result()).header)

    def new_key(self, buckets: int = 0) -> bytes:
        """Make a signer, in one of these buckets if one is found (see `Keys.create`); its
        address."""
        return from_hex(self._ask("new_key", buckets=hex(buckets)).header["address"])

    def quote(
        self,
        address: bytes,
        block_number: int,
        block_hash: bytes,
        template: bytes | None = None,
    ) -> QuoteAnswer:
        """A quote that binds the signer and the reference block: for a renewal under the admission
        of `template`, or for an admission without."""
        answer = self._ask(
            "quote",
            address=to_hex(address),
            block_number=block_number,
            block_hash=to_hex(block_hash),
            template=to_hex(template) if template is not None else None,
        )
        return QuoteAnswer(
            raw=answer.blobs[0],
            provider=answer.header["provider"],
            simulated=bool(answer.header["simulated"]),
        )

    def possession(
        self, address: bytes, block_number: int, template: bytes, deadline: int
    ) -> bytes:
        """The signer's own signature (65 bytes) by which it shows the registry that it holds its
        key, and on which evidence it is to be admitted: that of `template`, until `deadline` (Unix
        seconds)."""
        answer = self._ask(
            "possess",
            address=to_hex(address),
            block_number=block_number,
            template=to_hex(template),
            deadline=deadline,
        )
        return from_hex(answer.header["possession"])

    def activate(self, address: bytes, valid_until: int) -> None:
        """Sign proofs with that signer, until its registration ends."""
        self._ask("activate", address=to_hex(address), valid_until=valid_until)

    def lease(self, chain_time: int, seconds: float) -> None:
        """The chain vouches for the active signer in a block of that time: let it sign for so many
        seconds, if nothing else is heard."""
        self._ask("lease", chain_time=chain_time, seconds=seconds)

    def pause(self, address: bytes) -> None:
        """Sign nothing with that signer until it is activated again; its key stays."""
        self._ask("pause", address=to_hex(address))

    def retire(self, address: bytes) -> None:
        """Destroy a signer's key."""
        self._ask("retire", address=to_hex(address))

    def prove(self, job: str, program: bytes, stdin: Sequence[bytes]) -> Proof:
        """Run a program and sign what it committed to."""
        answer = self._ask("prove", blobs=(program, *stdin), job=job)
        header = answer.header
        return Proof(
            signer=from_hex(header["signer"]),
            verifying_key=VerifyingKey(tuple(header["words"])),
            public_values=answer.blobs[0],
            digest=from_hex(header["digest"]),
            signature=from_hex(header["signature"]),
            cycles=header["cycles"],
            engine=Engine(header["engine"]),
            cross_check=Timing(header["cross_check"]),
            statement=_statement(header["statement"]),
            executor=ExecutorBuild(header["executor"]),
        )

    def cross_checks(self) -> list[CrossChecked]:
        """What SP1's engine found about signed runs since the last call; each is given once."""
        finished = self._ask("cross_checks").header["finished"]
        return [
            CrossChecked(found["job"], _verdict(found["finding"], found["reason"]))
            for found in finished
        ]

    def disagreement(self) -> Disagreement | None:
        """The run on which the engines disagree, after which the process signs nothing."""
        answer = self._ask("disagreement")
        if not answer.blobs:
            return None
        program, *stdin = answer.blobs
        return Disagreement(answer.header["job"], answer.header["reason"], program, tuple(stdin))

    def addresses(self) -> list[bytes]:
        """The signers whose keys the process holds."""
        return [from_hex(address) for address in self._ask("status").header["addresses"]]

    def close(self) -> None:
        """End the process; all keys go with it."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        with contextlib.suppress(PermissionError):
            # Without CAP_KILL another user's process is not ours to kill: it ends by itself then,
            # since nobody is at the other end.
            self._process.kill()
        self._process.wait()

    def require_alive(self) -> None:
        """Raise `SignerGone` unless the process still runs."""
        if self._gone or self._process.poll() is not None:
            raise _gone()

    def answers(self, seconds: float) -> bool:
        """Whether the process answers within that time: a stopped one takes requests in, and says
        nothing. Raises `SignerGone`."""
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

    def _ask(self, verb: str, blobs: tuple[bytes, ...] = (), **arguments: Any) -> Frame:
        _, future = self._request(verb, blobs, **arguments)
        return _require_ok(future.result())

    def _request(
        self, verb: str, blobs: tuple[bytes, ...] = (), **arguments: Any
    ) -> tuple[int, Future[Frame]]:
        request_id = next(self._ids)
        future: Future[Frame] = Future()
        with self._lock:
            if self._gone:
                raise _gone()
            self._waiting[request_id] = future
        self._send(Frame({"verb": verb, "id": request_id, **arguments}, blobs))
        return request_id, future

    def _send(self, request: Frame) -> None:
        data = frame.encode(request)
        try:
            with self._send_lock:
                self._connection.sendall(data)
        except OSError:
            raise _gone() from None

    def _read_answers(self) -> None:
        try:
            with self._connection.makefile("rb") as incoming:
                while (answer := frame.read(incoming.read, MAX_ANSWER_BYTES)) is not None:
                    with self._lock:
                        future = self._waiting.pop(answer.header.get("id", -1), None)
                    if future is not None:
                        future.set_result(answer)
        except (OSError, ValueError, AttestorError):
            pass  # A process that breaks the protocol is as good as gone.
        with self._lock:
            self._gone = True
            waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            future.set_exception(_gone())


def _require_ok(answer: Frame) -> Frame:
    error = answer.header.get("error")
    if error is not None:
        raise restore(error["code"], error["message"], error["hint"])
    return answer


def _verdict(finding: str, reason: str) -> CrossCheckVerdict:
    return CrossCheckVerdict(Finding(finding), reason)


def _statement(fields: dict[str, Any] | None) -> SignedStatement | None:
    if fields is None:
        return None
    return SignedStatement(
        contract=from_hex(fields["contract"]),
        expires_at=fields["expires_at"],
        signature=from_hex(fields["signature"]),
    )


def _gone() -> SignerGone:
    return SignerGone(
        "the signer process ended, and its keys with it", hint="restart attestor: it registers anew"
    )
