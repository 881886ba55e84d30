"""Light imports: the signer process and the daemon load a verifier only when they verify."""

import ast
from pathlib import Path

import attestor.quote

FOLDER = Path(attestor.quote.__file__).parent
HEAVY = {"dcap_qvl", "cryptography"}


def imported(path: Path, *, top_level: bool) -> set[str]:
    """The first parts of the names that a module imports, at its top level or anywhere."""
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level else list(ast.walk(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def test_quote_modules__but_the_simulated_platform__import_nothing_heavy_at_once() -> None:
    modules = sorted(FOLDER.glob("*.py"))
    assert FOLDER / "gate.py" in modules
    for path in modules:
        assert not imported(path, top_level=True) & HEAVY, path.name
        assert "attestor.quote.simulated" not in path.read_text(), path.name


def test_format__with_all_that_it_imports__is_the_standard_library_and_errors() -> None:
    for name in ("format.py", "reader.py"):
        names = imported(FOLDER / name, top_level=False)
        assert names <= {"attestor", "struct", "dataclasses", "enum"}


def test_dcap_qvl__in_the_package__is_imported_by_one_module() -> None:
    users = {
        path.name for path in FOLDER.rglob("*.py") if "dcap_qvl" in imported(path, top_level=False)
    }
    assert users == {"qvl.py"}
