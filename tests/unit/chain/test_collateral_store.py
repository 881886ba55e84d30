"""The binding of the store, against answers as its contract encodes them."""

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.collateral_store import CollateralKind, CollateralRecord, CollateralStore, Held
from attestor.errors import CollateralStoreInvalid, RpcAnswerInvalid, RpcError, UploadRejected

ADDRESS = b"\x77" * 20
DIGEST = b"\x0d" * 32
HELD = "(uint64,uint64,uint256,bytes32,bool)"


class Node:
    """Answers calls by selector; an error that is an answer is raised."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = {keccak(text=name)[:4]: answer for name, answer in answers.items()}
        self.calls: list[tuple[bytes, bytes, bytes | None]] = []

    def call(self, to: bytes, calldata: bytes, sender: bytes | None = None) -> bytes:
        self.calls.append((to, calldata, sender))
        answer = self.answers[calldata[:4]]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, bytes)
        return answer


def store(**answers: Any) -> tuple[CollateralStore, Any]:
    signatures = {
        "held": "held(uint8,uint256)",
        "root": "rootKeyId()",
        "delay": "evaluationDelaySeconds()",
        "epoch": "signingEpoch()",
        "standard": "standardEvaluation(uint256)",
        "ca": "caRecord(uint256)",
        "tcb": "tcbRecord(uint256)",
        "qe": "qeRecord(uint256)",
        "revocations": "uploadRevocations(bytes,uint256,uint256)",
        "upload_ca": "uploadPckCa(bytes)",
    }
    node: Any = Node({signatures[name]: answer for name, answer in answers.items()})
    return CollateralStore(node, ADDRESS), node


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_kinds__are_numbered_as_in_the_contract() -> None:
    names = ["PCK_CA", "TCB_SIGNING", "ROOT_CRL", "PCK_CRL"]
    names += ["TCB_INFO", "QE_IDENTITY", "EVALUATION_NUMBERS"]
    assert [kind.name for kind in CollateralKind] == names
    assert [int(kind) for kind in CollateralKind] == list(range(7))


def test_held__a_piece__is_decoded_and_asked_by_kind_and_key() -> None:
    found, node = store(held=encode([HELD], [(10, 20, 7, DIGEST, True)]))
    assert found.held(CollateralKind.QE_IDENTITY, 0x81) == Held(10, 20, 7, DIGEST, True)
    ((to, calldata, _),) = node.calls
    assert to == ADDRESS
    assert calldata[4:] == word(5) + word(0x81)


def test_held__never_uploaded__is_none() -> None:
    found, _ = store(held=encode([HELD], [(0, 0, 0, bytes(32), False)]))
    assert found.held(CollateralKind.PCK_CA, 1) is None


def test_held__not_encoded__is_not_believed() -> None:
    found, _ = store(held=b"\xff" * 31)
    with pytest.raises(RpcAnswerInvalid):
        found.held(CollateralKind.PCK_CA, 1)


def test_records__packed_words__are_unpacked() -> None:
    packed = 3 << 240 | 2_000_000_000 << 200 | 1_000_000_000 << 160 | 0xABCD
    found, node = store(ca=word(packed), tcb=word(0), qe=word(7 << 240))
    records = found.records(5, 0x81 << 48 | 9)
    assert records.authority == CollateralRecord(until=2_000_000_000, epoch=3)
    assert records.tcb_info == CollateralRecord(0, 0)
    assert records.qe_identity == CollateralRecord(0, 7)
    assert [call[1][4:] for call in node.calls] == [word(5), word(0x81 << 48 | 9), word(0x81)]


def test_numbers__of_the_store__are_read() -> None:
    found, _ = store(root=word(9), delay=word(86400), epoch=word(2), standard=word(18) + word(1))
    assert found.root_key_id() == 9
    assert found.evaluation_delay_seconds() == 86400
    assert found.signing_epoch() == 2
    assert found.standard_evaluation(0x81) == 18


@pytest.mark.parametrize("answer", [b"", RpcError("eth_call: execution reverted")])
def test_root_key_id__no_store_there__names_the_address(answer: object) -> None:
    found, _ = store(root=answer)
    with pytest.raises(CollateralStoreInvalid, match="0x7777"):
        found.root_key_id()


def test_simulate__refused__has_the_contracts_reason() -> None:
    reason = keccak(text="CollateralNotNewer(uint256,uint256)")[:4] + word(20) + word(10)
    found, _ = store(upload_ca=RpcError("eth_call: execution reverted", data=reason))
    with pytest.raises(UploadRejected, match=r"CollateralNotNewer\(20, 10\)"):
        found.simulate(found.der_calldata("uploadPckCa", b"der"), b"\x09" * 20)


def test_simulate__refused_without_a_reason__has_the_nodes_words() -> None:
    found, _ = store(upload_ca=RpcError("eth_call: out of gas"))
    with pytest.raises(UploadRejected, match="out of gas"):
        found.simulate(found.der_calldata("uploadPckCa", b"der"))


def test_new_revocations__a_slice__is_counted_by_the_store() -> None:
    found, node = store(revocations=word(4))
    assert found.new_revocations(b"crl", 256, 128) == 4
    calldata = node.calls[0][1]
    assert calldata == found.revocations_calldata(b"crl", 256, 128)
    assert calldata[36:100] == word(256) + word(128)


def test_json_calldata__signature__is_split_into_its_halves() -> None:
    found, _ = store()
    calldata = found.json_calldata("uploadTcbInfo", b"{}", b"\x01" * 32 + b"\x02" * 32)
    assert calldata[36:100] == b"\x01" * 32 + b"\x02" * 32
