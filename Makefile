# Two commands do everything from a bare clone: `make demo` and `make test`.
# Each target sets up what it needs, once. `make help` lists those with a comment after `##`.

.PHONY: demo test devnet setup contracts executor executor-jit scroll abi openapi package-contracts bench-chain bench-contracts \
	bench-contracts-next-fork bench-slice bench-engine bench-sandbox bench-proofs bench-scroll check-scroll bench-cold-build errors fuzz-engine \
	sanitize-engine engine-check check-keys check-provable fuzz-provable provable-check \
	analyse-contracts coverage-contracts lint lint-python test-fast test-python test-contracts \
	test-executor test-geth format clean help

UV_VERSION := 0.13.8
PYTHON := .venv/bin/python
FORGE := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
EXECUTOR := executor/target/release/attestor-execute

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.* ## / { printf "%-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## from an empty chain to a proof accepted on chain, about a minute
	@$(PYTHON) -m attestor demo

devnet: setup ## a development chain with contracts and a daemon, until Ctrl-C
	@$(PYTHON) -m attestor devnet

test: lint test-contracts test-executor test-python ## all checks and tests, three quarters of an hour

setup: .venv/.ready contracts executor ## Python's packages, contracts and executor

# --- what each part is made of -------------------------------------------------------------------

.tools.ready: scripts/check-tools
	@scripts/check-tools
	@touch $@

.venv/.ready: pyproject.toml uv.lock | .tools.ready
	@echo "setting up Python's packages"
	@python3 -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@.venv/bin/uv sync --quiet --frozen --extra daemon
	@touch $@

node_modules/.ready: package.json package-lock.json .npmrc | .tools.ready
	@echo "setting up foundry and solc"
	@npm ci --silent --no-audit --no-fund
	@touch $@

# Those that are deployed. forge compiles the tests, and what only they use, when it runs them.
CONTRACTS := AutomataLayoutV10 CollateralReader CollateralStore DcapVerifier MultiProof \
	SP1Groth16Verifier TEERegistry
CONTRACT_SOURCES := $(shell find contracts/src -name '*.sol') foundry.toml scripts/solc

out/.ready: $(CONTRACT_SOURCES) node_modules/.ready
	@echo "building the contracts"
	@$(FORGE) build --quiet $(CONTRACTS:%=contracts/src/%.sol)
	@touch $@

contracts: out/.ready ## compile the contracts

EXECUTOR_SOURCES := $(shell find executor -name target -prune -o \
	\( -name '*.rs' -o -name '*.toml' -o -name Cargo.lock \) -print)

# One command makes them all.
$(addprefix $(dir $(EXECUTOR)),attestor-decode attestor-hostile attestor-vkey): $(EXECUTOR) ;

$(EXECUTOR): $(EXECUTOR_SOURCES) | .tools.ready
	@echo "building the native executor (some minutes the first time)"
	@cd executor && cargo build --quiet --release --locked
	@touch $(PROGRAMS_BUILT)

# The signer process runs no other programs on a real chain. Whoever builds them by cargo alone is
# told so there.
RECORD := attestor/executor/programs.json
PROGRAMS_BUILT := $(addprefix $(dir $(EXECUTOR)),attestor-decode attestor-execute \
	attestor-hostile attestor-vkey)

# SP1's JIT, in a workspace of its own that uses what the other one has built. A minute of CPU time
# that make demo does without.
JIT := $(dir $(EXECUTOR))attestor-execute-jit
BUILD_JIT := cd executor/sp1-jit && cargo build --quiet --release --locked --target-dir ../target

$(JIT): $(EXECUTOR)
	@echo "building SP1's JIT"
	@$(BUILD_JIT) --bin attestor-execute-jit
	@touch $@

# Scroll's blocks on revm, which takes as long to compile as all of the above.
SCROLL := $(dir $(EXECUTOR))attestor-scroll

$(SCROLL): $(EXECUTOR_SOURCES) | .tools.ready
	@echo "building the executor of Scroll's blocks (some minutes the first time)"
	@cd executor && cargo build --quiet --release --locked --package attestor-scroll
	@touch $@

RECORDED := $(PROGRAMS_BUILT) $(wildcard $(JIT)) $(wildcard $(SCROLL))

$(RECORD): $(RECORDED) scripts/record_programs.py
	@python3 scripts/record_programs.py $(RECORDED) $@

executor-jit: $(JIT) ## compile SP1's JIT too, which cross-checks long runs, and record it
	@$(MAKE) --no-print-directory --silent executor

scroll: $(SCROLL) ## compile what executes Scroll's blocks, and record it
	@$(MAKE) --no-print-directory --silent executor

