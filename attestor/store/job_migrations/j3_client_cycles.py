"""What each client had executed: cycles by slices of ten minutes (Unix seconds of their begin)."""

SQL = """
CREATE TABLE client_cycles (
    client TEXT NOT NULL,
    slice INTEGER NOT NULL,
    cycles INTEGER NOT NULL,
    PRIMARY KEY (client, slice)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_cycles_by_slice ON client_cycles (slice);
"""
