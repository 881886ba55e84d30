"""The text of a GET, in the order and form that it always had."""

from attestor.avs.metrics import Metrics

GAUGES = """\
# HELP avs_prover_ctx_ms_gauge gauge for generating context
# TYPE avs_prover_ctx_ms_gauge gauge
# HELP avs_prover_prove_ms_gauge gauge for generate poe
# TYPE avs_prover_prove_ms_gauge gauge
# HELP avs_prover_pob_size_gauge the size of pob
# TYPE avs_prover_pob_size_gauge gauge
# HELP avs_prover_rpc_call_ms_gauge the milliseconds a rpc call takes
# TYPE avs_prover_rpc_call_ms_gauge gauge
# HELP avs_prover_attestation_report_ms_gauge gauge for generate attestation report
# TYPE avs_prover_attestation_report_ms_gauge gauge
"""


def test_metrics__at_the_start__are_gauges_without_samples() -> None:
    assert Metrics().text() == GAUGES


def test_metrics__with_samples__have_them_in_their_places() -> None:
    metrics = Metrics()
    metrics.count("prove", "scroll")
    metrics.count("gen_ctx", "scroll")
    metrics.count("gen_ctx", "scroll")
    metrics.set("ctx_ms", 1234, "scroll")
    metrics.set("attestation_report_ms", 2.5)
    lines = metrics.text().splitlines()
    assert lines[:6] == [
        "# HELP avs_prover_gen_ctx_counter counter for generate pob",
        "# TYPE avs_prover_gen_ctx_counter counter",
        'avs_prover_gen_ctx_counter{type="scroll"} 2',
        "# HELP avs_prover_prove_counter counter for generate poe",
        "# TYPE avs_prover_prove_counter counter",
        'avs_prover_prove_counter{type="scroll"} 1',
    ]
    assert lines[8] == 'avs_prover_ctx_ms_gauge{type="scroll"} 1234'
    assert lines[-1] == "avs_prover_attestation_report_ms_gauge 2.5"


def test_metrics__large_value__is_not_rounded() -> None:
    metrics = Metrics()
    metrics.set("pob_size", 52428801, "scroll")
    assert 'avs_prover_pob_size_gauge{type="scroll"} 52428801\n' in metrics.text()
