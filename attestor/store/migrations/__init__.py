"""The tables, as numbered migrations. Made to be read by people with their own SQL tools.

Addresses and hashes are 0x text in lower case, times of the daemon's clock are UTC in ISO 8601 in
columns that end in `_at`, times of the chain are seconds since 1970 in columns that end in `_until`
or `_timestamp`. Jobs, with programs and stdin, have a database of their own (`job_migrations`).

A migration never touches the table `journal`: its entries are hash-chained. Where it renames an
event, a column or a value, `attestor/audit/old_names.py` says so for the entries from before.
"""

from attestor.store.migrations import (
    m1_initial,
    m2_cross_checks,
    m3_registration_kinds,
    m4_uploads,
    m5_statements,
    m6_attempts,
    m7_policy_events,
    m8_reorgs,
    m9_executor,
    m10_jobs_apart,
    m11_evidence,
    m12_batches,
    m13_sp1_tee,
    m14_collateral,
)

MIGRATIONS: tuple[str, ...] = (
    m1_initial.SQL,
    m2_cross_checks.SQL,
    m3_registration_kinds.SQL,
    m4_uploads.SQL,
    m5_statements.SQL,
    m6_attempts.SQL,
    m7_policy_events.SQL,
    m8_reorgs.SQL,
    m9_executor.SQL,
    m10_jobs_apart.SQL,
    m11_evidence.SQL,
    m12_batches.SQL,
    m13_sp1_tee.SQL,
    m14_collateral.SQL,
)
"""Migration n brings a database of version n (`PRAGMA user_version`) to n + 1. They run without
checks of foreign keys, so that a table can be built anew; those are checked before the commit."""
