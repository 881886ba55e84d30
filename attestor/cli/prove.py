"""`attestor prove`."""

import json
from pathlib import Path

import click

from attestor.cli import stdin as entries
from attestor.cli.chain_options import chain_options, open_registry
from attestor.client import CheckedProof, ProverClient
from attestor.core.text import checksummed, to_hex
from attestor.errors import ProofRefused


@click.command
@click.argument("elf", type=click.Path(path_type=Path))
@click.option(
    "--stdin",
    multiple=True,
    help="A stdin entry: u32:N, u64:N, hex:DIGITS or a file; may be repeated.",
)
@click.option(
    "--url", default="http://127.0.0.1:3000", show_default=True, help="URL of the proving service."
)
@click.option(
    "--program-vkey", help="Expected program vkey, 0x-prefixed hex; any other is refused."
)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
@chain_options
def command(
    elf: Path,
    stdin: tuple[str, ...],
    url: str,
    program_vkey: str | None,
    as_json: bool,
    rpc_url: tuple[str, ...],
    registry: str,
    check_headers: bool,
) -> None:
    """Request a proof of a program, verify it and print it.

    ELF is an SP1 v6 program. The signer is recovered from the signature and looked up in the
    registry. A proof that does not verify is not printed.
    """
    program = entries.read_file(elf, "ELF")
    client = ProverClient(url, open_registry(rpc_url, registry, check_headers))
    proof = client.prove(program, [entries.parse(entry) for entry in stdin])
    found = to_hex(proof.verifying_key.program_vkey)
    if program_vkey is not None and program_vkey.lower() != found:
        raise ProofRefused(f"the answer is for program {found}, not {program_vkey}")
    click.echo(_as_json(proof) if as_json else _as_text(proof))


def _as_json(proof: CheckedProof) -> str:
    return json.dumps(_rows(proof), indent=2)


def _as_text(proof: CheckedProof) -> str:
    return "\n".join(f"{name:<14} {value}" for name, value in _rows(proof).items())


def _rows(proof: CheckedProof) -> dict[str, str]:
    return {
        "id": proof.proof_id,
        "signer": checksummed(proof.signer),
        "program_vkey": to_hex(proof.verifying_key.program_vkey),
        "vk_hash_bytes": to_hex(proof.verifying_key.vk_hash_bytes),
        "public_values": to_hex(proof.public_values),
        "digest": to_hex(proof.digest),
        "signature": to_hex(proof.signature),
    }
