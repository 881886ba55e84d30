"""A machine that is not one: quotes and collateral that verify under a root of their own."""

from attestor.core.chains import require_development_chain
from attestor.core.measurement import Measurement
from attestor.core.report_data import LENGTH as REPORT_DATA_BYTES
from attestor.errors import ReportDataInvalid
from attestor.quote.collateral import Collateral
from attestor.quote.format import SGX_TEE
from attestor.quote.simulated import builder
from attestor.quote.simulated.certificate import Issuer
from attestor.quote.simulated.collateral import SignedJson, issue, issue_evaluation_numbers
from attestor.quote.simulated.keys import derive_key, public_bytes, public_point, sign
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Variation

FORGED = "forged_"
DEFAULT_VARIATION = Variation()


class SimulatedPlatform:
    """One machine with its quoting enclave and one TD or enclave on it, all derived from a seed.

    Platforms of one seed and variation are the same platform: equal keys, certificates, quotes
    for equal report data, and collateral for equal times. Implements `QuoteProvider`.
    """

    name = "simulated"
    simulated = True

    def __init__(
        self, seed: bytes, chain_id: int, now: int, variation: Variation = DEFAULT_VARIATION
    ) -> None:
        """`now` is the time of issue of the collateral, in Unix seconds.

        Raises `SimulationRefused` unless `chain_id` is a development chain.
        """
        require_development_chain(chain_id, "the simulated platform")
        self.seed = seed
        self.chain_id = chain_id
        self.now = now
        self.variation = variation
        self.pki = Pki.make(seed, variation.machine, variation.certificates)
        self.forged = (
            self.pki.forge(variation.forgery, variation.machine) if variation.forgery else None
        )
        self._attestation_key = derive_key(seed, "attestation")
        self._auth_data = variation.enclave.auth_data
        self.attestation_key = public_bytes(self._attestation_key)
        self.qe_report = builder.enclave_report(
            variation.enclave,
            builder.enclave_report_data(variation.enclave, self.attestation_key),
        )
        self._qe_report_signature = sign((self.forged or self.pki).pck.key, self.qe_report)

    def quote(self, report_data: bytes) -> bytes:
        """A quote that carries `report_data` (64 bytes), of the TD or of the enclave."""
        if len(report_data) != REPORT_DATA_BYTES:
            raise ReportDataInvalid(
                f"report data has {len(report_data)} bytes, expected {REPORT_DATA_BYTES}"
            )
        return self.quote_of(self._body(report_data))

    def quote_of(self, body: bytes) -> bytes:
        """A quote of any body, as the envelope of the variation says."""
        envelope = self.variation.envelope
        signed = builder.signed_region(envelope, body)
        return builder.assemble_quote(
            envelope,
            signed,
            sign(self._attestation_key, signed),
            self.attestation_key,
            self.qe_report,
            self._qe_report_signature,
            self._auth_data,
            self.chain_pem,
        )

    def collateral(self, now: int | None = None) -> Collateral:
        """Collateral for the quotes, issued at `now` or at the platform's own time."""
        issued_at = self.now if now is None else now
        return issue(self.pki, self.variation.machine, self.variation.issued, issued_at)

    def evaluation_numbers(self, now: int | None = None) -> SignedJson:
        """Intel's list of TCB evaluations, issued as `collateral` is."""
        issued_at = self.now if now is None else now
        return issue_evaluation_numbers(self.pki, self.variation.issued, issued_at)

    @property
    def chain_pem(self) -> bytes:
        """The certificates that its quotes carry."""
        envelope = self.variation.envelope
        return b"".join(self._carried(name).pem for name in envelope.chain) + envelope.chain_end

    def _carried(self, name: str) -> Issuer:
        source = self.forged if name.startswith(FORGED) and self.forged else self.pki
        return source.issuer(name.removeprefix(FORGED))

    @property
    def root_der(self) -> bytes:
        return self.pki.root.der

    @property
    def root_public_key(self) -> tuple[int, int]:
        """Affine coordinates of the root's P-256 key."""
        return public_point(self.pki.root.key)

    @property
    def qe_mr_signer(self) -> bytes:
        return self.variation.enclave.mr_signer

    @property
    def measurement(self) -> Measurement:
        return Measurement.from_td_body(self._td_report(bytes(REPORT_DATA_BYTES)))

    @property
    def measurement_id(self) -> bytes:
        return self.measurement.id

    def _body(self, report_data: bytes) -> bytes:
        if self.variation.envelope.tee_type == SGX_TEE:
            return builder.enclave_report(self.variation.application, report_data)
        return self._td_report(report_data)

    def _td_report(self, report_data: bytes) -> bytes:
        envelope = self.variation.envelope
        extended = envelope.version == 5 and envelope.body_type == builder.BODY_TYPE_TD_15
        return builder.td_report(self.variation.trust_domain, report_data, extended=extended)
