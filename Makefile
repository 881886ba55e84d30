# Two commands do everything from a bare clone: `make demo` and `make test`.
# Each target sets up what it needs, once.

.PHONY: demo test devnet setup contracts executor abi bench-contracts bench-slice bench-engine \
	bench-cold-build fuzz-engine sanitize-engine engine-check check-keys check-provable \
	fuzz-provable provable-check analyse-contracts \
	coverage-contracts lint test-python test-contracts test-executor format clean

UV_VERSION := 0.13.8
PYTHON := .venv/bin/python
FORGE := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
EXECUTOR := executor/target/release/attestor-execute
PYTHON_SCRIPTS := scripts/abi scripts/bench-cold-build scripts/bench-contracts \
	scripts/bench-engine scripts/bench-slice scripts/collateral-fixtures \
	scripts/contract-coverage scripts/contract-fixtures scripts/contract-reference

demo: setup
	@$(PYTHON) -m attestor demo

devnet: setup
	@$(PYTHON) -m attestor devnet

test: lint test-contracts test-executor test-python

setup: .venv/.ready contracts executor

# --- what each part is made of -------------------------------------------------------------------

.tools.ready: scripts/check-tools
	@scripts/check-tools
	@touch $@

.venv/.ready: pyproject.toml uv.lock | .tools.ready
	@echo "setting up Python's packages"
	@python3 -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@.venv/bin/uv sync --quiet --frozen
	@touch $@

node_modules/.ready: package.json package-lock.json .npmrc | .tools.ready
	@echo "setting up foundry and solc"
	@npm ci --silent --no-audit --no-fund
	@touch $@

# Those that are deployed. forge compiles the tests, and what only they use, when it runs them.
CONTRACTS := CollateralStore DcapVerifier MultiProof SP1Groth16Verifier TEERegistry
CONTRACT_SOURCES := $(shell find contracts/src -name '*.sol') foundry.toml scripts/solc

out/.ready: $(CONTRACT_SOURCES) node_modules/.ready
	@echo "building the contracts"
	@$(FORGE) build --quiet $(CONTRACTS:%=contracts/src/%.sol)
	@touch $@

contracts: out/.ready

EXECUTOR_SOURCES := $(shell find executor -name target -prune -o \
	\( -name '*.rs' -o -name '*.toml' -o -name Cargo.lock \) -print)

$(EXECUTOR): $(EXECUTOR_SOURCES) | .tools.ready
	@echo "building the native executor (some minutes the first time)"
	@cd executor && cargo build --quiet --release --locked
	@touch $@

executor: $(EXECUTOR)

abi: contracts
	@$(PYTHON) scripts/abi
	@$(PYTHON) scripts/contract-reference

# --- checks --------------------------------------------------------------------------------------

# All of the executor but what needs SP1's prover.
CHECKED := --workspace --exclude attestor-keys-check --exclude attestor-provable-check
# The engine as it is where there is no translator.
INTERPRETER := --package attestor-engine --no-default-features

lint: setup
	@.venv/bin/ruff check --quiet . $(PYTHON_SCRIPTS)
	@.venv/bin/ruff format --check --quiet . $(PYTHON_SCRIPTS)
	@.venv/bin/mypy
	@$(FORGE) fmt --check contracts
	@FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint $(FORGE) lint --quiet
	@$(PYTHON) scripts/abi --check
	@$(PYTHON) scripts/contract-reference --check
	@$(PYTHON) scripts/contract-fixtures --check
	@$(PYTHON) scripts/collateral-fixtures --check
	@cd executor && cargo fmt --check
	@cd executor && cargo clippy --quiet --release --locked $(CHECKED) --all-targets -- -D warnings
	@cd executor && cargo clippy --quiet --release --locked $(INTERPRETER) --all-targets -- -D warnings

test-contracts: setup
	@$(FORGE) test

test-executor: setup
	@cd executor && cargo test --quiet --release --locked $(CHECKED)
	@cd executor && cargo test --quiet --release --locked $(INTERPRETER)

