"""Version 7: which of its own jobs a client wants first."""

SQL = """
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 9);
"""
