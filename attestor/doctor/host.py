"""The machine: its limits, the database's disk, and the ports."""

import os
import resource
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from attestor.config import Config
from attestor.core.execution import Limits
from attestor.doctor.finding import Finding, failed, ok, warning
from attestor.errors import DatabaseInvalid
from attestor.executor import host_limits, memory_budget
from attestor.store import opening
from attestor.store.lock import require_free

FILES = 4096
"""Descriptors for some thousand connections; the process raises its own limit to the hard one."""
FREE_BYTES = 1 << 30
GIB = 1 << 30


def files() -> Iterator[Finding]:
    """How many connections the kernel allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < FILES:
        told = f"at most {most}; each connection is one"
        yield warning("open files", told, "raise LimitNOFILE of the unit, or ulimit -Hn")
    else:
        yield ok("open files", f"at most {most}")


def limits(of_child: Limits) -> Iterator[Finding]:
    """What the kernel allows this process, and with it the daemon and an executor's child."""
    host_limits.require_room(of_child)
    yield ok("address space", "enough for an execution")
    lacking = host_limits.lacking()
    if lacking:
        told, advice = lacking[0], f"sysctl vm.max_map_count={host_limits.MAPPINGS}"
        yield warning("mappings", told, advice)
    else:
        yield ok("mappings", f"at least {host_limits.MAPPINGS}")


def memory(config: Config, there: int | None = None) -> Iterator[Finding]:
    """Whether all workers can have what one may take, of the `there` bytes of this machine."""
    advice = "lower proofs.workers or executor.memory_bytes: jobs wait for each other's memory"
    yield memory_for(config.proofs_workers, config.executor_memory_bytes, advice, there)


def memory_for(workers: int, each: int, advice: str, there: int | None = None) -> Finding:
    """Whether so many workers fit into what executors may have of the machine, or of its
    container."""
    total = memory_budget.machine_bytes() if there is None else there
    share, wanted = total * memory_budget.SHARE, workers * each
    told = (
        f"{total / GIB:.1f} GiB, {share / GIB:.1f} of them for executors; "
        f"{workers} worker(s) of {each / GIB:.1f} GiB"
    )
    return warning("memory", told, advice) if wanted > share else ok("memory", told)


def database(config: Config) -> Iterator[Finding]:
    """As `database_at`."""
    yield from database_at(config.store_path, "store.path")


def database_at(file: Path, option: str) -> Iterator[Finding]:
    """Whether the history can be written. An existing one is opened for reading alone."""
    path = file.resolve()
    folder = path.parent
    if not folder.is_dir():
        yield failed("database", f"{folder} does not exist", f"create it, or correct {option}")
        return
    if not os.access(folder, os.W_OK):
        yield failed("database", f"{folder} is not writable", f"change its owner, or {option}")
        return
    if path.exists():
        opening.check(path)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            version, newest = opening.version(connection), len(opening.HISTORY.migrations())
        if version > newest:
            told = f"{path} has version {version}, this attestor knows {newest}"
            yield failed("database", told, "upgrade attestor, or name another database")
            return
        yield ok("database", f"{path}, version {version} of {newest}")
    elif daemon_runs(path):
        told = f"{path} was removed or moved, and a process still has it open"
        yield failed("database", told, "put it back; what is signed meanwhile is not handed out")
        return
    else:
        yield ok("database", f"{path} will be made")
    free = shutil.disk_usage(folder).free
    told = f"{free / GIB:.1f} GiB free"
    yield ok("disk", told) if free >= FREE_BYTES else warning("disk", told, "free some space")


def ports(config: Config) -> Iterator[Finding]:
    """Whether the daemon can listen, or runs already."""
    if daemon_runs(config.store_path):
        yield ok("ports", "a daemon runs with this database, and has them")
        return
    api = ("api", config.api_host, config.api_port)
    for table, host, port in (api, ("health", config.health_host, config.health_port)):
        advice = f"set {table}.host and {table}.port to a free address"
        yield port_is_free(table, host, port, advice)


def port_is_free(name: str, host: str, port: int, advice: str) -> Finding:
    """Whether a listener can be bound there."""
    try:
        where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(*where[:3])) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(where[4])
    except OSError as error:
        return failed("ports", f"{name}: {host}:{port}: {error.strerror or error}", advice)
    return ok("ports", f"{name}: {host}:{port} is free")


def daemon_runs(database: Path) -> bool:
    """Whether a process has the database to itself, and so probably listens as well."""
    if not database.resolve().parent.is_dir():
        return False
    try:
        require_free(database)
    except DatabaseInvalid:
        return True
    return False
