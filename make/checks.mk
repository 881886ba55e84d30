# Checks that take too long for `make test`, or need more than it does.

.PHONY: analyse-contracts coverage-contracts check-keys check-v3 test-executor-v3 provable-check check-provable \
	fuzz-provable check-scroll fuzz-scroll fuzz-engine sanitize-engine engine-check test-geth \
	browser test-browser

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

check-keys: setup $(PUBLISHED) ## our verifying keys against SP1's prover, which this builds
	@cd executor && cargo test --release --locked --workspace --exclude attestor-circuits \
		--exclude attestor-provable-check

# Over three minutes of CPU time to build. Where it is not built, `make test-python` leaves its tests out.
test-executor-v3: setup executor-v3 ## the executor for SP1 v3: linter, cargo's tests, a running daemon
	@cd executor/sp1-v3 && cargo fmt --check
	@cd executor/sp1-v3-check && cargo fmt --check
	@cd executor/sp1-v3 && cargo clippy --quiet --release --locked --target-dir ../target \
		--all-targets -- -D warnings
	@cd executor/sp1-v3 && cargo test --quiet --release --locked --target-dir ../target
	@$(MAKE) --no-print-directory --silent executor
	@.venv/bin/pytest tests/integration/older

# Seven minutes of CPU time the first time.
check-v3: setup executor-v3 ## keys for SP1 v3 against SP1 3.4's prover, which this builds
	@cd executor/sp1-v3-check && cargo build --quiet --release --locked --target-dir ../target
	@$(PYTHON) scripts/check_v3_keys.py executor/target/release/sp1-v3-key

provable-check: setup ## build the oracle of SP1's circuits
	@cd executor && cargo build --quiet --release --locked --package attestor-provable-check

check-provable: provable-check ## our engine against SP1's circuits, on both sides of every rule
	@executor/target/release/provable-check $(PROVABLE)

PROVABLE_PROGRAMS := 5000
fuzz-provable: provable-check ## the same with PROVABLE_PROGRAMS random programs
	@executor/target/release/provable-check --programs $(PROVABLE_PROGRAMS) \
		--keep executor/provable-check/tests/seeds.txt $(PROVABLE)

check-scroll: setup scroll ## all recorded blocks of Scroll on the Python oracle, a minute or two
	@$(PYTHON) scripts/check_scroll.py

BLOCKS := 1000
fuzz-scroll: setup scroll ## random blocks of Scroll on the Python oracle, of BLOCKS seeds
	@$(PYTHON) scripts/fuzz_scroll.py --count $(BLOCKS) $(FUZZ)

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

$(GETH): | .tools.ready
	@echo "building geth (some minutes the first time)"
	@scripts/install-geth $(GETH_VERSION) $(dir $@)

# Needs Go too. Where geth is not built, `make test-python` leaves these out.
test-geth: setup $(GETH) ## geth: the daemon under two forks, and rsp's guest on its blocks
	@.venv/bin/pytest tests/integration/geth

# Debian's package; where another Chromium is in PATH, that one is used.
browser: ## install the browser that the status page is tested in (as root)
	@command -v chromium >/dev/null || apt-get install --yes --no-install-recommends chromium

test-browser: setup browser ## the status page in headless Chromium, with screenshots
	@ATTESTOR_SCREENSHOTS=$(CURDIR)/cache/screenshots $(PYTHON) -m pytest -q \
		tests/integration/status/test_page_in_browser.py
	@echo "screenshots are in cache/screenshots"
