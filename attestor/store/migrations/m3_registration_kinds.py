"""Version 3: how a signer was registered; before, each by a raw quote, whose hash the event
holds."""

SQL = """
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
