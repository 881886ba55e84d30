"""What the signer process gives up, and what must stand around its keys before it has any.

Order matters: what needs rights (opening programs, handing over a quote's report) comes first, then
the rights go, and what is left is what the walls are judged by.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from attestor.errors import SandboxInsufficient
from attestor.executor import SandboxLevel, SandboxReport
from attestor.executor.programs import Programs
from attestor.executor.self_test import HOSTILE_PROGRAM, run_self_test
from attestor.hardening import process, users
from attestor.hardening.memory import SecretBuffer
from attestor.hardening.users import User
from attestor.signer.settings import AUTO

OWN_USER = "a user of its own"
NOT_ROOT = "no root"

WALLS: Mapping[str, str] = {
    OWN_USER: "start the daemon with CAP_SETUID and CAP_SETGID",
    NOT_ROOT: "do not start the daemon as root without CAP_SETUID and CAP_SETGID",
}
"""The walls around the signer process itself, and what to do for each."""


@dataclass(frozen=True)
class Walls:
    """What stands around the signer process and around its executor, and what does not."""

    missing: tuple[str, ...]
    executor: SandboxReport

    @property
    def level(self) -> SandboxLevel:
        """What both make together."""
        if self.missing and self.executor.level is SandboxLevel.ISOLATED:
            return SandboxLevel.PROCESS
        return self.executor.level

    def told(self) -> tuple[str, ...]:
        """Each missing wall in words."""
        signer = (f"signer process: {name} ({WALLS[name]})" for name in self.missing)
        return (*signer, *(f"executor: {words}" for words in self.executor.missing))


def choose_user(name: str) -> User | None:
    """The user that this process is to become: the one of this name, else one that nothing else
    has; None where it stays the one it is. Raises `ProcessUserInvalid`."""
    wanted = users.named(name) if name else None
    if wanted is not None and wanted.uid == os.geteuid():
        return None
    if wanted is None and not users.may_change():
        return None
    taken = users.known() | users.running()
    return wanted or users.transient(secrets.randbelow, taken, users.exists_here())


def give_up(user: User | None) -> tuple[str, ...]:
    """Become that user, and keep no right that this process does not need; the walls that are
    missing after that. Raises `ProcessUserInvalid` and `MemoryNotLocked`."""
    before = os.geteuid()
    if user is not None:
        users.become(user)
    else:
        process.drop_capabilities()
    # A change of user undoes the second, and may undo the first (fs.suid_dumpable).
    process.keep_memory_to_itself()
    process.end_with_parent()
    SecretBuffer(1).destroy()
    own, root = os.geteuid() != before, os.geteuid() == 0
    return tuple(name for name, stands in ((OWN_USER, own), (NOT_ROOT, not root)) if not stands)


def require(walls: Walls, wanted: str, development: bool) -> bool:
    """Raise `SandboxInsufficient`, which names what is missing, unless the walls are those of the
    level that sandbox.level asks for. Returns whether it asks for any."""
    if wanted == AUTO and development:
        return False
    level = SandboxLevel.ISOLATED if wanted == AUTO else SandboxLevel(wanted)
    if walls.level.reaches(level):
        return level is not SandboxLevel.NONE
    raise SandboxInsufficient(
        f"sandbox.level is {level}, and this machine gives {walls.level}: missing are "
        + "; ".join(walls.told()),
        hint="docs/operate-machine.md, sandbox; a lower sandbox.level starts without them",
    )


def try_ways_out(sealed: Programs) -> None:
    """Have the hostile stand-in, where a build has it, try each way out of an executor's process.
    Raises `SandboxInsufficient`, which names those that led out."""
    stand_in = sealed.descriptors.get(HOSTILE_PROGRAM)
    if stand_in is None:
        return
    attempts = run_self_test(sealed.directory, stand_in)
    escapes = [f"{attempt.name} ({attempt.walls})" for attempt in attempts if attempt.escaped]
    if escapes:
        raise SandboxInsufficient(
            f"a program can leave the executor's process on this machine, by {', '.join(escapes)}",
            hint="docs/operate-machine.md, sandbox; sandbox.level none starts all the same",
        )
