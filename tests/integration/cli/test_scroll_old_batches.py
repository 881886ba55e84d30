"""`attestor scroll verify` on batches of before Euclid: recorded traces are executed, and bound to
a commit of each codec of that time. Commitments are of a scheme that costs nothing."""

import json
from pathlib import Path

import pytest
from cases import scroll_batch
from click.testing import CliRunner, Result

from attestor import cli
from attestor.cli import scroll_verify
from attestor.core.scroll.block import from_header
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollVerificationFailed
from attestor.executor.scroll import PROGRAM
from attestor.scroll import keeping

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
SETS = {
    "devnet": (("devnet-527", "devnet-528"), ("--chain-id", "222222")),
    "mainnet": (("mainnet-1341",), ()),
}
FORKS = ("--fork", "bernoulli=0", "--fork", "curie=0")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")
    monkeypatch.setattr(scroll_verify, "_kzg", scroll_batch.CheapKzg)


def verify(
    vectors: Path, folder: Path, version: int, chain: str, other: bool = False
) -> tuple[scroll_batch.Case, Result]:
    """The batch that holds the set's blocks, or others of the same form, and what is said of it."""
    names, options = SETS[chain]
    paths = [vectors / "scroll" / "traces" / f"{name}.json" for name in names]
    found = [keeping.read(path) for path in paths]
    blocks = [from_header(one.header, one.transactions) for one in found]
    content = scroll_batch.with_other_transactions(blocks) if other else tuple(blocks)
    made = scroll_batch.case(version, content)
    commit = folder / "commit.calldata"
    commit.write_text(to_hex(made.calldata))
    arguments = [*map(str, paths), str(commit), *options, "--json"]
    arguments += FORKS if chain == "devnet" else ()
    for place, blob in enumerate(made.evidence.blobs):
        (folder / f"{place}.blob").write_bytes(blob)
        arguments += ["--blob", str(folder / f"{place}.blob")]
    return made, CliRunner().invoke(cli.group, ["scroll", "verify", *arguments])


@pytest.mark.parametrize(("chain", "version"), [("devnet", v) for v in range(7)] + [("mainnet", 0)])
def test_verify__batch_of_before_euclid__is_executed_and_bound(
    vectors: Path, tmp_path: Path, chain: str, version: int
) -> None:
    made, result = verify(vectors, tmp_path, version, chain)
    assert result.exit_code == 0, result.output
    value = json.loads(result.output)
    assert value["blocks_verified"] == len(made.blocks)
    (batch,) = value["batches"]
    assert batch["hash"] == to_hex(made.batch_hash)
    assert batch["codec_version"] == version


@pytest.mark.parametrize("version", range(7))
def test_verify__batch_of_other_transactions_of_that_time__is_refused(
    vectors: Path, tmp_path: Path, version: int
) -> None:
    _, result = verify(vectors, tmp_path, version, "devnet", other=True)
    assert isinstance(result.exception, ScrollVerificationFailed)
    value = json.loads(result.output)
    assert (value["blocks_verified"], value["batches"][0]["verified"]) == (2, False)
