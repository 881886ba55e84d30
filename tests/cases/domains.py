"""Rows about the trust domain itself: attributes that end trust, and those that do not."""

from cases.case import GOOD, REFUSED, TDX_V4, TDX_V5_10, TDX_V5_15, Case

SEPT_VE_DISABLE = 1 << 28
TDX_FORMS = {"TDX v4": TDX_V4, "TD 1.0 v5": TDX_V5_10, "TD 1.5 v5": TDX_V5_15}
KNOWN_BITS = {16, 18, 19, 20, 21, 22, 27, 30, 31, 62, 63}
"""Attributes besides SEPT_VE_DISABLE (28) that Intel has defined and that harm nobody."""
UNTRUSTED_BITS = range(8)
MIGRATABLE = 29


def attributes(bits: int) -> dict[str, object]:
    return {"trust_domain": {"td_attributes": bits.to_bytes(8, "little")}}


def with_bit(bit: int) -> dict[str, object]:
    return attributes(SEPT_VE_DISABLE | 1 << bit)


def register(**fields: bytes) -> dict[str, object]:
    return {"trust_domain": fields}


ATTRIBUTES = [
    *(
        Case(
            f"debug TD, {form}",
            REFUSED,
            "MeasurementRefused",
            "untrusted",
            sound,
            with_bit(0),
            contract="TdDebugRefused",
        )
        for form, sound in TDX_FORMS.items()
    ),
    *(
        Case(
            f"untrusted bit {bit}",
            REFUSED,
            "MeasurementRefused",
            "untrusted",
            TDX_V4,
            with_bit(bit),
            contract="TdDebugRefused",
        )
        for bit in UNTRUSTED_BITS
        if bit
    ),
    *(
        Case(
            f"SEPT_VE not disabled, {form}",
            REFUSED,
            "MeasurementRefused",
            "SEPT_VE",
            sound,
            attributes(0),
            contract="TdSeptVeRefused",
        )
        for form, sound in TDX_FORMS.items()
    ),
    *(
        Case(
            f"migratable, {form}",
            REFUSED,
            "MeasurementRefused",
            "migratable",
            sound,
            with_bit(MIGRATABLE),
            contract="TdMigratableRefused",
        )
        for form, sound in TDX_FORMS.items()
    ),
    *(
        Case(
            f"attribute bit {bit}, which is reserved",
            REFUSED,
            "QuoteRefused",
            "",
            TDX_V4,
            with_bit(bit),
            contract="TdReservedAttributesRefused",
        )
        for bit in sorted(set(range(8, 64)) - KNOWN_BITS - {28, MIGRATABLE})
    ),
    *(
        Case(f"attribute bit {bit}", GOOD, GOOD, "", TDX_V4, with_bit(bit))
        for bit in sorted(KNOWN_BITS)
    ),
]
REGISTERS = [
    *(
        case
        for form, sound in TDX_FORMS.items()
        for case in (
            Case(
                f"TDX module of another signer, {form}",
                REFUSED,
                "MeasurementRefused",
                "mr_signer_seam",
                sound,
                register(mr_signer_seam=b"\1" * 48),
                contract="SeamSignerRefused",
            ),
            Case(
                f"last byte of the module's signer, {form}",
                REFUSED,
                "MeasurementRefused",
                "mr_signer_seam",
                sound,
                register(mr_signer_seam=bytes(47) + b"\1"),
                contract="SeamSignerRefused",
            ),
            Case(
                f"TDX module with attributes, {form}",
                REFUSED,
                "MeasurementRefused",
                "seam_attributes",
                sound,
                register(seam_attributes=bytes(7) + b"\x80"),
                contract="SeamAttributesRefused",
            ),
        )
    ),
    Case(
        "service TD",
        REFUSED,
        "MeasurementRefused",
        "mr_service_td",
        TDX_V5_15,
        register(mr_service_td=b"\1" + bytes(47)),
        contract="ServiceTdRefused",
    ),
    Case(
        "last byte of the service TD",
        REFUSED,
        "MeasurementRefused",
        "mr_service_td",
        TDX_V5_15,
        register(mr_service_td=bytes(47) + b"\1"),
        contract="ServiceTdRefused",
    ),
    Case("other TDX module", GOOD, GOOD, "", TDX_V4, register(mr_seam=b"\7" * 48)),
    Case("other xfam", GOOD, GOOD, "", TDX_V4, register(xfam=bytes.fromhex("e718060000000000"))),
]
CASES = [*ATTRIBUTES, *REGISTERS]
