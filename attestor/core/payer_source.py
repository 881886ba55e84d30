"""Where an account that pays has its key: one of four places."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class PayerSource:
    """What was configured of it: exactly one of `key_file`, `keystore_file`, `environment_file` and
    `remote_url`, and what belongs to it. Files are paths; what is not given is empty. `address` has
    20 bytes."""

    key_file: str = ""
    """0x text of 32 bytes."""
    keystore_file: str = ""
    """Web3 Secret Storage, version 3."""
    keystore_password_file: str = ""
    environment_file: str = ""
    """NAME=value lines, one of which has the key."""
    remote_url: str = ""
    """A signer that keeps the key, and is asked for each signature."""
    address: bytes = b""
    """The remote signer's account that pays."""

    def faults(self, name_of: Callable[[str], str]) -> list[str]:
        """Why it names no account, or more than one; `name_of` is how a field is set."""
        places = ("key_file", "keystore_file", "environment_file", "remote_url")
        given = [place for place in places if getattr(self, place)]
        names = [name_of(place) for place in places]
        if not given:
            return [f"{names[0]} is missing (or {', '.join(names[1:-1])} or {names[-1]})"]
        if len(given) > 1:
            told = " and ".join(name_of(place) for place in given)
            return [f"{told} are given, but one account pays: leave one of them"]
        faults = []
        for owner, part in (("keystore_file", "keystore_password_file"), ("remote_url", "address")):
            if owner in given and not getattr(self, part):
                faults.append(f"{name_of(part)} is missing: {name_of(owner)} needs it")
            if owner not in given and getattr(self, part):
                faults.append(f"{name_of(part)} is given without {name_of(owner)}")
        return faults
