"""`attestor prove --rsp-block` and its node over HTTP."""

from pathlib import Path

import pytest
from cases.scroll_http import served
from unit.rsp.test_rsp_witness import GENUINE, HASH, made

from attestor.cli.rsp_options import RspBlock, take_block
from attestor.errors import ConfigurationInvalid


def test_take_block__node_over_http__is_the_stdin_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "block.bin"
    with served(made()) as node:
        found = take_block(False, HASH, node.url, kept)
    assert found == RspBlock(21_000_001, HASH, GENUINE)
    assert kept.read_bytes() == GENUINE


def test_take_block__nowhere_to_keep_it__leaves_no_file(tmp_path: Path) -> None:
    with served(made()) as node, pytest.raises(ConfigurationInvalid, match="cannot be stored"):
        take_block(False, HASH, node.url, tmp_path / "absent" / "block.bin")
    assert list(tmp_path.iterdir()) == []
