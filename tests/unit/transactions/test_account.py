"""The payer's key file."""

from pathlib import Path

import pytest

from attestor.errors import PayerInvalid
from attestor.transactions.account import load_account

KEY = "0x" + "00" * 31 + "01"
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "payer.key"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("text", [KEY, KEY[2:], KEY + "\n", " " + KEY])
def test_load__key__is_the_account(tmp_path: Path, text: str) -> None:
    assert load_account(write(tmp_path, text)).address == ADDRESS


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_load__readable_by_others__is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(PayerInvalid, match=f"open to others.*{mode:o}.*chmod 600"):
        load_account(write(tmp_path, KEY, mode))


@pytest.mark.parametrize("text", ["", "0x", "secret-words", KEY + "00", "0x" + "00" * 32, "f" * 64])
def test_load__not_a_key__is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(PayerInvalid) as caught:
        load_account(write(tmp_path, text))
    assert "secp256k1 key" in str(caught.value)
    assert len(text) < 8 or text not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", [KEY, KEY[2:], "0x" + "aB" * 32])
def test_load__the_key_itself__is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(
        PayerInvalid, match=r"collateral\.payer_key_file is a private key"
    ) as caught:
        load_account(Path(text), "collateral.payer_key_file")
    assert text[2:] not in str(caught.value)


def test_load__file_named_like_a_key__is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, KEY).rename(tmp_path / KEY)
    monkeypatch.chdir(tmp_path)
    assert load_account(Path(KEY)).address == ADDRESS


@pytest.mark.parametrize("text", ["0x" + "g" * 64, KEY + " " + KEY, "0X" + KEY[2:]])
def test_load__other_text__is_no_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(PayerInvalid, match="secp256k1 key"):
        load_account(write(tmp_path, text))


def test_load__longer_than_a_page__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PayerInvalid, match="has 4096 bytes or more"):
        load_account(write(tmp_path, KEY + " " * 5000))


def test_load__no_file__says_which(tmp_path: Path) -> None:
    with pytest.raises(PayerInvalid, match=r"missing\.key: No such file.*payer\.key_file"):
        load_account(tmp_path / "missing.key")


def test_load__binary_file__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "payer.key"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(PayerInvalid, match="cannot read"):
        load_account(path)
