"""What the daemon tells the API process in its first frame, and whenever it changes."""

from dataclasses import dataclass, field
from typing import Any

from attestor.core.served import Served
from attestor.errors import SigningHalted


@dataclass(frozen=True)
class AccessSettings:
    """Who may ask: files as paths, networks as text, quotas by their names with 0 for none."""

    tls_certificate: str | None = None
    tls_key: str | None = None
    client_ca: str | None = None
    client_required: bool = False
    clients_file: str | None = None
    allow: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    anonymous_here: bool = True
    anonymous_elsewhere: bool = False
    access_log: bool = True
    named: dict[str, int] = field(default_factory=dict)
    unnamed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiSettings:
    """All settings of the API process; it reads no file, argument or environment for them. The
    first of the registrations is the default."""

    database: str
    registrations: tuple[Served, ...]
    workers: int
    max_open: int
    max_open_per_client: int
    max_cycles: int
    keep_seconds: float
    keep_jobs: int
    keep_program_bytes: int
    max_body_bytes: int
    min_bytes_per_second: float
    wait_seconds: float
    max_connections: int
    max_connections_per_address: int
    executor_directory: str
    log_level: str
    log_format: str = "auto"
    access: AccessSettings = AccessSettings()

    def to_header(self) -> dict[str, Any]:
        """The settings as a frame's header."""
        served = [one.to_header() for one in self.registrations]
        return {**vars(self), "registrations": served, "access": vars(self.access)}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "ApiSettings":
        """The settings in a frame's header."""
        served = tuple(Served.from_header(one) for one in header["registrations"])
        told = header["access"]
        lists = {name: tuple(told[name]) for name in ("allow", "trusted_proxies")}
        access = AccessSettings(**{**told, **lists})
        return cls(**{**header, "registrations": served, "access": access})


@dataclass(frozen=True)
class Renewed:
    """Settings that may change while the process runs: quotas by their names."""

    log_level: str
    log_format: str
    named: dict[str, int]
    unnamed: dict[str, int]


@dataclass(frozen=True)
class ApiState:
    """What the API process has to do: answer nothing once signing is `halted`, for a reason; stop
    within `stopping` seconds; work by `renewed` settings."""

    halted: SigningHalted | None = None
    stopping: float | None = None
    renewed: Renewed | None = None

    def to_header(self) -> dict[str, Any]:
        """The state as a frame's header."""
        halted = self.halted
        told = None if halted is None else {"message": halted.message, "hint": halted.hint}
        renewed = None if self.renewed is None else vars(self.renewed)
        return {"event": "state", "halted": told, "stopping": self.stopping, "renewed": renewed}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "ApiState":
        """The state in a frame's header."""
        told = header["halted"]
        halted = SigningHalted(told["message"], hint=told["hint"]) if told is not None else None
        renewed = header["renewed"]
        return cls(halted, header["stopping"], None if renewed is None else Renewed(**renewed))


@dataclass(frozen=True)
class ChainState:
    """Who signs, if anybody does, and the time of the newest block (Unix seconds; 0 before the
    first)."""

    signer: bytes | None = None
    time: int = 0
