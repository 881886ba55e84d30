"""The host's side of our guest programs: what they read, and what they commit to."""

from attestor.config import ROOT
from attestor.errors import ProgramMissing

ELF_FOLDER = ROOT / "guests" / "elf"


def elf(name: str) -> bytes:
    """The committed ELF of a guest of ours."""
    path = ELF_FOLDER / f"{name}.elf"
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProgramMissing(
            f"no guest program {name}: {error.strerror}", hint="run scripts/build-guests"
        ) from None
