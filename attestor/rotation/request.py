"""Which transaction registers a quote: upstream's, an admission, or a renewal."""

from dataclasses import dataclass

from loguru import logger

from attestor.chain.registry import Registry
from attestor.core.events import Event
from attestor.core.registration import (
    Admission,
    AdmissionName,
    Quoted,
    RegistrationKind,
    VerifierKind,
)
from attestor.core.report_data import Layout, Purpose
from attestor.errors import AttestorError, RegistrationRejected
from attestor.quote.compact import compact
from attestor.quote.format import Quote, parse
from attestor.quote.template import admission_name


@dataclass(frozen=True)
class Request:
    """Calldata for the registry, and `quote_bytes`: what the attestation key signed in it, header
    and body, whose keccak256 the registry's event holds. A renewal sends none."""

    kind: RegistrationKind
    calldata: bytes
    quote_bytes: bytes = b""


class RequestBuilder:
    """Makes requests to one registry."""

    def __init__(self, registry: Registry, payer: bytes) -> None:
        self._registry = registry
        self._payer = payer

    @property
    def can_renew(self) -> bool:
        """Whether the registry knows renewals."""
        return self._registry.layout is Layout.ATTESTOR

    def template_of(self, raw: bytes) -> bytes:
        """What names the evidence of a quote at the registry (20 bytes)."""
        return self._name(parse(raw)).template

    def open_template(self, raw: bytes | None, chain_time: int) -> bytes | None:
        """The template of the admission under which this machine can be renewed, if one is open for
        all of a renewal's time; `raw` is the last quote that was made here, if any."""
        if not self.can_renew or raw is None:
            return None
        kind = self._registry.verifier_kind()
        try:
            name = admission_name(self._registry.address, parse(raw), kind)
        except AttestorError as error:
            # It only saves gas: what an earlier version has kept must not stop the rotation.
            logger.bind(event=Event.ADMISSION_UNKNOWN).warning(
                "the last quote names no admission: {}", error.message
            )
            return None
        admission = self._registry.admission(name)
        return name.template if self._lasts(admission, chain_time) else None

    def is_for_renewal(self, raw: bytes) -> bool:
        """Whether a quote was made for a renewal."""
        return self.can_renew and Purpose.of(parse(raw).report_data) is Purpose.RENEWAL

    def is_renewal_open(self, quoted: Quoted, chain_time: int) -> bool:
        """Whether a quote that was made for a renewal would be taken, and registered for all of
        its time: a registration ends with the admission that it was made under."""
        quote = parse(quoted.raw)
        admission = self._registry.admission(self._name(quote))
        if admission is None or not self._lasts(admission, chain_time):
            return False
        try:
            self._simulated(self._renewal(quoted, quote, admission.number))
        except RegistrationRejected:
            return False
        return True

    def request(self, quoted: Quoted) -> Request:
        """The transaction that registers a quote, by what it was made for. Raises
        `RegistrationRejected` with the contract's reason if it would not be taken now."""
        return self._simulated(self.unsimulated(quoted))

    def unsimulated(self, quoted: Quoted) -> Request:
        """The same, whether or not it would be taken. Raises `RegistrationRejected` for a renewal
        without an admission."""
        quote = parse(quoted.raw)
        if not self.can_renew:
            return self._upstream(quoted, quote)
        if not self.is_for_renewal(quoted.raw):
            kind = self._registry.verifier_kind()
            return self._admission(quoted, quote, kind)
        admission = self._registry.admission(self._name(quote))
        if admission is None:
            raise RegistrationRejected("the registry knows no admission for the renewal")
        return self._renewal(quoted, quote, admission.number)

    def _name(self, quote: Quote) -> AdmissionName:
        return admission_name(self._registry.address, quote, self._registry.verifier_kind())

    def _lasts(self, admission: Admission | None, chain_time: int) -> bool:
        validity = self._registry.terms().attest_validity_seconds
        return admission is not None and admission.outlasts(chain_time, validity)

    def _upstream(self, quoted: Quoted, quote: Quote) -> Request:
        calldata = self._registry.register_calldata(
            quoted.signer, quoted.reference_block, quoted.reference_hash, quoted.raw
        )
        return Request(RegistrationKind.LEGACY, calldata, quote.signed_region)

    def _admission(self, quoted: Quoted, quote: Quote, kind: VerifierKind) -> Request:
        is_compact = kind is VerifierKind.OWN
        sent = compact(quote) if is_compact else quote.trimmed
        calldata = self._registry.admit_calldata(
            sent, quoted.deadline, quoted.possession, is_compact
        )
        return Request(RegistrationKind.ADMISSION, calldata, quote.signed_region)

    def _renewal(self, quoted: Quoted, quote: Quote, number: int) -> Request:
        calldata = self._registry.renew_calldata(
            number, quoted.signer, quoted.reference_block, quote.signature
        )
        return Request(RegistrationKind.RENEWAL, calldata)

    def _simulated(self, request: Request) -> Request:
        self._registry.simulate(request.calldata, self._payer)
        return request
