"""An account that pays, from wherever its key is."""

from collections.abc import Callable
from pathlib import Path

from attestor.chain.rpc import Rpc
from attestor.core.payer_source import PayerSource
from attestor.errors import ConfigurationInvalid
from attestor.transactions.account import load_account
from attestor.transactions.environment import load_environment
from attestor.transactions.keystore import load_keystore
from attestor.transactions.payer import Account
from attestor.transactions.remote import TIMEOUT_SECONDS, RemotePayer


def load_payer(source: PayerSource, name_of: Callable[[str], str]) -> Account:
    """The account of a source. `name_of` is how a field of it is set.

    Raises `ConfigurationInvalid` unless exactly one place is given, `PayerInvalid` for a file, and
    `MemoryNotLocked`. A remote signer is not asked anything yet.
    """
    faults = source.faults(name_of)
    if faults:
        raise ConfigurationInvalid("; ".join(faults))
    if source.key_file:
        return load_account(Path(source.key_file), name_of("key_file"))
    if source.environment_file:
        return load_environment(Path(source.environment_file), name_of("environment_file"))
    if source.keystore_file:
        files = Path(source.keystore_file), Path(source.keystore_password_file)
        options = name_of("keystore_file"), name_of("keystore_password_file")
        return load_keystore(*files, *options)
    signer = Rpc(source.remote_url, TIMEOUT_SECONDS)
    return RemotePayer(signer, source.address, name_of("remote_url"))
