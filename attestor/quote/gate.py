"""The gate: each of our quotes is verified here before any gas is paid for it.

It refuses what the TEERegistry would refuse, and what dcap-qvl lets pass although it should not
be on chain: bytes after the quote, a non-zero tail of the QE's report data, another PCE, and
collateral that is signed with a key under Intel's root which is not for that.

`assess` says whether a quote of a TD or of an SGX enclave is genuine and good enough; `judge`
asks in addition for a measurement that a registry can allow, which only TDs have.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from loguru import logger

from attestor.core import strict_json
from attestor.core.chains import require_development_chain
from attestor.core.enclave import require_trustworthy_enclave
from attestor.core.events import Event
from attestor.core.keccak import keccak
from attestor.core.measurement import Measurement, require_trustworthy
from attestor.core.tcb import ALLOWABLE_STATUSES
from attestor.errors import (
    AttestorError,
    CollateralExpired,
    CollateralInvalid,
    CollateralUnreachable,
    ConfigurationInvalid,
    QuoteRefused,
    ReportDataMismatch,
    TcbStatusRefused,
)
from attestor.quote import qvl
from attestor.quote.collateral import Collateral, CollateralSource
from attestor.quote.compact import pck_certificate
from attestor.quote.format import PCK_CHAIN, BodyType, Quote, parse
from attestor.quote.issuers import require_issuers
from attestor.quote.pck import require_profile
from attestor.quote.validity import validity

NOT_JUDGED = "NotJudged"
"""The status of a renewal for which no collateral could be had."""

INTEL_QE_VENDOR_ID = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")


@dataclass(frozen=True)
class SimulatedRoot:
    """The root certificate (DER) of a simulated platform, to be trusted on this chain only.

    Raises `SimulationRefused` unless `chain_id` is a development chain.
    """

    der: bytes = field(repr=False)
    chain_id: int

    def __post_init__(self) -> None:
        require_development_chain(self.chain_id, "the root of trust")


@dataclass(frozen=True)
class GatePolicy:
    """What the operator accepts. Without `root`, quotes must verify under Intel's root."""

    allowed_tcb_statuses: frozenset[str] = frozenset({"UpToDate"})
    root: SimulatedRoot | None = None

    def __post_init__(self) -> None:
        unknown = sorted(self.allowed_tcb_statuses - set(ALLOWABLE_STATUSES))
        if unknown or not self.allowed_tcb_statuses:
            raise ConfigurationInvalid(
                f"TCB statuses {', '.join(unknown) or '(none)'} cannot be allowed",
                hint=f"choose from {', '.join(ALLOWABLE_STATUSES)}",
            )


@dataclass(frozen=True)
class Assessment:
    """A genuine quote of a platform whose TCB status is allowed. `valid_until`, the end of the
    collateral, is in Unix seconds."""

    quote: Quote
    status: str
    advisory_ids: tuple[str, ...]
    fmspc: bytes
    valid_until: int


@dataclass(frozen=True)
class GateVerdict:
    """A quote that may be registered. `quote_hash` is keccak256 of its exact bytes;
    `collateral_valid_until` is in Unix seconds, `collateral_id` None where none was had."""

    status: str
    advisory_ids: tuple[str, ...]
    measurement: Measurement
    measurement_id: bytes
    quote_hash: bytes
    fmspc: bytes
    collateral_valid_until: int
    collateral_id: bytes | None
    simulated: bool


class Gate:
    """The gate with its source of collateral and its clock (Unix seconds)."""

    def __init__(
        self, source: CollateralSource, clock: Callable[[], float], policy: GatePolicy
    ) -> None:
        self._source = source
        self._clock = clock
        self._policy = policy
        self._kept: Collateral | None = None
        self._told: str | None = None
        """The code of what went without fresh collateral, if that is in the log."""

    def __call__(
        self, raw: bytes, expected_report_data: bytes, for_renewal: bool = False
    ) -> GateVerdict:
        """Judge our own quote; blocks while collateral is fetched. Raises as `judge` does, and
        what the source raises.

        Where no collateral can be had, the last that a quote of this machine passed with is used
        while it is valid. A renewal needs none: the registry judged the machine when it admitted
        it, and takes or refuses the attestation key by itself.
        """
        now = int(self._clock())
        measurement = Measurement.from_td_body(inspect(raw, expected_report_data).body)
        try:
            return self._judged(raw, expected_report_data, now)
        except (CollateralUnreachable, CollateralExpired) as error:
            if not for_renewal:
                raise
            self._tell("a renewal is left to the registry to judge", error)
            return self._unjudged(raw, measurement)

    def _judged(self, raw: bytes, expected_report_data: bytes, now: int) -> GateVerdict:
        try:
            collateral = self._source.collateral(raw, now)
        except CollateralUnreachable as error:
            kept = self._kept
            if kept is None:
                raise
            self._tell("the last collateral is used", error)
            collateral = kept
        else:
            self._told = None
        verdict = judge(raw, expected_report_data, collateral, now, self._policy)
        self._kept = collateral
        return verdict

    def _tell(self, what: str, error: AttestorError) -> None:
        """Once: it may last as long as a quote is tried for, every few seconds."""
        if self._told != error.code:
            logger.bind(event=Event.COLLATERAL_WARNING).warning(
                "{}: {} [{}]", what, error, error.code
            )
        self._told = error.code

    def _unjudged(self, raw: bytes, measurement: Measurement) -> GateVerdict:
        return GateVerdict(
            status=NOT_JUDGED,
            advisory_ids=(),
            measurement=measurement,
            measurement_id=measurement.id,
            quote_hash=keccak(raw),
            fmspc=qvl.machine_kind(raw).fmspc,
            collateral_valid_until=0,
            collateral_id=None,
            simulated=self._policy.root is not None,
        )


