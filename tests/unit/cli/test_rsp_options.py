"""`attestor prove --rsp-block`: what is asked of the node, kept, and shown of the proof."""

import click
import pytest
from unit.rsp.test_rsp_witness import HASH

from attestor.cli.rsp_options import BlockId, RspBlock, take_block
from attestor.errors import ConfigurationInvalid, ProofRefused

BLOCK = RspBlock(21_000_001, HASH, b"entry")


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
