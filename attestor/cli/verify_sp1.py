"""`attestor verify-sp1`."""

from pathlib import Path

import click


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Verify an SP1 Groth16 proof off chain.

    FILE is JSON: circuit_version, verifier_hash, vk_root, program_vkey, public_values, proof and
    verifying_key. The key must be one of SP1's own. Exits with code 4 if the proof is invalid.
    """
    from attestor.core.text import to_hex
    from attestor.sp1proof import groth16
    from attestor.sp1proof.file import read

    proof = read(file)
    click.echo(f"{'circuit':<18} {proof.circuit.version!r}"[:80])
    click.echo(f"{'program_vkey':<18} {to_hex(proof.program_vkey)}")
    click.echo(f"{'public_values':<18} {to_hex(proof.public_values)}")
    groth16.verify(proof)
    click.echo(f"{'verdict':<18} the proof is valid")
