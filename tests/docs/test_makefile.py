"""Each target of the Makefile and of make/ sets up what its recipe calls."""

import re

import pytest

from attestor.config import ROOT

MADE_BY = {"$(PYTHON)": ".venv/.ready", ".venv/bin/": ".venv/.ready", "$(FORGE)": "out/.ready"}


def rules() -> dict[str, tuple[set[str], str]]:
    """Prerequisites and recipe of each target."""
    files = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]
    text = "\n".join(path.read_text() for path in files).replace("\\\n", " ")
    found: dict[str, tuple[set[str], str]] = {}
    for line in re.finditer(r"^([^\s#:=][^:=\n]*):(?![:=])([^\n]*)\n((?:\t[^\n]*\n)*)", text, re.M):
        needed = set(line[2].split("##")[0].replace("|", " ").split())
        for target in line[1].split():
            earlier, recipe = found.get(target, (set(), ""))
            found[target] = (earlier | needed, recipe + line[3])
    return found


RULES = rules()


def behind(target: str) -> set[str]:
    """All that is made before a target."""
    needed, _ = RULES.get(target, (set(), ""))
    return needed | {further for one in needed for further in behind(one)}


@pytest.mark.parametrize("target", sorted(RULES))
def test_target__what_its_recipe_calls__is_made_before(target: str) -> None:
    _, recipe = RULES[target]
    for called, maker in MADE_BY.items():
        if called in recipe and target not in {".venv/.ready", "out/.ready"}:
            assert maker in behind(target), f"{target} calls {called}"


def test_rules__of_the_makefile__are_found() -> None:
    assert {"demo", "test", "abi", "lint", ".venv/.ready"} <= set(RULES)
    assert ".venv/.ready" in behind("demo")
