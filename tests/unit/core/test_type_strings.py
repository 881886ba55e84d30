"""What is hashed as a type in EIP-712 is the same text in Python and in the contracts."""

import ast
import re
from pathlib import Path

import pytest

from attestor.core import eip712

ROOT = Path(__file__).parents[3]
CORE = sorted((ROOT / "attestor" / "core").glob("*.py"))
CONTRACTS = "\n".join(
    path.read_text() for path in sorted((ROOT / "contracts" / "src").rglob("*.sol"))
)
TYPE_STRING = re.compile(r"[A-Z]\w*\((\w+ \w+,)*\w+ \w+\)")
OF_THE_STANDARD = "EIP712Domain("


def type_strings() -> list[str]:
    """Those in `attestor.core`, found by their form."""
    found = []
    for path in CORE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
                text = node.value.decode("ascii", "replace")
                if TYPE_STRING.fullmatch(text) and not text.startswith(OF_THE_STANDARD):
                    found.append(text)
    return found


def test_type_strings__of_statement_possession_and_report_data__are_found() -> None:
    assert len(type_strings()) >= 3


@pytest.mark.parametrize("type_string", type_strings(), ids=lambda text: text.split("(")[0])
def test_type_string__each__is_one_of_the_contracts(type_string: str) -> None:
    assert f'"{type_string}"' in CONTRACTS


def test_domain__name_and_version__are_those_of_the_contracts() -> None:
    assert f'EIP712("{eip712.NAME}", "{eip712.VERSION}")' in CONTRACTS
