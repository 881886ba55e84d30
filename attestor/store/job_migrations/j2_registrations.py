"""Version 2: each job says for which registration its result is to be signed.

`registration` is "chain id:registry"; it is empty for jobs of version 1, which were for the only
one that there was: whoever serves that one fills it in.
"""

SQL = """
ALTER TABLE jobs ADD COLUMN registration TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_by_registration ON jobs (registration, state);
"""
