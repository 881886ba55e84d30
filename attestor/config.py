"""Every option once.

A field `chain_rpc_url` of `Config` is the flag `--chain-rpc-url`, the environment variable
`ATTESTOR_CHAIN_RPC_URL` and the key `rpc_url` in the TOML table `[chain]`. A flag wins over the
environment, the environment over the file, the file over the default. All faults are reported
at once. Secrets are files, never values.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from attestor.core.confirmation import Mode
from attestor.core.execution import Engine
from attestor.core.report_data import Layout
from attestor.core.tcb import ALLOWABLE_STATUSES
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT_PREFIX = "ATTESTOR_"
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

    upkeep_enabled: bool = option("bool", "renew the collateral on chain before it ends", False)
    upkeep_payer_key_file: Path | None = option(
        "path", "file with the key of the account that pays for it, another than payer's", None
    )
    upkeep_pcs_url: str = option(
        "text", "PCCS or PCS that gives the collateral; quote.collateral if not given", ""
    )
    upkeep_margin_days: float = option(
        "float", "how long before its end collateral is renewed", 7.0, low=0.5, high=25
    )
    upkeep_interval_seconds: float = option(
        "float", "pause between looks at the collateral on chain", 3600.0, low=1
    )
    upkeep_fmspcs: tuple[str, ...] = option(
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

    confirmation_budget_cycles: int = option(
        "int", "longest run, in cycles, that counts as within the confirmation budget", 500_000_000
    )
    confirmation_within_budget: str = option(
        "choice",
        "whether SP1's engine confirms such a run: before it is signed, a sample after, or not",
        Mode.ALWAYS,
        choices=tuple(Mode),
    )
    confirmation_beyond_budget: str = option(
        "choice", "the same for longer runs", Mode.SAMPLE, choices=tuple(Mode)
    )
    confirmation_sample_rate: float = option(
        "float", "probability that a run of a sample is confirmed", 0.05, high=1
    )

    store_path: Path = option("path", "the SQLite database", Path("attestor.sqlite"))
    log_level: str = option(
        "choice",
        "least level that is logged",
        "INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    )


def load(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, str | None]
) -> Config:
    """The configuration from flags (by field name), environment and TOML file.

    Raises `ConfigurationInvalid` with every fault in one message.
    """
    faults: list[str] = []
    from_file = _read_file(file, faults) if file is not None else {}
    values: dict[str, Any] = {}
    given_names: set[str] = set()
    for known in fields(Config):
        variable = ENVIRONMENT_PREFIX + known.name.upper()
        if flags.get(known.name) is not None:
            given, origin = flags[known.name], flag(known)
        elif variable in environment:
            given, origin = environment[variable], variable
        elif known.name in from_file:
            given, origin = from_file[known.name], key(known)
        else:
            if known.default is MISSING:
                faults.append(f"{key(known)} is missing (or {flag(known)}, or {variable})")
            continue
        given_names.add(known.name)
        try:
            values[known.name] = _convert(known, given)
        except (ValueError, TypeError) as error:
            faults.append(f"{origin}: {error}")
    if not given_names & {"chain_registry", "chain_deployment"}:
        faults.append("chain.registry is missing (or chain.deployment)")
    if faults:
        where = f" in {file}" if file else ""
        raise ConfigurationInvalid(
            f"configuration: {len(faults)} fault(s){where}: " + "; ".join(faults),
            hint="attestor run --help lists every option",
        )
    return Config(**values)


def key(known: "Field[Any]") -> str:
    """An option's name in the file: `chain.rpc_url`."""
    return known.name.replace("_", ".", 1)


def flag(known: "Field[Any]") -> str:
    """An option's flag: `--chain-rpc-url`."""
    return "--" + known.name.replace("_", "-")


def _read_file(file: Path, faults: list[str]) -> dict[str, Any]:
    """The options in a TOML file by field name; unknown keys are faults."""
    try:
        tables = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"cannot read {file}: {error}")
        return {}
    known = {known.name for known in fields(Config)}
    found: dict[str, Any] = {}
    for table, content in tables.items():
        if not isinstance(content, dict):
            faults.append(f"{table} stands outside of a table")
            continue
        for name, value in content.items():
            if f"{table}_{name}" in known:
                found[f"{table}_{name}"] = value
            else:
                faults.append(f"{table}.{name} is not an option")
    return found


def _convert(known: "Field[Any]", given: Any) -> Any:
    """An option's value from text (flags, environment) or from TOML's types."""
    kind, low, high = (known.metadata[name] for name in ("kind", "low", "high"))
    if kind == "bool":
        return _boolean(given)
    if kind in ("int", "float"):
        if isinstance(given, bool) or not isinstance(given, str | int | float):
            raise ValueError(f"{given!r} is not a number")
        number = int(given) if kind == "int" else float(given)
        if isinstance(given, float) and number != given:
            raise ValueError(f"{given!r} is not a whole number")
        if not low <= number <= high:
            upper = f" and at most {high}" if high < MAX_NUMBER else ""
            raise ValueError(f"{given} is out of range, at least {low}{upper}")
        return number
    if kind == "list":
        parts = given.split(",") if isinstance(given, str) else given
        return tuple(_chosen(known, part) for part in parts if part or known.metadata["choices"])
    if not isinstance(given, str):
        raise ValueError(f"{given!r} is not text")
    return _text(known, kind, given)


def _text(known: "Field[Any]", kind: str, given: str) -> Any:
    if kind == "choice":
        return _chosen(known, given)
    if kind == "path":
        return Path(given).expanduser()
    if kind == "address":
        address = from_hex(given)
        if len(address) != 20:
            raise ValueError(f"{given!r:.80} is not an address of 20 bytes")
        return address
    if kind == "url" and not given.startswith(("http://", "https://")):
        raise ValueError(f"{given!r:.80} is not an http:// or https:// URL")
    return given


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    named = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(given, str) or given.lower() not in named:
        raise ValueError(f"{given!r} is not true or false")
    return named[given.lower()]


def _chosen(known: "Field[Any]", given: Any) -> str:
    choices = known.metadata["choices"]
    if choices and given not in choices:
        raise ValueError(f"{given!r:.80} is not one of {', '.join(choices)}")
    return str(given)
