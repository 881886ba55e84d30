"""Whose files are secret enough to hold a key."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from attestor.errors import PayerInvalid
from attestor.transactions import secret_file


def read_with(monkeypatch: pytest.MonkeyPatch, path: Path, uid: int, gid: int, mode: int) -> None:
    """As if the file were theirs."""
    path.write_text("secret")
    found = SimpleNamespace(st_uid=uid, st_gid=gid, st_mode=0o100000 | mode)
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", lambda _: found)
        with secret_file.read(path, "the key", "payer.key_file") as (_, length):
            assert length == 6


@pytest.mark.parametrize(
    ("uid", "gid", "mode"), [(1000, 1000, 0o600), (1000, 1000, 0o400), (0, 0, 0o600), (0, 0, 0o440)]
)
def test_read__owners_alone_or_a_credential__is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uid: int, gid: int, mode: int
) -> None:
    read_with(monkeypatch, tmp_path / "file", uid, gid, mode)


@pytest.mark.parametrize(
    ("uid", "gid", "mode"),
    [(0, 0, 0o640), (0, 0, 0o444), (0, 100, 0o440), (1000, 0, 0o440), (1000, 1000, 0o440)],
)
def test_read__anybody_else_may_read_it__is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uid: int, gid: int, mode: int
) -> None:
    with pytest.raises(PayerInvalid, match="open to others"):
        read_with(monkeypatch, tmp_path / "file", uid, gid, mode)
