"""What the contracts cost, held to the goals and, to the unit, to contracts/gas.json: times, keys
and seeds are fixed, and signatures are deterministic."""

import pytest
from measures import genuine, snapshot
from measures.figures import gas_figures, size_figures
from measures.goals import GOALS, Figure


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    return [*gas_figures(genuine.folder()), *size_figures()]


def test_figures__measured_anew__are_those_written_down(figures: list[Figure]) -> None:
    assert snapshot.differences(figures) == [], "make bench-contracts writes them anew"


def test_figures__each_goal__is_held(figures: list[Figure]) -> None:
    assert [figure for figure in figures if not figure.holds] == []


def test_quote__measured_with__has_the_size_of_a_genuine_one(figures: list[Figure]) -> None:
    sizes = {figure.name: figure.value for figure in figures}
    assert sizes["quote_compact_bytes"] == 2_509
    assert abs(sizes["quote_raw_bytes"] - 4_936) < 8


def test_goals__each__is_of_a_figure_that_is_written_down() -> None:
    here = {name for name in GOALS if not name.endswith("_next_fork_gas")}
    assert here <= set(snapshot.read())


def test_differences__changed_figure__is_named() -> None:
    name, value = next(iter(snapshot.read().items()))
    assert snapshot.differences([Figure(name, value)]) == []
    (line,) = snapshot.differences([Figure(name, value + 1)])
    assert line.startswith(f"{name} is {value + 1}, ")
    assert snapshot.differences([Figure("unheard of", 1)]) != []
