"""Version 12: batches of Scroll whose statements (PoE) were signed, and what each rests on.

`program` says which executor ran the blocks. `bound_by` is what tied their transactions to the
batch, `evidence` a JSON object with what was known beside the calldata: versioned hashes, the
batch's expected index and hash. `simulated` is 1 where no TEE vouches for the signer.
"""

SQL = """
CREATE TABLE batches (
    entry INTEGER PRIMARY KEY,
    program TEXT NOT NULL CHECK (program IN ('scroll')),
    chain_id INTEGER NOT NULL,
    batch_index INTEGER NOT NULL,
    batch_hash TEXT NOT NULL,
    codec_version INTEGER NOT NULL,
    first_block INTEGER NOT NULL,
    last_block INTEGER NOT NULL,
    first_block_hash TEXT NOT NULL,
    last_block_hash TEXT NOT NULL,
    prev_state_root TEXT NOT NULL,
    new_state_root TEXT NOT NULL,
    withdraw_root TEXT NOT NULL,
    state_hash TEXT NOT NULL,
    transactions INTEGER NOT NULL,
    l1_messages INTEGER NOT NULL,
    gas_used INTEGER NOT NULL,
    bound_by TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (json_valid(evidence)),
    context_hash TEXT NOT NULL,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    signer TEXT NOT NULL,
    provider TEXT,
    simulated INTEGER NOT NULL CHECK (simulated IN (0, 1)),
    executor TEXT NOT NULL CHECK (executor IN ('recorded', 'unrecorded')),
    created_at TEXT NOT NULL,
    CHECK (last_block >= first_block)
) STRICT;
CREATE INDEX batches_by_index ON batches (chain_id, batch_index);
"""
