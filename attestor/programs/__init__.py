"""The host side of our guest programs: their stdin and their public values."""

from attestor import resources
from attestor.errors import ProgramMissing

ELF_FOLDER = resources.folder("guests")


def elf(name: str) -> bytes:
    """The ELF of one of our guest programs, as it came with this package."""
    path = ELF_FOLDER / f"{name}.elf"
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProgramMissing(
            f"no guest program {name}: {error.strerror}",
            hint=resources.how_to_get("scripts/build-guests"),
        ) from None
