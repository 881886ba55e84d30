"""Files of blocks with one character changed anywhere: the answer is a refusal, or the genuine one.

A node or code that nothing needs, names in a trace that nobody reads, spaces: with others of these
the block is the same block, and so is what is said of it.
"""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from cases import scroll_vectors as cases

from attestor.core.execution import Limits
from attestor.errors import AttestorError
from attestor.executor.scroll import PROGRAM, Chain, ScrollExecutor
from attestor.scroll.verification import Verdict, Verifier
from attestor.scroll.witness import Witness, from_text, to_text

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)
CHANGES = 60
DIGITS = b"0123456789abcdef"
TRACES = ("mainnet-1341", "mainnet-2643", "devnet-527")
BESIDE = {"from", "chainId", "gasPrice", "gasFeeCap", "gasTipCap", "v"}
WITNESSES = ("euclidv2-14919992", "feynman-19604676", "galileo-20239168")


@pytest.fixture(scope="module")
def scroll() -> ScrollExecutor:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")
    return ScrollExecutor(DIRECTORY)


def text_of(vectors: Path, name: str) -> tuple[Chain, bytes]:
    """A trace as it was recorded, without what each instruction did, which nobody reads; a witness
    as `--keep` writes it, with the block's hash."""
    if name in WITNESSES:
        path = vectors / "scroll" / "witnesses" / f"{name}.json"
        found = from_text(path.read_bytes(), name)
        return cases.chain_of(path), to_text(replace(found, hash=found.block_hash)).encode()
    value = json.loads((vectors / "scroll" / "traces" / f"{name}.json").read_text())
    value = value.get("result", value)
    codes = sorted(from_text(json.dumps(value).encode(), name).codes)
    value["executionResults"] = []
    value["codes"] = [{"code": "0x" + code.hex()} for code in codes]
    forks = {"bernoulli": 0, "curie": 0} if name.startswith("devnet") else None
    return Chain(value["chainID"], forks), json.dumps(value).encode()


def altered(text: bytes, source: random.Random) -> bytes:
    """Another character, most often another digit where one was, so that it can be read."""
    place = source.randrange(len(text))
    if source.random() < 0.8:
        while text[place] not in DIGITS:
            place = source.randrange(len(text))
        instead = source.choice([digit for digit in DIGITS if digit != text[place]])
    else:
        instead = text[place] ^ (1 << source.randrange(7))
    return text[:place] + bytes([instead]) + text[place + 1 :]


def outcome(scroll: ScrollExecutor, chain: Chain, text: bytes) -> Verdict | None:
    """What is said of the block; None where the file is refused before it is executed."""
    try:
        found: Witness = from_text(text, "the file")
    except AttestorError:
        return None
    if found.chain_id != chain.id:
        return None
    (verdict,) = Verifier(scroll, chain, LIMITS).verify([found])
    return verdict


@pytest.mark.parametrize("name", [*TRACES, *WITNESSES])
def test_verify__file_with_a_changed_character__gives_no_other_result(
    scroll: ScrollExecutor, vectors: Path, name: str
) -> None:
    chain, text = text_of(vectors, name)
    genuine = outcome(scroll, chain, text)
    assert genuine is not None
    assert genuine.executed is not None, genuine.error
    source, refused = random.Random(name), 0
    for _ in range(CHANGES):
        changed = altered(text, source)
        found = outcome(scroll, chain, changed)
        if found is None or found.executed is None:
            refused += 1
        else:
            assert found.executed == genuine.executed
    assert refused > CHANGES // 3


@pytest.mark.parametrize("name", [*TRACES, *WITNESSES])
def test_verify__each_part_of_a_file_changed__is_refused(
    scroll: ScrollExecutor, vectors: Path, name: str
) -> None:
    """Header, roots, and what a transaction is made of. Who sent it, and prices of other kinds of
    transactions, a trace has beside that; they follow from the rest."""
    chain, text = text_of(vectors, name)
    value = json.loads(text)
    places = [("header",), ("transactions", 0), ("withdraw_trie_root",), ("prev_state_root",)]
    places += [("storageTrace", "rootBefore"), ("storageTrace", "rootAfter")]
    tried = 0
    for place in places:
        for changed in changes_at(value, place):
            tried += 1
            found = outcome(scroll, chain, json.dumps(changed).encode())
            assert found is None or found.executed is None, (place, changed)
    assert tried > len(json.loads(text)["header"])


def changes_at(value: object, place: tuple[str | int, ...]) -> list[object]:
    """The value with one digit changed in each text at `place` and below, one at a time."""
    found: list[object] = []

    def walk(part: object, rebuild: "list[str | int]") -> None:
        if isinstance(part, str) and part.startswith("0x") and len(part) > 2:
            last = "1" if part[-1] != "1" else "2"
            found.append(_with(value, rebuild, part[:-1] + last))
        elif isinstance(part, dict):
            for name, inner in part.items():
                if name not in BESIDE:
                    walk(inner, [*rebuild, name])

    part: object = value
    for step in place:
        if isinstance(part, dict) and isinstance(step, str):
            part = part.get(step)
        elif isinstance(part, list) and isinstance(step, int) and part:
            part = part[step]
        else:
            return []
    walk(part, list(place))
    return found


def _with(value: object, place: "list[str | int]", leaf: object) -> object:
    if not place:
        return leaf
    step, *rest = place
    if isinstance(value, dict):
        return {**value, step: _with(value[step], rest, leaf)}
    assert isinstance(value, list)
    assert isinstance(step, int)
    return [*value[:step], _with(value[step], rest, leaf), *value[step + 1 :]]
