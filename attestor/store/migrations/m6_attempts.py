"""Version 6: one row per attempt of a transaction, whatever it is for; kinds of jobs, and claims of
them; cross-checks under their own name, as confirmations are of blocks.

`transactions` holds every signed transaction: attempt 1, 2, … of one intent. What was asked for is
in `registration_requests` and `uploads`, which name the intent. Raw bytes of uploads from before
were not kept.
"""

SQL = """
DROP VIEW registration_history;
DROP VIEW proof_history;

CREATE TABLE registration_requests (
    intent TEXT PRIMARY KEY,
    signer TEXT NOT NULL REFERENCES signers (address),
    quote TEXT NOT NULL REFERENCES quotes (hash),
    kind TEXT NOT NULL CHECK (kind IN ('registration', 'admission', 'renewal')),
    sent_hash TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX registration_requests_by_signer ON registration_requests (signer);
INSERT INTO registration_requests
SELECT kind || ':' || quote, signer, quote, kind, sent_hash, created_at
FROM transactions ORDER BY rowid;

CREATE TABLE new_transactions (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN
        ('registration', 'upload', 'deployment', 'cancellation')),
    intent TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    created_at TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    max_fee_per_gas INTEGER NOT NULL,
    max_priority_fee_per_gas INTEGER NOT NULL,
    raw BLOB,
    outcome TEXT NOT NULL DEFAULT 'pending'
        CHECK (outcome IN ('pending', 'succeeded', 'reverted', 'replaced')),
    block_number INTEGER,
    block_hash TEXT,
    gas_used INTEGER,
    effective_gas_price INTEGER,
    UNIQUE (intent, attempt),
    CHECK (raw IS NOT NULL OR purpose = 'upload')
) STRICT;
INSERT INTO new_transactions
SELECT hash, 'registration', kind || ':' || quote, 1, created_at, payer, nonce, gas_limit,
    max_fee_per_gas, max_priority_fee_per_gas, raw, outcome, block_number, block_hash, gas_used,
    effective_gas_price
FROM transactions ORDER BY rowid;
INSERT INTO new_transactions
SELECT hash, 'upload', 'upload:' || hash, 1, created_at, payer, nonce, gas_limit,
    max_fee_per_gas, max_priority_fee_per_gas, NULL, outcome, block_number, block_hash, gas_used,
    effective_gas_price
FROM uploads ORDER BY rowid;
DROP TABLE transactions;
ALTER TABLE new_transactions RENAME TO transactions;
CREATE INDEX transactions_by_outcome ON transactions (outcome, payer);

CREATE TABLE new_uploads (
    intent TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO new_uploads
SELECT 'upload:' || hash, name, content_hash, valid_until, created_at FROM uploads ORDER BY rowid;
DROP TABLE uploads;
ALTER TABLE new_uploads RENAME TO uploads;

CREATE TABLE new_jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL DEFAULT 'sp1' CHECK (kind IN ('sp1', 'scroll')),
    program TEXT REFERENCES programs (sha256),
    stdin_sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    starts INTEGER NOT NULL DEFAULT 0,
    claimed_by TEXT,
    lease_ends_at TEXT,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    error_code TEXT,
    error_message TEXT,
    CHECK (kind <> 'sp1' OR (program IS NOT NULL AND stdin_sha256 IS NOT NULL)),
    CHECK ((claimed_by IS NULL) = (lease_ends_at IS NULL))
) STRICT;
-- The first databases of version 1 have no column starts: the name then means that of `first`.
INSERT INTO new_jobs
SELECT id, 'sp1', program, stdin_sha256, state,
    (SELECT starts FROM jobs AS same WHERE same.id = old.id), NULL, NULL, created_at, finished_at,
    iif(error_code = 'confirmation_limit', 'cross_check_limit', error_code), error_message
FROM (SELECT 0 AS starts) AS first, jobs AS old ORDER BY old.rowid;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_by_state ON jobs (state, created_at);
CREATE INDEX jobs_by_program ON jobs (program);

CREATE TABLE new_proofs (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    kind TEXT NOT NULL DEFAULT 'sp1' CHECK (kind IN ('sp1', 'scroll')),
    signer TEXT NOT NULL REFERENCES signers (address),
    created_at TEXT NOT NULL,
    program_vkey TEXT,
    vk_hash_bytes TEXT,
    public_values BLOB,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    cycles INTEGER,
    engine TEXT,
    cross_check TEXT NOT NULL DEFAULT 'not_checked'
        CHECK (cross_check IN ('before', 'after', 'not_checked', 'not_needed')),
    finding TEXT CHECK (finding IN ('pending', 'agreed', 'inconclusive', 'disagreed')),
    finding_reason TEXT,
    statement_contract TEXT,
    statement_expires_at INTEGER,
    statement_signature TEXT,
    CHECK (kind <> 'sp1' OR (program_vkey IS NOT NULL AND vk_hash_bytes IS NOT NULL
        AND public_values IS NOT NULL AND cycles IS NOT NULL AND engine IS NOT NULL))
) STRICT;
INSERT INTO new_proofs
SELECT job, 'sp1', signer, created_at, program_vkey, vk_hash_bytes, public_values, digest,
    signature, cycles, engine, confirmation,
    iif(finding = 'unconfirmed', 'inconclusive', finding), finding_reason,
    statement_contract, statement_expires_at, statement_signature
FROM proofs ORDER BY rowid;
DROP TABLE proofs;
ALTER TABLE new_proofs RENAME TO proofs;
CREATE INDEX proofs_by_signer ON proofs (signer);
CREATE INDEX proofs_by_cross_check ON proofs (engine, cross_check, finding);

ALTER TABLE disagreements RENAME COLUMN resumed_because TO resumed_reason;

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
    transactions.gas_used AS gas_used,
    registrations.valid_until AS valid_until,
    registrations.activated_at AS activated_at,
    registrations.retired_at AS retired_at,
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

CREATE VIEW upload_history AS
SELECT uploads.name, uploads.content_hash, uploads.valid_until, transactions.attempt,
    transactions.hash AS transaction_hash, transactions.outcome, transactions.block_number,
    transactions.gas_used, transactions.effective_gas_price, transactions.payer,
    transactions.created_at
FROM uploads JOIN transactions ON transactions.intent = uploads.intent
ORDER BY transactions.created_at, transactions.rowid;

CREATE VIEW proof_history AS
SELECT job, kind, signer, created_at, program_vkey, digest, engine, cycles,
    cross_check, finding, finding_reason
FROM proofs
ORDER BY created_at, job;
"""
