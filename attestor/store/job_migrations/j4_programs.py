"""Version 4: programs that stay, who asked for a job, and what operators order.

`uploaded_at` is set for a program that a client sent by itself: it stays when no job needs it,
until others need the room. `program_vkey` is its key, once that was computed.

`evidence` marks a failed job whose program and stdin are kept for the operator: the fault may be
ours. A row of `job_clients` says that a client asked for the job and did not withdraw since.
`orders` are those of `attestor jobs`, for the process that has the jobs, which writes the outcome.
"""

SQL = """
ALTER TABLE programs ADD COLUMN program_vkey TEXT;
ALTER TABLE programs ADD COLUMN uploaded_at TEXT;
ALTER TABLE programs ADD COLUMN used_at TEXT;
CREATE INDEX programs_by_vkey ON programs (program_vkey);

CREATE TABLE job_clients (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (job, client)
) STRICT;
CREATE INDEX job_clients_by_client ON job_clients (client);

ALTER TABLE jobs ADD COLUMN evidence INTEGER NOT NULL DEFAULT 0 CHECK (evidence IN (0, 1));
CREATE INDEX jobs_open_by_program ON jobs (program) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_with_evidence ON jobs (program) WHERE evidence = 1;
CREATE INDEX jobs_by_end ON jobs (finished_at);

CREATE TABLE orders (
    job TEXT PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('retry', 'cancel')),
    outcome TEXT
) STRICT;
"""
