"""A defect in a real daemon's worker: the client is told nothing of it, the log has its trace, and
what AttestorInternalErrors goes by counts it."""

from collections.abc import Callable
from pathlib import Path

from integration.daemon.test_daemon_faults import REQUEST, call
from integration.metrics.watched import Watched

INTERNAL = "attestor_worker_internal_errors_total"
DEFECT = '''
"""Imported by Python itself, at its start."""

import sys

if "attestor.api" in sys.orig_argv:
    from attestor.api.proving import Proving

    well = Proving.prove
    left = [1, 2, 3]

    def prove(self, work):
        if left:
            raise LookupError(f"a defect, {left.pop()} to go")
        return well(self, work)

    Proving.prove = prove
'''


def test_daemon__defect_in_a_worker__is_counted_and_told_to_the_operator_alone(
    start: Callable[..., Watched], tmp_path: Path
) -> None:
    (tmp_path / "defect").mkdir()
    (tmp_path / "defect" / "sitecustomize.py").write_text(DEFECT)
    watched = start(environment={"PYTHONPATH": str(tmp_path / "defect")})
    watched.until_ready()
    # `increase` sees the first error only where there was a value before it.
    assert watched.value(INTERNAL) == 0

    for times in (1, 2, 3):
        status, answer, _ = call(watched.devnet, "POST", "/request_proof", REQUEST)
        assert (status, answer["error"]["code"]) == (500, "internal_error")
        assert "defect" not in str(answer)
        watched.until(lambda: watched.value(INTERNAL) == times, "it is counted")  # noqa: B023
    watched.until(lambda: "workers_failing" in watched.codes(), "it is not ready")
    log = watched.devnet.log_file.read_text()
    assert "LookupError: a defect, 1 to go" in log
    assert "Traceback (most recent call last)" in log

    assert call(watched.devnet, "POST", "/request_proof", REQUEST)[0] == 200
    watched.until_ready()
    assert watched.value(INTERNAL) == 3
