"""What `attestor avs doctor` examines, out of the options of `attestor avs`."""

from pathlib import Path
from typing import Any

from attestor.avs import prover_file
from attestor.cli.avs_parts import provider_of, settings_of
from attestor.doctor.avs.examined import Examined
from attestor.errors import QuoteProviderInvalid
from attestor.http.allow_list import AllowList
from attestor.signer.poe.settings import PoeProvider

SETTINGS = ("forks", "executor", "workers", "sandbox_level", "signer_user")


def examined_of(
    *,
    file: Path,
    host: str,
    port: int,
    allow: tuple[str, ...],
    client_ca: Path | None,
    quotes: str,
    l1_chain_id: int,
    database: Path,
    blob_urls: tuple[str, ...],
    beacon_url: str | None,
    **options: Any,
) -> Examined:
    """Raises `ConfigurationInvalid` for what no check is needed to know."""
    read, refused = prover_file.read(file), None
    AllowList.parse(allow, "--allow")
    try:
        provider = provider_of(quotes, l1_chain_id)
    except QuoteProviderInvalid as error:
        provider, refused = PoeProvider.NONE.value, error
    settings = {name: options[name] for name in SETTINGS}
    return Examined(
        path=file,
        file=read,
        settings=settings_of(read, provider, l1_chain_id, **settings),
        host=host,
        port=port,
        database=database,
        client_authorities=client_ca,
        has_blobs=bool(blob_urls or beacon_url),
        quotes_refused=refused,
    )
