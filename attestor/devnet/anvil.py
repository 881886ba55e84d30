"""Foundry's anvil as a child process."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from attestor import resources
from attestor.errors import AnvilFailed

NPM_PACKAGE = "@foundry-rs/anvil-linux-amd64"
VERSION = "1.7.1"
"""With which everything is tested; `package.json` has the same."""
_LISTENING = re.compile(rb"Listening on [^\s:]+:(\d+)")
START_SECONDS = 30.0
STATES_KEPT = 300


def find(folder: Path) -> Path:
    """The anvil of the checkout, else of npm's packages in `folder`, else of PATH.

    Raises `AnvilFailed`, which says how to get one.
    """
    for root in (*([resources.PACKAGE.parent] if resources.is_checkout() else []), folder):
        installed = root / "node_modules" / NPM_PACKAGE / "bin" / "anvil"
        if installed.is_file():
            return installed
    on_path = shutil.which("anvil")
    if on_path is None:
        install = f"npm install {NPM_PACKAGE}@{VERSION}"
        raise AnvilFailed(
            f"there is no anvil, neither below {folder / 'node_modules'} nor on PATH",
            hint="run make setup" if resources.is_checkout() else f"run {install} in this folder",
        )
    return Path(on_path)


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
        binary: Path | None = None,
    ) -> None:
        """Without `binary`, the one that `find` finds."""
        command = [
            str(binary or find(Path.cwd())),
            "--hardfork",
            hardfork,
            "--chain-id",
            str(chain_id),
        ]
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
            raise AnvilFailed(f"cannot start anvil, {command[0]}: {error.strerror}") from None
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
