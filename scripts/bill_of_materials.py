"""The SBOM of a release, in CycloneDX 1.5: what uv.lock has of the daemon's packages, Cargo.lock of
the executor's crates, and package-lock.json of what is compiled into the contracts.

Format: https://cyclonedx.org/docs/1.5/json/. It says nothing of when and where it was made, so that
it is the same for the same locks.
"""

import base64
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attestor import __version__

ROOT = Path(__file__).resolve().parent.parent
COMPILED_IN = ("@openzeppelin/contracts", "solady")


def bill() -> dict[str, Any]:
    """The document."""
    components = sorted([*python(), *rust(), *solidity()], key=lambda one: one["bom-ref"])
    project = f"pkg:pypi/attestor@{__version__}"
    main = {"type": "application", "bom-ref": project, "name": "attestor", "version": __version__}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": main | {"purl": project}},
        "components": components,
    }


def python() -> Iterator[dict[str, Any]]:
    """All packages that the extra `daemon` brings, on whatever platform."""
    packages = {one["name"]: one for one in _toml("uv.lock")["package"]}
    ours = packages["attestor"]
    wanted = [one["name"] for one in ours["dependencies"]]
    wanted += [one["name"] for one in ours["optional-dependencies"]["daemon"]]
    for name in sorted(_reached(wanted, packages)):
        one = packages[name]
        sdist = one.get("sdist") or one["wheels"][0]
        digest = sdist["hash"].removeprefix("sha256:")
        yield _component(f"pkg:pypi/{name}@{one['version']}", name, one["version"], digest)


def rust() -> Iterator[dict[str, Any]]:
    """All crates of the registry that the executor's workspaces lock: also those that only its
    checks need."""
    found = {}
    for lock in (
        "executor/Cargo.lock",
        "executor/sp1-jit/Cargo.lock",
        "executor/sp1-v3/Cargo.lock",
        "executor/sp1-v3-check/Cargo.lock",
    ):
        for one in _toml(lock)["package"]:
            if "checksum" in one:
                found[one["name"], one["version"]] = one["checksum"]
    for (name, version), digest in sorted(found.items()):
        yield _component(f"pkg:cargo/{name}@{version}", name, version, digest)


def solidity() -> Iterator[dict[str, Any]]:
    """What is compiled into the contracts."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name in COMPILED_IN:
        one = locked[f"node_modules/{name}"]
        digest = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
        yield _component(purl, name, one["version"], digest, "SHA-512")


def _reached(names: list[str], packages: dict[str, Any]) -> set[str]:
    """These packages, and all that they need."""
    found: set[str] = set()
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            one = packages[name]
            names += [each["name"] for each in one.get("dependencies", ())]
            extras = one.get("optional-dependencies", {})
            names += [each["name"] for extra in extras.values() for each in extra]
    return found


def _component(
    purl: str, name: str, version: str, digest: str, algorithm: str = "SHA-256"
) -> dict[str, Any]:
    hashes = [{"alg": algorithm, "content": digest}]
    found = {"type": "library", "bom-ref": purl, "purl": purl, "name": name, "version": version}
    return {**found, "hashes": hashes}


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / name).read_text())
