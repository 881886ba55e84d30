"""What the pages say of the systemd unit is in it, and the daemon does what the unit asks of it."""

import re
import signal
from pathlib import Path

import pytest

from attestor import config
from attestor.config import ROOT
from attestor.config.example import example
from attestor.daemon.daemon import STOP_SECONDS, WATCH_SECONDS

UNIT = (ROOT / "packaging" / "systemd" / "attestor.service").read_text()
DOCS = ROOT / "docs"
PAGES = {
    "install": (DOCS / "install.md").read_text(),
    "operate": "\n".join(page.read_text() for page in sorted(DOCS.glob("operate*.md"))),
}
"""Operating is a page for each task."""
SETTING = re.compile(r"^([A-Z][A-Za-z]+)=(.*)$", re.MULTILINE)
OF_A_MACHINE = {"ExecStart", "ExecStartPre", "LoadCredentialEncrypted", "UnsetEnvironment"}
"""They name what is elsewhere there, or are shown for a drop-in."""
IN_OTHERS = {
    ("LoadCredential", ""),
    ("LimitMSGQUEUE", "0"),
    ("ReadWritePaths", "/var/lib/attestor"),
}
"""For a drop-in; what operate-machine.md warns of; what StateDirectory= allows by itself."""
SET = {(name, value) for name, value in SETTING.findall(UNIT)}


def shown(page: str) -> list[tuple[str, str]]:
    """Settings in blocks of code, and those named in a line with their value."""
    blocks = re.findall(r"^```\n(\[Service\]\n.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([A-Z][A-Za-z]*[a-z])=([^`\s]+)`", PAGES[page])
    return [pair for block in blocks for pair in SETTING.findall(block)] + named


def forbidden() -> set[tuple[str, str]]:
    """What operate-machine.md says not to set; any value, where none is named."""
    found = re.search(r"^- Do not set (.*?)\.$", PAGES["operate"], re.MULTILINE | re.DOTALL)
    assert found is not None
    return set(re.findall(r"`(\w+)=(\w*)`", found[1]))


@pytest.mark.parametrize("page", sorted(PAGES))
def test_settings__that_a_page_shows__are_those_of_the_unit(page: str) -> None:
    found = [(name, value) for name, value in shown(page) if name not in OF_A_MACHINE]
    assert len(found) >= 4
    assert set(found) - forbidden() - IN_OTHERS <= SET


def test_settings__that_operate_forbids__are_not_in_the_unit() -> None:
    assert len(forbidden()) >= 3
    for name, value in forbidden():
        set_to = [given for known, given in SET if known == name]
        assert set_to != [value] if value else not set_to, name


@pytest.mark.parametrize(
    "name",
    ["ExecReload", "LimitNOFILE", "LimitMEMLOCK", "LimitCORE", "OOMPolicy", "WatchdogSec"],
)
def test_settings__that_an_operator_relies_on__are_in_unit_and_page(name: str) -> None:
    assert name in {known for known, _ in SET}
    assert any(name in page for page in PAGES.values())


def test_reload__of_the_unit__is_the_signal_that_the_daemon_hears() -> None:
    (command,) = (value for name, value in SET if name == "ExecReload")
    found = re.fullmatch(r"/bin/kill -(\w+) \$MAINPID", command)
    assert found is not None
    number = signal.Signals[f"SIG{found[1]}"]
    listens = (ROOT / "attestor" / "cli" / "run.py").read_text()
    assert f"add_signal_handler(signal.{number.name}, reloading" in listens


def test_credential__of_the_unit__is_the_payers_key_whatever_the_file_says(
    tmp_path: Path,
) -> None:
    """`attestor init` names /etc/attestor/payer.key, which only root may read."""
    (loaded,) = (value for name, value in SET if name == "LoadCredential")
    credential, _, source = loaded.partition(":")
    assert source == "/etc/attestor/payer.key"
    (tmp_path / credential).touch()
    (given,) = (value for name, value in SET if name == "Environment")
    environment = dict(
        pair.replace("%d", str(tmp_path)).split("=", 1) for pair in given.split()
    ) | {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    (tmp_path / "attestor.toml").write_text(example(1, tmp_path.parent / "etc"))
    found = config.load(tmp_path / "attestor.toml", environment, {})
    assert found.payer_key_file == tmp_path / credential
    assert found.signer_user == "attestor-signer"
    del environment["ATTESTOR_PAYER_KEY_FILE"]
    written = re.sub(r"^key_file = .*$", "", example(1, tmp_path), flags=re.MULTILINE)
    (tmp_path / "attestor.toml").write_text(written)
    found = config.load(tmp_path / "attestor.toml", environment, {})
    assert found.payer_key_file == tmp_path / credential


def test_times__of_the_unit__are_longer_than_what_the_daemon_takes() -> None:
    (seconds,) = (int(value) for name, value in SET if name == "WatchdogSec")
    (stopping,) = (int(value) for name, value in SET if name == "TimeoutStopSec")
    assert f"not said for {seconds} seconds" in " ".join(PAGES["install"].split())
    assert seconds >= 10 * WATCH_SECONDS
    assert stopping >= 1.5 * STOP_SECONDS
