"""The tables of the jobs' database, which the API process writes; see `store.migrations`."""

from attestor.store.job_migrations import (
    j1_initial,
    j2_registrations,
    j3_client_cycles,
    j4_programs,
    j5_program_bytes,
    j6_sp1_tee,
    j7_priorities,
    j8_circuits,
)

JOB_MIGRATIONS: tuple[str, ...] = (
    j1_initial.SQL,
    j2_registrations.SQL,
    j3_client_cycles.SQL,
    j4_programs.SQL,
    j5_program_bytes.SQL,
    j6_sp1_tee.SQL,
    j7_priorities.SQL,
    j8_circuits.SQL,
)
"""As `store.migrations.MIGRATIONS`, for a database of its own."""
