"""How the command lines that pages show are run: what stands for their placeholders, what ends
otherwise than with 0, and which are not run."""

COMPLETED = {
    "audit": "audit --database devnet/attestor.sqlite",
    "audit --config FILE --chain base verify": "audit --config chains.toml --chain base verify",
    "avs": "avs -c prover.json",
    "avs doctor": "avs -c prover.json doctor",
    "clients": "clients ls",
    "collateral show": "collateral show --rpc-url … --file deployment.json --pcs-url …"
    " --fmspc B0C06F000000",
    "collateral upload": "collateral upload --rpc-url … --file deployment.json --pcs-url …"
    " --fmspc B0C06F000000 --payer-key-file collateral-payer.key --margin-days 7",
    "config check": "config check --config attestor.toml",
    "db backup FILE": "db backup backup.sqlite --database devnet/attestor.sqlite",
    "db restore FILE": "db restore backup.sqlite --database restored.sqlite",
    "db verify FILE": "db verify backup.sqlite",
    "deploy": "deploy --rpc-url … --payer-key-file payer.key --owner 0x… --guardian 0x…"
    " --gateway SP1_VERIFIER_GATEWAY",
    "deploy --layout-1.0": "deploy --layout-1.0 --rpc-url … --payer-key-file payer.key --owner 0x…"
    " --guardian 0x… --gateway SP1_VERIFIER_GATEWAY --file layout-1.0.json",
    "doctor": "doctor --config attestor.toml",
    "prove": "prove guests/elf/fibonacci.elf --stdin u32:10",
    "resume": "resume --reason TEXT",
    "resume --config FILE": "resume --config stopped.toml --reason TEXT",
    "run": "run --help",
    "run --config FILE --dry-run --chain base": "run --config chains.toml --dry-run --chain base",
    "run --dry-run": "run --dry-run --config attestor.toml",
    "scroll probe": "scroll probe --rpc-url …",
    "scroll verify": "scroll verify BLOCK --rpc-url URL",
    "scroll verify BLOCK": "scroll verify BLOCK --rpc-url URL",
    "status": "status --config attestor.toml",
    "status --json": "status --json --config attestor.toml",
    "verify-sp1": "verify-sp1 FILE",
}
"""Lines that a sentence gives without what it does not speak of."""

FILLED = (
    (r"^(scroll .*--rpc-url )URL", r"\1{scroll_url}"),
    (r"(?<=^scroll verify )(BLOCK|19604670)", "{scroll_block}"),
    ("19604689", "{next_scroll_block}"),
    (r"(?<=--config )(FILE|/etc/attestor/attestor\.toml)(?= |$)", "attestor.toml"),
    (r"(?<=--rpc-url )(…|URL|http://127\.0\.0\.1:8545)(?= |$)", "{rpc_url}"),
    (r"(?<=--registry )(0x…|ADDRESS)(?= |$)", "{registry}"),
    (r"(?<=--multiproof )0x…", "{multiproof}"),
    (r"(?<=--owner )0x…", "{owner}"),
    (r"(?<=--guardian )0x…", "{guardian}"),
    ("SP1_VERIFIER_GATEWAY", "{multiproof}"),
    (r"(?<=--pcs-url )…", "{pccs_url}"),
    ("B0C06F000000", "{fmspc}"),
    (r"(?<=--file )deployment\.json(?= --pcs-url)", "devnet/deployment.json"),
    (r"(?<=audit proof )ID", "{job}"),
    (r"(?<=show )ID", "{job}"),
    (r"(?<=^quote )FILE", "quote.bin"),
    (r"(?<=^verify-sp1 )FILE", "proof.json"),
    (r"(?<=--reason )(TEXT|\"…\")", "'mended in 1.2'"),
    (r"(?<= )/(?=(etc|var/lib)/attestor)", ""),
    ("^prove ", "prove --url {api_url} "),
    (r"^avs (-p 18232 )?(?!.*doctor)", "avs --host 127.0.0.1 -p {avs_port} "),
    (r"^avs (?=.*doctor)", "avs --host 127.0.0.1 -p 0 "),
)
"""Patterns in arguments of attestor, and what of the stack stands for them."""

FILLED_IN_SHELL = (
    (r"http://127\.0\.0\.1:3000", "{api_url}"),
    (r"http://127\.0\.0\.1:3001", "{status_page}"),
    (r"http://127\.0\.0\.1:18232", "http://127.0.0.1:{avs_port}"),
    (r"^curl -s \$url/v1/proofs -d …$", "curl -s {api_url}/v1/proofs -d @request.json"),
    (r"job = '…'", "job = 'job-1'"),
)
FILLED_IN_PYTHON = (
    (r'\["http://127\.0\.0\.1:8545"\]', '["{rpc_url}"]'),
    (r"http://127\.0\.0\.1:3000", "{api_url}"),
    (r'(?<=chain_id=31337\), bytes\.fromhex\(")…', "{registry_digits}"),
    (r'(?<=multiproof=bytes\.fromhex\(")…', "{multiproof_digits}"),
)

