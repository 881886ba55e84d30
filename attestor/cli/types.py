"""Types of options and arguments."""

import click


class Hex(click.ParamType[bytes]):
    """0x text of a fixed number of bytes."""

    name = "0x text"

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


ADDRESS, WORD, PROGRAM_VKEY = Hex(20), Hex(32), ProgramVkey()
PORT = click.IntRange(0, 65535)
