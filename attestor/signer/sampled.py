"""Which signatures a cross-checked sample stands for: a run may be signed for several jobs."""

from collections import OrderedDict

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict

MAX_REMEMBERED = 4096
"""Runs whose verdict is known. A result that is older is run again before long: its signature
ends."""


class Sample:
    """A run that is to be checked, by its mark, with the jobs that it was signed for, each with its
    slot."""

    def __init__(self, mark: bytes, job: str, slot: str) -> None:
        self.mark = mark
        self.jobs = [(job, slot)]


class SampledSignatures:
    """Samples from the signature on. Not safe to use from several threads."""

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._most = most
        self._open: dict[bytes, Sample] = {}
        self._verdicts: OrderedDict[bytes, CrossCheckVerdict] = OrderedDict()

    def begin(self, mark: bytes, job: str, slot: str) -> Sample:
        """A run is to be checked, which was signed for that job."""
        sample = self._open[mark] = Sample(mark, job, slot)
        return sample

    def join(self, mark: bytes, job: str, slot: str) -> list[CrossChecked]:
        """The run was signed for another job too; what is known of it already. Of runs that are no
        samples there is nothing to know."""
        sample = self._open.get(mark)
        if sample is not None:
            if (job, slot) not in sample.jobs:
                sample.jobs.append((job, slot))
            return []
        verdict = self._verdicts.get(mark)
        return [CrossChecked(job, verdict, slot)] if verdict is not None else []

    def end(self, sample: Sample, verdict: CrossCheckVerdict) -> list[CrossChecked]:
        """The run was checked: what is to be told of each of its jobs."""
        if self._open.get(sample.mark) is sample:
            del self._open[sample.mark]
        self._verdicts[sample.mark] = verdict
        while len(self._verdicts) > self._most:
            self._verdicts.popitem(last=False)
        return [CrossChecked(job, verdict, slot) for job, slot in sample.jobs]
