#!/usr/bin/env python3
"""Write contracts/test/fixtures/simulated.json from attestor's simulated platform, or check it.

    .venv/bin/python scripts/contract_fixtures.py            write
    .venv/bin/python scripts/contract_fixtures.py --check    only compare; exit 1 when it differs

The file holds the platform's pinned identities, one good quote of each form, and certificates by
name: the platform's own, and ones that are bent in one point each, for the tests of refusals. All
keys derive from a public seed and all signatures are deterministic.
"""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.certificate import Issuer
from attestor.quote.simulated.der import SGX_EXTENSION
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import V5_TD_10, V5_TD_15, Machine

FIXTURE = Path(__file__).resolve().parent.parent / "contracts/test/fixtures/simulated.json"
SEED = b"contract tests"
CHAIN_ID = 31337
NOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
REPORT_DATA = bytes(range(64))
EARLY = datetime(2018, 5, 21, tzinfo=UTC)
SHORT_END = datetime(2030, 1, 1, tzinfo=UTC)
LATE_START = datetime(2040, 1, 1, tzinfo=UTC)
AFTER_2050 = datetime(2051, 2, 3, 4, 5, 6, tzinfo=UTC)
UNKNOWN_EXTENSION = ObjectIdentifier("1.2.3.4")


def reissue(
    model: Issuer,
    signer: Issuer,
    *,
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    public_key: ec.EllipticCurvePublicKey | None = None,
    not_before: datetime = EARLY,
    not_after: datetime | None = None,
    without: tuple[type[x509.ExtensionType] | ObjectIdentifier, ...] = (),
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    algorithm: SHA256 | SHA384 | None = None,
) -> str:
    """PEM of a certificate like `model`, signed by `signer`, with these changes.

    `without` lists types and identifiers of extensions to leave out, `extra` (value, critical) of
    extensions to add.
    """
    old = model.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or old.subject)
        .issuer_name(issuer or old.issuer)
        .public_key(public_key or model.key.public_key())
        .serial_number(old.serial_number)
        .not_valid_before(not_before)
        .not_valid_after(not_after or old.not_valid_after_utc)
    )
    kept = [e for e in old.extensions if type(e.value) not in without and e.oid not in without]
    for value, critical in [(e.value, e.critical) for e in kept] + list(extra):
        builder = builder.add_extension(value, critical)
    signed = builder.sign(signer.key, algorithm or SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.PEM).decode()


def key_usage(*, signs_data: bool = False, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        signs_data, signs_data, False, False, False, signs_certificates, True, False, False
    )


def common_name(text: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, text)


def organization(certificate: x509.Certificate) -> x509.NameAttribute[str | bytes]:
    return certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0]


def bent_roots(pki: Pki, foreign: Pki) -> dict[str, str]:
    return {
        "rootForeign": foreign.root.pem.decode(),
        "rootSignedByOther": reissue(pki.root, foreign.root),
        "rootEndsEarly": reissue(pki.root, pki.root, not_after=SHORT_END),
        "rootStartsLate": reissue(pki.root, pki.root, not_before=LATE_START),
        "rootEndsAfter2050": reissue(pki.root, pki.root, not_after=AFTER_2050),
    }


def bent_intermediates(pki: Pki, foreign: Pki) -> dict[str, str]:
    ca = pki.pck_ca
    no_authority = x509.BasicConstraints(False, None), True
    no_signing = key_usage(signs_data=True), True
    named = organization(ca.certificate)
    two_names = x509.Name([common_name("Intel SGX PCK Platform CA"), common_name("Other"), named])
    return {
        "intermediateSignedByOther": reissue(ca, foreign.root),
        "intermediateEndsEarly": reissue(ca, pki.root, not_after=SHORT_END),
        "intermediateStartsLate": reissue(ca, pki.root, not_before=LATE_START),
        "intermediateNotAuthority": reissue(
            ca, pki.root, without=(x509.BasicConstraints,), extra=(no_authority,)
        ),
        "intermediateWithoutConstraints": reissue(ca, pki.root, without=(x509.BasicConstraints,)),
        "intermediateSignsNothing": reissue(
            ca, pki.root, without=(x509.KeyUsage,), extra=(no_signing,)
        ),
        "intermediateTcbSigning": pki.tcb_signing.pem.decode(),
        "intermediateTwoNames": reissue(ca, pki.root, subject=two_names),
        "intermediateOtherIssuer": reissue(ca, pki.root, issuer=ca.certificate.subject),
    }


