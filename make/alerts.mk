# Alert rules and dashboard: what is in deploy/.

.PHONY: test-alerts metrics

PROMTOOL := cache/prometheus/promtool

$(PROMTOOL):
	@echo "getting promtool"
	@scripts/install-promtool $(dir $@)

# Where promtool is not there, `make test-python` leaves these out.
test-alerts: setup $(PROMTOOL) ## Prometheus' rules by promtool, and each alert on a real daemon
	@.venv/bin/pytest tests/integration/metrics

metrics: .venv/.ready ## docs/metrics.md from the declared metrics
	@$(PYTHON) scripts/metric_reference.py
