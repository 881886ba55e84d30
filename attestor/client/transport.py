"""How a service is asked: bounded in time and size, by one HTTP client."""

from collections.abc import Callable

from attestor.errors import HttpFailed, HttpFault, ProofRefused, ProverUnreachable
from attestor.net import Deadline, HttpClient, Response, origin_of

CONNECT_SECONDS = 10.0
MAX_SMALL_BYTES = 64 << 10
"""Of an id, a statement, or an error."""
MAX_CHARS_PER_BYTE = 6
"""A number and a comma, with some space."""


class Transport:
    """To one service. Each call has what is left until a deadline."""

    def __init__(
        self,
        url: str,
        http: HttpClient,
        max_public_values: int,
        sleep: Callable[[float], None],
    ) -> None:
        self._url = url.rstrip("/")
        self._http = http
        self._sleep = sleep
        self.max_proof_bytes = MAX_SMALL_BYTES + MAX_CHARS_PER_BYTE * max_public_values

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
        """The answer, whatever its status. Raises `ProverUnreachable` when there is none in time,
        `ProofRefused` for one without a bound."""
        name = path.partition("?")[0]
        try:
            return self._http.request(
                method,
                self._url + path,
                deadline,
                max_bytes=max_bytes,
                body=body,
                headers={"Content-Type": kind} if kind else {},
                connect_seconds=CONNECT_SECONDS,
                repeatable=repeatable,
            )
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
