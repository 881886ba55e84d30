"""How a service is asked: bounded in time and size, by one HTTP client."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from attestor.errors import HttpFailed, HttpFault, ProofRefused, ProverUnreachable
from attestor.net import Deadline, HttpClient, Response, origin_of, retry_after

CONNECT_SECONDS = 10.0
MAX_SMALL_BYTES = 64 << 10
"""Of an id, a statement, or an error."""
MAX_CHARS_PER_BYTE = 6
"""A number and a comma, with some space."""
THROTTLED = 429
"""A quota is used up: nothing was done, and it comes back after a while."""


class Transport:
    """To one service. Each call has what is left until a deadline."""

    def __init__(
        self,
        url: str,
        http: HttpClient,
        max_public_values: int,
        sleep: Callable[[float], None],
        *,
        registration: str | None = None,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        """`credentials` are headers of each request."""
        self._query = (
            "" if registration is None else f"?registration={quote(registration, safe='')}"
        )
        self._credentials = dict(credentials or {})
        self._url = url.rstrip("/")
        self._http = http
        self._sleep = sleep
        self.max_proof_bytes = MAX_SMALL_BYTES + MAX_CHARS_PER_BYTE * max_public_values

    def for_registration(self, path: str) -> str:
        """The path of a call that says for which registration a job is to be."""
        return path + self._query

    def ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        body: bytes = b"",
        kind: str = "",
        max_bytes: int = MAX_SMALL_BYTES,
        repeatable: bool = True,
    ) -> Response:
        """The answer, whatever its status, waited for where a quota comes back in time. Raises
        `ProverUnreachable` when there is none in time, `ProofRefused` for one without a bound."""
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

    def pause(self, seconds: float, deadline: Deadline) -> None:
        """Wait, but not beyond the deadline. Raises `ProverUnreachable` when it has passed."""
        try:
            left = deadline.remaining("the job is not finished")
        except HttpFailed as error:
            raise self._unreachable("whether the job is finished", error) from None
        self._sleep(min(seconds, left))

    def close(self) -> None:
        """End what runs, in whatever thread."""
        self._http.close()

    def _unreachable(self, name: str, error: HttpFailed) -> ProverUnreachable:
        return ProverUnreachable(
            f"{origin_of(self._url)} did not answer {name}: {error.message}",
            hint=error.hint_with("check that attestor runs there"),
        )
