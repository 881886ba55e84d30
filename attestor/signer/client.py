"""The daemon's end of the signer process: starts it, asks, and notices when it is gone."""

import socket
from collections.abc import Sequence
from typing import Any

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding
from attestor.core.frame import Frame
from attestor.signer.connection import gone, require_ok
from attestor.signer.prover import Prover
from attestor.signer.settings import SignerSettings
from attestor.signer.slot_client import SlotVerbs
from attestor.signer.start_report import StartReport
from attestor.signer.starting import start_process


class SignerProcess(Prover, SlotVerbs):
    """A running signer process; what is asked about signers is about its first slot. Safe to use
    from several threads.

    Make it in the main thread: the process is killed when the thread that started it ends.
    """

    def __init__(self, settings: SignerSettings) -> None:
        self._child = start_process()
        self._process = self._child.process
        super().__init__(self._child.connection)
        self._child.send(settings.to_header())
        self._read_from_now_on()

    def started(self) -> StartReport:
        """What the process started with, once it has. Raises what kept it from starting: every
        `Misconfigured` error of its executor, quote provider and sandbox."""
        return StartReport.from_header(require_ok(self._started.result()).header)

    def slot(self, name: str) -> "SignerSlot":
        """The signers of the slot of that name."""
        return SignerSlot(self, name)

    def attach(self) -> socket.socket:
        """A new connection to the process, on which it answers what proves and nothing else; for
        whoever serves clients. Raises `SignerGone`."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._child.attachments, [b"a"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise gone() from None
        return ours

    def cross_checks(self) -> list[CrossChecked]:
        """What SP1's engine found about signed runs since the last call; each is given once."""
        finished = self._ask("cross_checks").header["finished"]
        return [
            CrossChecked(found["job"], _verdict(found["finding"], found["reason"]), found["slot"])
            for found in finished
        ]

    def disagreement(self) -> Disagreement | None:
        """The run on which the engines disagree, after which the process signs nothing."""
        answer = self._ask("disagreement")
        if not answer.blobs:
            return None
        program, *stdin = answer.blobs
        return Disagreement(answer.header["job"], answer.header["reason"], program, tuple(stdin))

    def self_test(
        self, program: bytes, stdin: Sequence[bytes], cycles: int, seconds: float
    ) -> bytes:
        """The public values of a small program, by the engine that runs jobs. Nothing is signed.
        Raises as a run does, and `SignerGone`."""
        limits = {"cycles": cycles, "seconds": seconds}
        return self._ask("self_test", (program, *stdin), **limits).blobs[0]

    def close(self) -> None:
        """End the process; all keys go with it."""
        self._child.end()

    def require_alive(self) -> None:
        """Raise `SignerGone` unless the process still runs."""
        if self._gone or self._process.poll() is not None:
            raise gone()

    def _ask_slot(self, verb: str, **arguments: Any) -> Frame:
        return self._ask(verb, **arguments)


class SignerSlot(SlotVerbs):
    """The signers for one registry. Safe to use from several threads."""

    def __init__(self, process: SignerProcess, name: str) -> None:
        self._process = process
        self._name = name

    def require_alive(self) -> None:
        """Raise `SignerGone` unless the signer process still runs."""
        self._process.require_alive()

    def _ask_slot(self, verb: str, **arguments: Any) -> Frame:
        return self._process._ask_slot(verb, slot=self._name, **arguments)


def _verdict(finding: str, reason: str) -> CrossCheckVerdict:
    return CrossCheckVerdict(Finding(finding), reason)
