"""Rows about patch levels: of the CPU, the PCE, the TDX module, and how they come together."""

from dataclasses import replace

from cases.case import GOOD, REFUSED, TDX_V5_10, Case, in_all_forms

from attestor.quote.simulated.issued import (
    CPU_SVN,
    PCE_SVN,
    TEE_TCB_SVN,
    Issued,
    IsvLevel,
    ModuleIdentity,
    TcbLevel,
    TdxModule,
)

TOP, LOW = Issued().levels
OLD_LOADER = replace(TOP, tdx_svn=(4, 1, 6, *bytes(13)), status="SWHardeningNeeded")
OLD_PCE = replace(TOP, pce_svn=PCE_SVN - 1, status="ConfigurationNeeded")
"""Two levels that a sound machine reaches, with the same SGX components."""
POLICY = "TcbStatusRefused"


def levels(*rows: TcbLevel) -> dict[str, object]:
    return {"issued": {"levels": rows}}


def machine(**fields: object) -> dict[str, object]:
    return {"machine": fields}


def cpu(index: int, svn: int) -> tuple[int, ...]:
    """The machine's component SVNs with another one at `index`."""
    return (*CPU_SVN[:index], svn, *CPU_SVN[index + 1 :])


def tee(*first: int) -> bytes:
    """A TEE TCB SVN that begins so: module minor, module major, SEAM loader."""
    return bytes(first) + bytes(16 - len(first))


def domain(svn: bytes, svn2: bytes = bytes(TEE_TCB_SVN)) -> dict[str, object]:
    return {"trust_domain": {"tee_tcb_svn": svn, "tee_tcb_svn2": svn2}}


def module(*rows: IsvLevel, name: str = "TDX_01", **fields: bytes) -> ModuleIdentity:
    return ModuleIdentity(name, rows, TdxModule(**fields))


def modules(*identities: ModuleIdentity) -> dict[str, object]:
    return {"issued": {"modules": identities}}


