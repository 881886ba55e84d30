"""Views that answer an auditor's questions by one row each: what a proof rests on, who was able to
sign when, and who changed the registry's policy.

The daemon's times are ISO 8601, so that they compare as text; the chain's are shown in both forms.
"""

SQL = """
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

CREATE VIEW coverage AS
WITH begun AS (
    SELECT signer, activated_at AS from_at FROM registrations
    UNION ALL
    SELECT signer, resumed_at FROM pauses WHERE resumed_at IS NOT NULL
), spans AS (
    SELECT begun.signer AS signer, from_at, (
        SELECT max(from_at, min(at)) FROM (
            SELECT retired_at AS at FROM registrations WHERE signer = begun.signer
            UNION ALL
            SELECT strftime('%Y-%m-%dT%H:%M:%S', valid_until, 'unixepoch') || '.000+00:00'
            FROM registrations WHERE signer = begun.signer
            UNION ALL
            SELECT paused_at FROM pauses
            WHERE signer = begun.signer AND paused_at >= begun.from_at
        )) AS to_at
    FROM begun
), ordered AS (
    SELECT signer, from_at, to_at,
        max(to_at) OVER (ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING
            AND 1 PRECEDING) AS covered_to
    FROM spans
)
SELECT signer, from_at, to_at FROM ordered
UNION ALL
SELECT NULL, covered_to, from_at FROM ordered WHERE covered_to < from_at
UNION ALL
SELECT NULL, ended, NULL FROM (SELECT max(to_at) AS ended FROM ordered)
WHERE ended < strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')
ORDER BY 2, 3;

CREATE VIEW policy_history AS
SELECT
    strftime('%Y-%m-%dT%H:%M:%SZ', block_timestamp, 'unixepoch') AS block_at,
    block_timestamp,
    registry,
    name,
    arguments,
    sender,
    transaction_hash,
    block_number,
    block_hash,
    log_index,
    reorged_at
FROM policy_events
ORDER BY block_number, log_index;
"""
