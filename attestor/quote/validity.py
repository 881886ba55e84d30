"""When collateral is valid. A verifier refuses expired collateral as it refuses forged; this
distinguishes the two, because newer collateral fixes expiry."""

from dataclasses import dataclass
from datetime import UTC, datetime

from attestor.core import strict_json
from attestor.errors import CollateralExpired, CollateralInvalid
from attestor.quote.collateral import Collateral


@dataclass(frozen=True)
class Validity:
    """A period in Unix seconds, with what limits it."""

    since: int
    until: int
    first_to_start: str
    first_to_end: str

    def require(self, now: int) -> None:
        """Raise `CollateralExpired` unless `now` is within."""
        if now < self.since:
            raise CollateralExpired(
                f"{self.first_to_start} is not valid before {_show(self.since)}",
                hint=f"check this machine's clock, which says {_show(now)}",
            )
        if now >= self.until:
            raise CollateralExpired(
                f"{self.first_to_end} expired at {_show(self.until)}",
                hint="fetch newer collateral, or check that the PCCS refreshes its own",
            )


def validity(collateral: Collateral) -> Validity:
    """The time in which every part of the collateral is valid.

    Raises `CollateralInvalid` when a part has no readable dates.
    """
    periods = {
        "TCB info": signed_period(collateral.tcb_info, "TCB info"),
        "QE identity": signed_period(collateral.qe_identity, "QE identity"),
        "root CRL": crl_period(collateral.root_ca_crl, "root CRL"),
        "PCK CRL": crl_period(collateral.pck_crl, "PCK CRL"),
        "PCK CRL issuer chain": _chain_period(collateral.pck_crl_issuer_chain),
        "TCB info issuer chain": _chain_period(collateral.tcb_info_issuer_chain),
        "QE identity issuer chain": _chain_period(collateral.qe_identity_issuer_chain),
    }
    first_to_start = max(periods, key=lambda part: periods[part][0])
    first_to_end = min(periods, key=lambda part: periods[part][1])
    return Validity(
        since=periods[first_to_start][0],
        until=periods[first_to_end][1],
        first_to_start=first_to_start,
        first_to_end=first_to_end,
    )


def signed_period(text: str, part: str) -> tuple[int, int]:
    """From when to when a signed JSON text of Intel's is valid, in Unix seconds."""
    try:
        values = strict_json.loads(text.encode())
        return unix_seconds(values["issueDate"]), unix_seconds(values["nextUpdate"])
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise CollateralInvalid(f"{part} has no readable dates: {error!r:.200}") from None


def unix_seconds(date: str) -> int:
    """A date as Intel writes it, such as 2025-06-19T10:16:03Z. Raises `ValueError` for others, and
    `TypeError` for what is no text."""
    return int(datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def crl_period(der: bytes, part: str) -> tuple[int, int]:
    """From when to when a CRL is valid, in Unix seconds."""
    from cryptography.x509 import InvalidVersion, load_der_x509_crl

    try:
        crl = load_der_x509_crl(der)
        since, until = crl.last_update_utc, crl.next_update_utc
    except (ValueError, InvalidVersion) as error:
        raise CollateralInvalid(f"{part} cannot be read: {error!r:.200}") from None
    if until is None:
        raise CollateralInvalid(f"{part} has no next update")
    return int(since.timestamp()), int(until.timestamp())


def _chain_period(pem: str) -> tuple[int, int]:
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificates

    try:
        chain = load_pem_x509_certificates(pem.encode())
        return (
            max(int(certificate.not_valid_before_utc.timestamp()) for certificate in chain),
            min(int(certificate.not_valid_after_utc.timestamp()) for certificate in chain),
        )
    except (ValueError, InvalidVersion) as error:
        raise CollateralInvalid(f"an issuer chain cannot be read: {error!r:.200}") from None


def _show(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
