"""The calls of the service, each bounded in time and size."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from attestor.client import answers
from attestor.core.text import one_line
from attestor.errors import HttpFailed, HttpFault, ProofRefused, ProverFailed, ProverUnreachable
from attestor.http import wire
from attestor.net import Deadline, HttpClient, Response, origin_of, retry_after

CONNECT_SECONDS = 10.0
MAX_SMALL_BYTES = 64 << 10
"""Of an id, a statement, or an error."""
MAX_CHARS_PER_BYTE = 6
"""A number and a comma, with some space."""
THROTTLED = 429
"""A quota is used up: nothing was done, and it comes back after a while."""
PENDING = 504
"""The job is not finished: ask again."""
MAX_PAUSE_SECONDS = 30.0


class Service:
    """One service. Each call has what is left until a deadline."""

    def __init__(
        self,
        url: str,
        http: HttpClient,
        max_public_values: int,
        sleep: Callable[[float], None],
        registration: str | None = None,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        """`credentials` are headers of each request."""
        self._query = (
            "" if registration is None else f"?registration={quote(registration, safe='')}"
        )
        self._url = url.rstrip("/")
        self._http = http
        self._credentials = dict(credentials or {})
        self._max_proof_bytes = MAX_SMALL_BYTES + MAX_CHARS_PER_BYTE * max_public_values
        self._sleep = sleep

    def request(self, body: bytes, deadline: Deadline) -> str:
        """Have a program run; the id of the proof, once it has."""
        # Sent twice it might run twice.
        response = self._ask(
            "POST",
            f"/request_proof{self._query}",
            deadline,
            body=body,
            kind="application/json",
            repeatable=False,
        )
        return answers.proof_id(self._body(response, "/request_proof"))

    def proof(self, proof_id: str, deadline: Deadline) -> wire.TeeProof:
        """The proof with that id."""
        while True:
            response = self._ask(
                "POST",
                "/wait_proof",
                deadline,
                body=proof_id.encode(),
                kind="text/plain",
                max_bytes=self._max_proof_bytes,
            )
            if response.status != PENDING:
                return answers.proof(self._body(response, "/wait_proof"))
            pause = min(retry_after(response) or 1.0, MAX_PAUSE_SECONDS)
            self._sleep(min(pause, self._left(deadline)))

    def statement(self, proof_id: str, deadline: Deadline) -> answers.SignedAnswer | None:
        """The statement of the proof with that id; None where the service signs none."""
        response = self._ask("GET", f"/statement?proof_id={proof_id}", deadline)
        if response.status == 404:
            return None
        return answers.statement(self._body(response, "/statement"))

    def close(self) -> None:
        """End what runs, in whatever thread."""
        self._http.close()

    def _left(self, deadline: Deadline) -> float:
        try:
            return deadline.remaining("the job is not finished")
        except HttpFailed as error:
            raise self._unreachable("/wait_proof", error) from None

    def _ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes = b"",
        kind: str = "",
        max_bytes: int = MAX_SMALL_BYTES,
        repeatable: bool = True,
    ) -> Response:
        """The answer, waited for where a quota comes back in time."""
        name = path.partition("?")[0]
        try:
            while True:
                response = self._http.request(
                    method,
                    self._url + path,
                    deadline,
                    max_bytes=max_bytes,
                    body=body,
                    headers=self._credentials | ({"Content-Type": kind} if kind else {}),
                    connect_seconds=CONNECT_SECONDS,
                    repeatable=repeatable,
                )
                pause = retry_after(response) or 1.0
                if response.status != THROTTLED or pause >= deadline.remaining("waiting"):
                    return response
                self._sleep(pause)
        except HttpFailed as error:
            if error.fault is HttpFault.TOO_LARGE:
                raise ProofRefused(f"the answer of {name} has no bound: {error.message}") from None
            raise self._unreachable(name, error) from None

    def _unreachable(self, name: str, error: HttpFailed) -> ProverUnreachable:
        return ProverUnreachable(
            f"{origin_of(self._url)} did not answer {name}: {error.message}",
            hint=error.hint_with("check that attestor runs there"),
        )

    def _body(self, response: Response, name: str) -> bytes:
        if response.status != 200:
            raise ProverFailed(f"{name} answered {response.status}: {_described(response)}")
        return response.body


def _described(response: Response) -> str:
    """What the service said, cut to a line."""
    text = one_line(response.body[:600].decode(errors="replace"))
    fault = response.headers.get("x-attestor-fault")
    return f"{text} ({one_line(fault)})" if fault else text
