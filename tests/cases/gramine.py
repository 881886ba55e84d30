"""An enclave's /dev/attestation as Gramine shows it, and `attestor` as a process that finds itself
in one: without prctl(2), and with nothing to start processes by."""

import errno
import os
import subprocess
from dataclasses import dataclass, field
from typing import Any

from attestor.quote.gramine import DIRECTORY
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.variation import sgx


def platform(variation: Variation | None = None) -> SimulatedPlatform:
    return SimulatedPlatform(b"test", 31337, 1_756_000_000, variation or sgx())


@dataclass
class Gramine:
    """What was written last is in the next quote."""

    kind: bytes = b"dcap"
    platform: SimulatedPlatform = field(default_factory=platform)
    faults: dict[str, OSError] = field(default_factory=dict)
    replaced: bytes | None = None
    told: bytes | None = None
    written: bytes = bytes(64)

    def read(self, path: str, limit: int) -> bytes:
        name = self._name(path)
        if name == "attestation_type":
            return self.kind
        assert name == "quote", name
        return self.told if self.told is not None else self.platform.quote(self.written)

    def write(self, path: str, data: bytes) -> None:
        assert self._name(path) == "user_report_data"
        self.written = self.replaced or data

    def _name(self, path: str) -> str:
        directory, _, name = path.rpartition("/")
        assert directory == DIRECTORY
        if name in self.faults:
            raise self.faults[name]
        return name


def main() -> None:
    """The command line, in such a process."""
    from attestor import cli
    from attestor.hardening import process
    from attestor.quote import gramine

    files, exists = Gramine(), os.path.exists

    def lacking(*given: Any, **named: Any) -> Any:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    os.path.exists = lambda path: path == f"{DIRECTORY}/quote" or exists(path)
    process._prctl = lacking
    process.keep_memory_to_itself = lacking
    subprocess.Popen.__init__ = lacking  # type: ignore[method-assign]
    setattr(gramine, "LinuxFiles", lambda: files)  # noqa: B010
    cli.main()


if __name__ == "__main__":
    main()
