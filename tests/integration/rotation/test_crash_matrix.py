"""kill -9 of a process that rotates, at some of the points that `make bench-chain` tries all of."""

from collections.abc import Iterator

import pytest
from measures.chain import START, running
from storm.crash_matrix import CrashMatrix
from storm.crash_points import AFTER, BEFORE, WITHIN, Point


@pytest.fixture(scope="module")
def matrix() -> Iterator[CrashMatrix]:
    with running(START) as url:
        yield CrashMatrix(url)


@pytest.mark.parametrize(
    "point",
    [
        Point("Node.send", BEFORE, 2),
        Point("Node.send", AFTER),
        Point("History.activated", WITHIN, 2),
        Point("SignerProcess.pause", AFTER),
        Point("Transactions.replaced", BEFORE),
    ],
    ids=str,
)
def test_kill__at_a_point__effects_are_done_exactly_once(matrix: CrashMatrix, point: Point) -> None:
    assert matrix.fault(point) is None
