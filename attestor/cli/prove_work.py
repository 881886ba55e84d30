"""The work of `attestor prove`: asks the service, verifies the proof and shows it."""

import sys
from pathlib import Path
from typing import Any

import click

from attestor.cli import json_out
from attestor.cli import stdin as entries
from attestor.cli.chain_options import open_node
from attestor.cli.credential_options import take_credentials
from attestor.cli.progress import shown
from attestor.cli.rsp_options import RspBlock, take_block
from attestor.cli.types import BUILT
from attestor.client import CheckedProof, Form, ProverClient, RegistryView
from attestor.core.execution import Limits
from attestor.core.text import checksummed, to_hex
from attestor.errors import ConfigurationInvalid

UNCHECKED = "UNCHECKED"


def prove(
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
    """With the options of the command; raises what verifying does."""
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
    if as_json:
        unchecked = {point.value: why for point, why in proof.unchecked.items()}
        json_out.tell({**rows, "unchecked": unchecked})
    else:
        click.echo(_as_text(proof, rows))


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
