"""HTML and SVG as values: text becomes markup here alone, and is always escaped."""

import html
import re
from dataclasses import dataclass

DRAWN = frozenset({"rect", "line"})
VOID = DRAWN | {"meta", "link", "br"}
NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Markup:
    """Text that is markup already. Made by `tag` alone, and of constants of this package."""

    text: str


Part = str | Markup | None
"""A string is text, whoever wrote it; None is nothing."""


def tag(element: str, /, *parts: Part, **attributes: str | int | float | bool | None) -> Markup:
    """An element. `class_` and `for_` are the attributes of those names, an underscore inside of a
    name is a hyphen, True is an attribute without a value, None and False are none."""
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if element in VOID:
        # Foreign elements end themselves, and HTML's own have no end.
        return Markup(f"<{element}{given}{'/' if element in DRAWN else ''}>")
    return Markup(f"<{element}{given}>{joined(*parts).text}</{element}>")


def joined(*parts: Part) -> Markup:
    """Several parts, one after the other."""
    return Markup("".join(_of(part) for part in parts))


def _of(part: Part) -> str:
    if part is None:
        return ""
    return part.text if isinstance(part, Markup) else escaped(part)


def escaped(text: str) -> str:
    """Text as HTML has it. Characters that move or hide others are shown as a replacement: foreign
    text must not rearrange the page, and HTML has no control characters."""
    shown = "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
    return html.escape(shown, quote=True)


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if not NAME.fullmatch(name.lower()):
        raise ValueError(f"{name!r} is not the name of an attribute")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'
