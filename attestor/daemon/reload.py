"""SIGHUP: the configuration is read again, and what may change while the daemon runs is taken."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from loguru import logger

from attestor.config import ChainConfig, Chains, Config, Reading, key
from attestor.core.events import Event
from attestor.daemon import preflight
from attestor.observe import logs


@dataclass(frozen=True)
class Change:
    """What is in force from now on, the options that this takes, and those that differ and need a
    new start."""

    chains: Chains
    taken: tuple[str, ...]
    later: tuple[str, ...]


def change(running: Chains, wanted: Chains) -> Change:
    """Options that reload get their new values, and all others stay as the daemon was started."""
    taken: dict[str, None] = {}
    later: dict[str, None] = {}
    each = []
    by_name = {chain.name: chain.config for chain in wanted.each}
    if running.names != wanted.names:
        later["chains"] = None
    for chain in running.each:
        config = by_name.get(chain.name, chain.config)
        differing = [
            known
            for known in fields(Config)
            if getattr(config, known.name) != getattr(chain.config, known.name)
        ]
        for known in differing:
            (taken if known.metadata["reloads"] else later)[key(known)] = None
        new = {
            known.name: getattr(config, known.name)
            for known in differing
            if known.metadata["reloads"]
        }
        each.append(ChainConfig(chain.name, replace(chain.config, **new)))
    return Change(replace(running, each=tuple(each)), tuple(taken), tuple(later))


class Reloading:
    """One at a time; `read` reads the configuration as the start did, `use` puts it in force."""

    def __init__(
        self, chains: Chains, read: Callable[[], Reading], use: Callable[[Chains], None]
    ) -> None:
        self._chains = chains
        self._read = read
        self._use = use
        self._lock = threading.Lock()

    def begin(self) -> None:
        """In a thread: files are read, and duties, health and clients wait for none of it."""
        threading.Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        """A defect is told; what it kept from being taken is taken by the next SIGHUP."""
        try:
            self.reload()
        except Exception as error:
            logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                "the configuration cannot be read again"
            )

    def reload(self) -> None:
        """Take what was changed, or nothing of it where anything is wrong. Raises nothing that a
        configuration can cause."""
        with self._lock:
            reading = self._read()
            faults = (*reading.faults, *preflight.faults(reading, starts=False))
            if faults:
                logger.bind(event=Event.CONFIGURATION_REFUSED).error(
                    "the configuration stays as it was: {}", "; ".join(faults)
                )
                return
            found = change(self._chains, reading.as_chains())
            logs.set_up(found.chains.shared.log_level, found.chains.shared.log_format)
            self._use(found.chains)
            # Not before: what could not be put in force differs still, and is taken the next time.
            self._chains = found.chains
            taken = ", ".join(found.taken) or "nothing that differs"
            later = f"; needs a new start: {', '.join(found.later)}" if found.later else ""
            logger.bind(event=Event.CONFIGURATION_RELOADED).info(
                "the configuration is read again: {}{}", taken, later
            )