executor: $(RECORD) ## compile the native executor, and record what it is

abi: contracts .venv/.ready ## write abi/ and docs/contract-reference.md from the contracts
	@$(PYTHON) scripts/abi.py
	@$(PYTHON) scripts/contract_reference.py

errors: .venv/.ready ## write docs/errors.md from the error classes
	@$(PYTHON) scripts/error_reference.py

openapi: .venv/.ready ## write docs/openapi.json from the calls of /v1
	@$(PYTHON) scripts/openapi.py

package-contracts: abi ## pack what other projects import of the contracts (docs/integrate.md)
	@$(PYTHON) scripts/package_contracts.py

# --- checks --------------------------------------------------------------------------------------

# All of the executor but what needs SP1's prover.
CHECKED := --workspace --exclude attestor-circuits --exclude attestor-keys-check \
	--exclude attestor-provable-check
# The engine as it is where there is no translator.
INTERPRETER := --package attestor-engine --no-default-features

lint-python: .venv/.ready ## formatting, linter and types of all Python code
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy

lint: setup lint-python ## formatting, linters, types, and generated files, of all languages
	@$(FORGE) fmt --check contracts tests/consumer
	@FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint $(FORGE) lint --quiet
	@$(PYTHON) scripts/abi.py --check
	@$(PYTHON) scripts/contract_reference.py --check
	@$(PYTHON) scripts/error_reference.py --check
	@$(PYTHON) scripts/openapi.py --check
	@$(PYTHON) scripts/contract_fixtures.py --check
	@$(PYTHON) scripts/collateral_fixtures.py --check
	@cd executor && cargo fmt --check
	@cd executor && cargo clippy --quiet --release --locked $(CHECKED) --all-targets -- -D warnings
	@cd executor && cargo clippy --quiet --release --locked $(INTERPRETER) --all-targets -- -D warnings
	@cd executor/sp1-jit && cargo fmt --check
	@cd executor/sp1-jit && cargo clippy --quiet --release --locked --target-dir ../target -- -D warnings

test-contracts: setup ## forge's tests
	@$(FORGE) test

test-executor: setup ## cargo's tests, with and without the translator
	@cd executor && cargo test --quiet --release --locked $(CHECKED)
	@cd executor && cargo test --quiet --release --locked $(INTERPRETER)

.slither/.ready: scripts/slither-requirements.txt | .tools.ready
	@echo "setting up slither"
	@python3 -m venv .slither
	@.slither/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Static analysis. docs/contracts.md says why some detectors are off.
analyse-contracts: contracts .slither/.ready ## static analysis of the contracts with slither
	@rm -rf cache/slither
	@FOUNDRY_PROFILE=analysis FOUNDRY_OUT=cache/slither/out \
		FOUNDRY_CACHE_PATH=cache/slither/cache \
		$(FORGE) build contracts/src contracts/script --build-info --quiet
	@PATH=$(dir $(abspath $(FORGE))):$$PATH .slither/bin/slither . --config-file slither.config.json

# Compiles everything once more, without most of the optimizer: some ten minutes. Limits of gas do
# not hold there.
coverage-contracts: contracts .venv/.ready ## branch coverage of the contracts, ten minutes
	@mkdir -p cache/coverage
	@FOUNDRY_PROFILE=coverage FOUNDRY_OUT=cache/coverage/out \
		FOUNDRY_CACHE_PATH=cache/coverage/cache $(FORGE) coverage --ir-minimum \
		--no-match-contract 'Gas' --no-match-test 'tee_leg_under' \
		--report lcov --report-file cache/coverage/lcov.info > cache/coverage/log
	@$(PYTHON) scripts/contract_coverage.py cache/coverage/lcov.info

check-keys: setup ## our verifying keys against SP1's prover, which this builds
	@cd executor && cargo test --release --locked --workspace --exclude attestor-circuits \
		--exclude attestor-provable-check

provable-check: setup ## build the oracle of SP1's circuits
	@cd executor && cargo build --quiet --release --locked --package attestor-provable-check

check-provable: provable-check ## our engine against SP1's circuits, on both sides of every rule
	@executor/target/release/provable-check $(PROVABLE)

PROVABLE_PROGRAMS := 5000
fuzz-provable: provable-check ## the same with PROVABLE_PROGRAMS random programs
	@executor/target/release/provable-check --programs $(PROVABLE_PROGRAMS) \
		--keep executor/provable-check/tests/seeds.txt $(PROVABLE)

