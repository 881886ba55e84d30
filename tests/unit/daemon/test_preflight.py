"""Mistakes in a configuration: each is told before the daemon starts anything, with its place and
what to do, and all of them at once."""

import socket
from contextlib import closing
from pathlib import Path

import pytest
import rlp
from cases.mistakes import GOOD, KEY, MISTAKES, REGISTRY, Mistake, make_folder

from attestor import config
from attestor.config import Reading
from attestor.daemon import preflight
from attestor.errors import ConfigurationInvalid
from attestor.store.lock import lock_database
from attestor.store.opening import connect


def reading(folder: Path, text: str | bytes, environment: dict[str, str] | None = None) -> Reading:
    file = folder / "attestor.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.read(file, environment or {}, {})


def told(folder: Path, text: str | bytes, environment: dict[str, str] | None = None) -> list[str]:
    """All faults, as `attestor run` finds them."""
    found = reading(folder, text, environment)
    return [*found.faults, *preflight.faults(found)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("machine")
    make_folder(folder)
    return folder


def good(folder: Path) -> str:
    return GOOD.replace("{folder}", str(folder))


def test_faults__good_configuration__are_none(made: Path) -> None:
    assert told(made, good(made)) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_faults__mistake__is_told_in_one_line_with_what_to_do(made: Path, mistake: Mistake) -> None:
    found = told(made, mistake.text(made), mistake.environment)
    assert any(all(part in line for part in mistake.told) for line in found), found
    assert not any(secret in line for line in found for secret in (KEY, "secret/", "not this one"))
    with pytest.raises(ConfigurationInvalid) as caught:
        reading(made, good(made)).require(tuple(found))
    assert caught.value.exit_code == 2
    assert caught.value.lines[1:] == found


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_faults__one_mistake__is_one_line(made: Path, mistake: Mistake) -> None:
    """A key that is no option at all leaves the payer without one, which is a second fault."""
    found = told(made, mistake.text(made), mistake.environment)
    assert len(found) == (2 if mistake.name == "key as an option" else 1)


def test_mistakes__names__differ_and_are_forty_at_least() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 40


def test_faults__several_mistakes__are_all_told_at_once(made: Path) -> None:
    text = good(made).replace("[api]\n", '[api]\nhost = "0.0.0.0"\nprot = 1\n')
    text = text.replace("/executor", "/nowhere").replace("payer.key", "open.key")
    found = told(made, text, {"ATTESTOR_CHIAN_ID": "1"})
    for part in ("api.prot", "executor.directory", "mode 644", "nothing says who may", "CHIAN"):
        assert sum(part in line for line in found) == 1, (part, found)
    assert len(found) == 5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xef\xbb\xbf[chain]\nid = 1\n", ":1: it begins with a byte order mark"),
        ("[chain]\nid = 1\n".encode("utf-16"), "byte order mark"),
        (b"[chain]\nid = 1\n# caf\xe9\n", ":3: it is not UTF-8"),
        (b"", "is empty; --config names the file"),
        (b"# only this\n", "is empty"),
        (b"x" * (1 << 21), "has more than"),
        (b"a = [" * 3000, "cannot read"),
        (b"\x00", "cannot read"),
    ],
)
def test_faults__file_that_is_no_toml__says_where(made: Path, data: bytes, words: str) -> None:
    assert any(words in line for line in told(made, data))


def test_faults__port_that_another_has__is_told(made: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        found = told(made, good(made).replace("[api]\nport = 0", f"[api]\nport = {port}"))
    assert len(found) == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in found[0]


def test_faults__daemon_that_does_not_start__may_have_a_port_that_another_has(made: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        text = good(made).replace("[api]\nport = 0", f"[api]\nport = {port}")
        assert preflight.faults(reading(made, text), starts=False) == ()


def test_faults__database_of_a_daemon_that_runs__is_one_for_another_that_starts(
    made: Path, tmp_path: Path
) -> None:
    path = tmp_path / "taken.sqlite"
    text = good(made).replace(str(made / "attestor.sqlite"), str(path))
    with lock_database(path):
        (found,) = told(made, text)
        assert preflight.faults(reading(made, text), starts=False) == ()
    assert "another attestor runs with" in found
    assert told(made, text) == []


def test_faults__variables_of_kubernetes_and_of_other_commands__are_none(made: Path) -> None:
    environment = {
        "ATTESTOR_SERVICE_HOST": "10.0.0.1",
        "ATTESTOR_PORT": "tcp://10.0.0.1:3000",
        "ATTESTOR_PORT_3000_TCP_ADDR": "10.0.0.1",
        "ATTESTOR_VECTORS": "/v",
        "HOME": "/root",
    }
    assert told(made, good(made), environment) == []


@pytest.mark.parametrize(
    ("chain_id", "registry", "words"),
    [(31337, REGISTRY, ""), (1337, REGISTRY, "on chain 1337"), (31337, "0x" + "22" * 20, "0x2222")],
)
def test_faults__history_of_another_registry__is_refused(
    made: Path, tmp_path: Path, chain_id: int, registry: str, words: str
) -> None:
    path = tmp_path / "other.sqlite"
    with_registration(path, chain_id, bytes.fromhex(registry[2:]))
    found = told(made, good(made).replace(str(made / "attestor.sqlite"), str(path)))
    if not words:
        assert found == []
    else:
        assert len(found) == 1
        assert words in found[0]
        assert "name another database with store.path" in found[0]


def with_registration(path: Path, chain_id: int, registry: bytes) -> None:
    writing, reading = connect(path)
    raw = b"\x02" + rlp.encode([chain_id, 0, 0, 0, 0, registry, 0, b"", [], 0, 0, 0])
    writing.execute(
        "INSERT INTO transactions (hash, purpose, intent, attempt, created_at, payer, nonce, "
        "gas_limit, max_fee_per_gas, max_priority_fee_per_gas, raw) VALUES "
        "('0x1', 'registration', 'a', 1, '2026', '0x2', 0, 0, 0, 0, ?)",
        (raw,),
    )
    writing.close()
    reading.close()
