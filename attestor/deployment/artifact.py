"""A built contract as forge writes it to `out/`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError

from attestor import resources
from attestor.core import strict_json
from attestor.core.text import from_hex
from attestor.errors import DeploymentFailed

ARTIFACTS = resources.folder("contracts")


@dataclass(frozen=True)
class Artifact:
    """`creation` and `runtime` are bytecode; the runtime has zeros where its constructor writes
    immutables, at `immutables` as (offset, length) in bytes."""

    name: str
    abi: tuple[dict[str, Any], ...]
    creation: bytes
    runtime: bytes
    immutables: tuple[tuple[int, int], ...]

    def creation_code(self, arguments: tuple[object, ...]) -> bytes:
        """Calldata of the transaction that deploys this with its arguments."""
        types = [str(field["type"]) for field in self._constructor_inputs()]
        try:
            return self.creation + encode(types, arguments)
        except EncodingError as error:
            raise DeploymentFailed(f"{self.name} takes {', '.join(types)}: {error}") from None

    def argument_names(self) -> tuple[str, ...]:
        """What the constructor calls its arguments."""
        return tuple(str(field["name"]).strip("_") for field in self._constructor_inputs())

    def made(self, code: bytes) -> bool:
        """Whether `code` is this contract's, with any immutables."""
        return len(code) == len(self.runtime) and self._masked(code) == self.runtime

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for offset, length in self.immutables:
            masked[offset : offset + length] = bytes(length)
        return bytes(masked)

    def _constructor_inputs(self) -> list[dict[str, Any]]:
        for item in self.abi:
            if item["type"] == "constructor":
                return list(item["inputs"])
        return []


def load(name: str, folder: Path = ARTIFACTS) -> Artifact:
    """The artifact of a contract. Raises `DeploymentFailed` when it was not built."""
    try:
        built = strict_json.loads((folder / f"{name}.sol" / f"{name}.json").read_bytes())
        deployed = built["deployedBytecode"]
        references = deployed.get("immutableReferences", {}).values()
        return Artifact(
            name=name,
            abi=tuple(built["abi"]),
            creation=from_hex(built["bytecode"]["object"]),
            runtime=from_hex(deployed["object"]),
            immutables=tuple((at["start"], at["length"]) for each in references for at in each),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise DeploymentFailed(
            f"the contract {name} is not built", hint=resources.how_to_get("make contracts")
        ) from None
