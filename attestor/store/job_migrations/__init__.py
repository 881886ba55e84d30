"""The tables of the jobs' database, which the API process writes; see `store.migrations`."""

from attestor.store.job_migrations import (
    j1_initial,
    j2_registrations,
    j3_client_cycles,
    j4_programs,
)

JOB_MIGRATIONS: tuple[str, ...] = (
    j1_initial.SQL,
    j2_registrations.SQL,
    j3_client_cycles.SQL,
    j4_programs.SQL,
)
"""As `store.migrations.MIGRATIONS`, for a database of its own."""
