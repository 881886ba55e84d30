"""Version 5: the bytes of programs are in a table of their own.

Beside them, each look at a program's other columns had SQLite follow the whole chain of its pages:
some 3,700 of them for a program of 15 MB, several times in each job.
"""

SQL = """
CREATE TABLE program_bytes (
    sha256 TEXT PRIMARY KEY REFERENCES programs (sha256),
    elf BLOB NOT NULL
) STRICT;
INSERT INTO program_bytes (sha256, elf) SELECT sha256, elf FROM programs WHERE elf IS NOT NULL;
ALTER TABLE programs DROP COLUMN elf;
"""
