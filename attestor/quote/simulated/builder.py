"""Quotes written down from their parts. The parser has offsets of its own, so that a mistake in
one shows against the other. Sources of the layouts: `attestor.quote.format`."""

import hashlib
import struct

from attestor.quote.simulated.variation import Enclave, Envelope, QuotingEnclave, TrustDomain

BODY_TYPE_TD_15 = 3


def td_report(domain: TrustDomain, report_data: bytes, *, extended: bool) -> bytes:
    """A TD report: 584 bytes (TD 1.0), or 648 when `extended` (TD 1.5)."""
    fields = (
        domain.tee_tcb_svn,
        domain.mr_seam,
        domain.mr_signer_seam,
        domain.seam_attributes,
        domain.td_attributes,
        domain.xfam,
        domain.mr_td,
        domain.mr_config_id,
        domain.mr_owner,
        domain.mr_owner_config,
        *domain.rtmrs,
        report_data,
    )
    report = b"".join(fields)
    if extended:
        report += domain.tee_tcb_svn2 + domain.mr_service_td
    return report


def enclave_report(enclave: Enclave, report_data: bytes) -> bytes:
    """An SGX enclave report, 384 bytes."""
    return b"".join(
        (
            bytes([4]) * 16,
            struct.pack("<I", enclave.misc_select),
            bytes(28),
            enclave.attributes,
            enclave.mr_enclave,
            bytes(32),
            enclave.mr_signer,
            bytes(96),
            struct.pack("<HH", enclave.isv_prod_id, enclave.isv_svn),
            bytes(60),
            report_data,
        )
    )


def enclave_report_data(enclave: QuotingEnclave, attestation_key: bytes) -> bytes:
    """What binds the attestation key (64 bytes) to the quoting enclave's report."""
    bound = enclave.bound
    if bound is None:
        bound = hashlib.sha256(attestation_key + enclave.auth_data).digest()
    return bound + enclave.report_data_tail


def signed_region(envelope: Envelope, body: bytes) -> bytes:
    """Header, in version 5 the body's descriptor, and the body: what the quote signature covers."""
    header = struct.pack(
        "<HHIHH", envelope.version, envelope.attestation_key_type, envelope.tee_type, 0, 0
    )
    descriptor = b""
    if envelope.version == 5:
        descriptor = struct.pack("<HI", envelope.body_type, len(body))
    return header + envelope.vendor_id + envelope.user_data + descriptor + body


def assemble_quote(
    envelope: Envelope,
    signed: bytes,
    signature: bytes,
    attestation_key: bytes,
    qe_report: bytes,
    qe_report_signature: bytes,
    auth_data: bytes,
    chain: bytes,
) -> bytes:
    """A whole quote. Version 3 lacks the outer certification data that later versions have."""
    evidence = b"".join(
        (
            qe_report,
            qe_report_signature,
            struct.pack("<H", len(auth_data)),
            auth_data,
            struct.pack("<HI", envelope.inner_type, len(chain)),
            chain,
        )
    )
    if envelope.version >= 4:
        evidence = struct.pack("<HI", envelope.outer_type, len(evidence)) + evidence
    authentication = signature + attestation_key + evidence
    return signed + struct.pack("<I", len(authentication)) + authentication
