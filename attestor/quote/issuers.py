"""Who signed collateral. Any certificate under Intel's root satisfies dcap-qvl, also that of a
machine, whose key may have leaked; only Intel's own offices may say what an up-to-date machine is.
Names: Intel, "SGX PCK Certificate and Certificate Revocation List Profile Specification",
section 1.3; the CollateralStore contract asks for the same ones.
"""

from attestor.errors import CollateralInvalid, QuoteRefused
from attestor.quote.collateral import Collateral
from attestor.quote.compact import pck_certificate
from attestor.quote.format import Quote

TCB_SIGNING = frozenset({"Intel SGX TCB Signing"})
PCK_CAS = frozenset({"Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA"})


def require_issuers(collateral: Collateral) -> None:
    """Raises `CollateralInvalid` unless each part was signed by the issuer of its kind."""
    _require_name(collateral.tcb_info_issuer_chain, TCB_SIGNING, "TCB info")
    _require_name(collateral.qe_identity_issuer_chain, TCB_SIGNING, "QE identity")
    _require_name(collateral.pck_crl_issuer_chain, PCK_CAS, "PCK CRL")


def _require_name(pem: str, allowed: frozenset[str], part: str) -> None:
    """The first certificate of a chain is its issuer's."""
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate
    from cryptography.x509.oid import NameOID

    try:
        subject = load_pem_x509_certificate(pem.encode()).subject
        names = [str(name.value) for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, InvalidVersion) as error:
        raise CollateralInvalid(f"the {part}'s issuer cannot be read: {error!r:.200}") from None
    if len(names) != 1 or names[0] not in allowed:
        shown = ", ".join(repr(name)[:60] for name in names[:3]) or "nobody"
        raise CollateralInvalid(
            f"the {part} is issued by {shown}, not by {' or '.join(sorted(allowed))}",
            hint="the collateral is forged: do not trust the PCCS it came from",
        )


def pck_authority(quote: Quote) -> int:
    """Key identifier of the CA that certified a quote's machine, as its certificate names it.

    Raises `QuoteRefused`, and `QuoteNotCompactable` for a quote without that certificate.
    """
    from cryptography.x509 import (
        AuthorityKeyIdentifier,
        ExtensionNotFound,
        InvalidVersion,
        load_der_x509_certificate,
    )

    try:
        certificate = load_der_x509_certificate(pck_certificate(quote))
        extension = certificate.extensions.get_extension_for_class(AuthorityKeyIdentifier)
        key_id = extension.value.key_identifier
    except (ValueError, ExtensionNotFound, InvalidVersion) as error:
        raise QuoteRefused(f"the PCK certificate cannot be read: {error!r:.200}") from None
    if key_id is None:
        raise QuoteRefused("the PCK certificate does not identify its issuer's key")
    return int.from_bytes(key_id, "big")
