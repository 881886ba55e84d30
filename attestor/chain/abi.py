"""A contract's ABI: encoding calls, decoding results, errors and events."""

from collections.abc import Mapping
from typing import Any, cast

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.encoding import TextStringEncoder
from eth_abi.exceptions import DecodingError
from eth_abi.registry import BaseEquals, registry
from eth_utils.abi import (
    abi_to_signature,
    event_abi_to_log_topic,
    function_signature_to_4byte_selector,
)
from web3 import Web3

from attestor import resources
from attestor.core import strict_json
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Log
from attestor.errors import AbiMissing, RpcAnswerInvalid

ABI_FOLDER = resources.folder("abi")

_PLAIN_REVERTS = {"Error(string)": ["string"], "Panic(uint256)": ["uint256"]}


def abi_of(name: str) -> list[dict[str, Any]]:
    """The ABI of one of our contracts, `abi/<name>.json`, in JSON's types."""
    path = ABI_FOLDER / f"{name}.json"
    try:
        return cast(list[dict[str, Any]], strict_json.loads(path.read_bytes()))
    except OSError as error:
        raise AbiMissing(
            f"no ABI of {name}: {error.strerror}",
            hint=resources.how_to_get("make abi"),
        ) from None


class Contract:
    """Encoding and decoding for one contract's ABI; holds no address and no connection."""

    def __init__(self, abi: list[dict[str, Any]]) -> None:
        self._web3 = Web3()
        self._codec = _codec()
        self._encoders: dict[str, Any] = {}
        """A contract of one function each: web3 reads through the whole ABI at each call."""
        self._functions = {item["name"]: item for item in abi if item["type"] == "function"}
        self._events = {
            event_abi_to_log_topic(cast(Any, item)): item for item in abi if item["type"] == "event"
        }
        self._errors = {
            function_signature_to_4byte_selector(abi_to_signature(cast(Any, item))): item
            for item in abi
            if item["type"] == "error"
        }

    @classmethod
    def named(cls, name: str) -> "Contract":
        """The contract of `abi/<name>.json`."""
        return cls(abi_of(name))

    def encode(self, function: str, *arguments: Any) -> bytes:
        """Calldata of a call."""
        if function not in self._encoders:
            item = cast(Any, self._functions[function])
            self._encoders[function] = self._web3.eth.contract(abi=[item])
        return from_hex(self._encoders[function].encode_abi(function, args=list(arguments)))

    def decode(self, function: str, result: bytes) -> Any:
        """The return value of a call: one value, or a mapping by name for a struct."""
        outputs = self._functions[function]["outputs"]
        try:
            values = self._codec.decode([_type(output) for output in outputs], result)
        except (DecodingError, OverflowError) as error:
            raise RpcAnswerInvalid(f"{function} returned {to_hex(result)[:80]}: {error}") from None
        return _named(outputs[0], values[0])

    def error(self, data: bytes) -> str | None:
        """A revert as `Name(argument, …)`, or None when the data is no error of this contract."""
        selector, body = data[:4], data[4:]
        for signature, types in _PLAIN_REVERTS.items():
            if selector == function_signature_to_4byte_selector(signature):
                return self._render(signature.split("(")[0], types, body)
        item = self._errors.get(selector)
        return (
            self._render(item["name"], [_type(i) for i in item["inputs"]], body) if item else None
        )

    def topics(self, names: frozenset[str]) -> list[bytes]:
        """The first topics of the events with these names."""
        return [topic for topic, item in self._events.items() if item["name"] in names]

    @property
    def events(self) -> frozenset[str]:
        """The names of all events."""
        return frozenset(item["name"] for item in self._events.values())

    def event(self, log: Log) -> tuple[str, dict[str, Any]] | None:
        """An event's name and arguments, or None when it is none of this contract's."""
        item = self._events.get(log.topics[0]) if log.topics else None
        if item is None:
            return None
        indexed = [field for field in item["inputs"] if field["indexed"]]
        plain = [field for field in item["inputs"] if not field["indexed"]]
        try:
            topics = [
                self._codec.decode([_type(field)], topic)[0]
                for field, topic in zip(indexed, log.topics[1:], strict=True)
            ]
            body = self._codec.decode([_type(field) for field in plain], log.data)
        except (DecodingError, OverflowError, ValueError) as error:
            raise RpcAnswerInvalid(f"event {item['name']} is malformed: {error}") from None
        values = zip(indexed + plain, topics + list(body), strict=True)
        return item["name"], {field["name"]: value for field, value in values}

    def _render(self, name: str, types: list[str], body: bytes) -> str:
        try:
            values = self._codec.decode(types, body)
        except (DecodingError, OverflowError):
            return name
        texts = (to_hex(value) if isinstance(value, bytes) else str(value) for value in values)
        return f"{name}({', '.join(texts)})"


class _TextDecoder(StringDecoder):
    """Solidity does not check that a string is UTF-8: other bytes are shown as \\x00 to \\xff, so
    that nobody can make an event unreadable by what is written in it."""

    @staticmethod
    def decoder_fn(data: bytes, handle_string_errors: str = "backslashreplace") -> str:
        """The text of the string's bytes."""
        return data.decode("utf-8", errors="backslashreplace")


def _codec() -> ABICodec:
    """The decoder of all that a contract returns, reverts with or logs."""
    types = cast(Any, registry).copy()
    types.unregister("string")
    is_string = cast(Any, BaseEquals)("string")
    types.register(is_string, TextStringEncoder, _TextDecoder, label="string")
    return ABICodec(types)


def _type(field: Mapping[str, Any]) -> str:
    """The ABI type of a field, tuples spelled out (contract ABI specification, JSON)."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(_type(component) for component in field["components"])
    return f"({inner}){kind[len('tuple') :]}"


def _named(field: Mapping[str, Any], value: Any) -> Any:
    if field["type"] != "tuple":
        return value
    return {
        component["name"]: _named(component, part)
        for component, part in zip(field["components"], value, strict=True)
    }
