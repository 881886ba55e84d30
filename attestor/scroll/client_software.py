"""Which software a node is, by `web3_clientVersion`, and how its operator makes it serve more."""

from dataclasses import dataclass
from enum import StrEnum

_TRACE = "scroll_getBlockTraceByNumberOrHash"


class Kind(StrEnum):
    """The two that Scroll has, and others."""

    RETH = "rollup-node (reth)"
    L2GETH = "l2geth"
    UNKNOWN = "another node"


@dataclass(frozen=True)
class Software:
    """A node's software. `version` is its own word, as one line."""

    kind: Kind
    version: str

    def advice(self, method: str) -> str:
        """What to change so that it serves `method`: as the hint of an error."""
        if method == _TRACE:
            if self.kind is Kind.RETH:
                return (
                    "it holds no state from before Euclid (April 2025): for such blocks ask an "
                    "archive l2geth of versions 5.7 to 5.8"
                )
            return f"start it with {self._flags('scroll')}, as an archive node of the zktrie"
        if self.kind is Kind.L2GETH:
            return f"start it with {self._flags('scroll')}; versions of before mid-2025 lack it"
        return f"start it with {self._flags()}"

    def _flags(self, more: str = "") -> str:
        names = "eth,net,web3,debug" + (f",{more}" if more else "")
        return f"--http.api {names}"


def software_of(version: str) -> Software:
    """The software that calls itself so."""
    said = version.lower()
    if "reth" in said or "rollup-node" in said:
        return Software(Kind.RETH, version)
    if "geth" in said:
        return Software(Kind.L2GETH, version)
    return Software(Kind.UNKNOWN, version)
