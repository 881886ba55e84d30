"""Figures, and how much each may be."""

import json
from dataclasses import dataclass

GOALS = {
    "admission_again_gas": 188_000,
    "admission_once_gas": 185_000,
    "admission_raw_gas": 245_000,
    "renewal_gas": 50_000,
    "renewal_next_fork_gas": 60_000,
    "gas_per_day_48_rotations": 2_550_000,
    "verify_attested_prover_gas": 12_000,
    "multiproof_tee_leg_gas": 25_000,
    "multiproof_tee_leg_double_gas": 25_000,
    "upload_tcb_info_gas": 600_000,
    "upload_genuine_tcb_info_gas": 600_000,
    "upload_crl_refresh_gas": 300_000,
    "upload_qe_identity_gas": 220_000,
    "upload_genuine_qe_identity_gas": 220_000,
    "quote_matrix_wrong": 0,
    "largest_contract_bytes": 24_575,
    "CollateralStore_creation_bytes": 49_151,
}
"""The most that a figure may be; figures without a goal are there for comparison."""


@dataclass(frozen=True)
class Figure:
    """One number."""

    name: str
    value: int
    unit: str = "gas"

    @property
    def goal(self) -> int | None:
        return GOALS.get(self.name)

    @property
    def holds(self) -> bool:
        return self.goal is None or self.value <= self.goal


def tell(figure: Figure) -> Figure:
    """Print a figure as a JSON line."""
    goal = None if figure.goal is None else f"<= {figure.goal}"
    line = {"figure": figure.name, "value": figure.value, "unit": figure.unit}
    print(json.dumps(line | {"goal": goal, "holds": figure.holds}), flush=True)
    return figure
