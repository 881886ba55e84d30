"""Errors of the database."""

from attestor.errors.base import Fatal, Misconfigured, Transient


class DatabaseInvalid(Misconfigured):
    """The database file cannot be opened, is damaged, or is of another version."""

    code = "database_invalid"
    advice = (
        "Check store.path (--database of attestor avs), and that the file is of this or an older "
        "version. Restore a backup if it is damaged."
    )


class DatabaseUnavailable(Transient):
    """The database cannot be used at the moment; the subclass says why. Nothing of what was to be
    written is kept, and the same call works once the cause is gone."""

    code = "database_unavailable"
    advice = "The subclass names the cause. The daemon goes on by itself once it is gone."


class DatabaseBusy(DatabaseUnavailable):
    """Another process holds the database."""

    code = "database_busy"
    advice = "Find the process that holds it: an open shell of sqlite3, a backup."


class DatabaseFull(DatabaseUnavailable):
    """The disk is full, or the database has reached its largest size."""

    code = "database_full"
    advice = "Free disk space, or raise the size limit."


class DatabaseReadOnly(DatabaseUnavailable):
    """The file or its disk is read-only, or no longer open to this user."""

    code = "database_read_only"
    advice = "Make the file and its folder writable for the daemon's user."


class DatabaseGone(DatabaseUnavailable):
    """The file that was opened, or its log, was removed, moved, replaced or cut off: what was
    written there would be lost. Or another process has the database, as its lock was removed."""

    code = "database_gone"
    advice = "Put it back, or stop the service and restore a backup. Of two services, stop one."


class DatabaseDiskFailed(DatabaseUnavailable):
    """The disk failed a read or write, or memory ran out."""

    code = "database_disk_failed"
    advice = "The kernel's log; replace the disk before it loses more."


class DatabaseDamaged(Fatal):
    """The file is not a database any more, or contradicts itself."""

    code = "database_damaged"
    advice = "Stop the daemon, keep the file, and restore a backup."


class DatabaseFailed(Fatal):
    """The database refused a statement that it should take: a defect, or tables that somebody
    changed. What cannot be recorded is not signed."""

    code = "database_failed"
    advice = "The log has the statement's trace: report it."
