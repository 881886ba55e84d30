# Two commands do everything from a bare clone: `make demo` and `make test`.
# Each target sets up what it needs, once. `make help` lists those with a comment after `##`.

.PHONY: demo test devnet setup contracts executor executor-jit executor-v3 scroll abi openapi \
	package-contracts errors events lint lint-python test-fast test-python test-contracts \
	test-executor format clean help

UV_VERSION := 0.13.8
PYTHON := .venv/bin/python
FORGE := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
EXECUTOR := executor/target/release/attestor-execute
GETH_VERSION := v1.17.10
GETH := cache/geth/$(GETH_VERSION)/geth

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.* ## / { printf "%-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

RUST := \( -name '*.rs' -o -name '*.toml' -o -name Cargo.lock \) -print
EXECUTOR_SOURCES := $(shell find executor \( -name target -o -name 'sp1-v3*' \) -prune -o $(RUST))

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

# SP1 v3's programs on SP1 3.4, whose dependencies no lock file has together with those of v6.
V3 := $(addprefix $(dir $(EXECUTOR)),attestor-execute-v3 attestor-vkey-v3)
BUILD_V3 := cd executor/sp1-v3 && cargo build --quiet --release --locked --target-dir ../target

$(lastword $(V3)): $(EXECUTOR_SOURCES) $(shell find executor/sp1-v3 -name target -prune -o $(RUST)) | .tools.ready
	@echo "building the executor for SP1 v3 (some minutes the first time)"
	@$(BUILD_V3)
	@touch $(V3)

$(firstword $(V3)): $(lastword $(V3)) ;

# Scroll's blocks on revm, which takes as long to compile as all of the above.
SCROLL := $(dir $(EXECUTOR))attestor-scroll

$(SCROLL): $(EXECUTOR_SOURCES) | .tools.ready
	@echo "building the executor of Scroll's blocks (some minutes the first time)"
	@cd executor && cargo build --quiet --release --locked --package attestor-scroll
	@touch $@

RECORDED := $(PROGRAMS_BUILT) $(wildcard $(JIT)) $(wildcard $(V3)) $(wildcard $(SCROLL))

$(RECORD): $(RECORDED) scripts/record_programs.py
	@python3 scripts/record_programs.py $(RECORDED) $@

executor-jit: $(JIT) ## compile SP1's JIT too, which cross-checks long runs, and record it
	@$(MAKE) --no-print-directory --silent executor

executor-v3: $(V3) ## compile the executor for programs of SP1 v3 too, and record it
	@$(MAKE) --no-print-directory --silent executor

scroll: $(SCROLL) ## compile what executes Scroll's blocks, and record it
	@$(MAKE) --no-print-directory --silent executor

executor: $(RECORD) ## compile the native executor, and record what it is

abi: contracts .venv/.ready ## write abi/ and docs/contract-reference.md from the contracts
	@$(PYTHON) scripts/abi.py
	@$(PYTHON) scripts/contract_reference.py

errors: .venv/.ready ## write docs/errors.md from the error classes
	@$(PYTHON) scripts/error_reference.py

events: .venv/.ready ## write docs/log-events.md from the list of events
	@$(PYTHON) scripts/log_events.py

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
	@$(FORGE) fmt --check contracts examples
	@FOUNDRY_OUT=cache/lint/out FOUNDRY_CACHE_PATH=cache/lint $(FORGE) lint --quiet
	@$(PYTHON) scripts/abi.py --check
	@$(PYTHON) scripts/contract_reference.py --check
	@$(PYTHON) scripts/error_reference.py --check
	@$(PYTHON) scripts/openapi.py --check
	@$(PYTHON) scripts/log_events.py --check
	@$(PYTHON) scripts/metric_reference.py --check
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

# The inner loop: unit tests without slow pairings, and the tests of the docs. Needs Python's packages
# alone. Says so when they take more CPU time than tests/cpu_budget.py allows.
test-fast: .venv/.ready ## unit tests without the slow ones, under 60 s of CPU
	@.venv/bin/pytest tests/unit tests/docs -m "not slow" --quiet --cpu-budget

# cargo's tests may have linked the executor's programs anew: they are recorded again.
test-python: setup executor-jit scroll ## all Python tests: unit, property, integration
	@$(MAKE) --no-print-directory --silent executor
	@.venv/bin/pytest

# make/ holds what is not needed every day: benchmarks, long checks.
include $(sort $(wildcard make/*.mk))

format: setup ## format all code, and fix what the linter can
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format --quiet .
	@$(FORGE) fmt contracts examples
	@cd executor && cargo fmt
	@cd executor/sp1-v3 && cargo fmt

clean: ## remove everything that was built or downloaded
	rm -rf .venv .slither node_modules out cache dist executor/target demo devnet .tools.ready $(RECORD)
