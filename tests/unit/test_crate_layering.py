"""The packages of the executor, the direction of the arrows between them, and modules in no circle.

A module imports another when its code outside of tests names it in a path. A declaration (`mod x;`)
alone imports nothing: a child may use its parent as long as the parent names nothing of the child.
"""

import re
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

EXECUTOR = Path(__file__).resolve().parents[2] / "executor"
MAX_LINES = 300
MAX_TEST_LINES = 500

ALLOWED: dict[str, set[str]] = {
    "attestor-protocol": set(),
    "attestor-precompiles": set(),
    "attestor-keys": set(),
    "attestor-engine": {"attestor-precompiles"},
    "attestor-sandbox": set(),
    "attestor-child": {"attestor-protocol", "attestor-sandbox"},
    "attestor-evm": set(),
    "attestor-scroll": {"attestor-child", "attestor-evm", "attestor-protocol"},
    "attestor-sp1": {
        "attestor-child",
        "attestor-engine",
        "attestor-keys",
        "attestor-protocol",
    },
    "attestor-hostile": {"attestor-protocol", "attestor-sandbox"},
    "attestor-decode": {"attestor-protocol", "attestor-sandbox"},
    "attestor-keys-check": {"attestor-keys"},
    "attestor-engine-check": {"attestor-engine", "attestor-keys"},
    "attestor-circuits": set(),
    "attestor-provable-check": {
        "attestor-circuits",
        "attestor-engine",
        "attestor-engine-check",
        "attestor-precompiles",
    },
    "attestor-sp1-jit": {"attestor-sp1"},
    "attestor-sp1-v3": {"attestor-child"},
    "attestor-sp1-v3-check": set(),
}
"""What each package may depend on of the others; those above know nothing of those below."""

LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|\bb?r(#*)".*?"\1|b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|.)|[^\\'])'""",
    re.DOTALL,
)
DECLARATION = re.compile(
    r"((?:#\[[^\]]*\]\s*)*)(?:pub(?:\([^)]*\))?\s+)?\bmod\s+(\w+)\s*(;|\{)", re.MULTILINE
)
USE = re.compile(r"\buse\s+([^;]+);")
PATH = re.compile(r"(?<![\w:])\w+(?:::\w+)+")

Module = tuple[str, ...]
"""The names from the crate's root to a module; the root is ()."""


def without_literals(text: str) -> str:
    """The code alone; of the strings, only those of `#[path = …]` stay."""

    def kept(match: re.Match[str]) -> str:
        if match[0].startswith(("//", "/*")):
            return " "
        return match[0] if text.endswith("path = ", 0, match.start()) else "0"

    return LITERAL.sub(kept, text)


def without_tests(code: str) -> str:
    while match := next((m for m in DECLARATION.finditer(code) if "cfg(test)" in m[1]), None):
        end, depth = match.end(), 1 if match[3] == "{" else 0
        while depth:
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        code = code[: match.start()] + code[end:]
    return code


def modules(root: Path) -> dict[Module, str]:
    """The code of each module of a crate without its tests; alternatives are one module."""
    found: dict[Module, str] = {}

    def read(module: Module, file: Path, folder: Path) -> None:
        code = without_tests(without_literals(file.read_text()))
        found[module] = found.get(module, "") + code
        for attributes, name, opening in DECLARATION.findall(code):
            assert opening == ";", f"{file}: give the module {name} a file of its own"
            path = re.search(r'path = "([^"]+)"', attributes)
            place = file.parent / path[1] if path else folder / f"{name}.rs"
            read((*module, name), place, folder / name)

    read((), root, root.parent)
    return found


def leaves(tree: str) -> Iterator[str]:
    """The paths of a `use` declaration."""
    start, brace, rest = tree.partition("{")
    if not brace:
        yield re.sub(r"\s+as\s+\w+|\s", "", tree)
        return
    depth, parts = 0, [""]
    for character in rest.rpartition("}")[0]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    for part in parts:
        yield from (start.strip() + leaf for leaf in leaves(part) if leaf)


def imports(module: Module, known: dict[Module, str]) -> set[Module]:
    code = known[module]
    paths = [leaf for tree in USE.findall(code) for leaf in leaves(tree)]
    paths += PATH.findall(USE.sub("", code))
    found = set()
    for names in (path.split("::") for path in paths):
        at = module
        if names[0] == "crate":
            at, names = (), names[1:]
        elif names[0] in ("self", "super"):
            while names and names[0] in ("self", "super"):
                at, names = at[:-1] if names[0] == "super" else at, names[1:]
        elif (*module, names[0]) not in known:
            continue
        while names and (*at, names[0]) in known:
            at, names = (*at, names[0]), names[1:]
        found.add(at)
    return found - {module}


def circle(root: Path) -> str | None:
    """A circle of modules in the crate with this root file."""
    known = modules(root)
    graph = {module: imports(module, known) for module in known}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " → ".join("::".join(("crate", *module)) for module in reversed(error.args[1]))
    return None


def manifests() -> list[Path]:
    return sorted(EXECUTOR.glob("*/Cargo.toml"))


def roots() -> list[Path]:
    return [
        *sorted(EXECUTOR.glob("*/src/lib.rs")),
        *sorted(EXECUTOR.glob("*/src/main.rs")),
        *sorted(EXECUTOR.glob("*/src/bin/*.rs")),
    ]


def shown(path: Path) -> str:
    return str(path.relative_to(EXECUTOR))


