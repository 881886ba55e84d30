"""`attestor scroll verify` and `attestor scroll probe`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from attestor.cli.groups import Group
from attestor.cli.types import BUILT, URL, WORD
from attestor.core.scroll.eras import MAINNET


def _rpc_url(required: bool) -> Callable[[Any], Any]:
    return click.option(
        "--rpc-url",
        type=URL,
        envvar="ATTESTOR_SCROLL_RPC_URL",
        required=required,
        help="JSON-RPC endpoint of a Scroll node  [ATTESTOR_SCROLL_RPC_URL].",
    )


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_AS_JSON = click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")


@click.group(cls=Group)
def command() -> None:
    """Verify blocks and batches of Scroll by executing them again."""


@command.command("verify")
@click.argument("targets", nargs=-1, required=True)
@_rpc_url(required=False)
@click.option(
    "--chain-id", default=MAINNET, show_default=True, type=click.IntRange(min=1), help="Chain id."
)
@click.option(
    "--fork",
    "forks",
    multiple=True,
    metavar="NAME=WHEN",
    help="On a development chain: a fork and its block or time; may be repeated.",
)
@click.option(
    "--executor",
    type=click.Path(path_type=Path),
    default=BUILT,
    help="Directory of attestor-scroll. Without it, the one built here.",
)
@click.option("--keep", type=click.Path(path_type=Path), help="Folder to store witnesses in.")
@click.option("--l1-rpc-url", type=URL, help="JSON-RPC endpoint of L1, for commits by their hash.")
@click.option(
    "--blob",
    "blobs",
    multiple=True,
    type=_FILE,
    help="File of a blob of the commit; may be repeated.",
)
@click.option(
    "--blob-url", multiple=True, type=URL, help="Base URL that serves blobs by versioned hash."
)
@click.option("--beacon-url", type=URL, help="API of a consensus node of L1, for recent blobs.")
@click.option(
    "--versioned-hash",
    "versioned_hashes",
    multiple=True,
    type=WORD,
    help="Versioned hash that the commit's L1 transaction names; all of them, in their order.",
)
@click.option(
    "--batch-index",
    type=click.IntRange(min=0),
    help="Index of the commit's first batch, as in L1's event CommitBatch.",
)
@click.option("--batch-hash", type=WORD, help="Hash of the commit's first batch.")
@click.option(
    "--finalization",
    type=_FILE,
    help="File of the calldata that finalized the batch: its header and roots have to agree.",
)
@_AS_JSON
def verify_command(**given: Any) -> None:
    """Verify blocks and batches.

    A target is a block (19604670), a range (19604670-19604689), a file or folder of witnesses, or
    what commits batches: a file of its calldata, or the hash of the L1 transaction. Each block is
    executed again; its hash, roots, gas and logs must come out as in its header. A batch is
    verified when its blocks are, and its commitment is to exactly their transactions.

    Exits with code 4 when anything is refused, with 3 when only a node or the executor failed,
    which may pass.
    """
    from attestor.cli.scroll_verify import verify

    verify(**given)


@command.command("probe")
@_rpc_url(required=True)
@_AS_JSON
def probe_command(rpc_url: str, as_json: bool) -> None:
    """Show what a Scroll node serves of what verification needs.

    Only its newest block is asked for. Exits with code 2 when it serves no witnesses.
    """
    from attestor.cli.scroll_verify import probe

    probe(rpc_url, as_json)
