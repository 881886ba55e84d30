"""Whether a chain's database can be used, and is that chain's. Nothing is opened to write."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import rlp
from rlp.exceptions import RLPException

from attestor.config import Config
from attestor.core.text import checksummed
from attestor.deployment import addresses
from attestor.errors import AttestorError, ConfigurationInvalid, DatabaseInvalid
from attestor.store import lock, opening

_TYPE_2 = b"\x02"
_CHAIN_ID, _TO, _FIELDS = 0, 5, 12
"""Of a transaction of EIP-1559: places in its list, and how many there are."""
_LAST = (
    "SELECT raw FROM transactions WHERE purpose = 'registration' AND raw IS NOT NULL "
    "ORDER BY rowid DESC LIMIT 1"
)


def require_usable(config: Config) -> None:
    """Raise `DatabaseInvalid` where the file cannot be written, or is no database of ours."""
    path = config.store_path
    lock.require_folder(path)
    folder = path.resolve().parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseInvalid(
            f"the database's folder {folder} cannot be written to",
            hint=f"give it to the daemon's user (chown), or name another place (user id "
            f"{os.geteuid()})",
        )
    if path.name == ":memory:":
        raise DatabaseInvalid("a history in memory would end with the daemon", hint="name a file")
    if path.is_dir():
        raise DatabaseInvalid(f"{path} is a folder", hint=f"name a file, {path}/attestor.sqlite")
    if not path.exists():
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseInvalid(
            f"the database {path} cannot be written to", hint="give it to the daemon's user (chown)"
        )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            found, newest = opening.version(opened), len(opening.HISTORY.migrations())
    except sqlite3.Error as error:
        raise DatabaseInvalid(
            f"{path} is no database: {error}", hint="correct store.path, or restore a backup"
        ) from None
    if found > newest:
        raise DatabaseInvalid(
            f"{path} was written by a newer attestor (version {found}, this one knows {newest})",
            hint="upgrade attestor, or name another database",
        )


def require_free(config: Config) -> None:
    """Raise `DatabaseInvalid` where another daemon has it."""
    if config.store_path.resolve().parent.is_dir():
        lock.require_free(config.store_path)


def require_same_registry(config: Config) -> None:
    """Raise `ConfigurationInvalid` where the history is of another chain or registry: registrations
    of both in one history would be taken for each other's."""
    sent = _last_registration(config.store_path)
    if sent is None:
        return
    try:
        registry = addresses.of(config).registry
    except AttestorError:  # That is another check's to tell.
        return
    if sent == (config.chain_id, registry):
        return
    chain_id, address = sent
    raise ConfigurationInvalid(
        f"{config.store_path} is the history of registry {checksummed(address)} on chain "
        f"{chain_id}, not of {checksummed(registry)} on chain {config.chain_id}",
        hint="name another database with store.path: each registry has its own",
    )


def _last_registration(path: Path) -> tuple[int, bytes] | None:
    """Chain id and registry of the newest registration that the file has."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            row = opened.execute(_LAST).fetchone()
        parts = rlp.decode(row[0][1:]) if row is not None and row[0][:1] == _TYPE_2 else None
    except (sqlite3.Error, RLPException, OSError):
        return None
    if not isinstance(parts, list) or len(parts) != _FIELDS or len(parts[_TO]) != 20:
        return None
    return int.from_bytes(parts[_CHAIN_ID], "big"), bytes(parts[_TO])
