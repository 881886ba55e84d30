"""Upstream's calls, for services that have no others."""

from attestor.client import answers
from attestor.client.transport import Transport
from attestor.core.text import one_line
from attestor.errors import ProverFailed
from attestor.http import wire
from attestor.net import Deadline, Response, retry_after

PENDING = 504
"""The job is not finished: ask again."""
MAX_PAUSE_SECONDS = 30.0


class Service:
    """One service. Each call has what is left until a deadline."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def request(self, body: bytes, deadline: Deadline) -> str:
        """Have a program run; the id of the proof, once it has."""
        # Sent twice it might run twice.
        response = self._transport.ask(
            "POST",
            self._transport.for_registration("/request_proof"),
            deadline,
            body=body,
            kind="application/json",
            repeatable=False,
        )
        return answers.proof_id(self._body(response, "/request_proof"))

    def proof(self, proof_id: str, deadline: Deadline) -> wire.TeeProof:
        """The proof with that id."""
        while True:
            response = self._transport.ask(
                "POST",
                "/wait_proof",
                deadline,
                body=proof_id.encode(),
                kind="text/plain",
                max_bytes=self._transport.max_proof_bytes,
            )
            if response.status != PENDING:
                return answers.proof(self._body(response, "/wait_proof"))
            pause = min(retry_after(response) or 1.0, MAX_PAUSE_SECONDS)
            self._transport.pause(pause, deadline)

    def statement(self, proof_id: str, deadline: Deadline) -> answers.SignedAnswer | None:
        """The statement of the proof with that id; None where the service signs none."""
        response = self._transport.ask("GET", f"/statement?proof_id={proof_id}", deadline)
        if response.status == 404:
            return None
        return answers.statement(self._body(response, "/statement"))

    def _body(self, response: Response, name: str) -> bytes:
        if response.status != 200:
            raise ProverFailed(f"{name} answered {response.status}: {_described(response)}")
        return response.body


def _described(response: Response) -> str:
    """What the service said, cut to a line."""
    text = one_line(response.body[:600].decode(errors="replace"))
    fault = response.headers.get("x-attestor-fault")
    return f"{text} ({one_line(fault)})" if fault else text
