"""One process sends from an account."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.errors import PayerBusy
from attestor.transactions.lock import lock_account, lock_path

PAYER = b"\x09" * 20


def node(chain_id: int = 1, label: str = "http://one") -> Any:
    return SimpleNamespace(chain_id=chain_id, rpc=SimpleNamespace(label=label))


def test_lock_account__held__the_second_is_told_where_and_by_what(tmp_path: Path) -> None:
    with lock_account(node(), PAYER, tmp_path), pytest.raises(PayerBusy) as caught:
        lock_account(node(label="http://two"), PAYER, tmp_path)
    assert "0x0909" in caught.value.message
    assert str(lock_path(node(), PAYER, tmp_path)) in caught.value.message
    lock_account(node(), PAYER, tmp_path).close()


def test_lock_account__other_account_or_chain__is_free(tmp_path: Path) -> None:
    with lock_account(node(), PAYER, tmp_path):
        lock_account(node(), b"\x08" * 20, tmp_path).close()
        lock_account(node(chain_id=5), PAYER, tmp_path).close()


def test_lock_account__two_development_chains_of_one_id__do_not_meet(tmp_path: Path) -> None:
    with lock_account(node(31337), PAYER, tmp_path):
        lock_account(node(31337, "http://two"), PAYER, tmp_path).close()
        with pytest.raises(PayerBusy):
            lock_account(node(31337), PAYER, tmp_path)


def test_lock_account__link_left_by_another_user__is_not_followed(tmp_path: Path) -> None:
    path = lock_path(node(), PAYER, tmp_path)
    path.symlink_to(tmp_path / "victim")
    with pytest.raises(PayerBusy, match="cannot open"):
        lock_account(node(), PAYER, tmp_path)
    assert not (tmp_path / "victim").exists()


def test_lock_account__folder_missing__says_so(tmp_path: Path) -> None:
    with pytest.raises(PayerBusy, match="cannot open") as caught:
        lock_account(node(), PAYER, tmp_path / "nowhere")
    assert "TMPDIR" in str(caught.value)


def test_lock_account__file__is_its_owners_alone(tmp_path: Path) -> None:
    lock_account(node(), PAYER, tmp_path).close()
    assert os.stat(lock_path(node(), PAYER, tmp_path)).st_mode & 0o777 == 0o600


def test_lock__file_is_swept_away__is_made_again_and_keeps_others_out(tmp_path: Path) -> None:
    path = lock_path(node(), PAYER, tmp_path)
    with lock_account(node(), PAYER, tmp_path) as held:
        path.unlink()
        held.require()
        with pytest.raises(PayerBusy):
            lock_account(node(), PAYER, tmp_path)


def test_lock__file_is_swept_away_and_taken__is_told(tmp_path: Path) -> None:
    path = lock_path(node(), PAYER, tmp_path)
    with lock_account(node(), PAYER, tmp_path) as held:
        path.unlink()
        with lock_account(node(), PAYER, tmp_path), pytest.raises(PayerBusy, match="as process"):
            held.require()
