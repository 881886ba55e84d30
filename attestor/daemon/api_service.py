"""What the daemon does for the API process, which it does not believe: it serves strangers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from attestor.core.frame import Frame
from attestor.core.proof import SignedProof
from attestor.core.text import to_hex
from attestor.errors import (
    AttestorError,
    Fatal,
    RequestInvalid,
    SignerNotVouchedFor,
    SigningHalted,
    Transient,
)
from attestor.http.probes import Probes
from attestor.jobs.cross_checks import CrossChecks
from attestor.store.proofs import Proofs
from attestor.store.signers import Signers

MAX_JOB_CHARS = 256

Figures = dict[str, Any]
Verb = Callable[[dict[str, Any]], Frame]


class HealthSource(Protocol):
    """What `/health` and `/metrics` say, for any thread: `http.health.Health`."""

    def told(self, chain: str | None = None) -> tuple[int, bytes]: ...

    def metrics_text(self) -> str: ...


@dataclass(frozen=True)
class ChainRecords:
    """What is known of one registration, and where its proofs are recorded. `look` asks the signer
    process for findings at once, and halts where it has to; `chain_time` is of the newest head."""

    checks: CrossChecks
    look: Callable[[], None]
    proofs: Proofs
    signers: Signers
    chain_time: Callable[[], int]


class ApiService:
    """The verbs. Safe to use from several threads."""

    def __init__(
        self,
        chains: Mapping[str, Callable[[], ChainRecords | None]],
        halted: Callable[[], SigningHalted | None],
        on_alive: Callable[[Figures], None],
    ) -> None:
        """`chains` has each registration's records, or None while that chain does not run;
        `on_alive` is told how the process stands."""
        self._chains = chains
        self._halted = halted
        self.health: HealthSource | None = None
        self.probes: Probes | None = None
        self._on_alive = on_alive
        self._verbs: dict[str, Verb] = {
            "alive": self._alive,
            "signed": self._signed,
            "disagreed": self._disagreed,
            "finding": self._finding,
            "health": self._told_health,
            "metrics": self._told_metrics,
            "probe": self._told_probe,
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
        return Frame({"chains": {name: _state(of()) for name, of in self._chains.items()}})

    def _signed(self, header: dict[str, Any]) -> Frame:
        self._require_not_halted()
        proof = SignedProof.from_header(header)
        if len(proof.job) > MAX_JOB_CHARS:
            raise RequestInvalid("the job's name is too long")
        try:
            self._records(header).checks.signed(proof)
        except Fatal as error:
            # For the history, of which the API process knows nothing.
            raise RequestInvalid(f"not recorded: {error.code}") from error
        self._require_not_halted()
        return Frame({})

    def _disagreed(self, header: dict[str, Any]) -> Frame:
        for of in self._chains.values():
            records = of()
            if records is not None:
                records.look()
        return Frame({})

    def _finding(self, header: dict[str, Any]) -> Frame:
        return Frame({"finding": self._records(header).proofs.finding(str(header["job"]))})

    def _told_health(self, header: dict[str, Any]) -> Frame:
        status, body = self._source().told(header["chain"])
        return Frame({"status": status}, (body,))

    def _told_metrics(self, header: dict[str, Any]) -> Frame:
        return Frame({}, (self._source().metrics_text().encode(),))

    def _told_probe(self, header: dict[str, Any]) -> Frame:
        if self.probes is None:
            raise RequestInvalid("the daemon does not serve yet")
        told = self.probes.told(str(header["path"]), header["chain"], bool(header["text"]))
        return Frame({"status": told.status, "type": told.content_type}, (told.body,))

    def _records(self, header: dict[str, Any]) -> ChainRecords:
        """Those of the registration that a request is about. Raises `SignerNotVouchedFor` while its
        chain does not run: nobody can say that its signer is registered."""
        records = self._chains[header["registration"]]()
        if records is None:
            raise SignerNotVouchedFor(
                f"the chain of {header['registration']} is not followed at the moment",
                hint="its proof is made anew when it is",
            )
        return records

    def _source(self) -> HealthSource:
        if self.health is None:
            raise RequestInvalid("the daemon does not serve yet")
        return self.health

    def _require_not_halted(self) -> None:
        halted: AttestorError | None = self._halted()
        if halted is not None:
            raise SigningHalted(halted.message, hint=halted.hint)


def _state(records: ChainRecords | None) -> dict[str, Any]:
    if records is None:
        return {"signer": None, "time": 0}
    try:
        active = records.signers.active()
    except Transient:
        active = None
    signer = to_hex(active.address) if active is not None and not active.paused else None
    return {"signer": signer, "time": records.chain_time()}
