"""The SBOM has what the locks have, in the form that CycloneDX asks for."""

import json
import re
import tomllib
from typing import Any

import bill_of_materials
import pytest

from attestor import __version__
from attestor.config import ROOT

BILL = bill_of_materials.bill()
PURL = re.compile(r"pkg:(pypi|cargo|npm)/(%40[a-z0-9-]+/)?[A-Za-z0-9._-]+@[A-Za-z0-9.+_-]+")
TEXT_LENGTH = {"SHA-256": 64, "SHA-512": 128}


def of_kind(kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (one["name"], one["version"]): one
        for one in BILL["components"]
        if one["purl"].startswith(f"pkg:{kind}/")
    }


def locked(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((ROOT / name).read_text())["package"]
    return found


def names(requirements: list[dict[str, Any]]) -> set[str]:
    return {one["name"] for one in requirements}


def test_document__its_fields__are_those_that_the_format_requires() -> None:
    assert (BILL["bomFormat"], BILL["specVersion"], BILL["version"]) == ("CycloneDX", "1.5", 1)
    main = BILL["metadata"]["component"]
    assert (main["type"], main["name"], main["version"]) == ("application", "attestor", __version__)
    references = [main["bom-ref"], *(one["bom-ref"] for one in BILL["components"])]
    assert len(references) == len(set(references))
    assert json.loads(json.dumps(BILL)) == BILL


def test_components__each__has_type_name_version_and_hash() -> None:
    for one in BILL["components"]:
        assert one["type"] == "library"
        assert one["name"]
        assert one["version"]
        assert PURL.fullmatch(one["purl"]), one["purl"]
        (digest,) = one["hashes"]
        assert re.fullmatch(r"[0-9a-f]+", digest["content"])
        assert len(digest["content"]) == TEXT_LENGTH[digest["alg"]], one["name"]


def test_python__of_the_daemon__is_all_that_its_lock_reaches() -> None:
    """Walked from requirement to requirement here too, by another way."""
    packages = {one["name"]: one for one in locked("uv.lock")}
    ours = packages["attestor"]
    wanted = names(ours["dependencies"]) | names(ours["optional-dependencies"]["daemon"])
    reached: set[str] = set()
    while wanted - reached:
        reached |= wanted
        wanted = {
            need["name"] for name in reached for need in packages[name].get("dependencies", ())
        }
        wanted |= names(
            [
                need
                for name in reached
                for asked in packages[name].get("dependencies", ())
                for extra in asked.get("extra", ())
                for need in packages[asked["name"]]["optional-dependencies"][extra]
            ]
        )
    found = {name for name, _ in of_kind("pypi")}
    assert reached <= found
    assert {"web3", "aiohttp", "coincurve", "pycryptodome"} <= found
    assert not found & {"attestor", "pytest", "mypy", "ruff", "hypothesis", "ethereum-execution"}
    for name, version in of_kind("pypi"):
        assert packages[name]["version"] == version


@pytest.mark.parametrize("lock", ["executor/Cargo.lock", "executor/sp1-jit/Cargo.lock"])
def test_crates__of_each_workspace__are_all_in_it_with_their_hash(lock: str) -> None:
    found = of_kind("cargo")
    crates = [one for one in locked(lock) if "source" in one]
    assert len(crates) > 20
    for one in crates:
        (digest,) = found[one["name"], one["version"]]["hashes"]
        assert digest["content"] == one["checksum"]


def test_solidity__what_is_compiled_in__is_what_contracts_import() -> None:
    """By the remappings of foundry.toml, without what only tests import."""
    imported = set()
    for path in (ROOT / "contracts" / "src").rglob("*.sol"):
        imported |= set(re.findall(r'from "((?:@[\w-]+/)?[\w-]+)/', path.read_text()))
    assert {name for name, _ in of_kind("npm")} == {name for name in imported if name}