def bent_leaves(pki: Pki, foreign: Pki) -> dict[str, str]:
    leaf, ca = pki.pck, pki.pck_ca
    authority = x509.BasicConstraints(True, None), True
    no_signing = key_usage(signs_certificates=True), True
    unknown = x509.UnrecognizedExtension(UNKNOWN_EXTENSION, b"\x05\x00")
    return {
        "leafSignedByOther": reissue(leaf, foreign.pck_ca),
        "leafEndsEarly": reissue(leaf, ca, not_after=SHORT_END),
        "leafStartsLate": reissue(leaf, ca, not_before=LATE_START),
        "leafOtherIssuer": reissue(leaf, ca, issuer=pki.root.certificate.subject),
        "leafIsAuthority": reissue(leaf, ca, without=(x509.BasicConstraints,), extra=(authority,)),
        "leafSignsNothing": reissue(leaf, ca, without=(x509.KeyUsage,), extra=(no_signing,)),
        "leafWithoutSgx": reissue(leaf, ca, without=(ObjectIdentifier(SGX_EXTENSION),)),
        "leafSha384": reissue(leaf, ca, algorithm=SHA384()),
        "leafP384": reissue(leaf, ca, public_key=p384_key()),
        "leafUnknownExtension": reissue(leaf, ca, extra=((unknown, False),)),
        "leafUnknownCriticalExtension": reissue(leaf, ca, extra=((unknown, True),)),
    }


def p384_key() -> ec.EllipticCurvePublicKey:
    return ec.derive_private_key(7, ec.SECP384R1()).public_key()


def certificates(pki: Pki) -> dict[str, str]:
    foreign = Pki.make(b"another seed", Machine())
    processor = Pki.make(SEED, Machine(authority="Processor"))
    good = {
        "leaf": pki.pck.pem.decode(),
        "intermediate": pki.pck_ca.pem.decode(),
        "root": pki.root.pem.decode(),
        "leafOfProcessor": processor.pck.pem.decode(),
        "intermediateProcessor": processor.pck_ca.pem.decode(),
    }
    return (
        good
        | bent_roots(pki, foreign)
        | bent_intermediates(pki, foreign)
        | bent_leaves(pki, foreign)
    )


def quotes() -> dict[str, str]:
    base = Variation()
    forms = {
        "v4": base,
        "v5Td10": replace(base, envelope=V5_TD_10),
        "v5Td15": replace(base, envelope=V5_TD_15),
    }
    return {
        name: "0x" + SimulatedPlatform(SEED, CHAIN_ID, NOW, form).quote(REPORT_DATA).hex()
        for name, form in forms.items()
    }


def render() -> str:
    platform = SimulatedPlatform(SEED, CHAIN_ID, NOW)
    x, y = platform.root_public_key
    content = {
        "rootX": f"0x{x:064x}",
        "rootY": f"0x{y:064x}",
        "qeMrSigner": "0x" + platform.qe_mr_signer.hex(),
        "measurement": "0x" + platform.measurement_id.hex(),
        "reportData": "0x" + REPORT_DATA.hex(),
        "timestamp": NOW,
        "pckKey": f"0x{platform.pki.pck.key.private_numbers().private_value:064x}",
        "quotes": quotes(),
        "certificates": certificates(platform.pki),
    }
    return json.dumps(content, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = render()
    if FIXTURE.is_file() and FIXTURE.read_text() == text:
        return 0
    if arguments:
        print(f"{FIXTURE.name} differs from what the simulated platform makes: run {sys.argv[0]}")
        return 1
    FIXTURE.write_text(text)
    print(f"{FIXTURE.name} written, {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
