"""Which transaction registers a quote: upstream's, an admission, or a renewal."""

from dataclasses import dataclass

from eth_utils.crypto import keccak

from attestor.chain.registry import Registry
from attestor.core.registration import Quoted, RegistrationKind, VerifierKind
from attestor.core.report_data import Layout
from attestor.errors import RegistrationRejected
from attestor.quote import qvl
from attestor.quote.compact import compact
from attestor.quote.format import Quote, parse


@dataclass(frozen=True)
class Request:
    """Calldata for the registry, and `quote_bytes`: the bytes that stand for the quote in it, whose
    keccak256 the registry's event holds. A renewal sends none."""

    kind: RegistrationKind
    calldata: bytes
    quote_bytes: bytes = b""


class RequestBuilder:
    """Makes requests to one registry. A renewal is preferred: it costs a third."""

    def __init__(self, registry: Registry, payer: bytes) -> None:
        self._registry = registry
        self._payer = payer

    def request(self, quoted: Quoted, chain_time: int) -> Request:
        """The transaction that would register now. Raises `RegistrationRejected` with the
        contract's reason if none would."""
        if self._registry.layout is Layout.UPSTREAM:
            return self._simulated(self._upstream(quoted))
        quote, kind = parse(quoted.raw), self._registry.verifier_kind()
        renewal = self._renewal(quoted, quote, kind, chain_time)
        if renewal is not None:
            try:
                return self._simulated(renewal)
            except RegistrationRejected:
                # What the registry keeps is of another header or body, after a TDX module update
                # for example: a new admission replaces it.
                pass
        return self._simulated(self._admission(quoted, quote, kind))

    def _upstream(self, quoted: Quoted) -> Request:
        calldata = self._registry.register_calldata(
            quoted.signer, quoted.reference_block, quoted.reference_hash, quoted.raw
        )
        return Request(RegistrationKind.REGISTRATION, calldata, quoted.raw)

    def _admission(self, quoted: Quoted, quote: Quote, kind: VerifierKind) -> Request:
        is_compact = kind is VerifierKind.OWN
        sent = compact(quote) if is_compact else quote.trimmed
        calldata = self._registry.admit_calldata(
            sent, quoted.deadline, quoted.possession, is_compact
        )
        return Request(RegistrationKind.ADMISSION, calldata, sent)

    def _renewal(
        self, quoted: Quoted, quote: Quote, kind: VerifierKind, chain_time: int
    ) -> Request | None:
        platform = _platform(quoted, quote, kind)
        admission = self._registry.admission(platform, quoted.measurement)
        if not admission.outlasts(chain_time, self._registry.terms().attest_validity_seconds):
            return None
        calldata = self._registry.renew_calldata(
            admission.id, quoted.signer, quoted.reference_block, quote.signature
        )
        return Request(RegistrationKind.RENEWAL, calldata)

    def _simulated(self, request: Request) -> Request:
        self._registry.simulate(request.calldata, self._payer)
        return request


def _platform(quoted: Quoted, quote: Quote, kind: VerifierKind) -> bytes:
    """By what the registry knows the machine (IDcapVerifier's GateVerdict; for Automata's verifiers
    contracts/src/registry/Verification.sol)."""
    machine = qvl.machine(quoted.raw)
    if kind is VerifierKind.OWN:
        return keccak(machine.ppid)
    return keccak(machine.fmspc + quote.attestation_key)
