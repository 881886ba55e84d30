"""The user that a process runs as, when it may choose."""

import os
import pwd
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from attestor.errors import ProcessUserInvalid
from attestor.hardening import process

TRANSIENT = range(61184, 65520)
"""User ids that distributions leave to services without a user of their own (systemd's range of
DynamicUser)."""


@dataclass(frozen=True)
class User:
    """A user and its group, by number."""

    uid: int
    gid: int


def may_change() -> bool:
    """Whether this process may become another user, and leave its groups."""
    return process.holds(process.SETUID, process.SETGID) and _read("setgroups").strip() != "deny"


def named(name: str) -> User:
    """A user of this machine. Raises `ProcessUserInvalid`."""
    try:
        entry = pwd.getpwnam(name)
    except (KeyError, ValueError):
        raise ProcessUserInvalid(
            f"signer.user: there is no user {name!r:.80}",
            hint="create it (useradd --system), or leave the option out",
        ) from None
    if entry.pw_uid == 0:
        raise ProcessUserInvalid("signer.user is root", hint="name a user without privileges")
    return User(entry.pw_uid, entry.pw_gid)


def transient(
    draw: Callable[[int], int], taken: Collection[int], usable: Callable[[int], bool]
) -> User | None:
    """A user that nothing else on this machine has, if there is a `usable` id for one; `draw` gives
    a number below its argument."""
    free = [uid for uid in TRANSIENT if uid not in taken and usable(uid)]
    if not free:
        return None
    uid = free[draw(len(free))]
    return User(uid, uid)


def exists_here() -> Callable[[int], bool]:
    """Whether an id is one of this process's user namespace, as user and as group: a container may
    have few of them."""
    maps = [_ids(_read("uid_map")), _ids(_read("gid_map"))]
    return lambda number: all(any(number in ids for ids in one) for one in maps)


def running() -> set[int]:
    """The users of all processes that can be seen."""
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                lines = Path(f"/proc/{name}/status").read_text()
            except OSError:
                continue  # It has ended.
            found.add(int(lines.split("\nUid:\t", 1)[1].split("\t", 1)[0]))
    return found


def known() -> set[int]:
    """The users and groups that have a name."""
    return {entry.pw_uid for entry in pwd.getpwall()} | {entry.pw_gid for entry in pwd.getpwall()}


def become(user: User) -> None:
    """Be that user, without a way back, without further groups and without capabilities.

    Raises `ProcessUserInvalid`.
    """
    process.bound_capabilities()  # Root's right to do that goes with its user id.
    try:
        os.setgroups([])
        os.setresgid(user.gid, user.gid, user.gid)
        os.setresuid(user.uid, user.uid, user.uid)
    except OSError as error:
        raise ProcessUserInvalid(
            f"the signer process cannot become user {user.uid}: {error.strerror}",
            hint="give the service CAP_SETUID and CAP_SETGID and a range of user ids, or set "
            "signer.user to the one that runs it",
        ) from None
    process.drop_capabilities()


def _ids(text: str) -> list[range]:
    """The ids that a map of user_namespaces(7) has, lines of: first inside, first outside, count.
    Kernels without user namespaces have no map, and all ids."""
    rows = [[int(field) for field in line.split()] for line in text.splitlines()]
    return [range(first, first + count) for first, _, count in rows] or [range(1 << 32)]


def _read(name: str) -> str:
    try:
        return Path(f"/proc/self/{name}").read_text()
    except FileNotFoundError:
        return ""
