"""Every figure of the contracts that a page names is the one that was measured last."""

import json
import re
from collections.abc import Iterator

import pytest
from measures.goals import GOALS

from attestor.config import ROOT

PAGE = (ROOT / "docs" / "contracts.md").read_text()
OPERATION = (ROOT / "docs" / "operate-daily.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
MEASURED: dict[str, int] = json.loads((ROOT / "contracts" / "gas.json").read_text())
REMEDY = "contracts/gas.json has another value: make bench-contracts, then correct the page"


def numbers(text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*\d|\d", text)]


def rows(head: str) -> Iterator[list[str]]:
    """The cells of each row of the table whose first line begins so."""
    lines = PAGE[PAGE.index(head) :].splitlines()
    for line in lines[2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


COSTS = list(rows("| figure | gas | goal | |"))
SIZES = list(rows("| figure | bytes |"))
COMPARED = list(rows("| form of the quote | Automata's | ours, with the registration |"))
NEXT_FORK = list(rows("| figure (`…_next_fork_gas`) | gas | goal | on Osaka |"))


@pytest.mark.parametrize("row", COSTS, ids=lambda row: row[0])
def test_table__each_row__has_the_measured_values_and_goals(row: list[str]) -> None:
    names = re.findall(r"`(\w+)`", row[0])
    assert names
    assert numbers(row[1]) == [MEASURED[name] for name in names], REMEDY
    assert numbers(row[2]) == [GOALS[name] for name in names if name in GOALS]


@pytest.mark.parametrize("row", SIZES, ids=lambda row: row[0])
def test_sizes__each_row__has_the_measured_value(row: list[str]) -> None:
    assert numbers(row[1])[0] == MEASURED[row[0].strip("`")], REMEDY


@pytest.mark.parametrize("row", NEXT_FORK, ids=lambda row: row[0])
def test_next_forks_table__each_row__has_the_values_of_osaka_and_goals(row: list[str]) -> None:
    match = re.match(r"`(\w+)`", row[0])
    assert match is not None
    assert numbers(row[3]) in ([], [MEASURED.get(f"{match[1]}_gas")]), REMEDY
    goal = GOALS.get(f"{match[1]}_next_fork_gas")
    assert numbers(row[2]) == ([] if goal is None else [goal])


def test_page__number_with_a_figures_name_behind_it__is_the_measured_one() -> None:
    told = re.findall(r"(\d[\d,]*)(?: bytes| gas)? \(`(\w+)`[);]", PAGE)
    named = {name for _, name in told}
    assert {"largest_contract_bytes", "admission_raw_gas", "quote_raw_bytes"} <= named
    wrong = [(value, name) for value, name in told if numbers(value) != [MEASURED[name]]]
    assert wrong == [], REMEDY


def test_comparison__each_number_of_ours__has_its_figures_name_behind_it() -> None:
    """So that the test before looks at it."""
    for _, _, ours in COMPARED:
        assert len(re.findall(r"\d,\d", ours)) == len(re.findall(r"\d \(`\w+_gas`\)", ours)), ours
    assert len(COMPARED) == 5


@pytest.mark.parametrize(
    "name",
    [
        "upload_crl_refresh_gas",
        "upload_evaluation_numbers_gas",
        "upload_genuine_crl_first_gas",
        "upload_genuine_qe_identity_gas",
        "upload_genuine_tcb_info_gas",
        "upload_qe_identity_gas",
        "upload_root_crl_refresh_gas",
        "upload_tcb_info_gas",
    ],
)
def test_operators_page__gas_of_uploads__is_the_measured_one_in_thousands(name: str) -> None:
    table = OPERATION[OPERATION.index("| part | bytes | first | renewed |") :].split("\n\n")[0]
    assert f" {round(MEASURED[name], -3):,}" in table, REMEDY


def test_page__each_measured_figure__is_named() -> None:
    assert [name for name in MEASURED if f"`{name}`" not in PAGE] == []


def test_changelog__renewal_of_this_version__is_the_measured_one() -> None:
    unreleased = CHANGELOG.split("\n## ")[1]
    told = re.findall(r"a renewal costs ([\d,]+) gas", unreleased)
    assert [numbers(value) for value in told] == [[MEASURED["renewal_gas"]]], REMEDY
