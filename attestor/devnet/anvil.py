"""Foundry's anvil as a child process."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from attestor.config import ROOT
from attestor.errors import AnvilFailed

BINARY = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
_LISTENING = re.compile(rb"Listening on [^\s:]+:(\d+)")
START_SECONDS = 30.0
STATES_KEPT = 300


class Anvil:
    """A running anvil of a fresh chain, with `options` added to its command line, and `accounts`
    funded accounts of its own. Its process group is killed by `stop`."""

    def __init__(
        self,
        chain_id: int,
        block_seconds: float | None,
        log: Path,
        timestamp: int | None = None,
        hardfork: str = "osaka",
        options: tuple[str, ...] = (),
        port: int = 0,
        accounts: int = 0,
    ) -> None:
        command = [str(BINARY), "--hardfork", hardfork, "--chain-id", str(chain_id)]
        command += ["--port", str(port), "--accounts", str(accounts), *options]
        command += ["--slots-in-an-epoch", "1"]
        # anvil keeps the whole state of every block: a devnet that stays up would grow without end.
        command += ["--prune-history", str(STATES_KEPT)]
        if block_seconds is not None:
            command += ["--block-time", f"{block_seconds:g}"]
        if timestamp is not None:
            command += ["--timestamp", str(timestamp)]
        try:
            self._log_path = log
            self._log = log.open("wb")
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={"PATH": os.defpath, "HOME": str(log.parent)},
            )
        except OSError as error:
            raise AnvilFailed(
                f"cannot start anvil: {error.strerror}", hint="make setup installs it"
            ) from None
        self.chain_id = chain_id
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End anvil and all of its children."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def _port(self) -> int:
        """The port that anvil writes into its log once it listens."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            output = self._log_path.read_bytes()
            found = _LISTENING.search(output)
            if found is not None:
                return int(found.group(1))
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        printed = self._log_path.read_bytes()[-300:].decode(errors="replace").strip()
        raise AnvilFailed(f"anvil did not start: {printed or 'it printed nothing'}")
