"""Every option: type, description, default and bounds. Secrets are files, never values."""

from dataclasses import dataclass
from pathlib import Path

from attestor import resources
from attestor.config.access_options import AccessOptions
from attestor.config.collateral_options import CollateralOptions
from attestor.config.option import (
    MAX_GWEI,
    MAX_PERIOD_SECONDS,
    MAX_PORT,
    MAX_WAIT_SECONDS,
    option,
)
from attestor.config.payers import payer_source
from attestor.config.proof_options import ProofOptions
from attestor.core.payer_source import PayerSource
from attestor.core.tcb import ALLOWABLE_STATUSES

# As in `Layout`, `Engine`, `CheckingEngine` and `Mode`, to which a test holds them: their modules
# take longer to load than --help may take.
REGISTRY_KINDS = ("attestor", "upstream")
ENGINES = ("attestor", "sp1-portable")
CHECKING_ENGINES = ("auto", "sp1-portable", "sp1-jit")
CROSS_CHECKS = ("always", "sample", "never")


@dataclass(frozen=True, kw_only=True)
class Config(AccessOptions, ProofOptions, CollateralOptions):
    """The daemon's configuration. Times are seconds unless the name says otherwise."""

    chain_rpc_url: str = option("url", "JSON-RPC endpoint of a node, over HTTP", "")
    chain_rpc_urls: tuple[str, ...] = option(
        "urls",
        "JSON-RPC endpoints of several nodes, instead of chain.rpc_url; best three or five of "
        "different operators",
        (),
    )
    chain_websocket_urls: tuple[str, ...] = option(
        "websockets", "WebSocket endpoints whose new heads are hints to look for them now", ()
    )
    chain_id: int = option("int", "chain id that the node must report", low=1)
    chain_deployment: Path | None = option(
        "path", "deployment file, as attestor deploy writes it", None
    )
    chain_registry_kind: str = option(
        "choice",
        "type of the registry: our TEERegistry, or Automata's SP1TEEProverRegistry",
        "attestor",
        choices=REGISTRY_KINDS,
    )
    chain_registry: bytes = option(
        "address", "address of the TEERegistry, unless the deployment file has it", b""
    )
    chain_registry_block: int = option(
        "int",
        "first block whose policy events of the registry are recorded, unless the deployment file "
        "has it",
        0,
        low=0,
    )
    chain_collateral_store: bytes = option(
        "address", "address of the CollateralStore, unless the deployment file has it", b""
    )
    chain_multiproof: bytes = option(
        "address",
        "address of the MultiProof that EIP-712 statements are signed for, unless the "
        "deployment file has it",
        b"",
    )
    chain_check_headers: bool = option(
        "bool",
        "recompute each block's hash from its header; turn off on chains with other headers",
        True,
    )
    chain_poll_seconds: float = option(
        "float",
        "least pause between two polls of the head; where blocks are further apart, so are polls",
        1.0,
        low=0.05,
        high=MAX_WAIT_SECONDS,
    )

    payer_key_file: Path | None = option(
        "path", "file with the private key of the account that pays, mode 600", None
    )
    payer_keystore_file: Path | None = option(
        "path",
        "keystore with that key (Web3 Secret Storage, version 3), instead of payer.key_file",
        None,
    )
    payer_keystore_password_file: Path | None = option(
        "path", "file whose first line is the keystore's password, mode 600", None
    )
    payer_environment_file: Path | None = option(
        "path",
        "file with a line ATTESTOR_PAYER_KEY=0x…, mode 600, instead of payer.key_file",
        None,
    )
    payer_remote_url: str = option(
        "url",
        "remote signer that has the key, by web3signer's JSON-RPC, instead of payer.key_file",
        "",
    )
    payer_address: bytes = option("address", "account that pays, at the remote signer", b"")
    payer_max_fee_gwei: float = option(
        "float", "maximum fee per gas, in gwei", 200.0, high=MAX_GWEI, reloads=True
    )
    payer_max_priority_fee_gwei: float = option(
        "float",
        "maximum priority fee per gas of a first attempt, in gwei",
        10.0,
        high=MAX_GWEI,
        reloads=True,
    )
    payer_max_reverted_gas_per_day: int = option(
        "int", "gas that may be lost in a day to registrations that revert", 5_000_000, reloads=True
    )

    quote_provider: str = option(
        "choice", "quote provider", "configfs", choices=("configfs", "simulated")
    )
    quote_collateral: str = option("text", "URL of a PCCS, or a JSON file with the collateral", "")
    quote_simulation_seed: str = option(
        "text", "seed of the simulated platform's keys", "development", secret=True
    )
    quote_allowed_tcb_statuses: tuple[str, ...] = option(
        "list",
        "TCB statuses with which quotes are accepted",
        ("UpToDate",),
        choices=ALLOWABLE_STATUSES,
    )

    rotation_period_seconds: int = option(
        "int", "age at which a signer is replaced", 1800, low=1, high=MAX_PERIOD_SECONDS
    )
    rotation_expiry_margin_seconds: int = option(
        "int",
        "remaining validity of a registration at which the signer is replaced",
        900,
        high=MAX_PERIOD_SECONDS,
    )
    rotation_confirmations: int = option(
        "int", "confirmations of a registration before its signer is used, in blocks", 2, low=1
    )
    rotation_block_lag: int = option(
        "int", "how many blocks below the head the reference block is", 2
    )
    rotation_inclusion_margin_blocks: int = option(
        "int",
        "blocks a registration may wait for inclusion before its reference block is too old",
        20,
    )

    rotation_lease_seconds: float = option(
        "float",
        "how long the signer goes on signing without a new block that shows it registered",
        180.0,
        low=1,
        high=MAX_WAIT_SECONDS,
    )

    api_host: str = option("text", "address to listen on", "127.0.0.1")
    api_port: int = option("int", "port to listen on; 0 picks a free one", 3000, high=MAX_PORT)
    api_max_body_bytes: int = option("int", "maximum size of a request body", 64 << 20, low=1024)
    api_wait_seconds: float = option(
        "float", "maximum duration of one call that waits", 60.0, high=MAX_WAIT_SECONDS
    )

    api_max_connections: int = option(
        "int", "maximum number of clients' connections", 10_000, low=1
    )
    api_max_connections_per_address: int = option(
        "int",
        "of these, from one address (of IPv6, one network of 64 bits); raise it behind a proxy",
        256,
        low=1,
    )
    api_min_bytes_per_second: float = option(
        "float", "least rate at which a request's body may arrive, after ten seconds", 16_384.0
    )

    health_host: str = option(
        "text", "address on which the daemon itself serves /health and /metrics", "127.0.0.1"
    )
    health_port: int = option("int", "its port; 0 picks a free one", 3001, high=MAX_PORT)

    signer_user: str = option(
        "text",
        "user that the signer process becomes, where the daemon may change users; unless set, a "
        "user id that nothing else on the machine has",
        "",
    )
    sandbox_level: str = option(
        "choice",
        "what must confine the executor and the signer process before there is a key: everything "
        "(isolated), limits and a list of system calls (process), or nothing; auto is isolated, "
        "and on development chains what the machine offers",
        "auto",
        choices=("auto", "none", "process", "isolated"),
    )

    executor_directory: Path = option(
        "path", "directory of the executor's programs", resources.folder("executor")
    )
    executor_engine: str = option(
        "choice",
        "engine that executes programs: ours, or SP1's portable executor",
        "attestor",
        choices=ENGINES,
    )
    executor_cycles: int = option("int", "cycle limit per execution", 100_000_000_000, low=1)
    executor_wall_seconds: float = option(
        "float", "wall-clock limit per execution", 600.0, low=1, high=MAX_WAIT_SECONDS
    )
    executor_cpu_seconds: int = option("int", "CPU time limit per execution", 1200, low=1)
    executor_memory_bytes: int = option(
        "int",
        "memory limit per execution: of the guest on our engine, of the whole process on SP1's",
        4 << 30,
        low=256 << 20,
    )
    executor_public_values_bytes: int = option("int", "maximum size of the public values", 1 << 20)

    cross_check_engine: str = option(
        "choice",
        "engine of SP1's that cross-checks: its portable executor, its JIT, or the JIT for what "
        "costs more than cross_check.portable_cycles",
        "auto",
        choices=CHECKING_ENGINES,
    )
    cross_check_portable_cycles: int = option(
        "int",
        "with the engine auto, executions that cost up to this many cycles are cross-checked on "
        "the portable executor",
        20_000_000,
    )
    cross_check_budget_cycles: int = option(
        "int",
        "executions that cost up to this many cycles are within the cross-check budget",
        500_000_000,
    )
    cross_check_within_budget: str = option(
        "choice",
        "cross-check by SP1's engine of executions within the budget: each one before signing, a "
        "sample after signing, or none",
        "always",
        choices=CROSS_CHECKS,
    )
    cross_check_beyond_budget: str = option(
        "choice", "cross-check of executions beyond the budget", "sample", choices=CROSS_CHECKS
    )
    cross_check_sample_rate: float = option(
        "float", "probability that an execution is cross-checked in mode sample", 0.05, high=1
    )

    store_path: Path = option("path", "SQLite database file", Path("attestor.sqlite"))
    log_level: str = option(
        "choice",
        "minimum log level",
        "INFO",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
        reloads=True,
    )
    log_format: str = option(
        "choice",
        "lines for people (human), or one JSON object per line; auto is human on a terminal",
        "auto",
        choices=("auto", "human", "json"),
        reloads=True,
    )

    @property
    def payer(self) -> PayerSource:
        """Where the account that pays has its key."""
        return payer_source(vars(self), "payer_")

    @property
    def collateral_payer(self) -> PayerSource:
        """Where the account that pays for uploads has its key."""
        return payer_source(vars(self), "collateral_payer_")

    @property
    def rpc_urls(self) -> tuple[str, ...]:
        """The endpoints: one, or several."""
        return self.chain_rpc_urls or (self.chain_rpc_url,)
