"""Who may ask, as the configuration says it: what is refused at the start, and by which words."""

from pathlib import Path
from typing import Any

import pytest
from cases.tls_files import AUTHORITY, issue
from cryptography.hazmat.primitives.serialization import PrivateFormat

from attestor.access import clients_file
from attestor.config import Config
from attestor.daemon.access import access_settings, warn_of
from attestor.errors import AttestorError, ConfigurationInvalid


def config(**changes: Any) -> Config:
    return Config(**{"chain_id": 1, **changes})


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    path = tmp_path / "clients.json"
    path.write_bytes(clients_file.encode(()))
    return path


@pytest.fixture
def tls(tmp_path: Path) -> dict[str, Path]:
    own = issue("service", AUTHORITY)
    (tmp_path / "own.crt").write_bytes(own.pem)
    (tmp_path / "own.key").write_bytes(own.key_pem(PrivateFormat.PKCS8))
    (tmp_path / "ca.crt").write_bytes(AUTHORITY.pem)
    return {
        "api_tls_certificate_file": tmp_path / "own.crt",
        "api_tls_key_file": tmp_path / "own.key",
    }


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "example.org"])
def test_access__others_reach_it_and_nothing_says_who_may__names_the_options(host: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="nothing says who may") as caught:
        access_settings(config(api_host=host))
    for option in ("api.clients_file", "api.client_ca_file", "api.anonymous", "api.host"):
        assert option in str(caught.value.hint)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_access__this_machine_alone__needs_no_decision(host: str) -> None:
    found = access_settings(config(api_host=host))
    assert (found.anonymous_here, found.anonymous_elsewhere) == (True, False)


def test_access__clients_file__leaves_nobody_without_a_name(clients: Path) -> None:
    found = access_settings(config(api_host="0.0.0.0", api_clients_file=clients))
    assert (found.anonymous_here, found.anonymous_elsewhere) == (False, False)


def test_access__said_in_words__serves_everybody() -> None:
    found = access_settings(config(api_host="0.0.0.0", api_anonymous="everybody"))
    assert found.anonymous_elsewhere
    assert found.unnamed["jobs"] == 4


def test_access__nobody_could_ask__is_an_error() -> None:
    with pytest.raises(ConfigurationInvalid, match="no one could ask"):
        access_settings(config(api_anonymous="nobody"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"api_tls_key_file": Path("k")}, "api.tls_certificate_file is missing"),
        ({"api_tls_certificate_file": Path("c")}, "api.tls_key_file is missing"),
        ({"api_client_ca_file": Path("c")}, "api.client_ca_file needs TLS"),
        ({"api_clients_file": Path("/none")}, "clients file /none cannot be read"),
        ({"api_allow": ("10.0.0.1/8",)}, "api.allow has"),
        ({"api_trusted_proxies": ("proxy",)}, "api.trusted_proxies has"),
        (
            {"api_tls_certificate_file": Path("/n.crt"), "api_tls_key_file": Path("/n.key")},
            "/n.crt cannot be read",
        ),
    ],
)
def test_access__fault_of_an_option__is_told_with_what_to_do(
    changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(AttestorError, match=told) as caught:
        access_settings(config(**changes))
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_access__authorities_that_are_none__are_told(tls: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(b"no PEM")
    with pytest.raises(AttestorError, match="ca.crt has no PEM certificate") as caught:
        access_settings(config(**tls, api_client_ca_file=tmp_path / "ca.crt"))
    assert "authorities of clients" in str(caught.value.hint)


def test_access__certificates_alone__are_required_in_the_handshake(
    tls: dict[str, Path], tmp_path: Path, clients: Path
) -> None:
    both = {**tls, "api_client_ca_file": tmp_path / "ca.crt"}
    assert access_settings(config(**both)).client_required
    assert not access_settings(config(**both, api_clients_file=clients)).client_required
    assert not access_settings(config(**both, api_anonymous="everybody")).client_required


def test_warnings__keys_without_tls_and_everybody__are_told(clients: Path) -> None:
    assert "without TLS" in warn_of(config(api_host="0.0.0.0", api_clients_file=clients))[0]
    assert len(warn_of(config(api_host="0.0.0.0", api_anonymous="everybody"))) == 2
    assert "shown to everybody" in warn_of(config(health_host="0.0.0.0"))[0]
    assert warn_of(config()) == []
    assert warn_of(config(health_host="localhost")) == []


def test_access__file_that_is_a_link__is_followed_anew_each_time(
    tls: dict[str, Path], tmp_path: Path
) -> None:
    """As certbot renews: the link leads elsewhere then."""
    (tmp_path / "link.crt").symlink_to(tls["api_tls_certificate_file"])
    given = {**tls, "api_tls_certificate_file": tmp_path / "link.crt"}
    assert access_settings(config(**given)).tls_certificate == str(tmp_path / "link.crt")
