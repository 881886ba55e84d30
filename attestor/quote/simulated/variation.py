"""What a simulated platform is like. The defaults are a healthy one; tests change single fields.

Registers and identities hold readable text that says SIMULATED wherever text fits.
"""

import hashlib
from dataclasses import dataclass, field

from attestor.quote.simulated.certificate import Certificates
from attestor.quote.simulated.der import SgxExtensionShape
from attestor.quote.simulated.issued import (
    CPU_SVN,
    PCE_SVN,
    QE_MR_SIGNER,
    SGX_ISSUED,
    TEE_TCB_SVN,
    Issued,
)


@dataclass(frozen=True)
class Machine:
    """The hardware that the PCK certificate describes.

    `cpu_svn` is 16 small numbers; `authority` is Platform or Processor; `pck_not_after` ends the
    PCK certificate early (Unix seconds). `extension` bends the SGX extension.
    """

    fmspc: bytes = b"SIMDEV"
    pce_id: bytes = bytes(2)
    cpu_svn: tuple[int, ...] = CPU_SVN
    pce_svn: int = PCE_SVN
    authority: str = "Platform"
    sgx_type: int = 1
    configuration: tuple[bool, bool, bool] = (True, False, True)
    pck_not_after: int | None = None
    extension: SgxExtensionShape = field(default_factory=SgxExtensionShape)


@dataclass(frozen=True)
class Enclave:
    """An SGX enclave, as its report describes it. The defaults are those of an application."""

    mr_signer: bytes = b"SIMULATED APPLICATION SIGNER".ljust(32, b"\0")
    mr_enclave: bytes = b"SIMULATED APPLICATION".ljust(32, b"\0")
    isv_prod_id: int = 1
    isv_svn: int = 1
    misc_select: int = 0
    attributes: bytes = bytes.fromhex("0500000000000000e700000000000000")


@dataclass(frozen=True)
class QuotingEnclave(Enclave):
    """The enclave that holds the attestation key.

    `bound` replaces the hash in its report data (32 bytes) that vouches for that key.
    """

    mr_signer: bytes = QE_MR_SIGNER
    mr_enclave: bytes = b"SIMULATED QUOTING ENCLAVE".ljust(32, b"\0")
    isv_prod_id: int = 2
    isv_svn: int = 8
    attributes: bytes = bytes.fromhex("1100000000000000e700000000000000")
    bound: bytes | None = None
    report_data_tail: bytes = bytes(32)
    auth_data: bytes = b"SIMULATED QE AUTHENTICATION DATA"


@dataclass(frozen=True)
class TrustDomain:
    """The registers of the TD that asks for quotes; those after `rtmrs` are in TD 1.5 bodies."""

    tee_tcb_svn: bytes = bytes(TEE_TCB_SVN)
    mr_seam: bytes = b"SIMULATED TDX MODULE".ljust(48, b"\0")
    mr_signer_seam: bytes = bytes(48)
    seam_attributes: bytes = bytes(8)
    td_attributes: bytes = bytes.fromhex("0000001000000000")
    xfam: bytes = bytes.fromhex("e700060000000000")
    mr_td: bytes = hashlib.sha384(b"SIMULATED mrTd").digest()
    mr_config_id: bytes = b"SIMULATED".ljust(48, b"\0")
    mr_owner: bytes = b"SIMULATED".ljust(48, b"\0")
    mr_owner_config: bytes = b"SIMULATED".ljust(48, b"\0")
    rtmrs: tuple[bytes, bytes, bytes, bytes] = (
        hashlib.sha384(b"SIMULATED rtmr0").digest(),
        hashlib.sha384(b"SIMULATED rtmr1").digest(),
        hashlib.sha384(b"SIMULATED rtmr2").digest(),
        bytes(48),
    )
    tee_tcb_svn2: bytes = bytes(TEE_TCB_SVN)
    mr_service_td: bytes = bytes(48)


@dataclass(frozen=True)
class Envelope:
    """How the quote is written down. `body_type` counts in version 5: 1 is an enclave's report,
    2 is TD 1.0, 3 is TD 1.5.

    `chain` names the certificates in the quote, in order: pck, pck_ca, root, tcb_signing, and with
    `forged_` before the name those of the forgery; `chain_end` follows their PEM text.
    """

    version: int = 4
    body_type: int = 2
    tee_type: int = 0x81
    attestation_key_type: int = 2
    vendor_id: bytes = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
    user_data: bytes = b"SIMULATED".ljust(20, b"\0")
    outer_type: int = 6
    inner_type: int = 5
    chain: tuple[str, ...] = ("pck", "pck_ca", "root")
    chain_end: bytes = b""


V3_SGX = Envelope(version=3, tee_type=0)
V4_SGX = Envelope(version=4, tee_type=0)
V5_SGX = Envelope(version=5, tee_type=0, body_type=1)
V5_TD_10 = Envelope(version=5, body_type=2)
V5_TD_15 = Envelope(version=5, body_type=3)


@dataclass(frozen=True)
class Forgery:
    """An attacker with keys of their own, from `seed`, and Intel's names.

    `key_ids` says what their certificates name as keys: their own, the true ones, or none (own,
    true, absent).
    """

    seed: bytes = b"somebody else"
    key_ids: str = "own"


@dataclass(frozen=True)
class Variation:
    """Everything about a simulated platform but its seed and the time.

    `trust_domain` is what asks for quotes under the TEE type of TDX, `application` under SGX's.
    With a `forgery`, the quoting enclave's report is signed by the forged PCK.
    """

    machine: Machine = field(default_factory=Machine)
    certificates: Certificates = field(default_factory=Certificates)
    forgery: Forgery | None = None
    enclave: QuotingEnclave = field(default_factory=QuotingEnclave)
    trust_domain: TrustDomain = field(default_factory=TrustDomain)
    application: Enclave = field(default_factory=Enclave)
    envelope: Envelope = field(default_factory=Envelope)
    issued: Issued = field(default_factory=Issued)


def sgx(envelope: Envelope = V3_SGX) -> Variation:
    """A sound platform that quotes an enclave: SGX has a QE and collateral of its own."""
    return Variation(enclave=QuotingEnclave(isv_prod_id=1), envelope=envelope, issued=SGX_ISSUED)
