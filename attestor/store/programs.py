"""Programs by their hash: those that open jobs need, and those that clients sent to stay."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from attestor.core import circuits
from attestor.core.circuits import Circuit
from attestor.core.text import from_hex, to_hex
from attestor.errors import ProgramUnknown
from attestor.store.database import Store
from attestor.store.journal import Clock, iso

NEEDED = (
    "(EXISTS (SELECT 1 FROM jobs WHERE program = sha256 AND state IN ('queued', 'running')) "
    "OR EXISTS (SELECT 1 FROM jobs WHERE program = sha256 AND evidence = 1))"
)
IS_HERE = "EXISTS (SELECT 1 FROM program_bytes WHERE program_bytes.sha256 = programs.sha256)"
MAX_READ_BYTES = 64 << 20
USED_STEP_SECONDS = 60.0
"""How exactly it is noted when a program was used last: not with each job."""


@dataclass(frozen=True)
class StoredProgram:
    """A program that is there: sha256 in hexadecimal, bytes, key (32 bytes) where it is known, and
    the circuits that it is for."""

    sha256: str
    size: int
    program_vkey: bytes | None
    circuit: str = Circuit.V6


class Programs:
    """The tables programs and program_bytes: who asks about a program does not read it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._read: OrderedDict[str, bytes] = OrderedDict()

    def of(self, sha256: str) -> bytes:
        """The bytes of a program. Raises `ProgramUnknown`. Those that were read last are kept in
        memory: a name stands for the same bytes forever."""
        with self._lock:
            if sha256 in self._read:
                self._read.move_to_end(sha256)
                return self._read[sha256]
        program = self._from_disk(sha256)
        with self._lock:
            self._read[sha256] = program
            while sum(map(len, self._read.values())) > MAX_READ_BYTES and self._read:
                self._read.popitem(last=False)
        return program

    def _from_disk(self, sha256: str) -> bytes:
        row = self._store.row("SELECT elf FROM program_bytes WHERE sha256 = ?", sha256)
        if row is None:
            raise unknown(sha256)
        program: bytes = row["elf"]
        return program

    def find(self, *, sha256: str | None = None, vkey: bytes | None = None) -> StoredProgram:
        """The program of that hash, or one with that key. Raises `ProgramUnknown`."""
        column, value = ("sha256", sha256) if vkey is None else ("program_vkey", to_hex(vkey))
        row = self._store.row(
            f"SELECT sha256, size, program_vkey, circuit_version FROM programs WHERE {column} = ? "  # noqa: S608
            f"AND {IS_HERE} ORDER BY uploaded_at IS NULL, sha256 LIMIT 1",
            value,
        )
        if row is None:
            raise unknown(str(value))
        known = row["program_vkey"]
        key = from_hex(known) if known is not None else None
        return StoredProgram(row["sha256"], row["size"], key, row["circuit_version"])

    def keep(self, sha256: str, program: bytes | None) -> None:
        """Have a program for a job, inside of a transaction. Raises `ProgramUnknown` where it did
        not come with the job and is not there."""
        row = self._store.row(
            f"SELECT {IS_HERE} AS whole, used_at FROM programs WHERE sha256 = ?",  # noqa: S608
            sha256,
        )
        if row is not None and row["whole"]:
            if (row["used_at"] or "") < iso(self._clock() - USED_STEP_SECONDS):
                self._store.update("programs", sha256, used_at=iso(self._clock()))
            return
        if program is None:
            raise unknown(sha256)
        self._write(sha256, program, known=row is not None)

    def upload(self, sha256: str, program: bytes, program_vkey: bytes) -> None:
        """Have a program stay, whose key is `program_vkey`."""
        with self._store.transaction():
            self.keep(sha256, program)
            now = iso(self._clock())
            key = to_hex(program_vkey)
            self._store.update("programs", sha256, uploaded_at=now, used_at=now, program_vkey=key)

    def drop_unneeded(self, sha256: str | None) -> None:
        """Drop the bytes of one, or of all, that neither a job needs nor a client sent to stay;
        inside of a transaction."""
        which = "" if sha256 is None else "sha256 = ? AND "
        self._store.execute(
            "DELETE FROM program_bytes WHERE sha256 IN (SELECT sha256 FROM programs "  # noqa: S608
            f"WHERE {which}uploaded_at IS NULL AND NOT {NEEDED})",
            *(() if sha256 is None else (sha256,)),
        )

    def retain(self, most_bytes: int) -> int:
        """Of those that were sent to stay keep the ones used last, in so many bytes together; how
        many are not kept any more."""
        rows = self._store.rows(
            "SELECT sha256, sum(size) OVER (ORDER BY used_at DESC, sha256) AS until "  # noqa: S608
            f"FROM programs WHERE uploaded_at IS NOT NULL AND {IS_HERE}"
        )
        over = [row["sha256"] for row in rows if row["until"] > most_bytes]
        for sha256 in over:
            with self._store.transaction():
                self._store.update("programs", sha256, uploaded_at=None)
                self.drop_unneeded(sha256)
        return len(over)

    def _write(self, sha256: str, program: bytes, known: bool) -> None:
        told = {"used_at": iso(self._clock()), "circuit_version": circuits.of_program(program)}
        if known:
            self._store.update("programs", sha256, **told)
        else:
            row = {"sha256": sha256, "size": len(program), **told}
            self._store.insert("programs", row)
        self._store.insert("program_bytes", {"sha256": sha256, "elf": program})


def unknown(name: str) -> ProgramUnknown:
    """There is no such program."""
    return ProgramUnknown(
        f"the service does not have the program {name}",
        hint="send it with PUT /v1/programs, then ask again",
    )