# The inner loop: unit tests without slow pairings, and the tests of the docs. Needs Python's packages
# alone. Says so when they take more CPU time than tests/cpu_budget.py allows.
test-fast: .venv/.ready ## unit tests without the slow ones, under 60 s of CPU
	@.venv/bin/pytest tests/unit tests/docs -m "not slow" --quiet --cpu-budget

# cargo's tests may have linked the executor's programs anew: they are recorded again.
test-python: setup executor-jit scroll ## all Python tests: unit, property, integration
	@$(MAKE) --no-print-directory --silent executor
	@.venv/bin/pytest

bench-slice: setup ## times of make demo, make test and --help
	@$(PYTHON) scripts/bench_slice.py

# Writes contracts/gas.json, to which the tests hold the contracts.
bench-contracts: setup ## gas of the contracts; writes contracts/gas.json
	@$(PYTHON) scripts/bench_contracts.py

# CHAIN="--full" for the full setting, a day or so; --part crashes for one part of it; --endpoints 1
# for a storm with a single endpoint.
bench-chain: setup ## the daemon in a storm, in quiet times, and killed at every point
	@$(PYTHON) scripts/bench_chain.py $(CHAIN)

GETH_VERSION := v1.17.10
GETH := cache/geth/$(GETH_VERSION)/geth

$(GETH): | .tools.ready
	@echo "building geth (some minutes the first time)"
	@scripts/install-geth $(GETH_VERSION) $(dir $@)

# Needs Go, which nothing else does.
bench-contracts-next-fork: contracts .venv/.ready $(GETH) ## gas of the contracts under the fork after Osaka, on geth
	@$(PYTHON) scripts/bench_contracts_next_fork.py $(GETH)

# Needs Go too. Where geth is not built, `make test-python` leaves these out.
test-geth: setup $(GETH) ## the daemon on geth, under Osaka and under the fork after it
	@.venv/bin/pytest tests/integration/geth

# In a clone of its own: nothing has to be built here.
bench-cold-build: .tools.ready ## CPU time of all that make demo builds from a bare clone
	@python3 scripts/bench_cold_build.py

# Builds what is compared, and the programs that only this needs.
bench-engine: setup executor-jit ## speed of our engine relative to SP1's
	@cd executor && cargo build --quiet --release --locked --workspace
	@$(BUILD_JIT)
	@$(MAKE) --no-print-directory --silent executor
	@$(PYTHON) scripts/bench_engine.py $(BENCH)

bench-sandbox: setup ## cost of the walls around executor processes, and ways out of them
	@$(PYTHON) scripts/bench_sandbox.py $(BENCH)

bench-proofs: setup ## cost of proofs, of decoding requests, of hostile clients
	@$(PYTHON) scripts/bench_proofs.py $(BENCH)
	@$(PYTHON) scripts/bench_abuse.py $(BENCH)

check-scroll: setup scroll ## all recorded blocks since Euclid on the Python oracle, a minute or two
	@$(PYTHON) scripts/check_scroll.py

# BENCH=--cold-build for what it costs to build it, too.
bench-scroll: setup scroll ## blocks of Scroll: which are as their headers say, and at what cost
	@cd executor && cargo build --quiet --release --locked --package attestor-scroll --examples
	@$(PYTHON) scripts/bench_scroll.py $(BENCH)

# So many of each kind.
PROGRAMS := 1000000
fuzz-engine: setup engine-check ## random programs on our engine and on SP1's
	@executor/target/release/engine-fuzz --programs $(PROGRAMS) \
		--keep executor/engine-check/tests/seeds.txt $(FUZZ)

# The executor's runtime under AddressSanitizer, in a folder of its own: docs/engine.md says what of
# it, and why with these options. The toolchain has the sanitizer, but no stable option for it.
SANITIZED := --profile sanitize --target x86_64-unknown-linux-gnu --target-dir target/asan
sanitize-engine: export RUSTC_BOOTSTRAP := 1
sanitize-engine: export RUSTFLAGS := -Z sanitizer=address -C target-cpu=x86-64-v3
sanitize-engine: export ASAN_OPTIONS := handle_segv=0
sanitize-engine: | .tools.ready ## the executor's tests under AddressSanitizer
	@cd executor && cargo test --locked $(SANITIZED) --tests \
		-p attestor-engine -p attestor-precompiles -p attestor-protocol -p attestor-engine-check

engine-check: setup ## compile what compares our engine with SP1's
	@cd executor && cargo build --quiet --release --locked $(CHECKED)

format: setup ## format all code, and fix what the linter can
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .
	@$(FORGE) fmt contracts tests/consumer
	@cd executor && cargo fmt

clean: ## remove everything that was built or downloaded
	rm -rf .venv .slither node_modules out cache executor/target demo devnet .tools.ready $(RECORD)
