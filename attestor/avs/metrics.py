"""Metrics as Automata's prover has them: the same names, in the same order, with the same help.

A counter without samples is left out, a gauge is there with its help alone. Source:
crates/prover/src/metrics.rs and crates/prometheus of sgx-prover, branch avs (0.5.0).
"""

from dataclasses import dataclass, field


@dataclass
class _Metric:
    """`label` is the name of the one label, "" for none."""

    name: str
    kind: str
    help: str
    label: str
    samples: dict[str, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        if self.kind == "counter" and not self.samples:
            return []
        named = f"avs_prover_{self.name}_{self.kind}"
        head = [f"# HELP {named} {self.help}", f"# TYPE {named} {self.kind}"]
        return head + [
            f"{named}{self._labels(value)} {sample:g}"
            if sample % 1
            else f"{named}{self._labels(value)} {sample:.0f}"
            for value, sample in sorted(self.samples.items())
        ]

    def _labels(self, value: str) -> str:
        return f'{{{self.label}="{value}"}}' if self.label else ""


class Metrics:
    """Lives in one loop. Times are milliseconds, sizes bytes."""

    def __init__(self) -> None:
        # "metadata" and "rpc_call_ms" were never set: boards may still name them.
        self._all = [
            _Metric("metadata", "counter", "counter for metadata", "version"),
            _Metric("gen_ctx", "counter", "counter for generate pob", "type"),
            _Metric("prove", "counter", "counter for generate poe", "type"),
            _Metric("ctx_ms", "gauge", "gauge for generating context", "type"),
            _Metric("prove_ms", "gauge", "gauge for generate poe", "type"),
            _Metric("pob_size", "gauge", "the size of pob", "type"),
            _Metric("rpc_call_ms", "gauge", "the milliseconds a rpc call takes", "method"),
            _Metric("attestation_report_ms", "gauge", "gauge for generate attestation report", ""),
        ]
        self._by_name = {metric.name: metric for metric in self._all}

    def count(self, name: str, label: str) -> None:
        """One more of a counter."""
        samples = self._by_name[name].samples
        samples[label] = samples.get(label, 0) + 1

    def set(self, name: str, value: float, label: str = "") -> None:
        """The newest value of a gauge."""
        self._by_name[name].samples[label] = value

    def text(self) -> str:
        """All of them."""
        return "\n".join(line for metric in self._all for line in metric.lines()) + "\n"
