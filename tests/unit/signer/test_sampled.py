"""The verdict on a sample goes to every job that its run was signed for."""

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Finding
from attestor.signer.sampled import SampledSignatures

AGREED = CrossCheckVerdict(Finding.AGREED, "")
MARK = b"m" * 32


def test_end__signed_for_two_jobs_meanwhile__is_told_of_both() -> None:
    signatures = SampledSignatures()
    sample = signatures.begin(MARK, "job a", "a")
    assert signatures.join(MARK, "job b", "b") == []
    assert signatures.join(MARK, "job b", "b") == []
    told = [CrossChecked("job a", AGREED, "a"), CrossChecked("job b", AGREED, "b")]
    assert signatures.end(sample, AGREED) == told


def test_join__after_the_verdict__is_told_at_once() -> None:
    signatures = SampledSignatures()
    signatures.end(signatures.begin(MARK, "job a", "a"), AGREED)
    assert signatures.join(MARK, "job b", "b") == [CrossChecked("job b", AGREED, "b")]


def test_join__run_that_is_no_sample__is_told_nothing() -> None:
    assert SampledSignatures().join(MARK, "job b", "b") == []


def test_end__same_run_twice__each_sample_has_its_own_jobs() -> None:
    signatures = SampledSignatures()
    first = signatures.begin(MARK, "job 1", "a")
    second = signatures.begin(MARK, "job 2", "a")
    assert signatures.join(MARK, "job b", "b") == []
    assert [found.job for found in signatures.end(first, AGREED)] == ["job 1"]
    assert [found.job for found in signatures.end(second, AGREED)] == ["job 2", "job b"]


def test_end__many_runs__the_oldest_verdict_makes_room() -> None:
    signatures = SampledSignatures(most=1)
    for mark in (b"1", b"2"):
        signatures.end(signatures.begin(mark, "a job", ""), AGREED)
    assert signatures.join(b"1", "job b", "b") == []
    assert signatures.join(b"2", "job b", "b") != []