def judge(
    raw: bytes, expected_report_data: bytes, collateral: Collateral, now: int, policy: GatePolicy
) -> GateVerdict:
    """The verdict on a quote as of `now`. Raises as `assess`, and `MeasurementRefused` for an SGX
    enclave."""
    assessment = assess(raw, expected_report_data, collateral, now, policy)
    measurement = Measurement.from_td_body(assessment.quote.body)
    return GateVerdict(
        status=assessment.status,
        advisory_ids=assessment.advisory_ids,
        measurement=measurement,
        measurement_id=measurement.id,
        quote_hash=keccak(raw),
        fmspc=assessment.fmspc,
        collateral_valid_until=assessment.valid_until,
        collateral_id=collateral.id,
        simulated=policy.root is not None,
    )


def assess(
    raw: bytes, expected_report_data: bytes, collateral: Collateral, now: int, policy: GatePolicy
) -> Assessment:
    """Whether a quote is genuine and its platform good enough, as of `now`. Raises `QuoteInvalid`,
    `QuoteRefused` or a subclass, `CollateralExpired` or `CollateralInvalid`."""
    quote = inspect(raw, expected_report_data)
    period = validity(collateral)
    period.require(now)
    require_issuers(collateral)
    root = policy.root
    verified = qvl.verify(raw, collateral, root.der if root else None, now)
    require_profile(pck_certificate(quote))
    require_same_pce(verified.pce_id, collateral)
    if verified.status not in policy.allowed_tcb_statuses:
        advisories = ", ".join(verified.advisory_ids) or "none"
        raise TcbStatusRefused(
            f"the platform's TCB status is {verified.status}, advisories: {advisories}",
            hint="update the platform's firmware, or widen quote.allowed_tcb_statuses",
        )
    return Assessment(quote, verified.status, verified.advisory_ids, verified.fmspc, period.until)


def inspect(raw: bytes, expected_report_data: bytes) -> Quote:
    """The quote, after all checks that need neither collateral nor clock.

    Raises `QuoteInvalid` or a subclass of `QuoteRefused`.
    """
    quote = parse(raw)
    if len(quote.trimmed) != len(raw):
        raise QuoteRefused(
            f"{len(raw) - len(quote.trimmed)} bytes of padding after the quote",
            hint="send the exact quote: `parse(raw).trimmed`",
        )
    if quote.report_data != expected_report_data:
        raise ReportDataMismatch(
            f"the quote's report data is {quote.report_data.hex()}, "
            f"expected {expected_report_data.hex()}",
            hint="another program may use the same quote provider; a new quote is needed",
        )
    if quote.body_type is BodyType.SGX:
        require_trustworthy_enclave(quote.body)
    else:
        require_trustworthy(quote.body)
    _require_intel_form(quote)
    return quote


def _require_intel_form(quote: Quote) -> None:
    if quote.header.vendor_id != INTEL_QE_VENDOR_ID:
        raise QuoteRefused(f"QE vendor {quote.header.vendor_id.hex()} is not Intel")
    if quote.evidence.certification_type != PCK_CHAIN:
        raise QuoteRefused(
            f"certification type {quote.evidence.certification_type} instead of {PCK_CHAIN}: "
            "the quote does not carry its PCK certificate chain",
            hint="register the host with a PCCS, so that its QGS knows the PCK certificate",
        )
    if any(quote.qe_report_data[32:]):
        raise QuoteRefused("the second half of the QE's report data is not zero")


def require_same_pce(pce_id: bytes, collateral: Collateral) -> None:
    """dcap-qvl compares the FMSPC of TCB info and PCK certificate, but not the PCE id."""
    try:
        stated = bytes.fromhex(strict_json.loads(collateral.tcb_info.encode())["pceId"])
    except (ValueError, TypeError, KeyError) as error:
        raise CollateralInvalid(f"TCB info has no readable pceId: {error!r:.200}") from None
    if stated != pce_id:
        raise QuoteRefused(f"TCB info is for PCE {stated.hex()}, the quote's is {pce_id.hex()}")
