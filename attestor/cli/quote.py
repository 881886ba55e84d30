"""`attestor quote`."""

from pathlib import Path

import click


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Decode a quote.

    The quote in FILE is decoded, not verified: without its signatures checked, its fields are
    only claims.
    """
    from attestor import regular_file
    from attestor.cli import json_out
    from attestor.cli.quote_fields import describe
    from attestor.errors import QuoteInvalid
    from attestor.quote.format import MAX_QUOTE_BYTES, parse

    try:
        raw = regular_file.read(file, MAX_QUOTE_BYTES + 1)
    except OSError as error:
        raise QuoteInvalid(f"cannot read {file}: {error.strerror}") from None
    rows = describe(parse(raw))
    if as_json:
        json_out.tell(rows)
    else:
        click.echo("\n".join(f"{name:<18} {value}" for name, value in rows.items()))
