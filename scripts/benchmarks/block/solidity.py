"""What Solidity makes of contracts/bench: runtime code, the data of calls, slots of mappings.

These contracts have neither constructors nor immutables, so that a genesis can hold their code.
Forge does not build them: they are compiled for the guest's EVM, and only for the benchmark.
"""

import json
import subprocess

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from benchmarks.block.unusable import BlockUnusable
from benchmarks.programs import ROOT

SOURCES = ROOT / "contracts" / "bench"
SOLC = ROOT / "scripts" / "solc"
EVM_VERSION = "cancun"
OPTIMIZER_RUNS = 10_000


def compiled() -> dict[str, bytes]:
    """The runtime code of each contract, by its name. Raises `BlockUnusable` with solc's errors."""
    sources = {path.name: {"content": path.read_text()} for path in sorted(SOURCES.glob("*.sol"))}
    settings = {
        "evmVersion": EVM_VERSION,
        "optimizer": {"enabled": True, "runs": OPTIMIZER_RUNS},
        "metadata": {"bytecodeHash": "none"},
        "outputSelection": {"*": {"*": ["evm.deployedBytecode.object"]}},
    }
    request = {"language": "Solidity", "sources": sources, "settings": settings}
    command = [str(SOLC), "--standard-json"]
    done = subprocess.run(
        command, input=json.dumps(request), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BlockUnusable(f"solc failed: {done.stderr.strip()[-500:]}")
    answer = json.loads(done.stdout)
    if answer.get("errors"):
        raise BlockUnusable("\n".join(error["formattedMessage"] for error in answer["errors"]))
    return {
        name: bytes.fromhex(built["evm"]["deployedBytecode"]["object"])
        for file in answer["contracts"].values()
        for name, built in file.items()
    }


def call(signature: str, *arguments: object) -> bytes:
    """The data of a call, as of `transfer(address,uint256)`."""
    types = signature[signature.index("(") + 1 : -1].split(",")
    return keccak(signature.encode())[:4] + encode(types, arguments)


def mapping_slot(slot: int, *keys: int) -> int:
    """Where Solidity keeps an element of a mapping at `slot`, nested once per further key."""
    for key in keys:
        slot = int.from_bytes(keccak(key.to_bytes(32, "big") + slot.to_bytes(32, "big")), "big")
    return slot
