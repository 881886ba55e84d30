"""Parser and gate under arbitrary and damaged bytes: a result or a typed refusal, nothing else."""

import functools
import json
from dataclasses import fields, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.errors import CollateralExpired, CollateralInvalid, QuoteInvalid, QuoteRefused
from attestor.quote.collateral import Collateral
from attestor.quote.format import Quote, parse
from attestor.quote.gate import GatePolicy, SimulatedRoot, assess
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.variation import (
    V3_SGX,
    V4_SGX,
    V5_SGX,
    V5_TD_10,
    V5_TD_15,
    Envelope,
    QuotingEnclave,
    TrustDomain,
    sgx,
)

NOW = 1_790_000_000
ENVELOPES = (
    V3_SGX,
    V4_SGX,
    Envelope(),
    V5_SGX,
    V5_TD_10,
    V5_TD_15,
)

registers = st.binary(min_size=48, max_size=48)
report_datas = st.binary(min_size=64, max_size=64)


@functools.cache
def platform_of(envelope: Envelope) -> SimulatedPlatform:
    variation = Variation(envelope=envelope) if envelope.tee_type else sgx(envelope)
    return SimulatedPlatform(b"properties", 31337, NOW, variation)


def quote_of(envelope: Envelope, report_data: bytes) -> bytes:
    return platform_of(envelope).quote(report_data)


@functools.cache
def sound(envelope: Envelope) -> bytes:
    return quote_of(envelope, b"\x5a" * 64)


@given(st.sampled_from(ENVELOPES), report_datas, st.integers(0, 2000))
def test_parse__whatever_was_built__reads_it_back(
    envelope: Envelope, report_data: bytes, padding: int
) -> None:
    raw = quote_of(envelope, report_data)
    parsed = parse(raw + bytes(padding))
    assert parsed.trimmed == raw
    assert parsed.report_data == report_data
    assert parsed.version == envelope.version


@given(
    st.builds(
        TrustDomain, mr_td=registers, mr_config_id=registers, mr_owner=registers, mr_seam=registers
    ),
    st.binary(max_size=300),
)
@settings(max_examples=25)
def test_parse__whatever_fields_hold__gives_them_back(domain: TrustDomain, auth: bytes) -> None:
    variation = Variation(trust_domain=domain, enclave=QuotingEnclave(auth_data=auth))
    platform = SimulatedPlatform(b"properties", 31337, NOW, variation)
    parsed = parse(platform.quote(bytes(64)))
    assert parsed.body[16:64] == domain.mr_seam
    assert parsed.body[136:184] == domain.mr_td
    assert parsed.body[184:232] == domain.mr_config_id
    assert parsed.body[232:280] == domain.mr_owner
    assert parsed.evidence.qe_auth_data == auth


def test_parse__every_truncation_of_every_form__is_refused() -> None:
    for envelope in ENVELOPES:
        raw = sound(envelope)
        for size in range(len(raw)):
            try:
                parse(raw[:size])
            except QuoteInvalid:
                continue
            raise AssertionError(f"version {envelope.version} cut to {size} bytes was read")


@given(st.binary(max_size=6000))
def test_parse__any_bytes__give_a_quote_or_the_typed_refusal(data: bytes) -> None:
    _parse_or_refuse(data)


@given(st.integers(3, 5), st.sampled_from([0, 0x81]), st.binary(max_size=2000))
def test_parse__any_bytes_behind_a_sound_header__give_a_quote_or_the_typed_refusal(
    version: int, tee_type: int, rest: bytes
) -> None:
    header = sound(Envelope())[:48]
    start = version.to_bytes(2, "little") + header[2:4] + tee_type.to_bytes(4, "little")
    _parse_or_refuse(start + header[8:] + rest)


@given(st.sampled_from(ENVELOPES), st.data())
def test_parse__any_bytes_changed__give_a_quote_or_the_typed_refusal(
    envelope: Envelope, data: st.DataObject
) -> None:
    _parse_or_refuse(_mutated(sound(envelope), data))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_assess__any_bytes_changed__is_refused_by_type(data: st.DataObject) -> None:
    envelope = data.draw(st.sampled_from([V3_SGX, Envelope(), V5_TD_10, V5_TD_15]))
    raw = _mutated(sound(envelope), data)
    platform = platform_of(envelope)
    policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
    try:
        assess(raw, b"\x5a" * 64, _collateral(envelope), NOW, policy)
    except (QuoteInvalid, QuoteRefused):
        assert raw != sound(envelope)
    else:
        # The QE fields of the header are covered by the signature; nothing else is free, but
        # text around and inside of the PEM blocks.
        same = parse(raw)
        assert same.signed_region == parse(sound(envelope)).signed_region
        assert same.evidence.qe_report == platform.qe_report


@functools.cache
def _collateral(envelope: Envelope) -> Collateral:
    return platform_of(envelope).collateral()


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_assess__collateral_changed__is_refused_by_type(data: st.DataObject) -> None:
    """A PCCS may send anything."""
    envelope = Envelope()
    collateral = _collateral(envelope)
    name = data.draw(st.sampled_from([field.name for field in fields(Collateral)]))
    value = getattr(collateral, name)
    if isinstance(value, bytes):
        changed: Any = _mutated(value, data)
    else:
        changed = _mutated(value.encode(), data).decode("latin-1")
    policy = GatePolicy(root=SimulatedRoot(platform_of(envelope).root_der, 31337))
    altered = replace(collateral, **{name: changed})
    try:
        verdict = assess(sound(envelope), b"\x5a" * 64, altered, NOW, policy)
    except (QuoteRefused, CollateralInvalid, CollateralExpired):
        assert changed != value
    else:
        assert verdict.status == "UpToDate"


@given(st.dictionaries(st.sampled_from([field.name for field in fields(Collateral)]), st.text()))
def test_from_json__any_texts__give_collateral_or_the_typed_refusal(values: dict[str, str]) -> None:
    try:
        collateral = Collateral.from_json(json.dumps(values).encode())
    except CollateralInvalid:
        return
    assert set(values) == {field.name for field in fields(collateral)}


def _parse_or_refuse(data: bytes) -> Quote | None:
    try:
        parsed = parse(data)
    except QuoteInvalid:
        return None
    assert data.startswith(parsed.trimmed)
    assert not any(data[len(parsed.trimmed) :])
    assert len(parsed.report_data) == 64
    return parsed


def _mutated(raw: bytes, data: st.DataObject) -> bytes:
    """Some bytes overwritten, removed or inserted; often in the part with the lengths."""
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(0, 4))):
        limit = data.draw(st.sampled_from([60, 1340, len(changed)]))
        offset = data.draw(st.integers(0, min(limit, len(changed)) - 1))
        kind = data.draw(st.sampled_from(["overwrite", "remove", "insert"]))
        if kind == "overwrite":
            changed[offset] = data.draw(st.integers(0, 255))
        elif kind == "remove":
            del changed[offset : offset + data.draw(st.integers(1, 100))]
        else:
            changed[offset:offset] = data.draw(st.binary(min_size=1, max_size=100))
        if not changed:
            return b""
    return bytes(changed)
