"""The tables, as numbered migrations. Made to be read by people with their own SQL tools.

Addresses and hashes are 0x text in lower case, times of the daemon's clock are UTC in ISO 8601,
times of the chain are seconds since 1970 in columns that end in `_until` or `_timestamp`. ELFs and
stdin are kept only while a job still needs them; their sha256 stays.
"""

INITIAL = """
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

CONFIRMATIONS = """
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
"""Which engine's runs were confirmed, and with what finding. Proofs from before were made by SP1's
own portable engine."""

REGISTRATION_KINDS = """
ALTER TABLE quotes ADD COLUMN deadline INTEGER;
ALTER TABLE quotes ADD COLUMN possession BLOB;
ALTER TABLE transactions ADD COLUMN kind TEXT NOT NULL DEFAULT 'registration'
    CHECK (kind IN ('registration', 'admission', 'renewal'));
ALTER TABLE transactions ADD COLUMN sent_hash TEXT;
UPDATE transactions SET sent_hash = quote;

DROP VIEW registration_history;
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
    transactions.kind AS kind,
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
"""How a signer was registered; before, each by a raw quote, whose hash the event holds."""

UPLOADS = """
CREATE TABLE uploads (
    hash TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    payer TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    max_fee_per_gas INTEGER NOT NULL,
    max_priority_fee_per_gas INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending'
        CHECK (outcome IN ('pending', 'succeeded', 'reverted', 'replaced')),
    block_number INTEGER,
    block_hash TEXT,
    gas_used INTEGER,
    effective_gas_price INTEGER
) STRICT;
CREATE INDEX uploads_by_outcome ON uploads (outcome);
"""
"""Collateral that the daemon brought on chain, and what each upload cost."""

STATEMENTS = """
ALTER TABLE proofs ADD COLUMN statement_contract TEXT;
ALTER TABLE proofs ADD COLUMN statement_expires_at INTEGER;
ALTER TABLE proofs ADD COLUMN statement_signature TEXT;
"""
"""The EIP-712 form of a statement, where one was signed."""

MIGRATIONS: tuple[str, ...] = (INITIAL, CONFIRMATIONS, REGISTRATION_KINDS, UPLOADS, STATEMENTS)
"""Migration n brings a database of version n (`PRAGMA user_version`) to n + 1."""
