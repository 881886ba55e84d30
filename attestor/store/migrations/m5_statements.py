"""Version 5: the EIP-712 form of a statement, where one was signed."""

SQL = """
ALTER TABLE proofs ADD COLUMN statement_contract TEXT;
ALTER TABLE proofs ADD COLUMN statement_expires_at INTEGER;
ALTER TABLE proofs ADD COLUMN statement_signature TEXT;
"""
