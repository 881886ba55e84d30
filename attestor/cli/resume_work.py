"""The work of `attestor resume`, on each of the databases that it names."""

import time
from pathlib import Path

from attestor.config import Chains
from attestor.errors import DatabaseInvalid, NothingToResume
from attestor.store.branches import Branches
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.journal import Journal
from attestor.store.lock import lock_database


def resume(paths: list[Path], reason: str, of_branch: bool) -> list[str]:
    """What was ended, one line for each. Raises `NothingToResume`, and `DatabaseInvalid` where a
    daemon runs."""
    told: list[str] = []
    for path in paths:
        with lock_database(path):
            store = Store.open(path)
            try:
                told += (accept_branch if of_branch else close)(store, reason)
            finally:
                store.close()
    if not told:
        what = "no reorg was too deep" if of_branch else "the engines do not disagree"
        where = ", ".join(str(path) for path in paths)
        raise NothingToResume(f"{what} in {where}", hint="without a halt there is none to end")
    return told


def databases(named: Path, chains: Chains | None, one: bool) -> list[Path]:
    """Those that are there. Raises `DatabaseInvalid` where none is, and `ChainNotNamed` where one
    is wanted of several."""
    if chains is None:
        paths = [named]
    elif one:
        paths = [chains.named(None).config.store_path]
    else:
        paths = [chain.config.store_path for chain in chains.each]
    found = [path for path in paths if path.is_file()]
    if not found:
        told = ", ".join(str(path) for path in paths)
        raise DatabaseInvalid(f"no database at {told}", hint="name it with --database")
    return found


def close(store: Store, reason: str) -> list[str]:
    """Close all disagreements; one line for each."""
    closed = Disagreements(store, Journal(store, time.time)).resume(reason)
    return [f"closed: job {one.job} of {one.at}: {one.reason}" for one in closed]


def accept_branch(store: Store, reason: str) -> list[str]:
    """End the halt after a reorg; one line where there is one."""
    branches = Branches(store, Journal(store, time.time))
    if not branches.is_open():
        return []
    branches.accept(reason)
    return ["the next start follows the branch that the endpoints have then"]
