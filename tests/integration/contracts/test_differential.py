"""The contracts against dcap-qvl: thousands of changed quotes, the same ones every time.

Where the two differ, the pair of verdicts is listed here with its reason; any other difference
fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest
from cases.case import CHAIN_ID, FORMS, GOOD, NOW, REFUSED, REPORT_DATA, SEED
from cases.chain import Chain
from cases.contracts import STATUSES, Contracts
from cases.judged import EARLIER, UPLOAD_TIME
from cases.mutations import mutated, random_issued, random_platform, signed_anew

from attestor.errors import QuoteInvalid, QuoteNotCompactable, QuoteRefused
from attestor.quote import qvl
from attestor.quote.collateral import Collateral
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.issued import Issued

RAW_CHANGES = 700
COMPACT_CHANGES = 500
SIGNED_ANEW = 500
TCB_INFOS, PLATFORMS = 15, 20

STRICTER = {
    "QuoteLengthWrong": "dcap-qvl reads a quote at the start of any bytes",
    "CertificationLengthWrong": "dcap-qvl reads nested data at the start of its part",
    "CertificationTypeRefused": "dcap-qvl does not look at the outer type",
    "PemInvalid": "dcap-qvl takes more ways to write PEM",
    "EnclaveKeysRefused": "dcap-qvl refuses no flag of an enclave but DEBUG",
    "EnclaveNotInitialized": "dcap-qvl refuses no flag of an enclave but DEBUG",
    "QeReportDataTailNotZero": "dcap-qvl compares the first half of the report data",
}
"""Errors of the contract where dcap-qvl gives a status."""


@dataclass(frozen=True)
class Subject:
    """A form's sound platform with its quote, in a store of its own."""

    platform: SimulatedPlatform
    raw: bytes
    collateral: Collateral
    contracts: Contracts

    def dcap_qvl(self, raw: bytes) -> str:
        return from_dcap_qvl(raw, self.collateral, self.platform)


def from_dcap_qvl(raw: bytes, collateral: Collateral, platform: SimulatedPlatform) -> str:
    try:
        return qvl.verify(raw, collateral, platform.root_der, NOW).status
    except QuoteRefused:
        return REFUSED


def platform_of(variation: Variation) -> SimulatedPlatform:
    return SimulatedPlatform(SEED, CHAIN_ID, NOW, variation)


def filled(chain: Chain, platform: SimulatedPlatform) -> Contracts:
    contracts = Contracts(chain, platform.root_der)
    earlier = platform.pki.root_crl(Issued(), NOW - EARLIER)
    assert contracts.upload_all(platform.collateral(), earlier) == {}
    return contracts


@pytest.fixture(scope="module")
def subjects(start_chain: Callable[[int], Chain]) -> dict[str, Subject]:
    chain = start_chain(UPLOAD_TIME)
    made = {}
    for form, variation in FORMS.items():
        platform = platform_of(variation)
        raw = platform.quote(REPORT_DATA)
        made[form] = Subject(platform, raw, platform.collateral(), filled(chain, platform))
    chain.set_time(NOW)
    return made


@pytest.fixture(params=FORMS)
def subject(request: pytest.FixtureRequest, subjects: dict[str, Subject]) -> Subject:
    return subjects[request.param]


def form_of(raw: bytes) -> bytes | None:
    """The compact form, if there is one."""
    try:
        return compact(parse(raw))
    except (QuoteInvalid, QuoteNotCompactable):
        return None


def require_typed(verdicts: Sequence[str]) -> None:
    untyped = {verdict for verdict in verdicts if "untyped" in verdict}
    assert not untyped, f"refused without a typed error: {sorted(untyped)[:5]}"


def test_verify_raw__bytes_changed__differs_from_dcap_qvl_only_as_listed(subject: Subject) -> None:
    random = Random(1)
    sound_form = form_of(subject.raw)
    chain_at = subject.raw.index(b"-----END CERTIFICATE")
    changed = [mutated(random, subject.raw, 1_400) for _ in range(RAW_CHANGES)]
    verdicts = [verification.verdict for verification in subject.contracts.verify_raw(changed)]
    require_typed(verdicts)
    for raw, verdict in zip(changed, verdicts, strict=True):
        theirs = subject.dcap_qvl(raw)
        if verdict in STATUSES:
            # Whatever is accepted says the same as the sound quote.
            assert (verdict, form_of(raw)) == (GOOD, sound_form)
            # CA certificates in the quote are not read: the store has its own.
            assert theirs == GOOD or raw[:chain_at] == subject.raw[:chain_at]
        else:
            assert theirs == REFUSED or verdict in STRICTER