@pytest.mark.parametrize("manifest", manifests(), ids=shown)
def test_packages__dependencies_of_each__follow_the_arrows(manifest: Path) -> None:
    described = tomllib.loads(manifest.read_text())
    name = described["package"]["name"]
    assert name in ALLOWED, f"{name} is a new package: give it a place in this table"
    tables = ("dependencies", "dev-dependencies", "build-dependencies")
    ours = {
        value.get("package", key)
        for table in tables
        for key, value in described.get(table, {}).items()
        if isinstance(value, dict) and "path" in value
    }
    assert ours <= ALLOWED[name], f"{name} depends on {sorted(ours - ALLOWED[name])}"


def all_below(name: str) -> set[str]:
    """What a package is built of, by the lock file."""
    below: dict[str, set[str]] = {}
    for package in tomllib.loads((EXECUTOR / "Cargo.lock").read_text())["package"]:
        found = below.setdefault(package["name"], set())
        found |= {one.split()[0] for one in package.get("dependencies", [])}
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        new = below[ahead.pop()] - seen
        seen |= new
        ahead += new
    return seen


@pytest.mark.parametrize("name", ["attestor-child", "attestor-evm", "attestor-scroll"])
def test_packages__that_execute_blocks__link_nothing_of_sp1(name: str) -> None:
    assert "sp1-core-executor" in all_below("attestor-sp1")
    assert [one for one in all_below(name) if one.startswith(("sp1-", "slop-"))] == []


def test_packages__built_by_default__are_without_revm() -> None:
    """It takes as long to build as all others, and `make demo` does without."""
    workspace = tomllib.loads((EXECUTOR / "Cargo.toml").read_text())["workspace"]
    assert "scroll" in workspace["members"]
    for folder in workspace["default-members"]:
        name = tomllib.loads((EXECUTOR / folder / "Cargo.toml").read_text())["package"]["name"]
        assert "revm" not in all_below(name), name
    assert "revm" in all_below("attestor-scroll")


def test_packages__of_the_table__are_those_of_the_executor_and_in_order() -> None:
    names = {tomllib.loads(path.read_text())["package"]["name"] for path in manifests()}
    assert names == set(ALLOWED)
    order = list(ALLOWED)
    for name, below in ALLOWED.items():
        assert below <= set(order[: order.index(name)]), f"{name} is above what it depends on"


@pytest.mark.parametrize("root", roots(), ids=shown)
def test_modules__of_each_crate__are_in_no_circle(root: Path) -> None:
    found = circle(root)
    assert found is None, f"{found}: give what both need a file of its own"


def test_modules__none_is_large() -> None:
    for package in (manifest.parent for manifest in manifests()):
        for path in [*package.glob("[!t]*/**/*.rs"), *package.glob("tests/**/*.rs")]:
            lines = len(path.read_text().splitlines())
            most = MAX_TEST_LINES if "tests" in (path.stem, path.parent.name) else MAX_LINES
            assert lines <= most, f"{shown(path)} has {lines} lines: it is two modules"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """A crate of a parent, its child, and another module that uses both; no circle."""
    (tmp_path / "parent").mkdir()
    (tmp_path / "lib.rs").write_text("mod parent;\nmod user;\n\npub use user::run;\n")
    (tmp_path / "user.rs").write_text("use crate::parent::{self, child::Item as Child};\n")
    (tmp_path / "parent.rs").write_text("mod child;\n\npub use child::Item;\n")
    (tmp_path / "parent" / "child.rs").write_text("pub struct Item;\n")
    return tmp_path / "lib.rs"


def test_circle__none__is_none_found(crate: Path) -> None:
    assert circle(crate) is None
    known = modules(crate)
    assert imports(("user",), known) == {("parent",), ("parent", "child")}


@pytest.mark.parametrize(
    "code",
    [
        "use super::Item as Other;",
        "use super::super::{user::{self, run}};",
        "fn f() { crate::user::run() }",
        "fn f(c: char) { if c != '\"' { crate::user::run() } }",
        "pub(crate) use crate::run;",
    ],
)
def test_circle__path_back_from_a_child__is_found(crate: Path, code: str) -> None:
    child = crate.parent / "parent" / "child.rs"
    child.write_text(f"{child.read_text()}{code}\n")
    found = circle(crate)
    assert found is not None
    assert "crate::parent::child" in found


@pytest.mark.parametrize(
    "code",
    [
        "// use super::Item;",
        "/* use super::Item; */",
        'const TEXT: &str = "use super::Item;";',
        'const TEXT: &str = r#"" use super::Item;"#;',
        "#[cfg(test)]\nmod tests {\n    use super::super::*;\n    fn f() {}\n}",
        "#[cfg(test)]\nmod tests;",
        "use std::fmt::{self, super_fast};",
    ],
)
def test_circle__path_in_a_comment_a_string_or_a_test__is_none(crate: Path, code: str) -> None:
    child = crate.parent / "parent" / "child.rs"
    child.write_text(f"{child.read_text()}{code}\n")
    assert circle(crate) is None


def test_modules__alternatives_by_path__are_one_module(crate: Path) -> None:
    (crate.parent / "other.rs").write_text("use crate::user::run;\n")
    parent = '#[path = "other.rs"]\nmod parent;\n'
    crate.write_text(f"#[cfg(unix)]\n{crate.read_text()}\n#[cfg(not(unix))]\n{parent}")
    assert circle(crate) is not None
