"""Version 10: jobs have a database of their own, which the API process writes.

What was in their tables waits in `old_jobs`, `old_programs`, `old_stdin_entries` and `old_proofs`
until the daemon has moved it there (`store.moving`). `proofs` has a row for each signature and
`disagreements` one for each time, by the journal entry: a job may be signed again by a later
signer, and run again. A row without an entry, which an audit names, gets a number below 0.
"""

SQL = """
DROP VIEW registration_history;
DROP VIEW proof_history;

ALTER TABLE jobs RENAME TO old_jobs;
ALTER TABLE programs RENAME TO old_programs;
ALTER TABLE stdin_entries RENAME TO old_stdin_entries;
ALTER TABLE proofs RENAME TO old_proofs;
DROP INDEX proofs_by_signer;
DROP INDEX proofs_by_cross_check;

CREATE TABLE proofs (
    entry INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'sp1' CHECK (kind IN ('sp1', 'scroll')),
    signer TEXT NOT NULL REFERENCES signers (address),
    created_at TEXT NOT NULL,
    program_vkey TEXT,
    vk_hash_bytes TEXT,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    cycles INTEGER,
    engine TEXT,
    executor TEXT CHECK (executor IN ('recorded', 'unrecorded')),
    cross_check TEXT NOT NULL DEFAULT 'not_checked'
        CHECK (cross_check IN ('before', 'after', 'not_checked', 'not_needed')),
    finding TEXT CHECK (finding IN ('pending', 'agreed', 'inconclusive', 'disagreed')),
    finding_reason TEXT,
    statement_contract TEXT,
    statement_expires_at INTEGER,
    statement_signature TEXT,
    CHECK (kind <> 'sp1' OR (program_vkey IS NOT NULL AND vk_hash_bytes IS NOT NULL
        AND cycles IS NOT NULL AND engine IS NOT NULL))
) STRICT;
INSERT INTO proofs
SELECT coalesce((SELECT min(sequence) FROM journal
        WHERE event = 'proof_signed' AND json_extract(evidence, '$.job') = old.job), -old.rowid),
    job, kind, signer, created_at, program_vkey, vk_hash_bytes, digest, signature, cycles, engine,
    executor, cross_check, finding, finding_reason, statement_contract, statement_expires_at,
    statement_signature
FROM old_proofs AS old ORDER BY old.rowid;
CREATE INDEX proofs_by_job ON proofs (job);
CREATE INDEX proofs_by_signer ON proofs (signer);
CREATE INDEX proofs_by_cross_check ON proofs (engine, cross_check, finding);

CREATE TABLE new_disagreements (
    entry INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    program_sha256 TEXT NOT NULL,
    stdin_sha256 TEXT NOT NULL,
    program BLOB NOT NULL,
    resumed_at TEXT,
    resumed_reason TEXT
) STRICT;
INSERT INTO new_disagreements
SELECT coalesce((SELECT min(sequence) FROM journal
        WHERE event = 'engines_disagreed' AND json_extract(evidence, '$.job') = old.job),
    -old.rowid), job, at, reason, program_sha256, stdin_sha256, program, resumed_at, resumed_reason
FROM disagreements AS old ORDER BY old.rowid;
CREATE TABLE new_disagreement_stdin (
    disagreement INTEGER NOT NULL REFERENCES disagreements (entry),
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (disagreement, position)
) STRICT;
INSERT INTO new_disagreement_stdin
SELECT (SELECT entry FROM new_disagreements AS known WHERE known.job = old.job), position, data
FROM disagreement_stdin AS old ORDER BY old.rowid;
DROP TABLE disagreement_stdin;
DROP TABLE disagreements;
ALTER TABLE new_disagreements RENAME TO disagreements;
ALTER TABLE new_disagreement_stdin RENAME TO disagreement_stdin;
CREATE INDEX disagreements_by_job ON disagreements (job);

CREATE VIEW proof_history AS
SELECT job, kind, signer, created_at, program_vkey, digest, engine, executor, cycles,
    cross_check, finding, finding_reason
FROM proofs
ORDER BY entry;

CREATE VIEW registration_history AS
SELECT
    signers.address AS signer,
    signers.stage AS stage,
    quotes.reference_block AS reference_block,
    quotes.reference_block_hash AS reference_block_hash,
    quotes.hash AS quote_hash,
    quotes.measurement AS measurement,
    quotes.provider AS provider,
    quotes.simulated AS simulated,
    quotes.tcb_status AS tcb_status,
    registration_requests.kind AS kind,
    (SELECT count(*) FROM transactions WHERE intent = registration_requests.intent) AS attempts,
    transactions.hash AS transaction_hash,
    transactions.outcome AS outcome,
    transactions.block_number AS block_number,
    transactions.block_hash AS block_hash,
    transactions.gas_used AS gas_used,
    registrations.valid_until AS valid_until,
    registrations.vouched_block AS vouched_block,
    registrations.activated_at AS activated_at,
    registrations.retired_at AS retired_at,
    (SELECT count(*) FROM pauses WHERE pauses.signer = signers.address) AS pauses,
    (SELECT count(*) FROM reorged_registrations AS lost WHERE lost.signer = signers.address)
        AS reorgs,
    (SELECT count(*) FROM proofs WHERE proofs.signer = signers.address) AS proofs,
    signers.created_at AS created_at,
    signers.reason AS reason
FROM signers
LEFT JOIN quotes ON quotes.signer = signers.address
LEFT JOIN registration_requests ON registration_requests.quote = quotes.hash
LEFT JOIN transactions ON transactions.hash = (
    SELECT hash FROM transactions AS one WHERE one.intent = registration_requests.intent
    ORDER BY one.outcome = 'succeeded' DESC, one.outcome = 'reverted' DESC, one.attempt DESC
    LIMIT 1)
LEFT JOIN registrations
    ON registrations.signer = signers.address AND registrations.quote = quotes.hash
ORDER BY signers.created_at, quotes.created_at, registration_requests.created_at;
"""
