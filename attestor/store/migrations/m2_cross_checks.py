"""Version 2: which engine's runs were confirmed, and with what finding. Proofs from before were
made by SP1's own portable engine."""

SQL = """
ALTER TABLE proofs ADD COLUMN confirmation TEXT NOT NULL DEFAULT 'not_checked'
    CHECK (confirmation IN ('before', 'after', 'not_checked', 'not_needed'));
ALTER TABLE proofs ADD COLUMN finding TEXT
    CHECK (finding IN ('pending', 'agreed', 'unconfirmed', 'disagreed'));
ALTER TABLE proofs ADD COLUMN finding_reason TEXT;
UPDATE proofs SET confirmation = 'not_needed' WHERE engine = 'sp1-portable';
CREATE INDEX proofs_by_confirmation ON proofs (engine, confirmation, finding);

CREATE TABLE disagreements (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    program_sha256 TEXT NOT NULL,
    stdin_sha256 TEXT NOT NULL,
    program BLOB NOT NULL,
    resumed_at TEXT,
    resumed_because TEXT
) STRICT;

CREATE TABLE disagreement_stdin (
    job TEXT NOT NULL REFERENCES disagreements (job),
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (job, position)
) STRICT;

CREATE VIEW proof_history AS
SELECT job, signer, created_at, program_vkey, digest, engine, cycles,
    confirmation, finding, finding_reason
FROM proofs
ORDER BY created_at, job;
"""
