"""dcap-qvl, the quote verifier, behind a few functions. The only module that imports it.

Its errors are text without a code and its panics are not even `Exception`s; both end here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from attestor.errors import QuoteRefused
from attestor.quote.collateral import Collateral, MachineKind

_HINTS = (
    ("No matching TCB level", "the platform is older than every TCB level of the collateral"),
    ("Fmspc mismatch", "the collateral is of another kind of machine: fetch that of this quote"),
    ("CertRevoked", "Intel revoked the machine's certificate or one above it"),
    ("CertExpired", "a certificate is out of its period: check the clock, then the platform's PCK"),
    ("CertNotValidYet", "a certificate is out of its period: check the clock"),
    ("UnknownIssuer", "the certificates do not lead to the expected root"),
    ("root CA CRL", "the collateral does not belong to the expected root"),
    ("signature", "the quote was altered, or the collateral belongs to another root"),
)
"""Parts of dcap-qvl's messages and what they mean to an operator; only ever used for hints."""


@dataclass(frozen=True)
class Verified:
    """What dcap-qvl found; status and advisories are Intel's terms."""

    status: str
    advisory_ids: tuple[str, ...]
    fmspc: bytes
    pce_id: bytes


def verify(quote: bytes, collateral: Collateral, root_der: bytes | None, now: int) -> Verified:
    """Verify a quote under Intel's root, or under `root_der`, as of `now` (Unix seconds).

    Raises `QuoteRefused` with dcap-qvl's reason.
    """
    import dcap_qvl  # type: ignore[import-untyped]

    with _refusals():
        given = dcap_qvl.QuoteCollateralV3(**asdict(collateral))
        if root_der is None:
            report = dcap_qvl.verify(quote, given, now)
        else:
            report = dcap_qvl.verify_with_root_ca(quote, given, root_der, now)
        pck = dcap_qvl.parse_quote(quote).pck_extension()
        return Verified(
            status=report.status,
            advisory_ids=tuple(report.advisory_ids),
            fmspc=bytes(pck.fmspc),
            pce_id=bytes(pck.pce_id),
        )


@dataclass(frozen=True)
class MachineIdentity:
    """The machine in a quote's PCK certificate: its PPID (16 bytes), and the FMSPC (6 bytes) of
    its type."""

    ppid: bytes
    fmspc: bytes


def machine(quote: bytes) -> MachineIdentity:
    """The machine that a quote claims to be from. Raises `QuoteRefused`."""
    import dcap_qvl

    with _refusals():
        pck = dcap_qvl.parse_quote(quote).pck_extension()
        return MachineIdentity(ppid=bytes(pck.ppid), fmspc=bytes(pck.fmspc))


def machine_kind(quote: bytes) -> MachineKind:
    """The machine type that a quote claims to be from. Raises `QuoteRefused`."""
    import dcap_qvl

    with _refusals():
        parsed = dcap_qvl.parse_quote(quote)
        tee = "sgx" if parsed.header.tee_type == 0 else "tdx"
        return MachineKind(fmspc=bytes.fromhex(parsed.fmspc()), ca=str(parsed.ca()), tee=tee)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        raise QuoteRefused(f"dcap-qvl refuses it: {_line(error)}", hint=_hint(error)) from None
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise QuoteRefused(f"dcap-qvl failed on it: {_line(error)}") from None


def _is_panic(error: BaseException) -> bool:
    """Panics of pyo3 derive from BaseException, so that `except Exception` lets them through."""
    return type(error).__name__ == "PanicException"


def _hint(error: Exception) -> str | None:
    text = str(error)
    return next((hint for part, hint in _HINTS if part in text), None)


def _line(error: BaseException) -> str:
    """Foreign text as one bounded line."""
    return " ".join(str(error).split())[:300]
