"""Whether the service of the AVS is healthy, by when its signer process answered."""

from attestor.avs.health import LATE_SECONDS, Health
from attestor.errors import DatabaseFull

TOLD = {"version": "v1", "prover_address": "0x11"}


def test_health__signer_answers_or_is_late__says_so() -> None:
    times = [0.0]
    health = Health("v1", "0x11", lambda: times[0])
    assert health.answer() == (200, {"status": "ok", **TOLD})
    health.asked()
    times[0] = LATE_SECONDS
    assert health.answer()[0] == 200
    times[0] += 1
    why = "the signer process has not answered for 11 seconds"
    assert health.answer() == (503, {"status": why, **TOLD})
    health.answered()
    assert health.answer()[0] == 200


def test_health__batches_cannot_be_kept__says_why() -> None:
    health = Health("v1", "0x11", lambda: 0.0)
    health.history = DatabaseFull("no space")
    why = "no batch can be proven: no space [database_full]"
    assert health.answer() == (503, {"status": why, **TOLD})
    health.history = None
    assert health.answer()[0] == 200
