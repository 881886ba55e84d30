"""SIGHUP with a running daemon: what may change is taken, a wrong file is refused whole, and the
signer signs on."""

import os
import signal
import time
from pathlib import Path

from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import call, daemon

from attestor.devnet.stack import Devnet

SECONDS = 30.0


def hang_up(devnet: Devnet, text: str, told: str) -> str:
    """Change the file, send SIGHUP, and wait for a line of the log: all that was logged since."""
    devnet.config_file.write_text(text)
    before = len(log(devnet))
    # As `systemctl kill --signal=HUP` does: the others leave it to the daemon.
    process = daemon(devnet)
    found = [path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/children")]
    for pid in (*map(int, " ".join(found).split()), process.pid):
        os.kill(pid, signal.SIGHUP)
    deadline = time.monotonic() + SECONDS
    while told not in (since := log(devnet)[before:]):
        assert time.monotonic() < deadline, since
        time.sleep(0.05)
    return since


def log(devnet: Devnet) -> str:
    return Path(devnet.log_file).read_text(errors="replace")


def test_reload__changed_file__is_in_force_and_the_signer_stays(start: StartDevnet) -> None:
    devnet = start()
    signer = devnet.wait_for_signer()
    good = devnet.config_file.read_text()
    process = daemon(devnet).pid

    changed = good.replace('format = "human"', 'format = "json"\nlevel = "DEBUG"')
    changed += "[proofs]\nmax_open = 7\n"
    since = hang_up(devnet, changed, "configuration_reloaded")
    assert '"event": "configuration_reloaded"' in since
    assert "log.level, log.format" in since or "log.format, log.level" in since
    assert "needs a new start: proofs.max_open" in since

    since = hang_up(
        devnet, changed.replace("[api]\n", "[api]\nprot = 1\n"), "configuration_refused"
    )
    assert "did you mean api.port?" in since
    assert "stays as it was" in since
    assert '{"time"' in since  # Of what was in force before.

    since = hang_up(devnet, good.replace("period_seconds", "max_nothing"), "configuration_refused")
    since = hang_up(devnet, good, "the configuration is read again")
    assert '{"time"' not in since.rpartition("the configuration is read again")[2]

    assert devnet.active_signer() == signer
    assert daemon(devnet).pid == process
    assert call(devnet, "GET", "/health")[0] == 200
