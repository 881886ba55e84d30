"""Version 13: each signature in sp1-tee's form, null where a proof was not signed in it."""

SQL = """
ALTER TABLE proofs ADD COLUMN sp1_tee_signature TEXT;
"""
