"""`attestor prove --rsp-block`: what is asked of the node, kept, and shown of the proof."""

from pathlib import Path

import click
import pytest
from cases.scroll_http import served
from unit.rsp.test_rsp_witness import GENUINE, HASH, made

from attestor.cli.rsp_options import BlockId, RspBlock, take_block
from attestor.errors import ConfigurationInvalid, ProofRefused

BLOCK = RspBlock(21_000_001, HASH, b"entry")


def test_take_block__node_over_http__is_the_stdin_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "block.bin"
    with served(made()) as node:
        found = take_block(False, HASH, node.url, kept)
    assert found == RspBlock(21_000_001, HASH, GENUINE)
    assert kept.read_bytes() == GENUINE


def test_take_block__none_asked__asks_nobody() -> None:
    assert take_block(True, None, None, None) is None


@pytest.mark.parametrize(
    ("has_stdin", "block", "url", "said"),
    [
        (True, 1, "http://node.example", "--stdin cannot"),
        (False, 1, None, "--rsp-rpc-url"),
        (False, None, "http://node.example", "--rsp-block, which is missing"),
    ],
    ids=["stdin too", "no node", "no block"],
)
def test_take_block__options_that_do_not_fit__say_so(
    has_stdin: bool, block: int | None, url: str | None, said: str
) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        take_block(has_stdin, block, url, None)


def test_take_block__nowhere_to_keep_it__leaves_no_file(tmp_path: Path) -> None:
    with served(made()) as node, pytest.raises(ConfigurationInvalid, match="cannot be stored"):
        take_block(False, HASH, node.url, tmp_path / "absent" / "block.bin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["latest", "-1", "0x12", "1" * 20, "0x" + "g" * 64])
def test_block_id__neither_number_nor_hash__is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        BlockId().convert(text, None, None)


def test_rows__by_what_the_proof_binds() -> None:
    assert BLOCK.rows(b"", True)["block_bound_by"] == "stdin_hash"
    assert BLOCK.rows(b"", False)["block_bound_by"] == "nothing"
    assert BLOCK.rows(HASH, False)["block_bound_by"] == "public_values"
    with pytest.raises(ProofRefused, match="asked was"):
        BLOCK.rows(bytes(32), True)
