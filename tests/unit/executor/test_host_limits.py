"""Limits of the machine are told at the start, and not by jobs that fail."""

import resource
from pathlib import Path

import pytest

from attestor.core.execution import Limits
from attestor.errors import HostLimitsTooLow
from attestor.executor import host_limits

LIMITS = Limits(memory_bytes=1 << 30)
DATA = (2 << 30) + (256 << 20)
ADDRESSES = (1 << 40) + (1 << 37) + (4 << 30) + DATA
UNLIMITED = resource.RLIM_INFINITY


def limited(monkeypatch: pytest.MonkeyPatch, addresses: int, data: int) -> None:
    limits = {resource.RLIMIT_AS: addresses, resource.RLIMIT_DATA: data}
    # The soft limit does not matter: a child may raise it.
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (1, limits[kind]))


@pytest.mark.parametrize(
    ("addresses", "data"),
    [(UNLIMITED, UNLIMITED), (ADDRESSES, DATA), (UNLIMITED, DATA), (ADDRESSES, UNLIMITED)],
)
def test_require_room__enough__silent(
    monkeypatch: pytest.MonkeyPatch, addresses: int, data: int
) -> None:
    limited(monkeypatch, addresses, data)
    host_limits.require_room(LIMITS)


@pytest.mark.parametrize(
    ("addresses", "data", "said"),
    [
        (ADDRESSES - 1, UNLIMITED, "address space.*ulimit -v unlimited"),
        (UNLIMITED, DATA - 1, "of data.*ulimit -d unlimited"),
    ],
)
def test_require_room__one_byte_short__named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, addresses: int, data: int, said: str
) -> None:
    limited(monkeypatch, addresses, data)
    with pytest.raises(HostLimitsTooLow) as caught:
        host_limits.require_room(LIMITS)
    assert caught.match("an execution needs")
    assert caught.match(said)


@pytest.mark.parametrize(
    ("text", "told"), [("65530\n", False), ("65529\n", True), ("1048576", False), ("?", False)]
)
def test_lacking__mappings__told_below_the_kernels_default(
    tmp_path: Path, text: str, told: bool
) -> None:
    path = tmp_path / "max_map_count"
    path.write_text(text)
    assert bool(host_limits.lacking(path)) is told


def test_lacking__a_machine_that_does_not_say__silent(tmp_path: Path) -> None:
    assert host_limits.lacking(tmp_path / "absent") == ()
