# Whether the daemon grows. MINUTES=N for another time than an hour.

.PHONY: soak

MINUTES ?= 60

soak: setup ## whether the daemon grows through an hour of jobs and faults
	@$(PYTHON) scripts/bench_soak.py --minutes $(MINUTES) $(BENCH)
