"""Version 6: a result's signature in sp1-tee's form, null for results of earlier versions."""

SQL = """
ALTER TABLE results ADD COLUMN sp1_tee_signature TEXT;
"""
