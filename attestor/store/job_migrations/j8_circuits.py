"""Version 8: which version of SP1's circuits each program is for. Earlier all were for v6.1.0."""

SQL = """
ALTER TABLE programs ADD COLUMN circuit_version TEXT NOT NULL DEFAULT 'v6.1.0';
"""
