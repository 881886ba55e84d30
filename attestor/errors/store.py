"""Errors of the database."""

from attestor.errors.base import Fatal, Misconfigured


class DatabaseInvalid(Misconfigured):
    """The database file cannot be opened, is damaged, or is of another version."""

    code = "database_invalid"


class DatabaseFailed(Fatal):
    """A read or write failed. What cannot be recorded is not signed."""

    code = "database_failed"
