# The prover of the Multi-Prover AVS.

.PHONY: bench-avs

bench-avs: setup scroll ## a whole batch of Scroll through attestor avs
	@$(PYTHON) scripts/bench_avs.py $(BENCH)
