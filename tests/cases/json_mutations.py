"""Changed collateral documents, the same for the same seed: as text, and as the values in it.

A test signs them anew, so that a parser is all that stands between them and a verdict.
"""

import json
from random import Random
from typing import Any

NUMBERS = (-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 127, 128, 255, 256, 65_535, 65_536, 2**32, 1e0, 4.5)
TEXTS = ("", "UpToDate", "OutOfDate", "Revoked", "uptodate", "TDX", "SGX", "00", "TDX_01", "\u0041")


def mutated_json(random: Random, text: str) -> str:
    """The document with one or two things changed."""
    for _ in range(random.choice((1, 1, 2))):
        text = _retyped(random, text) if random.random() < 0.4 else _restructured(random, text)
    return text


def _retyped(random: Random, text: str) -> str:
    """Other characters: a digit, a letter's case, a space, a character more or less."""
    at = random.randrange(len(text))
    kind = random.choice(("digit", "case", "space", "drop", "repeat", "any"))
    if kind == "digit":
        digits = [place for place, character in enumerate(text) if character.isdigit()]
        at = random.choice(digits)
        return text[:at] + random.choice("0123456789") + text[at + 1 :]
    if kind == "case":
        return text[:at] + text[at : at + 40].swapcase() + text[at + 40 :]
    if kind == "space":
        return text[:at] + random.choice(" \n\t") + text[at:]
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "repeat":
        return text[:at] + text[at] + text[at:]
    return text[:at] + chr(random.randrange(32, 127)) + text[at + 1 :]


def _restructured(random: Random, text: str) -> str:
    """Another value, order, key or length somewhere inside."""
    try:
        document = json.loads(text, object_pairs_hook=Object)
    except ValueError:
        return text
    containers = [document, *_containers(document)]
    container = random.choice(containers)
    if not container:
        return text
    at = random.randrange(len(container))
    kind = random.choice(("value", "value", "drop", "repeat", "move", "key"))
    if kind == "drop":
        del container[at]
    elif kind == "repeat":
        container.append(container[at])
    elif kind == "move":
        container.insert(random.randrange(len(container)), container.pop(at))
    elif isinstance(container, Object):
        key, value = container[at]
        named = (random.choice(("novelty", "id", key.upper())), value)
        container[at] = named if kind == "key" else (key, _other(random, value))
    else:
        container[at] = _other(random, container[at])
    return _written(document)


class Object(list[tuple[str, Any]]):
    """A JSON object as it is written: its members in order, keys may repeat."""


def _containers(value: Any) -> list[Any]:
    inner = [member[1] for member in value] if isinstance(value, Object) else value
    if not isinstance(inner, list):
        return []
    found = [part for part in inner if isinstance(part, list)]
    return [*found, *(deeper for part in found for deeper in _containers(part))]


def _other(random: Random, value: Any) -> Any:
    if random.random() < 0.1:
        return random.choice((None, True, [], Object(), "1", 1))
    if isinstance(value, str):
        if random.random() < 0.5 and value:
            at = random.randrange(len(value))
            return value[:at] + random.choice("0123456789ABCDEFabcdef") + value[at + 1 :]
        return random.choice(TEXTS)
    return random.choice(NUMBERS)


def _written(value: Any) -> str:
    if isinstance(value, Object):
        members = (f"{json.dumps(key)}:{_written(inner)}" for key, inner in value)
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(inner) for inner in value) + "]"
    return json.dumps(value)
