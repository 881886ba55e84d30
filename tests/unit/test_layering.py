"""The package's layers and the direction of imports between them (docs/architecture.md)."""

import ast
import re
import tomllib
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

import attestor

PACKAGE = Path(attestor.__file__).parent
ROOT = PACKAGE.parent
MAX_LINES = 300
MAX_TEST_LINES = 500

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "core": {"errors"},
    "resources": set(),
    "lock_file": set(),
    "regular_file": set(),
    "version": {"core", "resources"},
    "config": {"regular_file", "core", "errors", "resources"},
    "observe": {"core", "errors"},
    "store": {"core", "errors", "lock_file"},
    "net": {"core", "errors"},
    "chain": {"core", "errors", "config", "net", "observe", "resources"},
    "transactions": {"lock_file", "regular_file", "core", "errors", "hardening", "chain"},
    "quote": {"core", "errors"},
    "executor": {"regular_file", "core", "errors", "resources"},
    "hardening": {"core", "errors"},
    "kzg": {"core", "errors"},
    "signer": {"core", "errors", "hardening", "quote", "executor", "kzg"},
    "rotation": {
        "core",
        "errors",
        "observe",
        "chain",
        "transactions",
        "signer",
        "store",
        "quote",
    },
    "jobs": {"core", "errors", "store"},
    "access": {"regular_file", "core", "errors", "observe", "store"},
    "status": {"core", "errors", "store"},
    "http": {"regular_file", "access", "core", "errors", "jobs", "observe", "status", "store"},
    "api": {
        "access",
        "core",
        "errors",
        "executor",
        "hardening",
        "http",
        "jobs",
        "observe",
        "signer",
        "store",
    },
    "audit": {"core", "errors", "store"},
    "deployment": {
        "regular_file",
        "core",
        "errors",
        "config",
        "chain",
        "transactions",
        "quote",
        "resources",
    },
    "collateral": {
        "regular_file",
        "core",
        "errors",
        "config",
        "chain",
        "net",
        "transactions",
        "quote",
        "store",
    },
    "programs": {"core", "errors", "resources"},
    "sp1proof": {"regular_file", "core", "errors"},
    "scroll": {"regular_file", "core", "errors", "chain", "executor", "net"},
    "rsp": {"core", "errors", "chain", "net"},
    "avs": {
        "regular_file",
        "core",
        "errors",
        "chain",
        "executor",
        "http",
        "kzg",
        "net",
        "quote",
        "scroll",
        "signer",
        "store",
    },
    "client": {"regular_file", "core", "errors", "http", "chain", "net"},
}
"""What each package may import of the others. daemon, devnet, doctor and cli compose the packages:
they may import all, and nothing but themselves imports them."""

OWN_FILES = {
    "chain/abi.py",
    "chain/registry_proof.py",
    "deployment/artifact.py",
    "devnet/anvil.py",
    "devnet/folder.py",
    "executor/cgroup.py",
    "executor/host_limits.py",
    "executor/memory_budget.py",
    "executor/memory_kills.py",
    "executor/programs.py",
    "executor/resident.py",
    "hardening/users.py",
    "kzg/commitments.py",
    "programs/__init__.py",
    "quote/files.py",
    "status/absent.py",
    "store/backup.py",
    "version.py",
}
"""Who reads files that nobody names."""
OWN_WRITTEN = {
    "access/clients_file.py",
    "api/__main__.py",
    "devnet/anvil.py",
    "devnet/copied_chain.py",
    "devnet/folder.py",
    "devnet/stack.py",
    "lock_file.py",
    "quote/files.py",
    "store/backup.py",
}
"""Who writes otherwise."""

OUTERMOST = {"daemon", "devnet", "doctor", "cli", "__main__"}


