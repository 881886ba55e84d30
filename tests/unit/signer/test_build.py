"""How the signer process is put together: whose report its quotes come from."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.core.cross_check import CheckingEngine
from attestor.errors import ExecutorMissing
from attestor.executor.circuit_programs import JIT_PROGRAM
from attestor.executor.native import EXECUTE_PROGRAM, VKEY_PROGRAM
from attestor.hardening import users
from attestor.hardening.users import User
from attestor.quote.configfs import DIRECTORY
from attestor.signer import build


class Files:
    """configfs: which reports there are, and whose `inblob` is whose."""

    def __init__(self) -> None:
        self.reports: dict[str, int] = {}

    def exists(self, path: str) -> bool:
        return path in self.reports

    def listdir(self, path: str) -> list[str]:
        return [report.removeprefix(f"{path}/") for report in self.reports]

    def mkdir(self, path: str) -> None:
        self.reports[path] = 0

    def rmdir(self, path: str) -> None:
        del self.reports[path]

    def chown(self, path: str, uid: int) -> None:
        self.reports[path.removesuffix("/inblob")] = uid


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    made = Files()
    monkeypatch.setattr(build, "LinuxFiles", lambda: made)
    monkeypatch.setattr(users, "running", lambda: {0, 1000, 61300})
    return made


def as_user(monkeypatch: pytest.MonkeyPatch, uid: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)


def test_report__root_that_becomes_a_user__is_made_for_that_user(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 0)
    assert build._report_for(User(61400, 61400)) == f"{DIRECTORY}/attestor.61400"
    assert files.reports == {f"{DIRECTORY}/attestor.61400": 61400}


def test_report__root_again__removes_those_of_transient_users_that_are_gone(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 0)
    for uid in (61200, 61300, 999):
        files.mkdir(f"{DIRECTORY}/attestor.{uid}")
    build._report_for(User(61400, 61400))
    left = [int(report.rsplit(".", 1)[1]) for report in files.reports]
    assert left == [61300, 999, 61400], "a named user's report is its unit's"


def test_report__service_without_root__is_the_one_of_its_unit(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 1000)
    assert build._report_for(User(998, 998)) is None
    files.mkdir(f"{DIRECTORY}/attestor.998")
    files.mkdir(f"{DIRECTORY}/attestor.1000")
    assert build._report_for(User(998, 998)) == f"{DIRECTORY}/attestor.998"
    assert build._report_for(None) == f"{DIRECTORY}/attestor.1000"


def test_report__root_that_stays_root__makes_one_for_each_request(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 0)
    assert build._report_for(None) is None


def settings_with(directory: Path, engine: CheckingEngine) -> Any:
    for name in (VKEY_PROGRAM, EXECUTE_PROGRAM):
        (directory / name).write_bytes(b"\x7fELF")
        (directory / name).chmod(0o755)
    return SimpleNamespace(
        executor_directory=str(directory), cross_check_engine=engine, development=True
    )


def test_load_programs__jit_is_asked_for_and_not_built__says_how_to_build_it(
    tmp_path: Path,
) -> None:
    settings = settings_with(tmp_path, CheckingEngine.SP1_JIT)
    with pytest.raises(ExecutorMissing, match=r"has no attestor-execute-jit.*make executor-jit"):
        build.load_programs(settings)
    (tmp_path / JIT_PROGRAM).write_bytes(b"\x7fELF")
    assert JIT_PROGRAM in build.load_programs(settings).descriptors


@pytest.mark.parametrize("engine", [CheckingEngine.AUTO, CheckingEngine.SP1_PORTABLE])
def test_load_programs__without_the_jit__others_do(tmp_path: Path, engine: CheckingEngine) -> None:
    assert JIT_PROGRAM not in build.load_programs(settings_with(tmp_path, engine)).descriptors