STATUSES = [
    case
    for status in (
        "SWHardeningNeeded",
        "ConfigurationNeeded",
        "ConfigurationAndSWHardeningNeeded",
        "OutOfDate",
        "OutOfDateConfigurationNeeded",
    )
    for case in in_all_forms(
        Case(status, status, POLICY, status, parts=levels(replace(TOP, status=status), LOW))
    )
]
REVOKED = in_all_forms(
    Case(
        "TCB revoked",
        REFUSED,
        "QuoteRefused",
        parts=levels(replace(TOP, status="Revoked"), LOW),
        contract="TcbRevoked",
    ),
    Case(
        "TCB of an unknown status",
        REFUSED,
        "QuoteRefused",
        parts=levels(replace(TOP, status="Excellent"), LOW),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "TcbStatusUnknown"},
    ),
)
MACHINE = [
    *in_all_forms(
        Case("CPU of a lower level", "OutOfDate", POLICY, parts=machine(cpu_svn=(0,) * 16)),
        Case(
            "CPU below all levels",
            REFUSED,
            "QuoteRefused",
            "No matching TCB",
            parts={**machine(cpu_svn=cpu(7, 2)), **levels(TOP)},
            contract="TcbLevelNotFound",
        ),
        Case("PCE of a lower level", "OutOfDate", POLICY, parts=machine(pce_svn=12)),
        Case(
            "PCE below all levels",
            REFUSED,
            "QuoteRefused",
            "No matching TCB",
            parts=machine(pce_svn=4),
            contract="TcbLevelNotFound",
        ),
        Case("levels in another order", GOOD, GOOD, parts=levels(LOW, TOP)),
    ),
    *(
        Case(
            f"CPU component {index + 1} one too low",
            "OutOfDate",
            POLICY,
            parts=machine(cpu_svn=cpu(index, CPU_SVN[index] - 1)),
        )
        for index in range(16)
        if CPU_SVN[index]
    ),
    Case(
        "last CPU component asked for",
        "OutOfDate",
        POLICY,
        parts=levels(replace(TOP, cpu_svn=cpu(15, 1)), LOW),
    ),
    Case("CPU higher than all levels", GOOD, GOOD, parts=machine(cpu_svn=(127,) * 16)),
    Case("CPU component higher by a sign bit", GOOD, GOOD, parts=machine(cpu_svn=cpu(0, 128))),
    Case(
        "CPU component high, the next low",
        "OutOfDate",
        POLICY,
        parts=machine(cpu_svn=(255, 3, *CPU_SVN[2:])),
    ),
    Case("PCE higher than all levels", GOOD, GOOD, parts=machine(pce_svn=PCE_SVN + 256)),
    Case(
        "three levels, the middle one fits",
        "SWHardeningNeeded",
        POLICY,
        parts={
            **machine(pce_svn=12),
            **levels(TOP, replace(TOP, pce_svn=12, status="SWHardeningNeeded"), LOW),
        },
    ),
    *(
        Case(
            f"higher PCE before higher TDX components, {order}",
            "SWHardeningNeeded",
            POLICY,
            parts=levels(*rows),
        )
        for order, rows in {
            "as served": (OLD_LOADER, OLD_PCE),
            "turned": (OLD_PCE, OLD_LOADER),
        }.items()
    ),
    Case(
        "two levels of one TCB",
        GOOD,
        GOOD,
        parts=levels(TOP, replace(TOP, status="OutOfDate"), LOW),
    ),
]
TDX = [
    Case("SEAM loader of a lower level", "OutOfDate", POLICY, parts=domain(tee(4, 1, 6))),
    Case(
        "SEAM loader below all levels",
        REFUSED,
        "QuoteRefused",
        "No matching TCB",
        parts={**domain(tee(4, 1, 6)), **levels(TOP)},
        contract="TcbLevelNotFound",
    ),
    Case(
        "last TDX component asked for",
        "OutOfDate",
        POLICY,
        parts=levels(replace(TOP, tdx_svn=(*TEE_TCB_SVN[:15], 1)), LOW),
    ),
    Case("TDX component higher than all levels", GOOD, GOOD, parts=domain(tee(4, 1, 255))),
    Case("module newer than its levels", GOOD, GOOD, parts=domain(tee(9, 1, 7))),
    Case(
        "components 0 and 1 of the level do not count",
        GOOD,
        GOOD,
        parts=levels(replace(TOP, tdx_svn=(200, 200, *TEE_TCB_SVN[2:])), LOW),
    ),
    Case(
        "components 0 and 1 count without module version",
        "OutOfDate",
        POLICY,
        parts=domain(tee(3, 0, 7)),
    ),
    Case(
        "module without version, at its level",
        GOOD,
        GOOD,
        parts={**domain(tee(4, 0, 7)), **levels(replace(TOP, tdx_svn=(4, 0, 7, *bytes(13))), LOW)},
    ),
    Case("module out of date", "OutOfDate", POLICY, parts=domain(tee(3, 1, 7))),
    Case(
        "module out of date, v5", "OutOfDate", POLICY, sound=TDX_V5_10, parts=domain(tee(3, 1, 7))
    ),
    Case(
        "module below all levels",
        REFUSED,
        "QuoteRefused",
        parts=domain(tee(1, 1, 7)),
        contract="ModuleSvnRefused",
    ),
    Case(
        "module of unknown version",
        REFUSED,
        "QuoteRefused",
        parts=domain(tee(4, 2, 7)),
        contract="ModuleUnknown",
    ),
    Case(
        "module of version 26 by its hexadecimal name",
        GOOD,
        GOOD,
        parts={**domain(tee(4, 26, 7)), **modules(module(IsvLevel(4, "UpToDate"), name="TDX_1A"))},
    ),
    Case(
        "module of version 10 under the name of 16",
        REFUSED,
        "QuoteRefused",
        parts={**domain(tee(4, 10, 7)), **modules(module(IsvLevel(4, "UpToDate"), name="TDX_10"))},
        contract="ModuleUnknown",
    ),
    Case(
        "module revoked",
        REFUSED,
        "QuoteRefused",
        parts=modules(module(IsvLevel(4, "Revoked"))),
        contract="TcbRevoked",
    ),
    Case(
        "module levels in another order",
        "OutOfDate",
        "TcbStatusRefused",
        parts=modules(module(IsvLevel(2, "OutOfDate"), IsvLevel(4, "UpToDate"))),
        contract=GOOD,
    ),
    Case(
        "no module identities",
        REFUSED,
        "QuoteRefused",
        parts=modules(),
        contract="ModuleUnknown",
    ),
    Case(
        "module of another signer",
        REFUSED,
        "QuoteRefused",
        parts=modules(module(IsvLevel(4, "UpToDate"), mr_signer=b"\1" * 48)),
        contract="ModuleSignerRefused",
    ),
    Case(
        "module with other attributes",
        REFUSED,
        "QuoteRefused",
        parts=modules(module(IsvLevel(4, "UpToDate"), attributes=b"\1" + bytes(7))),
        contract="ModuleAttributesRefused",
    ),
    Case(
        "base module of another signer, not asked",
        GOOD,
        GOOD,
        parts={"issued": {"base_module": {"mr_signer": b"\1" * 48}}},
    ),
]
CASES = [*STATUSES, *REVOKED, *MACHINE, *TDX]
