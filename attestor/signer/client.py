"""The daemon's end of the signer process: starts it, asks, and notices when it is gone."""

import socket
import time
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding
from attestor.core.text import from_hex, to_hex
from attestor.signer.connection import gone, require_ok
from attestor.signer.prover import Prover
from attestor.signer.settings import SignerSettings
from attestor.signer.start_report import StartReport
from attestor.signer.starting import start_process


@dataclass(frozen=True)
class QuoteAnswer:
    """A quote's exact bytes, and the platform that made it."""

    raw: bytes
    provider: str
    simulated: bool


class SignerProcess(Prover):
    """A running signer process. Safe to use from several threads.

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
        self._child.end()

    def require_alive(self) -> None:
        """Raise `SignerGone` unless the process still runs."""
        if self._gone or self._process.poll() is not None:
            raise gone()

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


def _verdict(finding: str, reason: str) -> CrossCheckVerdict:
    return CrossCheckVerdict(Finding(finding), reason)
