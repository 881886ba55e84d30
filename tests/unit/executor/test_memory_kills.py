"""The kernel's count of processes that it ended for want of memory."""

from pathlib import Path

import pytest

from attestor.executor import memory_kills


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("nr_free_pages 9\noom_kill 3\nthp_oom_kill 8\n", 3),
        ("oom_kill 12", 12),
        ("oom_kill_disable 4\n", 0),
        ("", 0),
    ],
)
def test_count__as_the_kernel_tells__that_line(tmp_path: Path, told: str, count: int) -> None:
    vmstat = tmp_path / "vmstat"
    vmstat.write_text(told)
    assert memory_kills.count(vmstat) == count


def test_count__kernel_that_does_not_tell__none(tmp_path: Path) -> None:
    assert memory_kills.count(tmp_path / "vmstat") == 0
