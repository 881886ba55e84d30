"""Errors of the database."""

from attestor.errors.base import Fatal, Misconfigured


class DatabaseInvalid(Misconfigured):
    """The database file cannot be opened, is damaged, or is of another version."""

    code = "database_invalid"


class DatabaseFailed(Fatal):
    """A write or read failed: nothing is signed that cannot be recorded."""

    code = "database_failed"
