"""What a built package has besides its Python: the hook of the build backend.

A wheel that is built where contracts and executor are (`make wheel`) carries them, and is for this
kind of machine. Without them it has what the client needs and is for any. Either says from which
commit it is.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

from attestor.version import commit

DATA = "attestor/data"
RECORD = "attestor/executor/programs.json"
BUILD = f"{DATA}/build.json"
CONTRACTS = (
    "AutomataLayoutV10",
    "CollateralReader",
    "CollateralStore",
    "DcapVerifier",
    "MultiProof",
    "SP1Groth16Verifier",
    "TEERegistry",
)
GLIBC = re.compile(r"\bGLIBC_(\d+)\.(\d+)")


class Hook(BuildHookInterface):  # type: ignore[misc]
    """Adds the files to wheel and sdist, and gives the wheel its tag."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install finds everything in the checkout."""
        self._folder = Path(tempfile.mkdtemp())
        if version == "editable":
            return
        root, added = Path(self.root), build_data["force_include"]
        if not (root / BUILD).is_file():  # An sdist has it.
            added[str(self._written("build.json", {"commit": commit(root)}))] = BUILD
        if self.target_name != "wheel":
            return
        for kind, pattern in (("abi", "abi/*.json"), ("guests", "guests/elf/*.elf")):
            for path in sorted(root.glob(pattern)):
                added[str(path)] = f"{DATA}/{kind}/{path.name}"
        programs = recorded_programs(root)
        if not programs:
            return
        for name in CONTRACTS:
            built = f"{name}.sol/{name}.json"
            slim = self._written(f"{name}.json", slim_artifact(root / "out" / built))
            added[str(slim)] = f"{DATA}/contracts/{built}"
        for program in programs:
            added[str(program)] = f"{DATA}/executor/{program.name}"
        added[str(root / RECORD)] = RECORD
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_of(programs)}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Nothing stays behind."""
        shutil.rmtree(self._folder)

    def _written(self, name: str, content: object) -> Path:
        path = self._folder / name
        path.write_text(json.dumps(content, sort_keys=True) + "\n")
        return path


def recorded_programs(root: Path) -> list[Path]:
    """The executor's programs that were recorded, in the order of their names; none where it was
    not built. The names and their hashes have to fit (`attestor/executor/programs.py`)."""
    record = root / RECORD
    if not record.is_file():
        return []
    return [
        root / "executor" / "target" / "release" / name
        for name in sorted(json.loads(record.read_text()))
    ]


def slim_artifact(path: Path) -> dict[str, Any]:
    """Of what forge wrote, that which `attestor/deployment/artifact.py` reads."""
    built = json.loads(path.read_text())
    deployed = built["deployedBytecode"]
    return {
        "abi": built["abi"],
        "bytecode": {"object": built["bytecode"]["object"]},
        "deployedBytecode": {
            "object": deployed["object"],
            "immutableReferences": deployed.get("immutableReferences", {}),
        },
    }


def platform_of(programs: list[Path]) -> str:
    """The wheel's platform: the newest glibc that a program asks for (PEP 600)."""
    asked = subprocess.run(
        ["readelf", "--version-info", *map(str, programs)],
        capture_output=True,
        text=True,
        check=True,
    )
    major, minor = max((int(a), int(b)) for a, b in GLIBC.findall(asked.stdout))
    return f"manylinux_{major}_{minor}_x86_64"
