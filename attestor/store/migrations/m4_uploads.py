"""Version 4: collateral that the daemon brought on chain, and what each upload cost."""

SQL = """
CREATE TABLE uploads (
    hash TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    payer TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    gas_limit INTEGER NOT NULL,
    max_fee_per_gas INTEGER NOT NULL,
    max_priority_fee_per_gas INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT 'pending'
        CHECK (outcome IN ('pending', 'succeeded', 'reverted', 'replaced')),
    block_number INTEGER,
    block_hash TEXT,
    gas_used INTEGER,
    effective_gas_price INTEGER
) STRICT;
CREATE INDEX uploads_by_outcome ON uploads (outcome);
"""
