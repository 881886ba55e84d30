"""A storm in which two of three endpoints stay as they are: the daemon has to do with the third."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from measures.chain import START, GasChain, running
from storm.endpoint import AWAY, HONEST, SILENT
from storm.storm import Storm

DRIPS, THROTTLES, GARBAGE = "a byte at a time", "429 with Retry-After", "a truncated answer"
BLOCKS, SEED = 40, 7


@pytest.fixture
def chain() -> Iterator[GasChain]:
    with running(START) as url:
        yield GasChain(url)


@pytest.mark.parametrize(
    "moods",
    [
        (DRIPS, HONEST, SILENT),
        (DRIPS, HONEST, DRIPS),
        (SILENT, SILENT, HONEST),
        (HONEST, AWAY, DRIPS),
        (THROTTLES, DRIPS, HONEST),
        (GARBAGE, HONEST, SILENT),
    ],
    ids=str,
)
def test_storm__two_of_three_endpoints_stay_bad__a_signer_signs_at_every_block(
    chain: GasChain, tmp_path: Path, moods: tuple[str, ...]
) -> None:
    storm = Storm(chain, tmp_path, SEED, endpoints=3)
    storm.run(0)
    storm.weather.hold(moods)
    storm.run_blocks(BLOCKS)
    storm.machine.close()
    assert storm.judge.blocks >= BLOCKS
    assert (storm.judge.uncovered, storm.judge.idle) == (0, 0)
