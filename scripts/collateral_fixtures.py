#!/usr/bin/env python3
"""Write contracts/test/fixtures/collateral.json from attestor's simulated platform, or check it.

    .venv/bin/python scripts/collateral_fixtures.py            write
    .venv/bin/python scripts/collateral_fixtures.py --check    only compare; exit 1 when it differs

The file holds certificates, revocation lists and JSON as a simulated Intel would issue them, the
keys that sign them, and the blobs that the contract must make of the JSON, which are computed here
from the parsed JSON. All keys derive from a public seed and all signatures are deterministic.
"""

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from attestor.quote.simulated.certificate import Issuer
from attestor.quote.simulated.collateral import issue
from attestor.quote.simulated.issued import DAY, Issued, QeIdentity
from attestor.quote.simulated.pki import Pki
from attestor.quote.simulated.variation import Machine

FIXTURE = Path(__file__).resolve().parent.parent / "contracts/test/fixtures/collateral.json"
SEED = b"contract tests"
NOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
LATER = NOW + 2 * DAY
EVALUATION_DATES = {17: "2023-08-08T00:00:00Z", 18: "2025-02-01T00:00:00Z"}
STATUSES = (
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "ConfigurationNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "Revoked",
)


def tcb_info_blob(info: dict[str, Any]) -> bytes:
    """What the contract keeps of a TCB info, without evaluation number and digest."""
    # As Intel: by SGX components, PCESVN, TDX components.
    levels = sorted(
        (platform_level(level) for level in info["tcbLevels"]),
        key=lambda level: (level[:16], level[32:34], level[16:32]),
        reverse=True,
    )
    modules = [({"id": "TDX_00"} | info["tdxModule"])] if "tdxModule" in info else []
    modules += info.get("tdxModuleIdentities", [])
    return (
        bytes.fromhex(info["pceId"])
        + bytes([len(levels)])
        + b"".join(levels)
        + bytes([len(modules)])
        + b"".join(module_blob(module) for module in modules)
    )


def platform_level(level: dict[str, Any]) -> bytes:
    tcb = level["tcb"]
    tdx = tcb.get("tdxtcbcomponents", [{"svn": 0}] * 16)
    components = bytes(part["svn"] for part in tcb["sgxtcbcomponents"] + tdx)
    return components + int(tcb["pcesvn"]).to_bytes(2, "big") + status(level)


def module_blob(module: dict[str, Any]) -> bytes:
    levels = module.get("tcbLevels", [])
    return (
        bytes([int(module["id"][4:], 16), len(levels)])
        + bytes.fromhex(module["mrsigner"] + module["attributes"] + module["attributesMask"])
        + isv_levels(levels, 1)
    )


def qe_identity_blob(identity: dict[str, Any]) -> bytes:
    """What the contract keeps of a QE identity, without evaluation number and digest."""
    names = ("mrsigner", "attributes", "attributesMask", "miscselect", "miscselectMask")
    return (
        bytes.fromhex("".join(identity[name] for name in names))
        + int(identity["isvprodid"]).to_bytes(2, "big")
        + bytes([len(identity["tcbLevels"])])
        + isv_levels(identity["tcbLevels"], 2)
    )


def isv_levels(levels: list[dict[str, Any]], size: int) -> bytes:
    ordered = sorted(levels, key=lambda level: level["tcb"]["isvsvn"], reverse=True)
    return b"".join(
        level["tcb"]["isvsvn"].to_bytes(size, "big") + status(level) for level in ordered
    )


def status(level: dict[str, Any]) -> bytes:
    return bytes([STATUSES.index(level["tcbStatus"])])


def evaluation_numbers(tee: str) -> str:
    value = {
        "id": tee,
        "version": 1,
        "issueDate": "2025-12-31T00:00:00Z",
        "nextUpdate": "2026-01-31T00:00:00Z",
        "tcbEvalNumbers": [
            {
                "tcbEvaluationDataNumber": number,
                "tcbRecoveryEventDate": date,
                "tcbDate": "2024-03-13T00:00:00Z",
            }
            for number, date in EVALUATION_DATES.items()
        ],
    }
    return json.dumps(value, separators=(",", ":"))


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def texts(pki: Pki) -> dict[str, dict[str, str]]:
    """JSON and its blob by name."""
    machine = Machine()
    tdx = issue(pki, machine, Issued(), NOW)
    sgx = issue(pki, machine, Issued(tcb_info_id="SGX", qe_identity=QeIdentity(id="QE")), NOW)
    named = {
        "tcbInfoTdx": (tdx.tcb_info, tcb_info_blob),
        "tcbInfoSgx": (sgx.tcb_info, tcb_info_blob),
        "qeIdentityTdx": (tdx.qe_identity, qe_identity_blob),
        "qeIdentitySgx": (sgx.qe_identity, qe_identity_blob),
    }
    found = {
        name: {"text": text, "blob": hexed(blob(json.loads(text)))}
        for name, (text, blob) in named.items()
    }
    found["evaluationsTdx"] = {"text": evaluation_numbers("TDX")}
    found["evaluationsSgx"] = {"text": evaluation_numbers("SGX")}
    return found


