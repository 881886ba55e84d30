"""Version 1: jobs, what they need to be run, and their results.

`kept` says that somebody asked for the job by its id: it is run whether or not anyone waits. A job
that is queued and neither kept nor waited for is parked: it is not run until it is asked for.
`cycle_limit` and `seconds_limit` are the client's own, null where there are none.

A row of `results` is the newest signature of a job. `outcome_mac` is the signer process's own mark
by which it knows a run of its own again and signs it anew; null for results of earlier versions.
"""

SQL = """
CREATE TABLE programs (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    elf BLOB
) STRICT;

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL DEFAULT 'sp1' CHECK (kind IN ('sp1', 'scroll')),
    program TEXT REFERENCES programs (sha256),
    stdin_sha256 TEXT,
    cycle_limit INTEGER,
    seconds_limit REAL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1)),
    starts INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    lease_ends_at TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    error_code TEXT,
    error_message TEXT,
    error_hint TEXT,
    CHECK (kind <> 'sp1' OR (program IS NOT NULL AND stdin_sha256 IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (lease_ends_at IS NULL))
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_program ON jobs (program);

CREATE TABLE stdin_entries (
    job TEXT NOT NULL REFERENCES jobs (id),
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (job, position)
) STRICT;

CREATE TABLE results (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    signer TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    program_vkey TEXT NOT NULL,
    vk_hash_bytes TEXT NOT NULL,
    public_values BLOB NOT NULL,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    cycles INTEGER NOT NULL,
    engine TEXT NOT NULL,
    executor TEXT CHECK (executor IN ('recorded', 'unrecorded')),
    cross_check TEXT NOT NULL,
    finding TEXT,
    statement_contract TEXT,
    statement_expires_at INTEGER,
    statement_signature TEXT,
    outcome_mac TEXT
) STRICT;
"""
