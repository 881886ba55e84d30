"""ABIs: what goes out and what comes back, by name."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.abi import Contract
from attestor.core.transaction import Log
from attestor.errors import AbiMissing, RpcAnswerInvalid

SIGNER = b"\x11" * 20


@pytest.fixture(scope="module")
def registry() -> Contract:
    return Contract.named("TEERegistry")


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def test_named__missing__says_so() -> None:
    with pytest.raises(AbiMissing, match="no ABI of Nothing"):
        Contract.named("Nothing")


def test_encode__register__is_upstreams_call(registry: Contract) -> None:
    arguments = (7, b"\x22" * 32, "0x" + "11" * 20)
    calldata = registry.encode("register", arguments, b"quote")
    assert calldata[:4] == selector("register((uint256,bytes32,address),bytes)")
    assert calldata[4:] == encode(["(uint256,bytes32,address)", "bytes"], [arguments, b"quote"])


def test_decode__struct__is_by_name(registry: Contract) -> None:
    record = (1, 2, b"\x0a" * 32, b"\x0b" * 32, 7, True)
    result = encode(["(uint64,uint64,bytes32,bytes32,uint32,bool)"], [record])
    found = registry.decode("registration", result)
    assert (found["attestedAt"], found["validUntil"], found["revoked"]) == (1, 2, True)
    assert found["measurement"] == b"\x0a" * 32


@pytest.mark.parametrize("result", [b"", b"\x01", b"\xff" * 31])
def test_decode__short_result__is_typed(registry: Contract, result: bytes) -> None:
    with pytest.raises(RpcAnswerInvalid, match="verifyAttestedProver returned"):
        registry.decode("verifyAttestedProver", result)


def test_error__of_the_contract__is_named_with_arguments(registry: Contract) -> None:
    arguments = encode(["address", "uint64"], ["0x" + "11" * 20, 9])
    data = selector("SignerAlreadyRegistered(address,uint64)") + arguments
    assert registry.error(data) == "SignerAlreadyRegistered(0x" + "11" * 20 + ", 9)"


def test_error__plain_revert_and_panic__are_read(registry: Contract) -> None:
    assert registry.error(selector("Error(string)") + encode(["string"], ["no"])) == "Error(no)"
    assert registry.error(selector("Panic(uint256)") + encode(["uint256"], [17])) == "Panic(17)"


@pytest.mark.parametrize("data", [b"", b"\x01\x02", b"\xde\xad\xbe\xef" + bytes(32)])
def test_error__unknown__is_none(registry: Contract, data: bytes) -> None:
    assert registry.error(data) is None


def test_error__malformed_arguments__still_has_its_name(registry: Contract) -> None:
    data = selector("SignerAlreadyRegistered(address,uint64)") + b"\xff"
    assert registry.error(data) == "SignerAlreadyRegistered"


def registered(**changes: object) -> Log:
    fields = {
        "address": b"\x77" * 20,
        "topics": (
            keccak(
                text="SignerRegistered(address,bytes32,bytes32,uint32,bytes6,uint8,uint256,bytes32,"
                "bytes32,uint256)"
            ),
            SIGNER.rjust(32, b"\0"),
            b"\x0b" * 32,
            b"\x0a" * 32,
        ),
        "data": encode(
            ["uint32", "bytes6", "uint8", "uint256", "bytes32", "bytes32", "uint256"],
            [5, b"fmspc!", 0, 7, b"\x22" * 32, b"\x33" * 32, 4610],
        ),
        "block_number": 9,
        "block_hash": bytes(32),
        "transaction_hash": bytes(32),
        **changes,
    }
    return Log(**fields)  # type: ignore[arg-type]


def test_event__registration__is_by_name(registry: Contract) -> None:
    found = registry.event(registered())
    assert found is not None
    name, values = found
    assert name == "SignerRegistered"
    assert values["signer"] == "0x" + "11" * 20
    assert (values["platform"], values["measurement"]) == (b"\x0b" * 32, b"\x0a" * 32)
    assert (values["admission"], values["fmspc"]) == (5, b"fmspc!")
    assert (values["referenceBlockNumber"], values["validUntil"]) == (7, 4610)


def test_event__foreign__is_none(registry: Contract) -> None:
    assert registry.event(registered(topics=(b"\x01" * 32,))) is None
    assert registry.event(registered(topics=())) is None


def test_event__too_few_topics_or_short_data__is_typed(registry: Contract) -> None:
    whole = registered()
    with pytest.raises(RpcAnswerInvalid, match="SignerRegistered is malformed"):
        registry.event(registered(topics=whole.topics[:2]))
    with pytest.raises(RpcAnswerInvalid, match="SignerRegistered is malformed"):
        registry.event(registered(data=whole.data[:40]))


def test_event__text_that_is_not_utf8__is_escaped(registry: Contract) -> None:
    log = Log(
        address=b"\x77" * 20,
        topics=(keccak(text="Paused(address,string)"), SIGNER.rjust(32, b"\0")),
        data=encode(["bytes"], [b"a \xff\x00 leak \xc3\xa4"]),
        block_number=9,
        block_hash=bytes(32),
        transaction_hash=bytes(32),
    )
    found = registry.event(log)
    assert found is not None
    assert found[1]["reason"] == "a \\xff\0 leak ä"
