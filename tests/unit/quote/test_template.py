"""By what the registry finds the admission of a quote."""

from collections.abc import Callable

import pytest
from eth_utils.crypto import keccak

from attestor.core.registration import VerifierKind
from attestor.errors import MeasurementRefused
from attestor.quote import qvl
from attestor.quote.format import parse
from attestor.quote.simulated.platform import SimulatedPlatform
from attestor.quote.simulated.variation import V4_SGX, Envelope
from attestor.quote.template import admission_name

REGISTRY = b"\x77" * 20
BOTH = pytest.mark.parametrize("kind", [VerifierKind.OWN, VerifierKind.AUTOMATA_1_1], ids=str)


@BOTH
def test_admission_name__header_of_the_hosts_choice__other_template_same_number(
    make_platform: Callable[..., SimulatedPlatform], kind: VerifierKind
) -> None:
    plain = parse(make_platform().quote(bytes(64)))
    chosen = parse(make_platform(envelope=Envelope(user_data=b"\x01" * 20)).quote(bytes(64)))
    name, other = (admission_name(REGISTRY, quote, kind) for quote in (plain, chosen))
    assert name.template != other.template
    assert name.first_number == other.first_number


def test_admission_name__our_verifier__number_of_ppid_and_measurement(
    platform: SimulatedPlatform,
) -> None:
    quote = parse(platform.quote(bytes(64)))
    ppid = qvl.machine(quote.trimmed).ppid
    expected = keccak(keccak(ppid) + platform.measurement_id)[-4:]
    name = admission_name(REGISTRY, quote, VerifierKind.OWN)
    assert name.first_number == int.from_bytes(expected, "big")


def test_admission_name__automatas__number_of_the_attestation_key(
    platform: SimulatedPlatform,
) -> None:
    quote = parse(platform.quote(bytes(64)))
    expected = keccak(keccak(quote.attestation_key) + platform.measurement_id)[-4:]
    name = admission_name(REGISTRY, quote, VerifierKind.AUTOMATA_1_1)
    assert name.first_number == int.from_bytes(expected, "big")


def test_admission_name__of_an_enclave__is_refused(
    make_platform: Callable[..., SimulatedPlatform],
) -> None:
    quote = parse(make_platform(envelope=V4_SGX).quote(bytes(64)))
    with pytest.raises(MeasurementRefused):
        admission_name(REGISTRY, quote, VerifierKind.OWN)