.slither/.ready: scripts/slither-requirements.txt | .tools.ready
	@echo "setting up slither"
	@python3 -m venv .slither
	@.slither/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Static analysis. docs/contracts.md says why some detectors are off.
analyse-contracts: contracts .slither/.ready
	@rm -rf cache/slither
	@FOUNDRY_OUT=cache/slither/out FOUNDRY_CACHE_PATH=cache/slither/cache \
		$(FORGE) build --build-info --skip test --quiet
	@PATH=$(dir $(abspath $(FORGE))):$$PATH .slither/bin/slither . --config-file slither.config.json

# Compiles everything once more, without most of the optimizer: some ten minutes. Limits of gas do
# not hold there.
coverage-contracts: contracts
	@mkdir -p cache/coverage
	@FOUNDRY_PROFILE=coverage FOUNDRY_OUT=cache/coverage/out \
		FOUNDRY_CACHE_PATH=cache/coverage/cache $(FORGE) coverage --ir-minimum \
		--no-match-contract 'Gas' --no-match-test 'tee_leg_under' \
		--report lcov --report-file cache/coverage/lcov.info > cache/coverage/log
	@$(PYTHON) scripts/contract-coverage cache/coverage/lcov.info

# Our verifying keys against SP1's own prover, which only this builds.
check-keys: setup
	@cd executor && cargo test --release --locked --workspace --exclude attestor-provable-check

provable-check: setup
	@cd executor && cargo build --quiet --release --locked --package attestor-provable-check

# Our engine against SP1's circuits: programs on both sides of every rule.
check-provable: provable-check
	@executor/target/release/provable-check $(PROVABLE)

# And random ones, so many.
PROVABLE_PROGRAMS := 5000
fuzz-provable: provable-check
	@executor/target/release/provable-check --programs $(PROVABLE_PROGRAMS) \
		--keep executor/provable-check/tests/seeds.txt $(PROVABLE)

test-python: setup
	@.venv/bin/pytest

bench-slice: setup
	@$(PYTHON) scripts/bench-slice

# Writes contracts/gas.json, to which the tests hold the contracts.
bench-contracts: setup
	@$(PYTHON) scripts/bench-contracts

# In a clone of its own: nothing has to be built here.
bench-cold-build: .tools.ready
	@python3 scripts/bench-cold-build

# Our engine beside SP1's: what is compared, and the programs that only this needs.
bench-engine: setup
	@cd executor && cargo build --quiet --release --locked --workspace
	@cd executor/sp1-jit && cargo build --quiet --release --locked
	@$(PYTHON) scripts/bench-engine $(BENCH)

# Random programs on our engine and SP1's, so many of each kind.
PROGRAMS := 1000000
fuzz-engine: setup engine-check
	@executor/target/release/engine-fuzz --programs $(PROGRAMS) \
		--keep executor/engine-check/tests/seeds.txt $(FUZZ)

# The executor's runtime under AddressSanitizer, in a folder of its own: docs/engine.md says what of
# it, and why with these options. The toolchain has the sanitizer, but no stable option for it.
SANITIZED := --profile sanitize --target x86_64-unknown-linux-gnu --target-dir target/asan
sanitize-engine: export RUSTC_BOOTSTRAP := 1
sanitize-engine: export RUSTFLAGS := -Z sanitizer=address -C target-cpu=x86-64-v3
sanitize-engine: export ASAN_OPTIONS := handle_segv=0
sanitize-engine: | .tools.ready
	@cd executor && cargo test --locked $(SANITIZED) --tests \
		-p attestor-engine -p attestor-precompiles -p attestor-protocol -p attestor-engine-check

engine-check: setup
	@cd executor && cargo build --quiet --release --locked $(CHECKED)

format: setup
	@.venv/bin/ruff check --fix --quiet . $(PYTHON_SCRIPTS)
	@.venv/bin/ruff format --quiet . $(PYTHON_SCRIPTS)
	@$(FORGE) fmt contracts
	@cd executor && cargo fmt

clean:
	rm -rf .venv .slither node_modules out cache executor/target demo devnet .tools.ready
