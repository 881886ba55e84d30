"""Findings of one signer process, each to the chain that it is about."""

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding
from attestor.daemon.findings import Findings

AGREED = CrossCheckVerdict(Finding.AGREED, "")


class Process:
    def __init__(self) -> None:
        self.found: list[CrossChecked] = []

    def cross_checks(self) -> list[CrossChecked]:
        found, self.found = self.found, []
        return found

    def disagreement(self) -> Disagreement | None:
        return Disagreement("a job", "cycles", b"elf", ())


def test_cross_checks__of_two_slots__each_is_told_its_own_once() -> None:
    process = Process()
    findings = Findings(process)
    first, second = findings.of("first"), findings.of("second")
    process.found = [CrossChecked(f"job {slot}", AGREED, slot) for slot in ("second", "first")]
    assert [found.job for found in first.cross_checks()] == ["job first"]
    assert first.cross_checks() == []
    # Asked for by another chain meanwhile, it waited for the one that it is about.
    assert [found.job for found in second.cross_checks()] == ["job second"]
    assert second.cross_checks() == []


def test_disagreement__any_chain_asks__is_that_of_the_process() -> None:
    findings = Findings(Process())
    assert findings.of("first").disagreement() == findings.of("second").disagreement() != None  # noqa: E711
