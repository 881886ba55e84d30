"""How `attestor prove` is told an Ethereum block instead of stdin."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from attestor import regular_file
from attestor.cli.types import URL
from attestor.errors import ConfigurationInvalid

BOUND, UNBOUND = "stdin_hash", "nothing"


class BlockId(click.ParamType[int | bytes]):
    """A block by its number, or by the 0x text of its hash."""

    name = "number or hash"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | bytes:
        """A number below 2^63, or 32 bytes."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 19:
            return int(text)
        found = b""
        with suppress(ValueError):
            found = bytes.fromhex(text[2:]) if text.startswith("0x") else b""
        if len(found) != 32:
            self.fail(f"{text!r:.80} is neither a block's number nor the 0x text of its hash")
        return found


def rsp_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--rsp-block`, `--rsp-rpc-url` and `--keep-stdin`."""
    options = (
        click.option(
            "--rsp-block",
            type=BlockId(),
            help="Instead of --stdin: the block of Ethereum mainnet that ELF, the published rsp "
            "program, is to execute.",
        ),
        click.option(
            "--rsp-rpc-url",
            type=URL,
            help="JSON-RPC endpoint of the Ethereum node to take that block from, with debug_…",
        ),
        click.option(
            "--keep-stdin",
            type=click.Path(path_type=Path),
            help="Store the stdin of --rsp-block in this file, for --stdin.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True)
class RspBlock:
    """A block as stdin of the guest. `hash` has 32 bytes."""

    number: int
    hash: bytes
    entry: bytes

    def rows(self, public_values: bytes, has_statement: bool) -> dict[str, str | int]:
        """What a checked proof shows of the block. Raises `ProofRefused` for another one."""
        from attestor.core.text import to_hex
        from attestor.rsp.commitment import require_block

        bound = BOUND if has_statement else UNBOUND
        if require_block(public_values, self.hash):
            bound = "public_values"
        return {
            "block_number": self.number,
            "block_hash": to_hex(self.hash),
            "block_bound_by": bound,
        }


def take_block(
    has_stdin: bool,
    rsp_block: int | bytes | None,
    rsp_rpc_url: str | None,
    keep_stdin: Path | None,
) -> RspBlock | None:
    """The block of the options, from its node; None without one. Raises what `EthereumNode` does,
    and `ConfigurationInvalid`."""
    if rsp_block is None:
        if rsp_rpc_url is not None or keep_stdin is not None:
            raise ConfigurationInvalid(
                "--rsp-rpc-url and --keep-stdin are about --rsp-block, which is missing"
            )
        return None
    if has_stdin:
        raise ConfigurationInvalid("--rsp-block makes the stdin: --stdin cannot be given too")
    if rsp_rpc_url is None:
        raise ConfigurationInvalid("a block without a node to ask", hint="set --rsp-rpc-url")
    # A command that proves something else does without them.
    from attestor.chain.rpc import Rpc
    from attestor.rsp.node import EthereumNode
    from attestor.rsp.stdin import encode

    rpc = Rpc(rsp_rpc_url)
    try:
        found = EthereumNode(rpc, lambda what: click.echo(what, file=sys.stderr)).guest_input(
            rsp_block
        )
    finally:
        rpc.close()
    entry = encode(found)
    if keep_stdin is not None:
        _keep(keep_stdin, entry)
    return RspBlock(found.number, found.block_hash, entry)


def _keep(path: Path, entry: bytes) -> None:
    try:
        regular_file.write(path, entry)
    except OSError as error:
        raise ConfigurationInvalid(
            f"the stdin cannot be stored as {path}: {error.strerror}"
        ) from None
