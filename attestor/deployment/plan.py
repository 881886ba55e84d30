"""The transactions of a deployment, decided before anything is sent."""

import hashlib
from dataclasses import dataclass, field

from attestor.core.chains import require_development_chain
from attestor.core.text import checksummed, to_hex
from attestor.deployment import artifact
from attestor.errors import DeploymentRefused

NONE = bytes(20)
_READABLE_BYTES = 32
SECONDS_PER_DAY = 86400


@dataclass(frozen=True)
class Root:
    """The root CA's certificate (DER), and whether it is a simulated platform's."""

    certificate: bytes
    simulated: bool


@dataclass(frozen=True)
class ForeignVerifier:
    """An Automata verifier that is already deployed. `kind` is the registry's number for its output
    layout, `code_hash` keccak256 of the code that the operator reviewed."""

    address: bytes
    kind: int
    code_hash: bytes


@dataclass(frozen=True)
class Settings:
    """The operator's choices. `gateway` is SP1's verifier gateway, or 20 zero bytes; `layout_10`
    adds our verifier with the output of Automata's version 1.0."""

    chain_id: int
    root: Root
    owner: bytes
    guardian: bytes
    evaluation_delay_days: int = 365
    verifier: ForeignVerifier | None = None
    layout_10: bool = False
    gateway: bytes = NONE
    threshold: int = 1
    distinct_measurements: bool = False
    measurements: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Made:
    """An argument: the address of a contract deployed earlier."""

    contract: str

    def __str__(self) -> str:
        return f"<{self.contract}>"


@dataclass(frozen=True)
class Creation:
    """One contract to deploy, with its constructor's arguments."""

    contract: str
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class Call:
    """One transaction to a contract deployed earlier."""

    contract: str
    function: str
    arguments: tuple[object, ...]


@dataclass(frozen=True)
class Plan:
    """The transactions in order: creations, then calls."""

    chain_id: int
    creations: tuple[Creation, ...]
    calls: tuple[Call, ...] = field(default=())


def make(settings: Settings, deployer: bytes) -> Plan:
    """The plan of a deployment by the account `deployer`.

    Raises `DeploymentRefused`, and `SimulationRefused` for a simulated root outside of
    development chains.
    """
    _check(settings, deployer)
    calls = tuple(Call("TEERegistry", "allowMeasurement", (m,)) for m in settings.measurements)
    return Plan(settings.chain_id, (*_verification(settings), *_proofs(settings)), calls)


def lines(plan: Plan) -> tuple[str, ...]:
    """For people: a line for each transaction, and one for each of its arguments."""
    found = []
    for creation in plan.creations:
        found.append(f"deploy {creation.contract}")
        names = artifact.load(creation.contract).argument_names()
        for name, argument in zip(names, creation.arguments, strict=True):
            found.append(f"  {name:<23} {_short(argument)}")
    for call in plan.calls:
        found.append(f"call {call.contract}.{call.function}")
        found += [f"  {_short(argument)}" for argument in call.arguments]
    return tuple(found)


def text_of(argument: object) -> str:
    """An argument as text, for people and for the deployment file."""
    return to_hex(argument) if isinstance(argument, bytes) else str(argument)


def _short(argument: object) -> str:
    """Bytes that nobody reads, by their length and hash."""
    if isinstance(argument, bytes) and len(argument) > _READABLE_BYTES:
        return f"{len(argument)} bytes, sha256 {hashlib.sha256(argument).hexdigest()}"
    return text_of(argument)


def _verification(settings: Settings) -> tuple[Creation, ...]:
    if settings.verifier is not None:
        return ()
    delay = settings.evaluation_delay_days * SECONDS_PER_DAY
    creations = (
        Creation("CollateralStore", (settings.root.certificate, delay)),
        Creation("DcapVerifier", (Made("CollateralStore"),)),
    )
    if not settings.layout_10:
        return creations
    return (*creations, Creation("AutomataLayoutV10", (Made("DcapVerifier"),)))


def _proofs(settings: Settings) -> tuple[Creation, ...]:
    foreign = settings.verifier
    verifier: object = Made("DcapVerifier")
    kind = 0
    if foreign is not None:
        verifier, kind = checksummed(foreign.address), foreign.kind
    owner, guardian = checksummed(settings.owner), checksummed(settings.guardian)
    gateway = checksummed(settings.gateway)
    return (
        Creation("TEERegistry", (verifier, kind, owner, guardian)),
        Creation(
            "MultiProof",
            (Made("TEERegistry"), gateway, settings.threshold, settings.distinct_measurements),
        ),
    )


def _check(settings: Settings, deployer: bytes) -> None:
    if settings.root.simulated:
        require_development_chain(settings.chain_id, "a simulated root")
    if settings.owner == NONE:
        raise DeploymentRefused("the owner is the zero address", hint="set --owner")
    if settings.layout_10 and settings.verifier is not None:
        raise DeploymentRefused(
            "the layout of Automata's version 1.0 is made of our own verifier, and another is to "
            "be used",
            hint="leave --layout-1.0 or --verifier out",
        )
    if settings.threshold < 1:
        raise DeploymentRefused("a proof needs at least one machine", hint="set --threshold 1")
    if settings.distinct_measurements and settings.threshold == 1:
        raise DeploymentRefused(
            "distinct measurements are asked of one machine, which has one",
            hint="set --threshold to 2 or more, or leave --distinct-measurements out",
        )
    if settings.threshold > 1 and settings.verifier is not None:
        raise DeploymentRefused(
            f"a threshold of {settings.threshold} counts machines, and Automata's verifier "
            "does not tell them apart: no proof would ever be taken",
            hint="set --threshold 1, or leave --verifier out",
        )
    if settings.measurements and settings.owner != deployer:
        raise DeploymentRefused(
            f"only the owner {checksummed(settings.owner)} can allow measurements, and "
            f"{checksummed(deployer)} deploys",
            hint="leave --measurement out, and let the owner call allowMeasurement",
        )
    for measurement in settings.measurements:
        if len(measurement) != 32:
            raise DeploymentRefused(f"measurement {to_hex(measurement)} is not of 32 bytes")
