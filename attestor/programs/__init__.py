"""The host side of our guest programs: their stdin and their public values."""

from attestor.config import ROOT
from attestor.errors import ProgramMissing

ELF_FOLDER = ROOT / "guests" / "elf"


def elf(name: str) -> bytes:
    """The ELF of one of our guest programs, as it is in the repository."""
    path = ELF_FOLDER / f"{name}.elf"
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProgramMissing(
            f"no guest program {name}: {error.strerror}", hint="run scripts/build-guests"
        ) from None
