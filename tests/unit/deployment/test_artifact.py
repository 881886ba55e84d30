"""What a built contract says of itself."""

import json
from pathlib import Path

import pytest

from attestor.deployment import artifact
from attestor.errors import DeploymentFailed

RUNTIME = bytes.fromhex("6001") + bytes(32) + bytes.fromhex("f3")
CONSTRUCTOR = {"type": "constructor", "inputs": [{"type": "address"}, {"type": "uint256"}]}


def build(folder: Path, **changes: object) -> Path:
    """An artifact as forge writes it, with `changes` to its top-level keys."""
    content = {
        "abi": [CONSTRUCTOR],
        "bytecode": {"object": "0x6000"},
        "deployedBytecode": {
            "object": "0x" + RUNTIME.hex(),
            "immutableReferences": {"7": [{"start": 2, "length": 32}]},
        },
        **changes,
    }
    (folder / "Thing.sol").mkdir(parents=True, exist_ok=True)
    (folder / "Thing.sol" / "Thing.json").write_text(json.dumps(content))
    return folder


def test_load__forges_output__is_read(tmp_path: Path) -> None:
    built = artifact.load("Thing", build(tmp_path))
    assert built.creation == bytes.fromhex("6000")
    assert built.runtime == RUNTIME
    assert built.immutables == ((2, 32),)


def test_creation_code__arguments__follow_the_code(tmp_path: Path) -> None:
    built = artifact.load("Thing", build(tmp_path))
    code = built.creation_code(("0x" + "11" * 20, 7))
    assert code == bytes.fromhex("6000") + bytes(12) + b"\x11" * 20 + (7).to_bytes(32, "big")


@pytest.mark.parametrize("arguments", [(), ("0x" + "11" * 20,), ("no address", 7), (1, 2, 3)])
def test_creation_code__other_arguments__are_refused(
    tmp_path: Path, arguments: tuple[object, ...]
) -> None:
    built = artifact.load("Thing", build(tmp_path))
    with pytest.raises(DeploymentFailed, match="Thing takes address, uint256"):
        built.creation_code(arguments)


def test_creation_code__no_constructor__is_the_code(tmp_path: Path) -> None:
    built = artifact.load("Thing", build(tmp_path, abi=[]))
    assert built.creation_code(()) == bytes.fromhex("6000")


def test_made__any_immutables__are_taken(tmp_path: Path) -> None:
    built = artifact.load("Thing", build(tmp_path))
    assert built.made(RUNTIME)
    assert built.made(RUNTIME[:2] + b"\xff" * 32 + RUNTIME[34:])


@pytest.mark.parametrize("code", [b"", RUNTIME[:-1], RUNTIME + b"\0", b"\x61" + RUNTIME[1:]])
def test_made__other_code__is_refused(tmp_path: Path, code: bytes) -> None:
    assert not artifact.load("Thing", build(tmp_path)).made(code)


@pytest.mark.parametrize("changes", [{"abi": None}, {"bytecode": {}}, {"deployedBytecode": 7}])
def test_load__malformed_output__says_to_build(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(DeploymentFailed, match="make contracts"):
        artifact.load("Thing", build(tmp_path, **changes))


def test_load__no_output__says_to_build(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFailed, match="the contract Thing is not built"):
        artifact.load("Thing", tmp_path)
