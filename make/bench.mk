# Benchmarks: each prints a JSON line per figure. docs/ says what the figures mean.

.PHONY: bench-slice bench-start bench-contracts bench-chain bench-chain-geth bench-contracts-next-fork \
	bench-cold-build bench-engine bench-sandbox bench-proofs bench-scroll bench-plugin published

bench-slice: setup ## times of make demo and make test, and of what bench-start has
	@$(PYTHON) scripts/bench_slice.py

bench-start: .venv/.ready ## time of --help and status over Python's own start
	@$(PYTHON) scripts/bench_slice.py start

# Writes contracts/gas.json, to which the tests hold the contracts.
bench-contracts: setup ## gas of the contracts; writes contracts/gas.json
	@$(PYTHON) scripts/bench_contracts.py

# CHAIN="--full" for the full setting, a day or so; --part crashes for one part of it; --endpoints 1
# for a storm with a single endpoint.
bench-chain: setup ## the daemon in a storm, in quiet times, and killed at every point
	@$(PYTHON) scripts/bench_chain.py $(CHAIN)

# Needs Go: the storm on geth, as far as it lets itself be reorganized.
bench-chain-geth: setup $(GETH) ## the daemon in a storm, on geth
	@$(PYTHON) scripts/bench_chain.py --part storm --geth $(GETH) $(CHAIN)

# Needs Go too.
bench-contracts-next-fork: contracts .venv/.ready $(GETH) ## gas of the contracts under the fork after Osaka, on geth
	@$(PYTHON) scripts/bench_contracts_next_fork.py $(GETH)

# In a clone of its own: nothing has to be built here.
bench-cold-build: .tools.ready ## CPU time of all that make demo builds from a bare clone
	@python3 scripts/bench_cold_build.py

# Programs that SP1's own toolchain built, out of a published crate, which cargo gets.
PUBLISHED := cache/published/.ready

$(PUBLISHED): scripts/published_programs.py | .tools.ready
	@scripts/published_programs.py
	@touch $@

published: $(PUBLISHED) ## get the programs that SP1's toolchain built

# Builds what is compared, and the programs that only this needs.
bench-engine: setup executor-jit $(PUBLISHED) ## speed of our engine relative to SP1's
	@cd executor && cargo build --quiet --release --locked --workspace
	@$(BUILD_JIT)
	@$(MAKE) --no-print-directory --silent executor
	@$(PYTHON) scripts/bench_engine.py $(BENCH)

bench-sandbox: setup ## cost of the walls around executor processes, and ways out of them
	@$(PYTHON) scripts/bench_sandbox.py $(BENCH)

bench-proofs: setup $(PUBLISHED) ## cost of proofs and of hostile clients; jobs through kills
	@$(PYTHON) scripts/bench_proofs.py $(BENCH)
	@$(PYTHON) scripts/bench_abuse.py $(BENCH)
	@$(PYTHON) scripts/bench_kills.py $(BENCH)

# BENCH=--cold-build for what it costs to build it, too.
bench-scroll: setup scroll ## blocks of Scroll: which are as their headers say, and at what cost
	@cd executor && cargo build --quiet --release --locked --package attestor-scroll --examples
	@$(PYTHON) scripts/bench_scroll.py $(BENCH)

bench-plugin: setup ## how long tests of contracts wait for the pytest plugin
	@$(PYTHON) scripts/bench_plugin.py
