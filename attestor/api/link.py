"""The API process's connection to the daemon: a few small requests, and what the daemon tells."""

import socket
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from attestor.api.settings import ApiState, ChainState
from attestor.core.frame import Frame
from attestor.core.proof import SignedProof
from attestor.core.text import from_hex
from attestor.errors import AttestorError, DaemonNotAnswering
from attestor.signer.connection import Connection, require_ok

ANSWER_SECONDS = 5.0
SIGNED_SECONDS = 120.0
"""The daemon asks the chain whether it vouches for the signer, which may take several blocks."""


class DaemonLink(Connection):
    """Safe to use from several threads. Every request raises `DaemonNotAnswering` when there is no
    answer in time.

    `on_state` is told what the daemon tells unasked, `on_end` that the daemon is gone, both by a
    thread of their own.
    """

    def __init__(
        self,
        connection: socket.socket,
        on_state: Callable[[ApiState], None],
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(connection)
        self._on_state = on_state
        self._on_end = on_end
        self._read_from_now_on()

    def alive(self, figures: dict[str, Any]) -> dict[str, ChainState]:
        """Say that this process lives, and how it stands; how each registration does."""
        chains = self._ask_for(ANSWER_SECONDS, "alive", figures=figures).header["chains"]
        return {registration: _state(told) for registration, told in chains.items()}

    def signed(self, proof: SignedProof, registration: str) -> None:
        """Have the chain vouch for a proof's signer and the history keep it, before it is handed
        out. Raises `SignerNotVouchedFor`, and a `DatabaseUnavailable`."""
        asked = {**proof.to_header(), "registration": registration}
        self._ask_for(SIGNED_SECONDS, "signed", **asked)

    def disagreed(self) -> None:
        """The signer process found the engines to disagree: the daemon notes it, and halts."""
        self._ask_for(SIGNED_SECONDS, "disagreed")

    def finding(self, job: str, registration: str) -> str | None:
        """What was found about the proof of a job until now."""
        asked = {"job": job, "registration": registration}
        found: str | None = self._ask_for(ANSWER_SECONDS, "finding", **asked).header["finding"]
        return found

    def health(self, chain: str | None = None) -> tuple[int, bytes]:
        """Status and body of `GET /health`, of all or of one chain."""
        answer = self._ask_for(ANSWER_SECONDS, "health", chain=chain)
        return answer.header["status"], answer.blobs[0]

    def probe(self, path: str, chain: str | None, text: bool) -> tuple[int, bytes, str]:
        """Status, body and type of `GET /livez` and `GET /readyz`."""
        answer = self._ask_for(ANSWER_SECONDS, "probe", path=path, chain=chain, text=text)
        return answer.header["status"], answer.blobs[0], answer.header["type"]

    def metrics(self) -> bytes:
        """The body of `GET /metrics`."""
        return self._ask_for(ANSWER_SECONDS, "metrics").blobs[0]

    def _ask_for(self, seconds: float, verb: str, **arguments: Any) -> Frame:
        request_id, future = self._request(verb, **arguments)
        try:
            return require_ok(future.result(seconds))
        except FutureTimeout:
            with self._lock:
                self._waiting.pop(request_id, None)
            raise self._is_gone() from None

    def _told(self, frame: Frame) -> None:
        if frame.header.get("event") == "state":
            self._on_state(ApiState.from_header(frame.header))

    def _ended(self) -> None:
        self._on_end()

    def _is_gone(self) -> AttestorError:
        return DaemonNotAnswering("the daemon does not answer", hint="try again later")


def _state(told: dict[str, Any]) -> ChainState:
    signer = told["signer"]
    return ChainState(from_hex(signer) if signer is not None else None, told["time"])