def package(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> set[str]:
    """Everything that is imported anywhere in it: inside of functions and for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            found |= (
                {f"{module}.{a.name}" for a in node.names} if module == "attestor" else {module}
            )
    return found


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports__of_each_module__follow_the_arrows(path: Path) -> None:
    here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if here in OUTERMOST or here == "__init__":
        return
    assert here in ALLOWED, (
        f"{here} is a new package: give it a place in this table and in the docs"
    )
    ours = {name for name in imports(path) if name.startswith("attestor.")}
    reached = {package(name) for name in ours} - {here, "__version__"}
    assert reached <= ALLOWED[here], f"{path.name} reaches into {sorted(reached - ALLOWED[here])}"


OUTER_ALLOWED = {
    "daemon": set(),
    "devnet": {"daemon"},
    "doctor": {"daemon"},
    "cli": {"daemon", "devnet", "doctor"},
}
"""What each of the outermost may import of the others."""


def modules() -> dict[str, Path]:
    found = {}
    for path in sources():
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_modules(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of ours that it imports; `from package import module` names the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else str(node.module) for name in named}
    return found & set(known)


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Some names that lead back to the first of them; none where there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.slow
def test_imports__modules__have_no_circle() -> None:
    known = modules()
    assert len(known) > 200
    graph = {name: imported_modules(path, known) - {name} for name, path in known.items()}
    assert circle(graph) == []


def test_imports__packages__have_no_circle() -> None:
    assert circle(ALLOWED) == []
    assert circle(OUTER_ALLOWED) == []
    for name in OUTER_ALLOWED:
        for path in sorted((PACKAGE / name).rglob("*.py")):
            reached = {package(found) for found in imports(path) if found.startswith("attestor.")}
            assert reached & OUTERMOST <= {name, *OUTER_ALLOWED[name]}, path


def test_imports__by_name_at_run_time__are_of_foreign_modules_and_of_commands() -> None:
    """No arrow goes around the table in a string."""
    reading = re.compile(r"importlib|__import__|\bexec\(|\beval\(")
    found = {str(p.relative_to(PACKAGE)) for p in sources() if reading.search(p.read_text())}
    assert found <= {"cli/__init__.py", "kzg/commitments.py", "sp1proof/groth16.py"}


def test_daemon__composition__stays_short() -> None:
    assert len((PACKAGE / "daemon" / "daemon.py").read_text().splitlines()) < 150


def test_imports__core__does_no_io() -> None:
    impure = {"os", "socket", "subprocess", "time", "random", "secrets", "h11", "ssl", "sqlite3"}
    impure |= {"asyncio", "threading", "pathlib", "loguru", "web3", "aiohttp", "datetime"}
    for path in sorted((PACKAGE / "core").rglob("*.py")):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & impure, f"{path.name} imports {sorted(roots & impure)}"


def test_imports__signer_process__has_no_network_library() -> None:
    for name in ("signer", "executor", "quote", "hardening", "kzg"):
        for path in sorted((PACKAGE / name).rglob("*.py")):
            roots = {found.split(".")[0] for found in imports(path)}
            assert not roots & {"requests", "aiohttp", "web3", "urllib3", "h11"}, path
            assert "attestor.net" not in {name[:12] for name in imports(path)}, path


def test_files__that_people_name__are_read_in_one_place() -> None:
    """Where a pipe is refused: the open of one waits for ever. Others read what the kernel or this
    package has, or what they wrote themselves."""
    reading = re.compile(r"""\.open\("r?b|open\(.*O_RDONLY|\.read_(bytes|text)\(\)""")
    found = {str(p.relative_to(PACKAGE)) for p in sources() if reading.search(p.read_text())}
    assert found - OWN_FILES == {"regular_file.py"}
    assert OWN_FILES - found == set()


def test_files__that_people_name__are_written_in_one_place() -> None:
    """Whole or not at all, and never in a device's place. Others write what is theirs by its
    name, or have a file that needs more."""
    writing = re.compile(r"""open\("[wax]|O_CREAT|\.write_(bytes|text)\(""")
    found = {str(p.relative_to(PACKAGE)) for p in sources() if writing.search(p.read_text())}
    assert found - OWN_WRITTEN == {"regular_file.py"}
    assert OWN_WRITTEN - found == set()


def test_environment__is_read__by_the_configuration_alone() -> None:
    reading = re.compile(r"os\.environ\b|os\.getenv")
    found = {p.relative_to(PACKAGE).parts[0] for p in sources() if reading.search(p.read_text())}
    assert found <= {"cli", "config"}


def longer(paths: Iterable[Path], most: int) -> list[str]:
    """Those with more lines, and how many they have."""
    counted = [(path, len(path.read_text().splitlines())) for path in paths]
    return [f"{path} has {count} lines" for path, count in sorted(counted) if count > most]


def test_modules__each_one__has_300_lines_at_most_and_is_no_catch_all() -> None:
    assert longer(sources(), MAX_LINES) == []
    for path in sources():
        assert path.stem not in {"utils", "helpers", "misc", "common"}


def test_contracts__each_file__has_300_lines_at_most() -> None:
    found = list((ROOT / "contracts" / "src").rglob("*.sol"))
    assert len(found) > 80
    assert longer(found, MAX_LINES) == []


def test_tests__each_file__has_500_lines_at_most() -> None:
    python = list((ROOT / "tests").rglob("*.py"))
    solidity = [*(ROOT / "contracts" / "test").rglob("*.sol"), *(ROOT / "tests").rglob("*.sol")]
    assert len(python) > 200
    assert len(solidity) > 80
    assert longer(python + solidity, MAX_TEST_LINES) == []


def test_architecture__names_every_package() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for name in [*ALLOWED, "daemon", "devnet", "cli"]:
        assert f"`{name}" in text, f"docs/architecture.md does not say what {name} is for"


def test_architecture__says_of_every_room_what_it_may_import() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for name, allowed in ALLOWED.items():
        row = re.search(rf"^\| `{name}` \| .* \| ([a-z0-9_, ]+) \|$", text, re.MULTILINE)
        assert row is not None, f"the table of packages lacks {name}"
        told = set() if row[1] == "nothing" else set(row[1].split(", "))
        assert told | {"core", "errors"} - {name} >= allowed >= told, name


def test_architecture__gives_a_reason_for_every_dependency() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tables = {**project["project"]["optional-dependencies"], **project["dependency-groups"]}
    named = [*project["project"]["dependencies"], *chain.from_iterable(tables.values())]
    assert len(named) > 25
    for name in {re.split(r"[\[=>]", one)[0] for one in named} - {"attestor"}:
        assert f"| {name} |" in text, f"docs/architecture.md gives no reason for {name}"
