"""Files that hold no proof get one clear error."""

import json
from pathlib import Path
from typing import Any

import pytest

from attestor.cli import main
from attestor.errors import Sp1ProofInvalid
from attestor.sp1proof import file


def document() -> dict[str, Any]:
    g2 = [["1", "2"], ["3", "4"]]
    return {
        "circuit_version": "v6",
        "verifier_hash": "0x" + "01" * 32,
        "vk_root": None,
        "program_vkey": "0x" + "02" * 32,
        "public_values": "0x",
        "proof": "0x0102",
        "verifying_key": {
            "alpha": ["1", "2"],
            "beta_neg": g2,
            "gamma_neg": g2,
            "delta_neg": g2,
            "ic": [["1", "2"], ["3", "4"]],
        },
    }


def test_parse__well_formed__is_read() -> None:
    found = file.parse(json.dumps(document()).encode())
    assert found.program_vkey == b"\2" * 32
    assert found.circuit.beta_neg == (1, 2, 3, 4)
    assert found.circuit.inputs == ((1, 2), (3, 4))


@pytest.mark.parametrize(
    "name",
    ["circuit_version", "verifier_hash", "program_vkey", "public_values", "proof", "verifying_key"],
)
@pytest.mark.parametrize("value", [None, 7, [], "zz"])
def test_parse__member_of_another_kind__is_named(name: str, value: object) -> None:
    if (name, value) == ("circuit_version", "zz"):
        return
    with pytest.raises(Sp1ProofInvalid, match=name):
        file.parse(json.dumps(document() | {name: value}).encode())


@pytest.mark.parametrize("name", ["alpha", "beta_neg", "gamma_neg", "delta_neg", "ic"])
@pytest.mark.parametrize("value", [None, [], ["1"], ["1", -1], ["1", str(1 << 256)], ["x", "²"]])
def test_parse__point_of_another_form__is_named(name: str, value: object) -> None:
    changed = document()
    changed["verifying_key"][name] = value
    with pytest.raises(Sp1ProofInvalid, match=name):
        file.parse(json.dumps(changed).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b"[" * 200_000])
def test_parse__no_json_object__refused(raw: bytes) -> None:
    with pytest.raises(Sp1ProofInvalid, match="proof file"):
        file.parse(raw)


def test_parse__too_large__refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MAX_FILE_BYTES", 10)
    with pytest.raises(Sp1ProofInvalid, match="more than 10 bytes"):
        file.parse(b" " * 11)


def run(path: Path) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["verify-sp1", str(path)])
    return ended.value.code


@pytest.mark.slow
def test_command__genuine__says_that_it_holds(
    vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(vectors / "sp1" / "groth16_v6.0.0.json") == 0
    output = capsys.readouterr().out
    assert "0x004a55ed3c7a07d0" in output
    assert output.endswith("the proof is valid\n")


@pytest.mark.slow
def test_command__changed__ends_with_4_and_one_line(
    vectors: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = json.loads((vectors / "sp1" / "groth16_v6.0.0.json").read_text())
    changed["public_values"] += "00"
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(changed))
    assert run(path) == 4
    captured = capsys.readouterr()
    assert "holds" not in captured.out
    assert captured.err == "attestor: the pairing equation does not hold [sp1_proof_refused]\n"


def test_command__no_file__is_a_usage_error_and_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.json") == 2
    assert "does not exist" in capsys.readouterr().err
