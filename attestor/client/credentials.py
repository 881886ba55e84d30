"""How a client says who it is, and whom it trusts: all from files, nothing from the environment."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from attestor import regular_file
from attestor.core import api_key
from attestor.core.api_key import ApiKey
from attestor.errors import ConfigurationInvalid
from attestor.net import HttpClient, tls

MAX_KEY_FILE_BYTES = 4096


@dataclass(frozen=True)
class Credentials:
    """An API key; the authorities (PEM) that the service's certificate has to come from, in place
    of this machine's; a client certificate (PEM chain, the client's own first) with its key, which
    may be in the same file."""

    key: ApiKey | None = None
    authorities: Path | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None

    @classmethod
    def from_files(
        cls,
        key_file: Path | None = None,
        authorities: Path | None = None,
        certificate: Path | None = None,
        certificate_key: Path | None = None,
    ) -> "Credentials":
        """All of them read once, so that a wrong file is told before anything is asked. Raises
        `ConfigurationInvalid`."""
        if certificate_key is not None and certificate is None:
            raise ConfigurationInvalid("a key without its client certificate", hint="give both")
        key = None if key_file is None else read_key(key_file)
        made = cls(key, authorities, certificate, certificate_key)
        made.context()
        return made

    def headers(self) -> dict[str, str]:
        """What each request has beside its own headers."""
        return {} if self.key is None else {"Authorization": f"Bearer {self.key}"}

    def http(self) -> HttpClient:
        """A client by these."""
        return HttpClient(context=self.context)

    def context(self) -> ssl.SSLContext:
        """TLS with these authorities and this certificate. Raises `ConfigurationInvalid`."""
        context = tls.make_context(self.authorities is None)
        if self.authorities is not None:
            try:
                regular_file.require(self.authorities)
                context.load_verify_locations(cafile=self.authorities)
            except (OSError, ValueError) as error:
                raise _unusable("authorities", self.authorities, error) from None
        if self.certificate is not None:
            try:
                for path in filter(None, (self.certificate, self.certificate_key)):
                    regular_file.require(path)
                # Without a password OpenSSL would ask at the terminal.
                context.load_cert_chain(self.certificate, self.certificate_key, lambda: "")
            except (OSError, ValueError) as error:
                raise _unusable("client certificate", self.certificate, error) from None
        return context


NONE = Credentials()


def read_key(path: Path) -> ApiKey:
    """The API key in a file that nobody else may read. Raises `ConfigurationInvalid`, which does
    not repeat what is in it."""
    try:
        data = regular_file.read(path, MAX_KEY_FILE_BYTES)
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigurationInvalid(
            f"the API key file {path} cannot be read: {error.strerror}",
            hint="put the key there that attestor clients add showed",
        ) from None
    if mode & 0o077:
        raise ConfigurationInvalid(
            f"the API key file {path} can be read by others", hint=f"chmod 600 {path}"
        )
    key = api_key.parse(data.decode("ascii", "replace").strip())
    if key is None:
        raise ConfigurationInvalid(
            f"{path} has no API key", hint="it is one line, atk_… as attestor clients add shows it"
        )
    return key


def _unusable(what: str, path: Path, error: Exception) -> ConfigurationInvalid:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "it is no PEM"
    told = str(reason).replace("_", " ").lower()
    return ConfigurationInvalid(
        f"the {what} in {path} cannot be used: {told}",
        hint=f"look at it: openssl x509 -in {path} -noout -text",
    )
