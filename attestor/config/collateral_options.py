"""Options of the collateral on chain, and of the account that pays for its uploads."""

from dataclasses import dataclass
from pathlib import Path

from attestor.config.option import MAX_WAIT_SECONDS, option


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class CollateralOptions:
    """Options `collateral.*`."""

    collateral_enabled: bool = option(
        "bool", "renew the collateral on chain before it expires", False
    )
    collateral_payer_key_file: Path | None = option(
        "path",
        "file with the private key that pays for uploads; must differ from the payer's",
        None,
    )
    collateral_payer_keystore_file: Path | None = option(
        "path", "keystore with that key, instead of collateral.payer_key_file", None
    )
    collateral_payer_keystore_password_file: Path | None = option(
        "path", "file whose first line is that keystore's password, mode 600", None
    )
    collateral_payer_environment_file: Path | None = option(
        "path",
        "file with a line ATTESTOR_PAYER_KEY=0x…, mode 600, instead of collateral.payer_key_file",
        None,
    )
    collateral_payer_remote_url: str = option(
        "url", "remote signer that has that key, instead of collateral.payer_key_file", ""
    )
    collateral_payer_address: bytes = option(
        "address", "account that pays for uploads, at that remote signer", b""
    )
    collateral_pcs_url: str = option(
        "text", "URL of the PCCS or PCS to fetch from, if not quote.collateral", ""
    )
    collateral_margin_days: float = option(
        "float", "days before expiry at which collateral is renewed", 7.0, low=0.5, high=25
    )
    collateral_interval_seconds: float = option(
        "float",
        "interval between checks of the collateral on chain",
        3600.0,
        low=1,
        high=MAX_WAIT_SECONDS,
    )
    collateral_fmspcs: tuple[str, ...] = option(
        "list", "FMSPCs of further machine types whose collateral is renewed", ()
    )
