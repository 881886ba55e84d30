"""What a simulated platform is like. The defaults are a healthy one; tests change single fields.

Registers and identities hold readable text that says SIMULATED wherever text fits.
"""

import hashlib
from dataclasses import dataclass, field

QE_MR_SIGNER = b"SIMULATED QUOTING ENCLAVE SIGNER"
DAY = 86_400


@dataclass(frozen=True)
class Machine:
    """The hardware that the PCK certificate describes.

    `cpu_svn` is 16 small numbers; `authority` is Platform or Processor; `pck_not_after` ends the
    PCK certificate early (Unix seconds).
    """

    fmspc: bytes = b"SIMDEV"
    pce_id: bytes = bytes(2)
    cpu_svn: tuple[int, ...] = (4, 4, 2, 2, 3, 1, 0, 3, *bytes(8))
    pce_svn: int = 13
    authority: str = "Platform"
    sgx_type: int = 1
    pck_not_after: int | None = None


@dataclass(frozen=True)
class QuotingEnclave:
    """The enclave that holds the attestation key, as in its report."""

    mr_signer: bytes = QE_MR_SIGNER
    mr_enclave: bytes = b"SIMULATED QUOTING ENCLAVE".ljust(32, b"\0")
    isv_prod_id: int = 2
    isv_svn: int = 8
    misc_select: int = 0
    attributes: bytes = bytes.fromhex("1100000000000000e700000000000000")
    report_data_tail: bytes = bytes(32)
    auth_data: bytes = b"SIMULATED QE AUTHENTICATION DATA"


@dataclass(frozen=True)
class TrustDomain:
    """The registers of the TD that asks for quotes; those after `rtmrs` are in TD 1.5 bodies."""

    tee_tcb_svn: bytes = bytes([4, 1, 7]) + bytes(13)
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
    tee_tcb_svn2: bytes = bytes([4, 1, 7]) + bytes(13)
    mr_service_td: bytes = bytes(48)


@dataclass(frozen=True)
class Envelope:
    """How the quote is written down. `body_type` counts in version 5: 2 is TD 1.0, 3 is TD 1.5.

    `chain` names the certificates in the quote, in order; `chain_end` follows their PEM text.
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


V5_TD_10 = Envelope(version=5, body_type=2)
V5_TD_15 = Envelope(version=5, body_type=3)


@dataclass(frozen=True)
class TcbLevel:
    """A row of TCB info: a platform at or above it has `status`, with `advisories`."""

    cpu_svn: tuple[int, ...]
    tdx_svn: tuple[int, ...]
    pce_svn: int
    status: str
    advisories: tuple[str, ...] = ()


@dataclass(frozen=True)
class IsvLevel:
    """A row of a TDX module's or a quoting enclave's identity."""

    isv_svn: int
    status: str


@dataclass(frozen=True)
class Issued:
    """What the simulated Intel says of the machine and its enclave. Periods are in seconds.

    Collateral issued at `now` is valid from one day before until `…_valid_for` after it. `fmspc`
    and `pce_id` are those of the machine unless given.
    """

    levels: tuple[TcbLevel, ...] = (
        TcbLevel(Machine.cpu_svn, (4, 1, 7, *bytes(13)), 13, "UpToDate"),
        TcbLevel((0,) * 16, (0,) * 16, 5, "OutOfDate", ("INTEL-SA-00960",)),
    )
    module_levels: tuple[IsvLevel, ...] = (IsvLevel(4, "UpToDate"), IsvLevel(2, "OutOfDate"))
    enclave_levels: tuple[IsvLevel, ...] = (IsvLevel(8, "UpToDate"), IsvLevel(6, "OutOfDate"))
    enclave_mr_signer: bytes = QE_MR_SIGNER
    enclave_isv_prod_id: int = 2
    tcb_info_id: str = "TDX"
    enclave_id: str = "TD_QE"
    fmspc: bytes | None = None
    pce_id: bytes | None = None
    evaluation_number: int = 17
    tcb_info_valid_for: int = 30 * DAY
    enclave_identity_valid_for: int = 30 * DAY
    root_crl_valid_for: int = 30 * DAY
    pck_crl_valid_for: int = 30 * DAY
    pck_revoked: bool = False
    pck_ca_revoked: bool = False
    tcb_signing_revoked: bool = False
    foreign_revocations: int = 3


@dataclass(frozen=True)
class Variation:
    """Everything about a simulated platform but its seed and the time."""

    machine: Machine = field(default_factory=Machine)
    enclave: QuotingEnclave = field(default_factory=QuotingEnclave)
    trust_domain: TrustDomain = field(default_factory=TrustDomain)
    envelope: Envelope = field(default_factory=Envelope)
    issued: Issued = field(default_factory=Issued)
