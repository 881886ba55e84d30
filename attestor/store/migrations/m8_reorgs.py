"""Version 8: what a reorganization did to registrations, and the recent headers.

A signer that the chain does not vouch for at the moment is `paused`, and is the active one still:
each pause is a row of `pauses`. A registration whose block was replaced is a row of
`reorged_registrations`, and its transaction is `pending` again. In both, `entry` is the journal
entry of the row. `vouched_block` is the newest head at which the chain was seen to vouch for a
signer when it became active or was resumed.
"""

SQL = """
DROP VIEW registration_history;

CREATE TABLE new_signers (
    address TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN
        ('created', 'quoted', 'submitted', 'active', 'paused', 'retired', 'abandoned')),
    reason TEXT
) STRICT;
INSERT INTO new_signers SELECT address, created_at, stage, reason FROM signers ORDER BY rowid;
DROP TABLE signers;
ALTER TABLE new_signers RENAME TO signers;
CREATE UNIQUE INDEX one_active_signer ON signers ((stage IN ('active', 'paused')))
    WHERE stage IN ('active', 'paused');

ALTER TABLE registrations ADD COLUMN block_hash TEXT;
ALTER TABLE registrations ADD COLUMN vouched_block INTEGER;
ALTER TABLE registrations ADD COLUMN vouched_block_hash TEXT;
UPDATE registrations SET block_hash = (SELECT block_hash FROM transactions
    WHERE transactions.hash = registrations.transaction_hash);

CREATE TABLE pauses (
    entry INTEGER PRIMARY KEY REFERENCES journal (sequence),
    signer TEXT NOT NULL REFERENCES signers (address),
    reason TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash TEXT NOT NULL,
    paused_at TEXT NOT NULL,
    resumed_block INTEGER,
    resumed_block_hash TEXT,
    resumed_at TEXT,
    CHECK ((resumed_at IS NULL) = (resumed_block IS NULL)),
    CHECK ((resumed_at IS NULL) = (resumed_block_hash IS NULL))
) STRICT;
CREATE INDEX pauses_by_signer ON pauses (signer);

CREATE TABLE reorged_registrations (
    entry INTEGER PRIMARY KEY REFERENCES journal (sequence),
    signer TEXT NOT NULL REFERENCES signers (address),
    transaction_hash TEXT NOT NULL REFERENCES transactions (hash),
    block_number INTEGER,
    block_hash TEXT,
    head_number INTEGER NOT NULL,
    head_hash TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX reorged_registrations_by_signer ON reorged_registrations (signer);

CREATE TABLE headers (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    parent_hash TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    base_fee INTEGER NOT NULL
) STRICT;

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
