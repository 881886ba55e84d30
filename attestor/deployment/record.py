"""The deployment file: addresses and ABIs of the contracts on a chain.

`attestor deploy` writes it after each transaction, and goes on from it when it is started again.
`attestor run` reads the registry's address from it.
"""

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.text import from_hex
from attestor.core.transaction import Attempt
from attestor.deployment import attempts
from attestor.deployment.attempts import creation_of
from attestor.errors import DeploymentFileInvalid

FORMAT = 2
MAX_FILE_BYTES = 16 << 20


@dataclass(frozen=True)
class DeployedContract:
    """A contract on the chain. Bytes are 0x text: the file is for people and tools."""

    address: str
    arguments: tuple[str, ...]
    code_hash: str
    """keccak256 of the code on the chain."""
    transaction: str
    block: int
    gas: int
    abi: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class DeploymentRecord:
    """A deployment, complete or not. `attempts` are the transactions of what is not recorded
    otherwise: contracts that are not deployed yet, and calls."""

    chain_id: int
    contracts: dict[str, DeployedContract] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()

    def with_contract(self, name: str, standing: DeployedContract) -> "DeploymentRecord":
        """With a contract added, and without the attempts of its creation."""
        left = tuple(one for one in self.attempts if not one.intent.startswith(creation_of(name)))
        return replace(self, contracts={**self.contracts, name: standing}, attempts=left)

    def address(self, name: str) -> bytes:
        """The address of a contract. Raises `DeploymentFileInvalid` when it is not deployed."""
        standing = self.contracts.get(name)
        if standing is None:
            raise DeploymentFileInvalid(
                f"the deployment has no {name}", hint="run attestor deploy again to finish it"
            )
        return from_hex(standing.address)


def read(path: Path) -> DeploymentRecord:
    """The deployment in a file. Raises `DeploymentFileInvalid`."""
    try:
        text = regular_file.read(path, MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise ValueError(f"longer than {MAX_FILE_BYTES} bytes")
        content = strict_json.loads(text)
        version = content["version"]
        if version not in (1, FORMAT):
            raise ValueError(f"version {version!r}, not {FORMAT}")
        return DeploymentRecord(
            chain_id=int(content["chain_id"]),
            contracts={n: _standing(fields) for n, fields in content["contracts"].items()},
            attempts=attempts.of_version_1(content["pending"])
            if version == 1
            else tuple(attempts.from_json(fields) for fields in content["attempts"]),
        )
    except OSError as error:
        raise DeploymentFileInvalid(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DeploymentFileInvalid(
            f"{path} is not a deployment file: {_told(error):.200}"
        ) from None


def _told(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def require_writable(path: Path) -> None:
    """Raise `DeploymentFileInvalid` where no file can be written, or the one there is none of a
    deployment: before anything is paid that could not be noted."""
    if path.exists():
        read(path)
    folder = path.parent
    if not folder.is_dir():
        raise DeploymentFileInvalid(
            f"cannot write {path}: there is no folder {folder}", hint="make it first"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DeploymentFileInvalid(
            f"cannot write {path}: the folder {folder} is not writable", hint="name another file"
        )


def write(path: Path, record: DeploymentRecord) -> None:
    """Replace the file atomically."""
    content = {
        "version": FORMAT,
        "chain_id": record.chain_id,
        "contracts": {name: asdict(standing) for name, standing in record.contracts.items()},
        "attempts": [attempts.to_json(attempt) for attempt in record.attempts],
    }
    text = json.dumps(content, indent=2) + "\n"
    try:
        regular_file.write(path, text.encode())
    except OSError as error:
        raise DeploymentFileInvalid(f"cannot write {path}: {error.strerror}") from None


def _standing(fields: dict[str, Any]) -> DeployedContract:
    if len(from_hex(fields["address"])) != 20:
        raise ValueError(f"{fields['address']} is not an address")
    return DeployedContract(
        address=str(fields["address"]),
        arguments=tuple(str(argument) for argument in fields["arguments"]),
        code_hash=str(fields["code_hash"]),
        transaction=str(fields["transaction"]),
        block=int(fields["block"]),
        gas=int(fields["gas"]),
        abi=tuple(fields["abi"]),
    )
