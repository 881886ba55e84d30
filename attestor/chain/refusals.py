"""What nodes say when they refuse a read, as one table."""

from attestor.errors import (
    AttestorError,
    BlockUnknown,
    EndpointsDisagree,
    HeaderInvalid,
    RpcAnswerInvalid,
    RpcError,
    RpcThrottled,
    RpcUnreachable,
    WrongChain,
)

RESOURCE_NOT_FOUND = -32001
UNKNOWN_BLOCK = -39001
"""EIP-1474, which EIP-1898 refers to; execution-apis for the tags."""
REVERTED = 3
"""geth's code of a revert (internal/ethapi/errors.go), which others took over."""
TOO_MANY_REQUESTS = 429
METHOD_NOT_FOUND = -32601
LASTING = frozenset({-32700, -32600, METHOD_NOT_FOUND, -32602})
"""Codes of JSON-RPC 2.0 that say that the request itself is what the node cannot serve."""

BLOCK_UNKNOWN_WORDS = (
    # geth eth/api_backend.go and internal/ethapi; erigon turbo/rpchelper: by number, and by hash
    "header not found",
    "header for hash not found",
    "block for hash not found",
    # the same, with requireCanonical
    "is not currently canonical",
    # geth eth/filters: eth_getLogs by blockHash; anvil says the same
    "unknown block",
    # reth rpc-eth-types EthApiError::HeaderNotFound: "block not found: canonical hash 0x…"; besu
    "block not found",
    # reth EthApiError::UnknownBlockOrTxIndex, besu
    "unknown block or tx index",
    # nethermind BlockFinderExtensions: "0x… could not be found", "0x… block is not canonical"
    "could not be found",
    "block is not canonical",
    # anvil BlockchainError: by number, and by hash
    "blockoutofrangeerror",
    "resource not found",
    # The block is known and its state is not: geth triedb (hash and path scheme), nethermind, besu
    "missing trie node",
    "historical state",
    "no state available",
    "state is not available",
    "world state unavailable",
)
"""Lower case. That a block is unknown is never said in a revert, whatever its text."""

THROTTLED_WORDS = (
    # Alchemy, Infura, QuickNode, publicnode and Cloudflare in front of any node
    "too many requests",
    "rate limit",
    "rate-limit",
    "request rate exceeded",
    "compute units per second",
    "project id request rate",
    "daily request count exceeded",
)

METHOD_MISSING_WORDS = ("does not exist", "not available", "not supported", "method not found")


def is_revert(error: RpcError) -> bool:
    """Whether the contract refused, which is an answer, and not the node."""
    return bool(error.data) or error.number == REVERTED or "revert" in error.message.lower()


def is_of_endpoints(error: AttestorError) -> bool:
    """Whether an error says something of endpoints alone, and nothing of what was asked for."""
    if isinstance(error, RpcError):
        return not is_revert(error)
    return isinstance(
        error,
        RpcUnreachable
        | RpcAnswerInvalid
        | HeaderInvalid
        | BlockUnknown
        | EndpointsDisagree
        | WrongChain,
    )


def is_method_missing(error: RpcError) -> bool:
    """Whether the node serves no such method, or not at this endpoint."""
    said = error.message.lower()
    return error.number == METHOD_NOT_FOUND or (
        "method" in said and any(words in said for words in METHOD_MISSING_WORDS)
    )


def told_apart(error: RpcError) -> AttestorError:
    """The error of a read by what it means: `BlockUnknown`, `RpcThrottled`, or as it is."""
    if is_revert(error):
        return error
    said = error.message.lower()
    if error.number == TOO_MANY_REQUESTS or any(words in said for words in THROTTLED_WORDS):
        return RpcThrottled(error.message, hint=error.hint)
    by_number = error.number in (RESOURCE_NOT_FOUND, UNKNOWN_BLOCK)
    if by_number or any(words in said for words in BLOCK_UNKNOWN_WORDS):
        return BlockUnknown(error.message, hint="it lags behind, or is on another branch")
    return error
