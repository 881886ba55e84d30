"""`attestor prove`."""

from pathlib import Path
from typing import Any

import click

from attestor.cli.credential_options import credential_options
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.rsp_options import rsp_options
from attestor.cli.types import ADDRESS, PROGRAM_VKEY, NumberRange

FORMS = ("statement", "upstream")
TIMEOUT_SECONDS = 900.0
"""As `attestor.client` has them, which takes long to import."""


@click.command
@click.argument("elf", type=click.Path(path_type=Path))
@click.option(
    "--stdin",
    multiple=True,
    help="A stdin entry: u32:N, u64:N, hex:DIGITS or a file; may be repeated.",
)
@rsp_options
@click.option(
    "--url", default="http://127.0.0.1:3000", show_default=True, help="URL of the proving service."
)
@click.option(
    "--vkey",
    "--program-vkey",
    type=PROGRAM_VKEY,
    help="The program vkey, 0x-prefixed hex: a proof of any other program is refused. Without it, "
    "the executor computes it.",
)
@click.option(
    "--executor",
    type=click.Path(path_type=Path),
    help="Folder with the program attestor-vkey. Without it, the one that came with attestor, if "
    "any.",
)
@rpc_url_option(required=False)
@click.option(
    "--registry",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_REGISTRY",
    help="Address of the TEERegistry  [ATTESTOR_CHAIN_REGISTRY].",
)
@check_headers_option()
@click.option(
    "--multiproof",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_MULTIPROOF",
    help="Address of the MultiProof that the statement is for  [ATTESTOR_CHAIN_MULTIPROOF].",
)
@click.option(
    "--registration",
    help="The registration to ask for, where the service has several: its name of the chain, or "
    "CHAIN_ID:REGISTRY.",
)
@click.option(
    "--form",
    type=click.Choice(FORMS),
    default=FORMS[0],
    show_default=True,
    help="What is signed: the EIP-712 statement, or upstream's message, which binds neither stdin, "
    "chain nor expiry.",
)
@click.option(
    "--timeout",
    type=NumberRange(min=0, min_open=True),
    default=TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds for everything together.",
)
@credential_options
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(**given: Any) -> None:
    """Request a proof of a program, verify it and print it.

    ELF is an SP1 v6 program. The proof has to be of this program and this stdin, and its signer in
    the registry; one that does not verify is not printed. What cannot be checked, as an option is
    missing for it, is printed as UNCHECKED.

    With --rsp-block, ELF is the published rsp program, which executes a block of Ethereum, and the
    stdin is made from a node (docs/rsp.md).
    """
    from attestor.cli.prove_work import prove

    prove(**given)
