"""The simulated counterpart of Intel's certificates: root, PCK CA, TCB signing, PCK, and CRLs.

Certificates depend on the seed and the machine alone, so that a platform stays the same however
often its collateral is issued anew.
"""

from dataclasses import dataclass, replace

from attestor.quote.simulated.certificate import (
    AUTHORITY_KEY_ID,
    Certificates,
    CertificateShape,
    Issuer,
    Role,
    issue,
    serial,
)
from attestor.quote.simulated.der import SgxExtension
from attestor.quote.simulated.issued import Issued
from attestor.quote.simulated.keys import derive
from attestor.quote.simulated.revocation import revocation_list
from attestor.quote.simulated.variation import Forgery, Machine

ALL_SOUND = Certificates()


@dataclass(frozen=True)
class Pki:
    """The four certificates of one platform."""

    seed: bytes
    root: Issuer
    pck_ca: Issuer
    tcb_signing: Issuer
    pck: Issuer

    @classmethod
    def make(cls, seed: bytes, machine: Machine, shapes: Certificates = ALL_SOUND) -> "Pki":
        """The same certificates, byte for byte, for the same arguments."""
        root = issue(seed, Role("Intel SGX Root CA", path_length=1), None, shapes.root)
        pck_ca_role = Role(f"Intel SGX PCK {machine.authority} CA", path_length=0)
        pck_ca = issue(seed, pck_ca_role, root, shapes.pck_ca)
        tcb_signing = issue(seed, Role("Intel SGX TCB Signing"), root, shapes.tcb_signing)
        pck_role = Role(
            "Intel SGX PCK Certificate", sgx_extension=_describe(seed, machine).encode()
        )
        pck_shape = shapes.pck
        if machine.pck_not_after is not None:
            pck_shape = replace(pck_shape, not_after=machine.pck_not_after)
        return cls(seed, root, pck_ca, tcb_signing, issue(seed, pck_role, pck_ca, pck_shape))

    def forge(self, forgery: Forgery, machine: Machine) -> "Pki":
        """The certificates of somebody without Intel's keys, under the same names."""
        return Pki.make(forgery.seed, machine, self._claims(forgery))

    def issuer(self, name: str) -> Issuer:
        """The certificate and key of that field."""
        issuers = {
            "root": self.root,
            "pck_ca": self.pck_ca,
            "tcb_signing": self.tcb_signing,
            "pck": self.pck,
        }
        return issuers[name]

    def chain(self, names: tuple[str, ...]) -> str:
        """The certificates of those fields as PEM text."""
        return b"".join(self.issuer(name).pem for name in names).decode()

    def root_crl(self, issued: Issued, now: int) -> bytes:
        """DER of the root's list of revoked CAs."""
        revoked = []
        if issued.pck_ca_revoked:
            revoked.append(self.pck_ca.certificate.serial_number)
        if issued.tcb_signing_revoked:
            revoked.append(self.tcb_signing.certificate.serial_number)
        return revocation_list(self.root, revoked, now, issued.root_crl_valid_for, issued.root_crl)

    def pck_crl(self, issued: Issued, now: int) -> bytes:
        """DER of the PCK CA's list of revoked machines."""
        revoked = [
            serial(self.seed, f"foreign PCK {number}")
            for number in range(issued.foreign_revocations)
        ]
        if issued.pck_revoked:
            revoked.append(self.pck.certificate.serial_number)
        return revocation_list(self.pck_ca, revoked, now, issued.pck_crl_valid_for, issued.pck_crl)

    def _claims(self, forgery: Forgery) -> Certificates:
        """What the forged certificates say of keys."""
        if forgery.key_ids == "own":
            return ALL_SOUND
        if forgery.key_ids == "absent":
            silent = CertificateShape(without=frozenset({AUTHORITY_KEY_ID}))
            return Certificates(pck_ca=silent, pck=silent)
        root, pck_ca = self.root.key_id, self.pck_ca.key_id
        return Certificates(
            root=CertificateShape(authority_key_id=root, subject_key_id=root),
            pck_ca=CertificateShape(authority_key_id=root, subject_key_id=pck_ca),
            pck=CertificateShape(authority_key_id=pck_ca),
        )


def _describe(seed: bytes, machine: Machine) -> SgxExtension:
    of_platform_ca = machine.authority == "Platform"
    return SgxExtension(
        ppid=derive(seed, "PPID", 16),
        cpu_svn=machine.cpu_svn,
        pce_svn=machine.pce_svn,
        pce_id=machine.pce_id,
        fmspc=machine.fmspc,
        sgx_type=machine.sgx_type,
        platform_instance_id=derive(seed, "platform instance", 16) if of_platform_ca else None,
        configuration=machine.configuration,
        shape=machine.extension,
    )
