"""Where the contracts and dcap-qvl differ, each row of the table with its reason.

A row in all forms is named without the form.
"""

from cases.case import FORMS, REFUSED, Case

STRICTER = {
    "a quote on chain has its exact length; dcap-qvl reads what it needs from the front": (
        "1 zero byte after it",
        "1 byte after it",
        "padded to 8,000 bytes",
        "inner length - 1",
    ),
    "only body types whose every field is known": ("body type 4, TD 1.5 extended",),
    "dcap-qvl does not look at the outer certification type": ("outer type 5", "outer type 5, v5"),
    "dcap-qvl compares the first half of the QE's report data": (
        "tail of QE report data not zero",
    ),
    "dcap-qvl refuses no flag of an enclave but DEBUG": (
        "enclave that is not initialised",
        "enclave with the provisioning key",
        "enclave with the launch key",
    ),
    "dcap-qvl does not compare the PCE": ("TCB info of another PCE",),
    "dcap-qvl takes any certificate under the root as a signer of collateral": (
        "PCK CA of another name",
        "TCB signing of another name",
        "TCB info signed by the PCK, with its chain",
        "QE identity signed by the PCK, with its chain",
    ),
    "a PCK certificate has Intel's profile, in Intel's order": (
        "PCK without key usage",
        "PCK without basic constraints",
        "PCK without authority key id",
        "SGX extension without component 1",
        "SGX extension without component 16",
        "SGX extension backwards",
        "PCE id of 1 byte",
        "PPID of 15 bytes",
        "component SVN of 256",
        "component SVN that is no integer",
    ),
    "the store takes only forms of collateral that it knows whole": (
        "TCB info of version 4",
        "TCB info with an unknown key",
        "QE identity of version 3",
        "QE identity with an unknown key",
        "PCK CRL without number",
        "PCK CRL without authority key id",
    ),
}
"""The contracts refuse what dcap-qvl takes."""

LAXER = {
    "dcap-qvl reads enclaves in version 3 only; Intel's library in all": (
        "SGX in version 4",
        "SGX in version 5",
    ),
    "the store knows the CA certificates: those in the quote are not read": (
        "chain of the PCK alone",
        "chain with the TCB signing certificate as CA",
    ),
    "nothing depends on the SGX type": ("SGX extension without SGX type",),
    "dcap-qvl reads PCE SVNs below 32,768 only": ("PCE SVN of 65535",),
    "the store keeps the list it has when a new one is no list": ("root CRL changed",),
}
"""The contracts take what dcap-qvl refuses."""

OTHER_STATUS = {
    "the store sorts levels of enclaves and modules, as Intel does": (
        "QE levels in another order",
        "module levels in another order",
    ),
    "the contract compares the components, as Intel does, and dcap-qvl the CPU SVN": (
        "CPU SVN unlike its components",
    ),
}
"""Both take it, but not as equally up to date."""


def row(case: Case) -> str:
    """A case's name without the form of the quote."""
    for form in FORMS:
        case_name = case.name.removesuffix(f", {form}")
        if case_name != case.name:
            return case_name
    return case.name


def names(reasons: dict[str, tuple[str, ...]]) -> set[str]:
    return {name for listed in reasons.values() for name in listed}


def kind(case: Case, statuses: tuple[str, ...]) -> str:
    """stricter, laxer, other or same: the contracts beside dcap-qvl."""
    contract = case.contract or case.dcap_qvl
    if case.dcap_qvl == contract:
        return "same"
    if contract not in statuses:
        return "same" if case.dcap_qvl == REFUSED else "stricter"
    return "laxer" if case.dcap_qvl == REFUSED else "other"
