"""JSON read again, slowly, by recursive descent after RFC 8259: what `core.strict_json` has to
accept, and the value that it has to give."""

from typing import Any

SPACE = " \t\n\r"
ESCAPES = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
LITERALS = {"true": True, "false": False, "null": None}


class Refused(Exception):
    """The text is no JSON, or not of the strict kind."""


def read(data: bytes, max_depth: int, max_digits: int) -> Any:
    """The value of a text."""
    try:
        reader = _Reader(data.decode("utf-8"), max_depth, max_digits)
    except UnicodeDecodeError as error:
        raise Refused from error
    reader.skip()
    value = reader.value(0)
    reader.skip()
    if reader.at < len(reader.text):
        raise Refused
    return value


class _Reader:
    def __init__(self, text: str, max_depth: int, max_digits: int) -> None:
        self.text, self.at = text, 0
        self.max_depth, self.max_digits = max_depth, max_digits

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> None:
        if not self.text.startswith(expected, self.at):
            raise Refused
        self.at += len(expected)

    def skip(self) -> None:
        while self.peek() and self.peek() in SPACE:
            self.at += 1

    def value(self, depth: int) -> Any:
        first = self.peek()
        if first and first in "[{":
            if depth == self.max_depth:
                raise Refused
            return self.array(depth + 1) if first == "[" else self.object(depth + 1)
        if first == '"':
            return self.string()
        for literal, value in LITERALS.items():
            if self.text.startswith(literal, self.at):
                self.at += len(literal)
                return value
        return self.number()

    def array(self, depth: int) -> list[Any]:
        values: list[Any] = []
        self.take("[")
        self.skip()
        if self.peek() == "]":
            self.take("]")
            return values
        while True:
            self.skip()
            values.append(self.value(depth))
            self.skip()
            if self.peek() != ",":
                self.take("]")
                return values
            self.take(",")

    def object(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self.take("{")
        self.skip()
        if self.peek() == "}":
            self.take("}")
            return members
        while True:
            self.skip()
            name = self.string()
            self.skip()
            self.take(":")
            self.skip()
            value = self.value(depth)
            if name in members:
                raise Refused
            members[name] = value
            self.skip()
            if self.peek() != ",":
                self.take("}")
                return members
            self.take(",")

    def string(self) -> str:
        self.take('"')
        units: list[int] = []
        while (char := self.peek()) != '"':
            if not char or ord(char) < 0x20:
                raise Refused
            self.at += 1
            units += self.escape() if char == "\\" else _units(char)
        self.take('"')
        try:
            packed = b"".join(unit.to_bytes(2, "little") for unit in units)
            return packed.decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise Refused from error

    def escape(self) -> list[int]:
        char = self.peek()
        self.at += 1
        if char in ESCAPES:
            return _units(ESCAPES[char])
        digits = self.text[self.at : self.at + 4]
        if (
            char != "u"
            or len(digits) != 4
            or any(d not in "0123456789abcdefABCDEF" for d in digits)
        ):
            raise Refused
        self.at += 4
        return [int(digits, 16)]

    def digits(self) -> str:
        start = self.at
        while self.peek() and self.peek() in "0123456789":
            self.at += 1
        if not 0 < self.at - start <= self.max_digits:
            raise Refused
        return self.text[start : self.at]

    def number(self) -> int | float:
        start = self.at
        if self.peek() == "-":
            self.take("-")
        whole = self.digits()
        if len(whole) > 1 and whole[0] == "0":
            raise Refused
        exact = True
        if self.peek() == ".":
            self.take(".")
            self.digits()
            exact = False
        if self.peek() and self.peek() in "eE":
            self.at += 1
            if self.peek() and self.peek() in "+-":
                self.at += 1
            self.digits()
            exact = False
        text = self.text[start : self.at]
        if exact:
            return int(text)
        if abs(float(text)) == float("inf"):
            raise Refused
        return float(text)


def _units(char: str) -> list[int]:
    packed = char.encode("utf-16-le")
    return [int.from_bytes(packed[i : i + 2], "little") for i in range(0, len(packed), 2)]
