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
from attestor.doctor.finding import Finding, failed, ok, warning
from attestor.errors import DatabaseInvalid
from attestor.executor import host_limits
from attestor.signer.settings import SignerSettings
from attestor.store import opening
from attestor.store.lock import lock_database

FILES = 4096
"""Descriptors for some thousand connections; the process raises its own limit to the hard one."""
FREE_BYTES = 1 << 30
GIB = 1 << 30
MEMORY = Path("/proc/meminfo")


def files() -> Iterator[Finding]:
    """How many connections the kernel allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < FILES:
        told = f"at most {most}; each connection is one"
        yield warning("open files", told, "raise LimitNOFILE of the unit, or ulimit -Hn")
    else:
        yield ok("open files", f"at most {most}")


def limits(settings: SignerSettings) -> Iterator[Finding]:
    """What the kernel allows this process, and with it the daemon."""
    host_limits.require_room(settings.limits)
    yield ok("address space", "enough for an execution")
    lacking = host_limits.lacking()
    if lacking:
        told, advice = lacking[0], f"sysctl vm.max_map_count={host_limits.MAPPINGS}"
        yield warning("mappings", told, advice)
    else:
        yield ok("mappings", f"at least {host_limits.MAPPINGS}")


def memory(config: Config, path: Path = MEMORY) -> Iterator[Finding]:
    """Whether all workers can have what one may take."""
    rows = dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
    total = int(rows["MemTotal"].split()[0]) * 1024
    wanted = config.proofs_workers * config.executor_memory_bytes
    told = f"{total / GIB:.1f} GiB; {config.proofs_workers} worker(s) of {wanted / GIB:.1f} GiB"
    if wanted > total:
        advice = "lower proofs.workers or executor.memory_bytes: jobs wait for each other's memory"
        yield warning("memory", told, advice)
    else:
        yield ok("memory", told)


def database(config: Config) -> Iterator[Finding]:
    """Whether the history can be written. An existing one is opened for reading alone."""
    path = config.store_path.resolve()
    folder = path.parent
    if not folder.is_dir():
        yield failed("database", f"{folder} does not exist", "create it, or correct store.path")
        return
    if not os.access(folder, os.W_OK):
        yield failed("database", f"{folder} is not writable", "change its owner, or store.path")
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
    else:
        yield ok("database", f"{path} will be made")
    free = shutil.disk_usage(folder).free
    told = f"{free / GIB:.1f} GiB free"
    yield ok("disk", told) if free >= FREE_BYTES else warning("disk", told, "free some space")


def ports(config: Config) -> Iterator[Finding]:
    """Whether the daemon can listen, or runs already."""
    if _daemon_runs(config.store_path):
        yield ok("ports", "a daemon runs with this database, and has them")
        return
    api = ("api", config.api_host, config.api_port)
    for table, host, port in (api, ("health", config.health_host, config.health_port)):
        try:
            where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
            with closing(socket.socket(*where[:3])) as listening:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(where[4])
        except OSError as error:
            told = f"{table}: {host}:{port}: {error.strerror or error}"
            yield failed("ports", told, f"set {table}.host and {table}.port to a free address")
        else:
            yield ok("ports", f"{table}: {host}:{port} is free")


def _daemon_runs(database: Path) -> bool:
    if not database.resolve().parent.is_dir():
        return False
    try:
        lock_database(database).close()
    except DatabaseInvalid:
        return True
    return False
