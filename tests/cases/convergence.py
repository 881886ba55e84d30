"""Rows about how the statuses of platform, TDX module, quoting enclave and launch become one."""

from dataclasses import replace

from cases.case import GOOD, REFUSED, SGX_V3, TDX_V5_15, Case
from cases.tcb import LOW, POLICY, TOP, domain, levels, machine, tee

CONVERGED = [
    *(
        Case(
            f"QE out of date on a platform that is {status}",
            result,
            POLICY,
            result,
            parts={"enclave": {"isv_svn": 6}, **levels(replace(TOP, status=status), LOW)},
        )
        for status, result in {
            "SWHardeningNeeded": "OutOfDate",
            "ConfigurationNeeded": "OutOfDateConfigurationNeeded",
            "ConfigurationAndSWHardeningNeeded": "OutOfDateConfigurationNeeded",
            "OutOfDate": "OutOfDate",
            "OutOfDateConfigurationNeeded": "OutOfDateConfigurationNeeded",
        }.items()
    ),
    *(
        Case(
            f"module out of date on a platform that is {status}",
            result,
            POLICY,
            result,
            parts={**domain(tee(3, 1, 7)), **levels(replace(TOP, status=status), LOW)},
        )
        for status, result in {
            "SWHardeningNeeded": "OutOfDate",
            "ConfigurationNeeded": "OutOfDateConfigurationNeeded",
            "ConfigurationAndSWHardeningNeeded": "OutOfDateConfigurationNeeded",
            "OutOfDate": "OutOfDate",
        }.items()
    ),
    Case(
        "QE and module out of date",
        "OutOfDate",
        POLICY,
        parts={"enclave": {"isv_svn": 6}, **domain(tee(3, 1, 7))},
    ),
    Case(
        "QE out of date on an SGX platform",
        "OutOfDateConfigurationNeeded",
        POLICY,
        sound=SGX_V3,
        parts={
            "enclave": {"isv_svn": 6},
            **levels(replace(TOP, status="ConfigurationNeeded"), LOW),
        },
    ),
]
RELAUNCH = [
    Case(
        "TD started under an older SEAM loader",
        "TDRelaunchAdvised",
        POLICY,
        sound=TDX_V5_15,
        parts=domain(tee(4, 1, 6)),
    ),
    Case(
        "TD started under an older module",
        "TDRelaunchAdvised",
        POLICY,
        sound=TDX_V5_15,
        parts=domain(tee(3, 1, 7)),
    ),
    Case(
        "TD started under a module below all levels",
        REFUSED,
        "QuoteRefused",
        sound=TDX_V5_15,
        parts=domain(tee(1, 1, 7)),
        contract="ModuleSvnRefused",
    ),
    Case(
        "TD and platform out of date",
        "OutOfDate",
        POLICY,
        sound=TDX_V5_15,
        parts=domain(tee(4, 1, 6), tee(4, 1, 6)),
    ),
    Case(
        "module out of date at start and now",
        "OutOfDate",
        POLICY,
        sound=TDX_V5_15,
        parts=domain(tee(3, 1, 7), tee(3, 1, 7)),
    ),
    Case(
        "TD newer than the platform",
        GOOD,
        GOOD,
        sound=TDX_V5_15,
        parts=domain(tee(4, 1, 7), tee(4, 1, 6)),
    ),
    Case(
        "platform's module of unknown version",
        REFUSED,
        "QuoteRefused",
        sound=TDX_V5_15,
        parts=domain(tee(4, 1, 7), tee(4, 2, 7)),
        contract="ModuleUnknown",
    ),
    Case(
        "platform's module newer",
        GOOD,
        GOOD,
        sound=TDX_V5_15,
        parts=domain(tee(4, 1, 7), tee(5, 1, 7)),
    ),
    Case(
        "TD started under an older SEAM loader, platform to configure",
        "TDRelaunchAdvisedConfigurationNeeded",
        POLICY,
        sound=TDX_V5_15,
        parts={
            **domain(tee(4, 1, 6)),
            **levels(
                replace(TOP, status="ConfigurationNeeded"),
                replace(LOW, status="OutOfDateConfigurationNeeded"),
            ),
        },
    ),
    Case(
        "QE out of date, TD to relaunch",
        "OutOfDate",
        POLICY,
        sound=TDX_V5_15,
        parts={"enclave": {"isv_svn": 6}, **domain(tee(4, 1, 6))},
    ),
    Case(
        "machine out of date, TD to relaunch",
        "OutOfDate",
        POLICY,
        sound=TDX_V5_15,
        parts={**machine(pce_svn=12), **domain(tee(3, 1, 7))},
    ),
]
CASES = [*CONVERGED, *RELAUNCH]
