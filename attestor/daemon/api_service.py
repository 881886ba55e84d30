"""What the daemon does for the API process, which it does not believe: it serves strangers."""

from collections.abc import Callable
from typing import Any, Protocol

from attestor.core.frame import Frame
from attestor.core.proof import SignedProof
from attestor.core.text import to_hex
from attestor.errors import AttestorError, Fatal, RequestInvalid, SigningHalted, Transient
from attestor.jobs.cross_checks import CrossChecks
from attestor.store.proofs import Proofs
from attestor.store.signers import Signers

MAX_JOB_CHARS = 256

Figures = dict[str, Any]
Verb = Callable[[dict[str, Any]], Frame]


class HealthSource(Protocol):
    """What `/health` and `/metrics` say, for any thread: `http.health.Health`."""

    def told(self) -> tuple[int, bytes]: ...

    def metrics_text(self) -> str: ...


class ApiService:
    """The verbs. Safe to use from several threads."""

    def __init__(
        self,
        checks: CrossChecks,
        look: Callable[[], None],
        proofs: Proofs,
        signers: Signers,
        halted: Callable[[], SigningHalted | None],
        chain_time: Callable[[], int],
        on_alive: Callable[[Figures], None],
    ) -> None:
        """`look` asks the signer process for findings at once, and halts where it has to;
        `on_alive` is told how the process stands."""
        self._checks = checks
        self._look = look
        self._proofs = proofs
        self._signers = signers
        self._halted = halted
        self._chain_time = chain_time
        self.health: HealthSource | None = None
        self._on_alive = on_alive
        self._verbs: dict[str, Verb] = {
            "alive": self._alive,
            "signed": self._signed,
            "disagreed": self._disagreed,
            "finding": self._finding,
            "health": self._told_health,
            "metrics": self._told_metrics,
        }

    def handle(self, frame: Frame) -> Frame:
        """The answer to one request. Raises `AttestorError`s for the caller to transport."""
        verb = self._verbs.get(str(frame.header.get("verb")))
        if verb is None:
            raise RequestInvalid(f"the daemon has no verb {frame.header.get('verb')!r:.40}")
        try:
            return verb(frame.header)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise RequestInvalid(f"malformed request to the daemon: {error!r:.200}") from None

    def _alive(self, header: dict[str, Any]) -> Frame:
        self._on_alive(dict(header["figures"]))
        try:
            active = self._signers.active()
        except Transient:
            active = None
        signer = to_hex(active.address) if active is not None and not active.paused else None
        return Frame({"signer": signer, "time": self._chain_time()})

    def _signed(self, header: dict[str, Any]) -> Frame:
        self._require_not_halted()
        proof = SignedProof.from_header(header)
        if len(proof.job) > MAX_JOB_CHARS:
            raise RequestInvalid("the job's name is too long")
        try:
            self._checks.signed(proof)
        except Fatal as error:
            # For the history, of which the API process knows nothing.
            raise RequestInvalid(f"not recorded: {error.code}") from error
        self._require_not_halted()
        return Frame({})

    def _disagreed(self, header: dict[str, Any]) -> Frame:
        self._look()
        return Frame({})

    def _finding(self, header: dict[str, Any]) -> Frame:
        return Frame({"finding": self._proofs.finding(str(header["job"]))})

    def _told_health(self, header: dict[str, Any]) -> Frame:
        status, body = self._source().told()
        return Frame({"status": status}, (body,))

    def _told_metrics(self, header: dict[str, Any]) -> Frame:
        return Frame({}, (self._source().metrics_text().encode(),))

    def _source(self) -> HealthSource:
        if self.health is None:
            raise RequestInvalid("the daemon does not serve yet")
        return self.health

    def _require_not_halted(self) -> None:
        halted: AttestorError | None = self._halted()
        if halted is not None:
            raise SigningHalted(halted.message, hint=halted.hint)
