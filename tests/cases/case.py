"""The vocabulary of the table: what a row is, and what its words do.

A row starts from a sound platform, which is its positive control, and changes one thing: a part
of the platform, or the finished quote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from attestor.quote.collateral import Collateral
from attestor.quote.format import Quote, parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.variation import V3_SGX, V5_TD_10, V5_TD_15, sgx

NOW = 1_790_000_000
CHAIN_ID = 31337
SEED = b"case table"
REPORT_DATA = bytes(range(64))

REFUSED = "refused"
"""What dcap-qvl says instead of a status: its errors have no names."""
GOOD = "UpToDate"

SGX_V3 = sgx(V3_SGX)
TDX_V4 = Variation()
TDX_V5_10 = Variation(envelope=V5_TD_10)
TDX_V5_15 = Variation(envelope=V5_TD_15)
FORMS = {
    "SGX v3": SGX_V3,
    "TDX v4": TDX_V4,
    "TD 1.0 v5": TDX_V5_10,
    "TD 1.5 v5": TDX_V5_15,
}
"""The forms that dcap-qvl reads, each with its sound platform."""

Change = Callable[[bytes, SimulatedPlatform], bytes]


@dataclass(frozen=True)
class Case:
    """One thing wrong, or unusual but right, and the verdicts on it.

    `dcap_qvl` is a TCB status or REFUSED; `gate` a TCB status or the name of the gate's error,
    with `reason` in its message. `parts` are changes to fields of the platform's parts, `change`
    is done to the quote.

    `contract` is what the DcapVerifier says of the quote, where that is not dcap-qvl's status: the
    name of its error, or another status. `compact` is what it says of the compact form, where that
    differs, or the name of our own error when there is no such form. `refused` names the uploads
    that the CollateralStore does not take, with their errors.
    """

    name: str
    dcap_qvl: str
    gate: str
    reason: str = ""
    sound: Variation = TDX_V4
    parts: Mapping[str, Any] = field(default_factory=dict)
    change: Change | None = None
    contract: str = ""
    compact: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def variation(self) -> Variation:
        """The sound platform with the change."""
        return but(self.sound, **self.parts)


@dataclass(frozen=True)
class Made:
    """What a verifier is given for a case."""

    platform: SimulatedPlatform
    quote: bytes
    collateral: Collateral


def but(sound: Variation, **parts: Any) -> Variation:
    """The platform with fields of its parts changed; a value that is no mapping is taken whole."""
    changed: Variation = _but(sound, parts)
    return changed


def _but(part: Any, changes: Mapping[str, Any]) -> Any:
    values = {
        name: _but(getattr(part, name), value) if isinstance(value, Mapping) else value
        for name, value in changes.items()
    }
    return replace(part, **values)


def make(case: Case) -> Made:
    """The quote and collateral of a case."""
    return _made(case.variation, case.change)


def make_sound(case: Case) -> Made:
    """The positive control: the same platform before the change."""
    return _sound(case.sound)


def in_all_forms(*cases: Case) -> list[Case]:
    """Each case for each form of a quote."""
    return [
        replace(case, name=f"{case.name}, {form}", sound=sound)
        for case in cases
        for form, sound in FORMS.items()
    ]


def place(quote: Quote, part: str) -> int:
    """Where a part of the quote starts, as the layouts in `attestor.quote.format` say."""
    authentication = len(quote.signed_region) + 4
    evidence = authentication + 128 + (0 if quote.version == 3 else 6)
    inner = evidence + 450 + len(quote.evidence.qe_auth_data)
    return {
        "header": 0,
        "body descriptor": 48,
        "body": len(quote.signed_region) - len(quote.body),
        "authentication length": authentication - 4,
        "signature": authentication,
        "attestation key": authentication + 64,
        "outer type": authentication + 128,
        "outer length": authentication + 130,
        "QE report": evidence,
        "QE report signature": evidence + 384,
        "QE auth length": evidence + 448,
        "QE auth data": evidence + 450,
        "inner type": inner,
        "inner length": inner + 2,
        "chain": inner + 6,
    }[part]


def flip(part: str, offset: int = 0) -> Change:
    """Another lowest bit in the byte at `offset` of a part."""

    def change(quote: bytes, platform: SimulatedPlatform) -> bytes:
        at = place(parse(quote), part) + offset
        return quote[:at] + bytes([quote[at] ^ 1]) + quote[at + 1 :]

    return change


def put(part: str, offset: int, value: bytes) -> Change:
    """Other bytes at `offset` of a part."""

    def change(quote: bytes, platform: SimulatedPlatform) -> bytes:
        at = place(parse(quote), part) + offset
        return quote[:at] + value + quote[at + len(value) :]

    return change


def add(part: str, size: int, difference: int) -> Change:
    """Another number in a little-endian length field of `size` bytes."""

    def change(quote: bytes, platform: SimulatedPlatform) -> bytes:
        at = place(parse(quote), part)
        number = int.from_bytes(quote[at : at + size], "little") + difference
        return quote[:at] + number.to_bytes(size, "little") + quote[at + size :]

    return change


def cut(slice_: slice) -> Change:
    """A part of the quote only."""
    return lambda quote, platform: quote[slice_]


def append(more: bytes) -> Change:
    return lambda quote, platform: quote + more


@cache
def _sound(variation: Variation) -> Made:
    return _made(variation, None)


def _made(variation: Variation, change: Change | None) -> Made:
    platform = SimulatedPlatform(SEED, CHAIN_ID, NOW, variation)
    quote = platform.quote(REPORT_DATA)
    if change is not None:
        quote = change(quote, platform)
    return Made(platform, quote, platform.collateral())
