"""`attestor prove`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from attestor.cli import stdin as entries
from attestor.cli.chain_options import open_node
from attestor.cli.credential_options import credential_options, take_credentials
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.progress import shown
from attestor.cli.rsp_options import RspBlock, rsp_options, take_block
from attestor.cli.types import ADDRESS, BUILT, PROGRAM_VKEY
from attestor.client import CheckedProof, Form, ProverClient, RegistryView
from attestor.client.prover import TIMEOUT_SECONDS
from attestor.core.execution import Limits
from attestor.core.text import checksummed, to_hex
from attestor.errors import ConfigurationInvalid

UNCHECKED = "UNCHECKED"


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
    help="Directory of attestor-vkey. Without it, the one built here, where it is.",
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
    type=click.Choice([form.value for form in Form]),
    default=Form.STATEMENT.value,
    show_default=True,
    help="What is signed: the EIP-712 statement, or upstream's message, which binds neither stdin, "
    "chain nor expiry.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds for everything together.",
)
@credential_options
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(
    elf: Path,
    stdin: tuple[str, ...],
    url: str,
    vkey: bytes | None,
    executor: Path | None,
    form: str,
    timeout: float,
    as_json: bool,
    multiproof: bytes | None,
    registration: str | None,
    rsp_block: int | bytes | None,
    rsp_rpc_url: str | None,
    keep_stdin: Path | None,
    **others: Any,
) -> None:
    """Request a proof of a program, verify it and print it.

    ELF is an SP1 v6 program. The proof has to be of this program and this stdin, and its signer in
    the registry; one that does not verify is not printed. What cannot be checked, as an option is
    missing for it, is printed as UNCHECKED.

    With --rsp-block, ELF is the published rsp program, which executes a block of Ethereum, and the
    stdin is made from a node (docs/rsp.md).
    """
    program = entries.read_file(elf, "ELF")
    block = take_block(bool(stdin), rsp_block, rsp_rpc_url, keep_stdin)
    values = [entries.parse(entry) for entry in stdin] if block is None else [block.entry]
    credentials = take_credentials(others, url)
    client = ProverClient(
        url,
        _registry(**others),
        timeout,
        multiproof=multiproof,
        registration=registration,
        credentials=credentials,
    )
    with shown(sys.stderr) as progress:
        key = _key(vkey, executor, program)
        proof = client.prove(program, values, vkey=key, form=Form(form), progress=progress.tell)
    rows = _rows(proof, block)
    click.echo(_as_json(proof, rows) if as_json else _as_text(proof, rows))


def _registry(
    rpc_url: tuple[str, ...] | None, registry: bytes | None, check_headers: bool
) -> RegistryView | None:
    """The registry, if one is given. Raises `ConfigurationInvalid` for one without a node."""
    if registry is None:
        return None
    if not rpc_url:
        raise ConfigurationInvalid("a registry without a node to ask", hint="set --rpc-url")
    view = RegistryView(open_node(rpc_url, check_headers), registry)
    view.require()
    return view


def _key(vkey: bytes | None, executor: Path | None, program: bytes) -> bytes | None:
    """The program vkey that is given, or else computed; None where nothing can compute it."""
    if vkey is not None:
        return vkey
    from attestor.executor.native import VKEY_PROGRAM, NativeExecutor

    directory = executor or BUILT
    if executor is None and not (directory / VKEY_PROGRAM).is_file():
        return None
    return NativeExecutor(directory).verifying_key(program, Limits()).program_vkey


def _as_json(proof: CheckedProof, rows: dict[str, str | int]) -> str:
    unchecked = {point.value: why for point, why in proof.unchecked.items()}
    return json.dumps({**rows, "unchecked": unchecked}, indent=2)


def _as_text(proof: CheckedProof, rows: dict[str, str | int]) -> str:
    lines = [f"{name:<19} {value}" for name, value in rows.items()]
    lines += [f"{UNCHECKED:<19} {point.value}: {why}" for point, why in proof.unchecked.items()]
    return "\n".join(lines)


def _rows(proof: CheckedProof, block: RspBlock | None) -> dict[str, str | int]:
    rows: dict[str, str | int] = {
        "id": proof.proof_id,
        "signer": checksummed(proof.signer),
        "program_vkey": to_hex(proof.verifying_key.program_vkey),
        "vk_hash_bytes": to_hex(proof.verifying_key.vk_hash_bytes),
        "public_values": to_hex(proof.public_values),
        "digest": to_hex(proof.digest),
        "signature": to_hex(proof.signature),
    }
    if proof.statement is not None:
        told = proof.statement
        rows |= {
            "stdin_hash": to_hex(told.statement.stdin_hash),
            "expires_at": told.statement.expires_at,
            "chain_id": told.chain_id,
            "contract": checksummed(told.contract),
            "statement_signer": checksummed(told.signer),
            "statement_signature": to_hex(told.signature),
        }
    if block is not None:
        rows |= block.rows(proof.public_values, proof.statement is not None)
    return rows
