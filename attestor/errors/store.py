"""Errors of the database."""

from attestor.errors.base import Fatal, Misconfigured, Transient


class DatabaseInvalid(Misconfigured):
    """The database file cannot be opened, is damaged, or is of another version."""

    code = "database_invalid"


class DatabaseUnavailable(Transient):
    """The database cannot be used at the moment; the subclass says why. Nothing of what was to be
    written is kept, and the same call works once the cause is gone."""

    code = "database_unavailable"


class DatabaseBusy(DatabaseUnavailable):
    """Another process holds the database."""

    code = "database_busy"


class DatabaseFull(DatabaseUnavailable):
    """The disk is full, or the database has reached its largest size."""

    code = "database_full"


class DatabaseReadOnly(DatabaseUnavailable):
    """The file or its disk is read-only, or no longer open to this user."""

    code = "database_read_only"


class DatabaseDiskFailed(DatabaseUnavailable):
    """The disk failed a read or write, or memory ran out."""

    code = "database_disk_failed"


class DatabaseDamaged(Fatal):
    """The file is not a database any more, or contradicts itself."""

    code = "database_damaged"


class DatabaseFailed(Fatal):
    """The database refused a statement that it should take: a defect, or tables that somebody
    changed. What cannot be recorded is not signed."""

    code = "database_failed"
