"""What is told where no daemon answers: what was tried, what to do, and what its databases know."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attestor.core.text import one_line
from attestor.errors import AttestorError

if TYPE_CHECKING:
    from attestor.status.document import Registration

NAME = 11


@dataclass(frozen=True)
class Kept:
    """What the database of a chain knows: its newest registration, or why it cannot be read.
    `holder` is the process that has it open, as far as is known."""

    chain: str
    path: Path
    newest: "Registration | None" = None
    fault: str | None = None
    holder: int | None = None


def kept(chain: str, path: Path) -> Kept:
    """What is in a chain's database."""
    holder = _holder(path)
    if not path.is_file():
        return Kept(chain, path, fault="there is no such file", holder=holder)
    # SQLite, and what is above it, take longer to load than a daemon to answer.
    from attestor.status.history import registrations
    from attestor.store.database import Store

    try:
        store = Store.open_to_read(path)
        try:
            found = registrations(store, 1)
        finally:
            store.close()
    except AttestorError as error:
        return Kept(chain, path, fault=str(error), holder=holder)
    return Kept(chain, path, found[0] if found else None, holder=holder)


def as_text(error: AttestorError, each: Sequence[Kept], now: float) -> str:
    """For a terminal."""
    lines = ["Not answering.  " + one_line(error.message)]
    lines += [f"{'to do':<{NAME}}{one_line(advice(each))}"]
    for one in each:
        lines += ["", f"{'database':<{NAME}}{one_line(str(one.path))}"]
        lines += [f"{'':<{NAME}}{one_line(told)}" for told in _told(one, now)]
    return "\n".join(lines) + "\n"


def as_json(error: AttestorError, each: Sequence[Kept]) -> dict[str, Any]:
    """For programs: `ready` is false, as in the document of a daemon that answers."""
    told = {"code": error.code, "message": error.message, "hint": error.hint or advice(each)}
    return {"ready": False, "error": told, "databases": [_row(one) for one in each]}


def advice(each: Sequence[Kept]) -> str:
    """What to do first."""
    for one in each:
        if one.holder is not None:
            return (
                f"process {one.holder} has the database open: it is starting, or hangs (see its "
                "log), or serves health.host and health.port elsewhere (--url)"
            )
    return "start it with attestor run, or name its address: --config FILE, or --url"


def _told(one: Kept, now: float) -> list[str]:
    if one.fault is not None:
        return [f"cannot be read: {one.fault}"]
    if one.newest is None:
        return ["no signer was registered yet"]
    # Loaded where there is something to tell: it takes longer than to find that there is nothing.
    from attestor.status import words

    newest = one.newest
    if newest.ended_at is not None:
        because = f": {newest.reason}" if newest.reason else ""
        ended = f"ended {words.ago(now - newest.ended_at)}, {words.clock(newest.ended_at)}{because}"
    else:
        ended = f"is {newest.stage} by its last entry"
    until = words.clock(newest.valid_until)
    return [f"newest signer {newest.signer}", ended, f"its registration ends {until}"]


def _row(one: Kept) -> dict[str, Any]:
    row = {**asdict(one), "path": str(one.path)}
    if one.newest is not None:
        from attestor.status.codec import iso

        newest = asdict(one.newest)
        for name in ("activated_at", "valid_until", "ended_at"):
            if newest[name] is not None:
                newest[name] = {"unix": newest[name], "iso": iso(newest[name])}
        row["newest"] = newest
    return row


def _holder(path: Path) -> int | None:
    """The process that says it has the lock, if it is there and one of attestor's."""
    try:
        place = path.resolve()
        told = place.with_name(place.name + ".lock").read_text()[:20].strip()
        command = Path(f"/proc/{int(told)}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return int(told) if b"attestor" in command else None