def test_verify__bytes_changed__is_refused(subject: Subject) -> None:
    random = Random(2)
    sound = form_of(subject.raw)
    assert sound is not None
    changed = [mutated(random, sound, len(sound)) for _ in range(COMPACT_CHANGES)]
    verdicts = [verification.verdict for verification in subject.contracts.verify_compact(changed)]
    require_typed(verdicts)
    for form, verdict in zip(changed, verdicts, strict=True):
        assert (verdict in STATUSES) == (form == sound)


def test_verify__each_byte_changed__is_refused(subject: Subject) -> None:
    sound = form_of(subject.raw)
    assert sound is not None
    random = Random(3)
    changed = [
        sound[:at] + bytes([sound[at] ^ 1 << random.randrange(8)]) + sound[at + 1 :]
        for at in range(len(sound))
    ]
    verdicts = [verification.verdict for verification in subject.contracts.verify_compact(changed)]
    require_typed(verdicts)
    assert [at for at, verdict in enumerate(verdicts) if verdict in STATUSES] == []


def test_verify__each_length__is_refused(subject: Subject) -> None:
    sound = form_of(subject.raw)
    assert sound is not None
    shorter = [sound[:size] for size in range(len(sound))]
    longer = [sound + bytes(size) for size in (1, 2, 31, 32, 33, 64, 1000)]
    verdicts = [v.verdict for v in subject.contracts.verify_compact(shorter + longer)]
    require_typed(verdicts)
    assert not set(verdicts) & set(STATUSES)


def test_verify_raw__each_length_of_the_fixed_part__is_refused(subject: Subject) -> None:
    shorter = [subject.raw[:size] for size in range(0, len(subject.raw), 3)]
    verdicts = [verification.verdict for verification in subject.contracts.verify_raw(shorter)]
    require_typed(verdicts)
    assert not set(verdicts) & set(STATUSES)


def test_verify__fields_changed_and_signed_anew__agrees_with_dcap_qvl(subject: Subject) -> None:
    random = Random(4)
    changed = [signed_anew(random, subject.platform, subject.raw) for _ in range(SIGNED_ANEW)]
    verdicts = [verification.verdict for verification in subject.contracts.verify_raw(changed)]
    require_typed(verdicts)
    differences = []
    for raw, verdict in zip(changed, verdicts, strict=True):
        theirs = subject.dcap_qvl(raw)
        ours = verdict if verdict in STATUSES else REFUSED
        if ours != theirs and verdict not in STRICTER:
            differences.append((theirs, verdict, raw.hex()))
    assert differences == []
    assert sum(verdict in STATUSES for verdict in verdicts) > SIGNED_ANEW // 4


@pytest.mark.parametrize("form", FORMS)
def test_verify__tcb_drawn_at_random__agrees_with_dcap_qvl(
    start_chain: Callable[[int], Chain], form: str
) -> None:
    """Many TCB infos and identities, each before many machines."""
    random = Random(form)
    chain = start_chain(UPLOAD_TIME)
    rounds = []
    for _ in range(TCB_INFOS):
        issued = random_issued(random, FORMS[form].issued)
        drawn = [random_platform(random, FORMS[form]) for _ in range(PLATFORMS)]
        platforms = [platform_of(replace(variation, issued=issued)) for variation in drawn]
        rounds.append((filled(chain, platforms[0]), platforms))
    chain.set_time(NOW)
    seen = set()
    for contracts, platforms in rounds:
        collateral = platforms[0].collateral()
        quotes = [platform.quote(REPORT_DATA) for platform in platforms]
        forms = [compact(parse(quote)) for quote in quotes]
        for platform, quote, verification in zip(
            platforms, quotes, contracts.verify_compact(forms), strict=True
        ):
            theirs = from_dcap_qvl(quote, collateral, platform)
            ours = verification.verdict if verification.verdict in STATUSES else REFUSED
            assert ours == theirs, verification.verdict
            seen.add(ours)
    assert {REFUSED, "OutOfDate", "OutOfDateConfigurationNeeded"} <= seen