def reissue(model: Issuer, signer: Issuer, **changes: Any) -> bytes:
    """DER of a certificate like `model`, signed by `signer`. `changes`: serial, common_name,
    not_before, not_after (datetimes), issuer (a name), without (types of extensions)."""
    old = model.certificate
    subject = old.subject
    if "common_name" in changes:
        (rest,) = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        name = x509.NameAttribute(NameOID.COMMON_NAME, changes["common_name"])
        subject = x509.Name([name, rest])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(changes.get("issuer", old.issuer))
        .public_key(model.key.public_key())
        .serial_number(changes.get("serial", old.serial_number))
        .not_valid_before(changes.get("not_before", old.not_valid_before_utc))
        .not_valid_after(changes.get("not_after", old.not_valid_after_utc))
    )
    for extension in old.extensions:
        if type(extension.value) not in changes.get("without", ()):
            builder = builder.add_extension(extension.value, extension.critical)
    signed = builder.sign(signer.key, SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def certificates(pki: Pki) -> dict[str, str]:
    later = datetime(2025, 6, 1, tzinfo=UTC)
    past = datetime(2025, 1, 1, tzinfo=UTC)
    future = datetime(2027, 1, 1, tzinfo=UTC)
    ca, signing, root = pki.pck_ca, pki.tcb_signing, pki.root
    no_key_id = (x509.SubjectKeyIdentifier,)
    no_issuer_key_id = (x509.AuthorityKeyIdentifier,)
    found = {
        "root": root.der,
        "pckCa": ca.der,
        "tcbSigning": signing.der,
        "pckCaOfProcessor": Pki.make(SEED, Machine(authority="Processor")).pck_ca.der,
        "pckCaForeign": Pki.make(b"another seed", Machine()).pck_ca.der,
        "pckCaSignedByItself": reissue(ca, ca),
        "pckCaOtherIssuer": reissue(ca, root, issuer=ca.certificate.subject),
        "pckCaOtherName": reissue(ca, root, common_name="Intel SGX PCK Other CA"),
        "pckCaNoAuthority": reissue(ca, root, without=(x509.BasicConstraints,)),
        "pckCaNoUsage": reissue(ca, root, without=(x509.KeyUsage,)),
        "pckCaNoKeyId": reissue(ca, root, without=no_key_id),
        "pckCaNoIssuerKeyId": reissue(ca, root, without=no_issuer_key_id),
        "pckCaExpired": reissue(ca, root, not_after=past),
        "pckCaNotYet": reissue(ca, root, not_before=future),
        "pckCaRenewed": reissue(ca, root, not_before=later, serial=77),
        "tcbSigningRenewed": reissue(signing, root, not_before=later, serial=78),
        "tcbSigningNoUsage": reissue(signing, root, without=(x509.KeyUsage,)),
        "tcbSigningExpired": reissue(signing, root, not_after=past),
    }
    return {name: hexed(der) for name, der in found.items()}


def revocation_lists(pki: Pki) -> dict[str, str]:
    base = Issued()
    many = replace(base, foreign_revocations=44)
    more = replace(base, foreign_revocations=46)
    found = {
        "root": pki.root_crl(base, NOW),
        "rootLater": pki.root_crl(base, LATER),
        "rootShort": pki.root_crl(replace(base, root_crl_valid_for=DAY), NOW),
        "rootCaRevoked": pki.root_crl(replace(base, pck_ca_revoked=True), LATER),
        "rootSigningRevoked": pki.root_crl(replace(base, tcb_signing_revoked=True), LATER),
        "pck": pki.pck_crl(base, NOW),
        "pckRevoked": pki.pck_crl(replace(base, pck_revoked=True), LATER),
        "pck44": pki.pck_crl(many, NOW),
        "pck44Later": pki.pck_crl(many, LATER),
        "pck46Later": pki.pck_crl(more, LATER),
        "pckForeign": Pki.make(b"another seed", Machine()).pck_crl(base, NOW),
        "pckEmpty": pki.pck_crl(replace(base, foreign_revocations=0), NOW),
    }
    return {name: hexed(der) for name, der in found.items()}


def private_key(issuer: Issuer) -> str:
    return f"0x{issuer.key.private_numbers().private_value:064x}"


def key_id(issuer: Issuer) -> str:
    extension = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return f"0x{int.from_bytes(extension.value.digest, 'big'):064x}"


def render() -> str:
    pki = Pki.make(SEED, Machine())
    foreign = [
        f"0x{entry.serial_number:064x}"
        for entry in x509.load_der_x509_crl(pki.pck_crl(Issued(foreign_revocations=46), LATER))
    ]
    content = {
        "timestamp": NOW,
        "later": LATER,
        "rootKey": private_key(pki.root),
        "tcbSigningKey": private_key(pki.tcb_signing),
        "rootKeyId": key_id(pki.root),
        "pckCaKeyId": key_id(pki.pck_ca),
        "pckCaSerial": f"0x{pki.pck_ca.certificate.serial_number:064x}",
        "pckSerial": f"0x{pki.pck.certificate.serial_number:064x}",
        "tcbSigningSerial": f"0x{pki.tcb_signing.certificate.serial_number:064x}",
        "foreignSerials": foreign,
        "certificates": certificates(pki),
        "crls": revocation_lists(pki),
        "json": texts(pki),
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
