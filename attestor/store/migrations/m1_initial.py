"""Version 1: signers, their registrations, jobs and proofs."""

SQL = """
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    signer TEXT,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE signers (
    address TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN
        ('created', 'quoted', 'submitted', 'active', 'retired', 'abandoned')),
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX one_active_signer ON signers (stage) WHERE stage = 'active';

CREATE TABLE quotes (
    hash TEXT PRIMARY KEY,
    signer TEXT NOT NULL REFERENCES signers (address),
    created_at TEXT NOT NULL,
    reference_block INTEGER NOT NULL,
    reference_block_hash TEXT NOT NULL,
    measurement TEXT NOT NULL,
    provider TEXT NOT NULL,
    simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
    tcb_status TEXT NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX quotes_by_signer ON quotes (signer);

CREATE TABLE transactions (
    hash TEXT PRIMARY KEY,
    signer TEXT NOT NULL UNIQUE REFERENCES signers (address),
    quote TEXT NOT NULL REFERENCES quotes (hash),
    created_at TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    max_fee_per_gas INTEGER NOT NULL,
    max_priority_fee_per_gas INTEGER NOT NULL,
    raw BLOB NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending'
        CHECK (outcome IN ('pending', 'succeeded', 'reverted', 'replaced')),
    block_number INTEGER,
    block_hash TEXT,
    gas_used INTEGER,
    effective_gas_price INTEGER
) STRICT;
CREATE INDEX transactions_by_outcome ON transactions (outcome);

CREATE TABLE registrations (
    signer TEXT PRIMARY KEY REFERENCES signers (address),
    quote TEXT NOT NULL REFERENCES quotes (hash),
    transaction_hash TEXT NOT NULL REFERENCES transactions (hash),
    block_number INTEGER,
    valid_until INTEGER NOT NULL,
    activated_at TEXT NOT NULL,
    activated_timestamp INTEGER NOT NULL,
    retired_at TEXT
) STRICT;

CREATE TABLE programs (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    elf BLOB
) STRICT;

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    program TEXT NOT NULL REFERENCES programs (sha256),
    stdin_sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    starts INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    error_code TEXT,
    error_message TEXT
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, created_at);

CREATE TABLE stdin_entries (
    job TEXT NOT NULL REFERENCES jobs (id),
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (job, position)
) STRICT;

CREATE TABLE proofs (
    job TEXT PRIMARY KEY REFERENCES jobs (id),
    signer TEXT NOT NULL REFERENCES signers (address),
    created_at TEXT NOT NULL,
    program_vkey TEXT NOT NULL,
    vk_hash_bytes TEXT NOT NULL,
    public_values BLOB NOT NULL,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    cycles INTEGER NOT NULL,
    engine TEXT NOT NULL
) STRICT;
CREATE INDEX proofs_by_signer ON proofs (signer);

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
LEFT JOIN transactions ON transactions.quote = quotes.hash
LEFT JOIN registrations
    ON registrations.signer = signers.address AND registrations.quote = quotes.hash
ORDER BY signers.created_at, quotes.created_at, transactions.created_at;
"""
