"""Every option once: its kind, meaning, default and bounds. Secrets are files, never values."""

from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any

from attestor.core.cross_check import Mode
from attestor.core.execution import Engine
from attestor.core.report_data import Layout
from attestor.core.tcb import ALLOWABLE_STATUSES

ROOT = Path(__file__).resolve().parent.parent.parent
MAX_NUMBER = (1 << 62) - 1


def option(
    kind: str,
    about: str,
    default: Any = MISSING,
    choices: tuple[str, ...] = (),
    low: float = 0,
    high: float = MAX_NUMBER,
) -> Any:
    """A field of `Config`: how its text is read, what it means, its default and its bounds."""
    bounds = {"low": low, "high": high}
    return field(
        default=default, metadata={"kind": kind, "about": about, "choices": choices, **bounds}
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The daemon's configuration. Times are seconds unless the name says otherwise."""

    chain_rpc_url: str = option("url", "HTTP endpoint of a node of the chain")
    chain_id: int = option("int", "chain id that the node must be on", low=1)
    chain_deployment: Path | None = option("path", "file that attestor deploy wrote", None)
    chain_registry_kind: str = option(
        "choice",
        "whose registry it is: our TEERegistry, or automata's SP1TEEProverRegistry",
        Layout.ATTESTOR,
        choices=tuple(Layout),
    )
    chain_registry: bytes = option(
        "address", "address of the TEERegistry; the deployment file's if not given", b""
    )
    chain_collateral_store: bytes = option(
        "address", "address of the CollateralStore; the deployment file's if not given", b""
    )
    chain_multiproof: bytes = option(
        "address",
        "address of the MultiProof that typed statements are signed for; the deployment file's if "
        "not given",
        b"",
    )
    chain_check_headers: bool = option(
        "bool", "recompute every block's hash from its header (off for non-Ethereum headers)", True
    )
    chain_poll_seconds: float = option("float", "pause between looks at the head", 1.0, low=0.05)

    payer_key_file: Path = option("path", "file with the payer's key, mode 600")
    payer_max_fee_gwei: float = option("float", "most to offer per gas, in gwei", 200.0)

    quote_provider: str = option(
        "choice", "what makes quotes", "configfs", choices=("configfs", "simulated")
    )
    quote_collateral: str = option("text", "PCCS URL or JSON file with the collateral", "")
    quote_simulation_seed: str = option("text", "seed of the simulated platform", "development")
    quote_allowed_tcb_statuses: tuple[str, ...] = option(
        "list", "TCB statuses that the gate lets pass", ("UpToDate",), choices=ALLOWABLE_STATUSES
    )

    rotation_period_seconds: int = option("int", "age at which a signer is replaced", 1800, low=1)
    rotation_expiry_margin_seconds: int = option(
        "int", "life left in a registration at which a signer is replaced", 900
    )
    rotation_confirmations: int = option("int", "blocks that confirm a registration", 2, low=1)
    rotation_block_lag: int = option("int", "depth of the reference block below the head", 2)
    rotation_inclusion_margin_blocks: int = option(
        "int", "blocks that a registration may wait before its reference block is too old", 20
    )

    collateral_enabled: bool = option("bool", "renew the collateral on chain before it ends", False)
    collateral_payer_key_file: Path | None = option(
        "path", "file with the key of the account that pays for it, another than payer's", None
    )
    collateral_pcs_url: str = option(
        "text", "PCCS or PCS that gives the collateral; quote.collateral if not given", ""
    )
    collateral_margin_days: float = option(
        "float", "how long before its end collateral is renewed", 7.0, low=0.5, high=25
    )
    collateral_interval_seconds: float = option(
        "float", "pause between looks at the collateral on chain", 3600.0, low=1
    )
    collateral_fmspcs: tuple[str, ...] = option(
        "list", "FMSPCs of further kinds of machine to look after", ()
    )

    api_host: str = option("text", "address to listen on", "127.0.0.1")
    api_port: int = option("int", "port to listen on; 0 takes a free one", 3000)
    api_max_body_bytes: int = option("int", "largest request body", 64 << 20, low=1024)
    api_wait_seconds: float = option("float", "longest wait of one /wait_proof", 60.0)

    proofs_workers: int = option("int", "programs run at once", 1, low=1)
    proofs_max_open: int = option("int", "jobs that may wait or run", 64, low=1)

    executor_directory: Path = option(
        "path", "folder of the executor's programs", ROOT / "executor" / "target" / "release"
    )
    executor_engine: str = option(
        "choice",
        "what runs programs: our engine, or SP1's portable one",
        Engine.ATTESTOR,
        choices=tuple(Engine),
    )
    executor_cycles: int = option("int", "most cycles of one run", 100_000_000_000, low=1)
    executor_wall_seconds: float = option("float", "time that one program may take", 600.0, low=1)
    executor_cpu_seconds: int = option("int", "CPU time that one program may take", 1200, low=1)
    executor_memory_bytes: int = option(
        "int",
        "memory of one run (SP1's engine: address space of its process)",
        4 << 30,
        low=256 << 20,
    )
    executor_public_values_bytes: int = option("int", "most public values of one run", 1 << 20)

    cross_check_budget_cycles: int = option(
        "int", "longest run, in cycles, that counts as within the confirmation budget", 500_000_000
    )
    cross_check_within_budget: str = option(
        "choice",
        "whether SP1's engine confirms such a run: before it is signed, a sample after, or not",
        Mode.ALWAYS,
        choices=tuple(Mode),
    )
    cross_check_beyond_budget: str = option(
        "choice", "the same for longer runs", Mode.SAMPLE, choices=tuple(Mode)
    )
    cross_check_sample_rate: float = option(
        "float", "probability that a run of a sample is confirmed", 0.05, high=1
    )

    store_path: Path = option("path", "the SQLite database", Path("attestor.sqlite"))
    log_level: str = option(
        "choice",
        "least level that is logged",
        "INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    )
