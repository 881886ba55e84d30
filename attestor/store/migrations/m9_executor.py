"""Version 9: whether the executor that ran a program is the one that was recorded when it was
built. Proofs from before do not say."""

SQL = """
ALTER TABLE proofs ADD COLUMN executor TEXT CHECK (executor IN ('recorded', 'unrecorded'));

DROP VIEW proof_history;
CREATE VIEW proof_history AS
SELECT job, kind, signer, created_at, program_vkey, digest, engine, executor, cycles,
    cross_check, finding, finding_reason
FROM proofs
ORDER BY created_at, job;
"""
