"""Rows about lengths, versions and types: what is a quote at all."""

from random import Random

from matrix.case import (
    GOOD,
    REFUSED,
    REPORT_DATA,
    SGX_V3,
    TDX_V5_10,
    TDX_V5_15,
    Case,
    add,
    append,
    cut,
    in_all_forms,
    put,
)

from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.builder import td_report
from attestor.quote.simulated.variation import V4_SGX, V5_SGX


def td_15_extended(quote: bytes, platform: SimulatedPlatform) -> bytes:
    """A quote of a TD 1.5 whose body has the 237 bytes that newer TDX modules add."""
    report = td_report(platform.variation.trust_domain, REPORT_DATA, extended=True)
    return platform.quote_of(report + bytes(237))


LENGTHS = [
    *in_all_forms(
        Case("1 zero byte after it", GOOD, "QuoteRefused", "padding", change=append(b"\0")),
        Case("1 byte after it", GOOD, "QuoteInvalid", "not zero", change=append(b"\1")),
        Case("1 byte less", REFUSED, "QuoteInvalid", change=cut(slice(-1))),
        Case("nothing after the header", REFUSED, "QuoteInvalid", change=cut(slice(48))),
        Case("nothing after the body", REFUSED, "QuoteInvalid", change=cut(slice(440))),
    ),
    Case("padded to 8,000 bytes", GOOD, "QuoteRefused", "padding", change=append(bytes(4000))),
    Case("half of it", REFUSED, "QuoteInvalid", change=cut(slice(2000))),
    Case("40 bytes", REFUSED, "QuoteInvalid", change=cut(slice(40))),
    Case("empty", REFUSED, "QuoteInvalid", change=cut(slice(0))),
    Case("zeros", REFUSED, "QuoteInvalid", "version 0", change=lambda q, p: bytes(len(q))),
    Case(
        "random bytes",
        REFUSED,
        "QuoteInvalid",
        change=lambda quote, platform: Random(7).randbytes(len(quote)),
    ),
    Case("ones", REFUSED, "QuoteInvalid", "CBOR", change=lambda q, p: b"\xff" * len(q)),
    Case(
        "authentication length + 1",
        REFUSED,
        "QuoteInvalid",
        change=add("authentication length", 4, 1),
    ),
    Case(
        "authentication length - 1",
        REFUSED,
        "QuoteInvalid",
        change=add("authentication length", 4, -1),
    ),
    Case(
        "authentication length huge",
        REFUSED,
        "QuoteInvalid",
        change=put("authentication length", 0, b"\xff" * 4),
    ),
    Case("outer length + 1", REFUSED, "QuoteInvalid", change=add("outer length", 4, 1)),
    Case("outer length - 1", REFUSED, "QuoteInvalid", change=add("outer length", 4, -1)),
    Case("inner length + 1", REFUSED, "QuoteInvalid", change=add("inner length", 4, 1)),
    Case("inner length - 1", GOOD, "QuoteInvalid", change=add("inner length", 4, -1)),
    Case(
        "QE authentication length + 1", REFUSED, "QuoteInvalid", change=add("QE auth length", 2, 1)
    ),
    Case(
        "QE authentication length - 1", REFUSED, "QuoteInvalid", change=add("QE auth length", 2, -1)
    ),
]
TYPES = [
    Case("version 0", REFUSED, "QuoteInvalid", "version 0", change=put("header", 0, b"\0\0")),
    Case("version 2", REFUSED, "QuoteInvalid", "version 2", change=put("header", 0, b"\2\0")),
    Case("version 6", REFUSED, "QuoteInvalid", "version 6", change=put("header", 0, b"\6\0")),
    Case("version 0x104", REFUSED, "QuoteInvalid", "version 260", change=put("header", 0, b"\4\1")),
    Case(
        "version 3 of a TD", REFUSED, "QuoteInvalid", "version 3", change=put("header", 0, b"\3\0")
    ),
    Case("version 5 without descriptor", REFUSED, "QuoteInvalid", change=put("header", 0, b"\5\0")),
    Case(
        "version 4 with descriptor",
        REFUSED,
        "QuoteInvalid",
        sound=TDX_V5_10,
        change=put("header", 0, b"\4\0"),
    ),
    Case("TEE type 0 of a TD", REFUSED, "QuoteInvalid", change=put("header", 4, bytes(4))),
    Case("TEE type 0x82", REFUSED, "QuoteInvalid", "0x82", change=put("header", 4, b"\x82")),
    Case("TEE type 0x181", REFUSED, "QuoteInvalid", "0x181", change=put("header", 5, b"\1")),
    Case("key type 0", REFUSED, "QuoteInvalid", "key type 0", change=put("header", 2, b"\0\0")),
    Case("key type 3", REFUSED, "QuoteInvalid", "P-384", change=put("header", 2, b"\3\0")),
    *in_all_forms(
        Case(
            "other QE vendor",
            REFUSED,
            "QuoteRefused",
            "not Intel",
            parts={"envelope": {"vendor_id": b"SIMULATED VENDOR"}},
        )
    ),
    Case(
        "SGX in version 4",
        REFUSED,
        "QuoteRefused",
        "version 3",
        sound=SGX_V3,
        parts={"envelope": V4_SGX},
    ),
    Case(
        "SGX in version 5",
        REFUSED,
        "QuoteRefused",
        "version 3",
        sound=SGX_V3,
        parts={"envelope": V5_SGX},
    ),
    Case(
        "version 3 says TDX",
        REFUSED,
        "QuoteInvalid",
        sound=SGX_V3,
        change=put("header", 4, b"\x81"),
    ),
]
BODIES = [
    Case(
        "body type 4, TD 1.5 extended",
        GOOD,
        "QuoteInvalid",
        "not supported",
        sound=TDX_V5_15,
        parts={"envelope": {"body_type": 4}},
        change=td_15_extended,
    ),
    Case(
        "body type 0",
        REFUSED,
        "QuoteInvalid",
        "unknown",
        sound=TDX_V5_15,
        change=put("body descriptor", 0, b"\0\0"),
    ),
    Case(
        "body type 1 of a TD",
        REFUSED,
        "QuoteInvalid",
        "contradicts",
        sound=TDX_V5_15,
        change=put("body descriptor", 0, b"\1\0"),
    ),
    Case(
        "body type 2 of a TD 1.5",
        REFUSED,
        "QuoteInvalid",
        sound=TDX_V5_15,
        change=put("body descriptor", 0, b"\2\0"),
    ),
    Case(
        "body type 3 of a TD 1.0",
        REFUSED,
        "QuoteInvalid",
        sound=TDX_V5_10,
        change=put("body descriptor", 0, b"\3\0"),
    ),
    Case(
        "body type 4 of a TD 1.5",
        REFUSED,
        "QuoteInvalid",
        "not supported",
        sound=TDX_V5_15,
        change=put("body descriptor", 0, b"\4\0"),
    ),
    Case(
        "body type 5",
        REFUSED,
        "QuoteInvalid",
        "unknown",
        sound=TDX_V5_15,
        change=put("body descriptor", 0, b"\5\0"),
    ),
    Case(
        "body length + 1",
        REFUSED,
        "QuoteInvalid",
        "body length",
        sound=TDX_V5_15,
        change=put("body descriptor", 2, b"\x89"),
    ),
    Case(
        "body length - 1",
        REFUSED,
        "QuoteInvalid",
        "body length",
        sound=TDX_V5_10,
        change=put("body descriptor", 2, b"\x47"),
    ),
    Case(
        "body length of a TD 1.0 for a TD 1.5",
        REFUSED,
        "QuoteInvalid",
        "body length",
        sound=TDX_V5_15,
        change=put("body descriptor", 2, b"\x48"),
    ),
]
CERTIFICATION = [
    Case(
        "outer type 5",
        GOOD,
        "QuoteInvalid",
        "outer certification type 5",
        parts={"envelope": {"outer_type": 5}},
    ),
    Case(
        "outer type 5, v5",
        GOOD,
        "QuoteInvalid",
        "outer certification type 5",
        sound=TDX_V5_15,
        parts={"envelope": {"outer_type": 5}},
    ),
    *(
        Case(
            f"inner type {number}",
            REFUSED,
            "QuoteRefused",
            f"certification type {number}",
            parts={"envelope": {"inner_type": number}},
        )
        for number in (1, 2, 3, 4, 7)
    ),
    Case("inner type 6", REFUSED, "QuoteInvalid", "unknown", parts={"envelope": {"inner_type": 6}}),
    Case("inner type 0", REFUSED, "QuoteInvalid", "unknown", parts={"envelope": {"inner_type": 0}}),
    Case(
        "inner type 4, SGX v3",
        REFUSED,
        "QuoteRefused",
        "certification type 4",
        sound=SGX_V3,
        parts={"envelope": {"inner_type": 4}},
    ),
]
CASES = [*LENGTHS, *TYPES, *BODIES, *CERTIFICATION]
