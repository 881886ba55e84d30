"""The funded accounts of a development chain: those that every anvil and hardhat has."""

from dataclasses import dataclass

from eth_account import Account
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

from attestor.core.text import to_hex

COUNT = 10
MNEMONIC = "test test test test test test test test test test test junk"
"""Known to everybody, and anvil's default."""


@dataclass(frozen=True)
class FundedAccount:
    """An account with 10,000 ether, and its private key, both as 0x text."""

    address: str
    key: str


def funded_accounts(count: int = COUNT) -> list[FundedAccount]:
    """The first accounts of anvil's mnemonic (BIP-44 path m/44'/60'/0'/0/n)."""
    seed = seed_from_mnemonic(MNEMONIC, passphrase="")
    keys = [key_from_seed(seed, f"m/44'/60'/0'/0/{number}") for number in range(count)]
    return [FundedAccount(Account.from_key(key).address, to_hex(key)) for key in keys]
