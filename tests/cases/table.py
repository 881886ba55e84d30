"""All rows. One table for all judges: dcap-qvl, the daemon's gate, and the contracts."""

from cases import (
    altered,
    certificates,
    collateral,
    convergence,
    domains,
    enclaves,
    form,
    lengths,
    pck,
    tcb,
)
from cases.case import FORMS, GOOD, Case

SOUND = [Case(f"sound, {form}", GOOD, GOOD, sound=sound) for form, sound in FORMS.items()]

TABLE: list[Case] = [
    *SOUND,
    *altered.CASES,
    *lengths.CASES,
    *form.CASES,
    *enclaves.CASES,
    *certificates.CASES,
    *pck.CASES,
    *collateral.CASES,
    *tcb.CASES,
    *convergence.CASES,
    *domains.CASES,
]
