"""Version 7: who changed what in the registry, when, in which transaction; and how far its events
were read.

An event of a block that another one replaced stays, with `reorged_at`. `arguments` is a JSON
object with bytes as 0x text. `sender` sent the transaction; the event's own arguments say who
decided, where the contract knows.
"""

SQL = """
CREATE TABLE policy_events (
    id TEXT PRIMARY KEY,
    registry TEXT NOT NULL,
    name TEXT NOT NULL,
    arguments TEXT NOT NULL CHECK (json_valid(arguments)),
    sender TEXT NOT NULL,
    block_number INTEGER NOT NULL,
    block_hash TEXT NOT NULL,
    block_timestamp INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    transaction_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    reorged_at TEXT,
    UNIQUE (block_hash, log_index)
) STRICT;
CREATE INDEX policy_events_by_block ON policy_events (registry, block_number);

CREATE TABLE policy_reads (
    registry TEXT PRIMARY KEY,
    first_block INTEGER NOT NULL,
    read_to INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CHECK (read_to >= first_block)
) STRICT;
"""
