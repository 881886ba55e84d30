"""The compact form against the parser, for quotes of every form."""

import base64
import functools

from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.errors import QuoteInvalid, QuoteNotCompactable
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.variation import V3_SGX, V5_SGX, V5_TD_10, V5_TD_15, Envelope

NOW = 1_790_000_000
ENVELOPES = (V3_SGX, Envelope(version=4, tee_type=0), Envelope(), V5_SGX, V5_TD_10, V5_TD_15)


@functools.cache
def platform_of(envelope: Envelope) -> SimulatedPlatform:
    return SimulatedPlatform(b"properties", 31337, NOW, Variation(envelope=envelope))


def expanded(form: bytes, model: bytes) -> bytes:
    """A raw quote from a compact form, its lengths counted and its certificate in PEM again."""
    version = int.from_bytes(form[:2], "little")
    signed = len(parse(model).signed_region)
    at = signed + 128
    certificate = base64.encodebytes(form[at + 480 :])
    chain = b"-----BEGIN CERTIFICATE-----\n" + certificate + b"-----END CERTIFICATE-----\n"
    evidence = form[at : at + 448] + b"\x20\x00" + form[at + 448 : at + 480]
    evidence += b"\x05\x00" + len(chain).to_bytes(4, "little") + chain
    if version > 3:
        evidence = b"\x06\x00" + len(evidence).to_bytes(4, "little") + evidence
    authentication = form[signed:at] + evidence
    return form[:signed] + len(authentication).to_bytes(4, "little") + authentication


@given(st.sampled_from(ENVELOPES), st.binary(min_size=64, max_size=64))
@settings(max_examples=50)
def test_compact__of_any_quote__gives_back_every_part(
    envelope: Envelope, report_data: bytes
) -> None:
    raw = platform_of(envelope).quote(report_data)
    before, after = parse(raw), parse(expanded(compact(parse(raw)), raw))
    assert after.signed_region == before.signed_region
    assert after.signature == before.signature
    assert after.attestation_key == before.attestation_key
    assert after.evidence.qe_report == before.evidence.qe_report
    assert after.evidence.qe_report_signature == before.evidence.qe_report_signature
    assert after.evidence.qe_auth_data == before.evidence.qe_auth_data
    assert compact(after) == compact(before)


@functools.cache
def sound(envelope: Envelope) -> bytes:
    return platform_of(envelope).quote(bytes(64))


@given(st.sampled_from(ENVELOPES), st.integers(0, 3500), st.integers(1, 255))
@settings(max_examples=500)
def test_compact__of_a_changed_quote__shows_the_change_or_is_refused(
    envelope: Envelope, offset: int, difference: int
) -> None:
    """All bytes before the certificates are in it, or say how long or what something is."""
    raw = bytearray(sound(envelope))
    at = offset % len(raw)
    raw[at] ^= difference
    try:
        got = compact(parse(bytes(raw)))
    except (QuoteInvalid, QuoteNotCompactable):
        return
    before = compact(parse(sound(envelope)))
    in_certificates = at >= sound(envelope).index(b"-----BEGIN")
    fixed = len(parse(sound(envelope)).signed_region) + 608
    assert (got[:fixed] == before[:fixed]) == in_certificates
