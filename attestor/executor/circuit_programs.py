"""Which programs of the executor run a program of each version of SP1's circuits, and compute its
key."""

from collections.abc import Mapping
from dataclasses import dataclass

from attestor import resources
from attestor.core.circuits import Circuit
from attestor.executor.starting import BUILD_COMMAND

JIT_PROGRAM = "attestor-execute-jit"


@dataclass(frozen=True)
class CircuitPrograms:
    """The names of its programs, the SP1 that both are built with, and the command that builds
    them. Words of its keys are below `prime`."""

    execute: str
    vkey: str
    sp1_version: str
    prime: int
    build_command: str

    @property
    def names(self) -> tuple[str, str]:
        """Of both."""
        return self.vkey, self.execute


PROGRAMS: Mapping[Circuit, CircuitPrograms] = {
    Circuit.V6: CircuitPrograms(
        execute="attestor-execute",
        vkey="attestor-vkey",
        sp1_version="6.10.0",
        prime=2**31 - 2**24 + 1,
        build_command=BUILD_COMMAND,
    ),
    Circuit.V3: CircuitPrograms(
        execute="attestor-execute-v3",
        vkey="attestor-vkey-v3",
        sp1_version="3.4.0",
        prime=2**31 - 2**27 + 1,
        build_command=resources.how_to_get("make executor-v3"),
    ),
}
"""SP1 v6's are always built, SP1 v3's need not be. The fields are KoalaBear and BabyBear."""
OPTIONAL: tuple[str, ...] = (JIT_PROGRAM, *PROGRAMS[Circuit.V3].names)
"""Those that need not be built."""
