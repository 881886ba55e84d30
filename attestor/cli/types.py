"""Types of options and arguments, and a default that several have."""

import math
from pathlib import Path
from typing import Any

import click

from attestor import resources

BUILT = resources.folder("executor")
"""Where the programs of this package's executor are."""


class Hex(click.ParamType[bytes]):
    """0x text of a fixed number of bytes."""

    name = "hex"

    def __init__(self, size: int) -> None:
        self.size = size

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        if isinstance(value, bytes):
            return value
        from attestor.core.text import from_hex

        try:
            found = from_hex(str(value))
        except ValueError:
            found = b""
        if len(found) != self.size:
            self.fail(f"{value!r:.80} is not 0x text of {self.size} bytes", param, ctx)
        return found


class Address(Hex):
    """An account. Capital letters are a checksum of the digits (EIP-55), so they have to fit."""

    name = "address"

    def __init__(self) -> None:
        super().__init__(20)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        found = super().convert(value, param, ctx)
        from attestor.core.text import checksummed

        text = str(value)
        has_checksum = text[2:] not in (text[2:].lower(), text[2:].upper())
        if isinstance(value, str) and has_checksum and checksummed(found) != text:
            self.fail(f"{value!r:.80} has a wrong checksum: a digit is mistyped", param, ctx)
        return found


class ProgramVkey(Hex):
    """A program's verifying key as the SP1 verifier contract knows it."""

    def __init__(self) -> None:
        super().__init__(32)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        from attestor.core.verifying_key import VerifyingKey
        from attestor.errors import VerifyingKeyInvalid

        try:
            return VerifyingKey.from_program_vkey(super().convert(value, param, ctx)).program_vkey
        except VerifyingKeyInvalid as error:
            self.fail(str(error), param, ctx)


class Url(click.ParamType[str]):
    """An http or https URL, which is not repeated in an error: parts of it may be secret."""

    name = "url"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        from attestor.errors import HttpFailed
        from attestor.net import address

        try:
            address.parse(str(value))
        except HttpFailed as error:
            self.fail(error.message, param, ctx)
        return str(value)


class NumberRange(click.FloatRange):
    """A number within bounds. nan is within none, and click's own takes it for any."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value} is no number of its own", param, ctx)
        return found


ADDRESS, WORD, PROGRAM_VKEY = Address(), Hex(32), ProgramVkey()
PORT = click.IntRange(0, 65535)
ANVIL_OPTION = click.option(
    "--anvil",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True),
    help="foundry's anvil. Without it, the one below node_modules here, or that on PATH.",
)
URL = Url()