ENDS = {
    "scroll probe": (2, "the node gives no witnesses"),
}
"""Exit status other than 0, and what is said then. The chain of the stack is none of Scroll's."""

ANSWERED = ("collateral upload", "deploy")
"""Commands that ask before they send; `y` is typed."""

SERVED = {
    "avs": "listening on",
    "avs -c prover.json": "listening on",
    "avs -p 18232 -c config/prover.json": "listening on",
}
"""Services, with what they say once they serve. They end with their page."""

VECTORS, SCROLL_EXECUTOR = "vectors", "attestor-scroll"
NEEDS = {
    "avs doctor": {SCROLL_EXECUTOR},
    "avs -c config/prover.json doctor": {SCROLL_EXECUTOR},
    "scroll probe --rpc-url URL": {VECTORS},
    "scroll verify": {VECTORS, SCROLL_EXECUTOR},
    "scroll verify BLOCK": {VECTORS, SCROLL_EXECUTOR},
    "scroll verify 19604670-19604689 --rpc-url URL --keep witnesses": {VECTORS, SCROLL_EXECUTOR},
    "scroll verify witnesses": {VECTORS, SCROLL_EXECUTOR},
    "verify-sp1": {VECTORS},
    "verify-sp1 FILE": {VECTORS},
}
"""What is not everywhere: recorded data of real systems, and what `make setup` does not build."""

_STACK = "the stack that the others are run against is started by it"
_SCROLL_BATCH = "a batch of Scroll on L1; tests/integration/cli/test_scroll_old_batches.py"
_MAINNET = "a node of mainnet; tests/integration/rsp runs it at one that is made"
NOT_RUN = {
    "avs -c prover.json --blob-url https://…": "a place that has blobs; the service is run above, "
    "and tests/integration/avs/test_avs_proving.py has getPoe",
    "devnet": _STACK,
    "run --config FILE": _STACK,
    "run --config attestor.toml": _STACK,
    "demo": "a stack of its own; tests/integration/cli/test_commands.py runs it",
    "prove square.elf --stdin u32:12 --rpc-url http://127.0.0.1:8545 --registry 0x…"
    " --multiproof 0x…": "its guest is compiled; tests/integration/executor/test_guests_page.py",
    "prove ELF --rsp-block NUMBER --rsp-rpc-url URL": _MAINNET,
    "prove ~/.cargo/registry/src/*/sp1-gpu-prover-6.10.0/programs/rsp/riscv64im-succinct-zkvm-elf"
    " --rsp-block 21000000 --rsp-rpc-url http://127.0.0.1:8545 --keep-stdin block.bin"
    " --url https://prover.example --rpc-url … --registry 0x…": _MAINNET,
    "prove …/riscv64im-succinct-zkvm-elf --stdin block.bin …": _MAINNET,
    "scroll verify 0x<hash of the L1 transaction> --rpc-url URL --l1-rpc-url URL"
    " --blob-url URL": _SCROLL_BATCH,
    "scroll verify commit.calldata --blob 0.blob --batch-index 414261 witnesses": _SCROLL_BATCH,
}
"""Commands of attestor, and what they need or who runs them."""

IN_SHELL = ("curl", "sqlite3", "url=", "program=", "job=", "eval ")
"""How lines of shell begin that are run."""

NOT_RUN_IN_SHELL = {
    "make ": "it builds; tests/docs/test_commands.py knows its targets",
    ".venv/bin/attestor …": "no command line, but how each begins",
    "attestor COMMAND --help": "tests/integration/cli/test_light_start.py",
    ".venv/bin/pytest": "tests of this project or of the example",
    ".venv/bin/pip ": "a package registry; tests/integration/install/test_example.py",
    "/opt/attestor/bin/pip ": "a package registry; tests/integration/install/test_wheel.py",
    "python3 -m venv ": "tests/integration/install makes one",
    "npm install ": "a package registry",
    "node_modules/@foundry-rs/forge-linux-amd64/bin/forge test": "it compiles",
    "forge test ": "it compiles; tests/integration/contracts/test_package.py",
    "mkdir -p lib/attestor-contracts": "what comes next needs the packed contracts",
    "tar xzf ../attestor/": "packed by make; tests/integration/contracts/test_package.py",
    "cargo ": "it builds, or asks a package registry",
    "riscv64-unknown-elf-gcc ": "it compiles; tests/integration/executor/test_guests_page.py",
    "apt install ": "root, and a package that is built; tests/integration/install/test_deb.py",
    "systemctl ": "systemd",
    "systemd-tmpfiles ": "systemd",
    "docker ": "docker",
    "gramine-": "Gramine and SGX hardware; tests/integration/avs/test_avs_gramine.py",
}
"""How lines of shell begin that are not run, and why."""
