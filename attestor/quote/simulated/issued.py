"""What the simulated Intel says of a machine and its enclaves. The defaults are a healthy state;
tests change single fields."""

from dataclasses import dataclass
from typing import Any

QE_MR_SIGNER = b"SIMULATED QUOTING ENCLAVE SIGNER"
CPU_SVN = (4, 4, 2, 2, 3, 1, 0, 3, *bytes(8))
TEE_TCB_SVN = (4, 1, 7, *bytes(13))
PCE_SVN = 13
DAY = 86_400


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
class TdxModule:
    """Who signed a TDX module and with which attributes; 48, 8 and 8 bytes."""

    mr_signer: bytes = bytes(48)
    attributes: bytes = bytes(8)
    attributes_mask: bytes = b"\xff" * 8


@dataclass(frozen=True)
class ModuleIdentity:
    """A TDX module of one major version: `id` is TDX_ and that version in hex."""

    id: str
    levels: tuple[IsvLevel, ...]
    module: TdxModule = TdxModule()


@dataclass(frozen=True)
class QeIdentity:
    """Which quoting enclaves are Intel's: reports equal to the values where the masks are set."""

    id: str = "TD_QE"
    version: int = 2
    misc_select: bytes = bytes(4)
    misc_select_mask: bytes = b"\xff" * 4
    attributes: bytes = bytes.fromhex("11000000000000000000000000000000")
    attributes_mask: bytes = bytes.fromhex("fbffffffffffffff0000000000000000")
    mr_signer: bytes = QE_MR_SIGNER
    isv_prod_id: int = 2
    levels: tuple[IsvLevel, ...] = (IsvLevel(8, "UpToDate"), IsvLevel(6, "OutOfDate"))


@dataclass(frozen=True)
class Evaluation:
    """A TCB evaluation whose recovery event was `age` seconds before the time of issue."""

    number: int
    age: int


@dataclass(frozen=True)
class CrlShape:
    """How a revocation list differs from a sound one; the defaults differ in nothing."""

    numbered: bool = True
    identified: bool = True
    altered: bool = False


@dataclass(frozen=True)
class DocumentShape:
    """How a signed JSON document differs from a sound one; the defaults differ in nothing.

    `values` replace or add keys of the outermost object, in the order given; `signer` names the
    certificate whose key signs, `chain` those that come with it; an `altered` document is changed
    after it was signed.
    """

    values: tuple[tuple[str, Any], ...] = ()
    signer: str = "tcb_signing"
    chain: tuple[str, ...] = ("tcb_signing", "root")
    altered: bool = False


@dataclass(frozen=True)
class Issued:
    """All collateral of a platform. Periods are in seconds.

    Collateral issued at `now` is valid from one day before until `…_valid_for` after it. `fmspc`
    and `pce_id` are those of the machine unless given. `foreign_revocations` is how many machines
    that are not ours the PCK CRL lists.
    """

    levels: tuple[TcbLevel, ...] = (
        TcbLevel(CPU_SVN, TEE_TCB_SVN, PCE_SVN, "UpToDate"),
        TcbLevel((0,) * 16, (0,) * 16, 5, "OutOfDate", ("INTEL-SA-00960",)),
    )
    base_module: TdxModule = TdxModule()
    modules: tuple[ModuleIdentity, ...] = (
        ModuleIdentity("TDX_01", (IsvLevel(4, "UpToDate"), IsvLevel(2, "OutOfDate"))),
    )
    qe_identity: QeIdentity = QeIdentity()
    tcb_info_id: str = "TDX"
    fmspc: bytes | None = None
    pce_id: bytes | None = None
    evaluation_number: int = 17
    evaluations: tuple[Evaluation, ...] = (Evaluation(18, 100 * DAY), Evaluation(17, 400 * DAY))
    tcb_info_valid_for: int = 30 * DAY
    qe_identity_valid_for: int = 30 * DAY
    root_crl_valid_for: int = 30 * DAY
    pck_crl_valid_for: int = 30 * DAY
    pck_revoked: bool = False
    pck_ca_revoked: bool = False
    tcb_signing_revoked: bool = False
    foreign_revocations: int = 3
    tcb_info: DocumentShape = DocumentShape()
    qe_identity_document: DocumentShape = DocumentShape()
    root_crl: CrlShape = CrlShape()
    pck_crl: CrlShape = CrlShape()


SGX_ISSUED = Issued(tcb_info_id="SGX", qe_identity=QeIdentity(id="QE", isv_prod_id=1))
"""Collateral for SGX quotes: another QE, and no TDX modules."""
