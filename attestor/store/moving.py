"""Jobs of databases before version 10, from the history's file into the one of jobs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from loguru import logger

from attestor.store import opening
from attestor.store.database import Store
from attestor.store.faults import typed

COPY = """
INSERT OR IGNORE INTO programs (sha256, size)
SELECT sha256, size FROM history.old_programs;
INSERT OR IGNORE INTO program_bytes (sha256, elf)
SELECT sha256, elf FROM history.old_programs WHERE elf IS NOT NULL;
INSERT OR IGNORE INTO jobs (id, kind, program, stdin_sha256, state, kept, starts, created_at,
    finished_at, error_code, error_message)
SELECT id, kind, program, stdin_sha256, iif(state = 'running', 'queued', state), 0, starts,
    created_at, finished_at, error_code, error_message
FROM history.old_jobs ORDER BY rowid;
INSERT OR IGNORE INTO stdin_entries (job, position, data)
SELECT job, position, data FROM history.old_stdin_entries;
INSERT OR IGNORE INTO results (job, signer, valid_until, created_at, program_vkey, vk_hash_bytes,
    public_values, digest, signature, cycles, engine, executor, cross_check, finding,
    statement_contract, statement_expires_at, statement_signature)
SELECT job, signer,
    coalesce(statement_expires_at, (SELECT valid_until FROM history.registrations AS known
        WHERE known.signer = old.signer), 0),
    created_at, program_vkey, vk_hash_bytes, public_values, digest, signature, cycles, engine,
    executor, cross_check, finding, statement_contract, statement_expires_at, statement_signature
FROM history.old_proofs AS old WHERE kind = 'sp1' ORDER BY rowid;
"""
TABLES = ("old_proofs", "old_stdin_entries", "old_jobs", "old_programs")
"""In the order in which they may be dropped: each refers to later ones alone."""


def jobs_path(history: Path) -> Path:
    """Where the jobs of a history are: `attestor.sqlite` has `attestor-jobs.sqlite` beside it."""
    return history.with_name(f"{history.stem}-jobs{history.suffix}")


def move_jobs(history: Store, jobs: Path | None = None, registration: str = "") -> None:
    """Move what an earlier version left, if it did, to the database of the jobs: copied first, and
    dropped once that is on the disk. All were for that registration. May be ended at any point and
    done again. Raises as `Store.open` and `transaction`."""
    if history.row("SELECT 1 FROM sqlite_master WHERE name = 'old_jobs'") is None:
        return
    # A database that is new has seen all migrations too.
    if any(history.row(f"SELECT 1 FROM {table} LIMIT 1") for table in TABLES):  # noqa: S608
        _copy(history.path, jobs or jobs_path(history.path), registration)
    with history.transaction():
        for table in TABLES:
            history.execute(f"DROP TABLE {table}")


def _copy(history: Path, path: Path, registration: str) -> None:
    logger.info("jobs of an earlier version are moved to {}", path)
    writing, reading = opening.connect(path, opening.JOBS)
    reading.close()
    with closing(writing):
        writing.execute("PRAGMA synchronous = FULL")
        writing.execute("ATTACH DATABASE ? AS history", [str(history)])
        try:
            writing.execute("BEGIN IMMEDIATE")
            for statement in COPY.split(";\n"):
                writing.execute(statement)
            adopt = "UPDATE jobs SET registration = ? WHERE registration = ''"
            writing.execute(adopt, [registration])
            writing.execute("COMMIT")
        except sqlite3.Error as error:
            raise typed(error, "cannot move the jobs of an earlier version") from None
