"""Version 14: the collateral that each quote was judged with, by the sha256 of its JSON; null where
it was left to the registry, and for quotes from before."""

SQL = """
ALTER TABLE quotes ADD COLUMN collateral TEXT;

DROP VIEW proof_evidence;
CREATE VIEW proof_evidence AS
SELECT
    proofs.entry AS entry,
    proofs.job AS proof,
    proofs.kind AS kind,
    proofs.created_at AS signed_at,
    proofs.program_vkey AS program_vkey,
    proofs.digest AS digest,
    proofs.engine AS engine,
    proofs.cycles AS cycles,
    proofs.cross_check AS cross_check,
    proofs.finding AS finding,
    proofs.signer AS signer,
    quotes.measurement AS measurement,
    quotes.hash AS quote_hash,
    quotes.provider AS provider,
    quotes.simulated AS simulated,
    quotes.tcb_status AS tcb_status,
    quotes.collateral AS collateral,
    quotes.reference_block AS reference_block,
    quotes.reference_block_hash AS reference_block_hash,
    registration_requests.kind AS registration_kind,
    registrations.transaction_hash AS transaction_hash,
    registrations.block_number AS block_number,
    registrations.block_hash AS block_hash,
    registrations.valid_until AS valid_until,
    strftime('%Y-%m-%dT%H:%M:%SZ', registrations.valid_until, 'unixepoch') AS valid_until_iso,
    CASE registration_requests.kind WHEN 'renewal' THEN (
        SELECT sent.hash FROM transactions AS sent
        JOIN registration_requests AS asked ON asked.intent = sent.intent
        WHERE asked.kind = 'admission' AND sent.outcome = 'succeeded'
            AND sent.block_number < registrations.block_number
        ORDER BY sent.block_number DESC LIMIT 1)
    END AS admission_transaction_hash
FROM proofs
LEFT JOIN registrations ON registrations.signer = proofs.signer
LEFT JOIN quotes ON quotes.hash = registrations.quote
LEFT JOIN transactions ON transactions.hash = registrations.transaction_hash
LEFT JOIN registration_requests ON registration_requests.intent = transactions.intent
ORDER BY proofs.entry;
"""
