"""The level that walls make together, and a report as untrusted input."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.errors import ExecutorCrashed
from attestor.executor.sandbox import WALLS, SandboxLevel, SandboxReport, read_report

ANY_WALLS = st.fixed_dictionaries({name: st.booleans() for name in WALLS})
ALL = dict.fromkeys(WALLS, True)


@given(ANY_WALLS)
def test_level__any_walls__another_one_never_lowers_it(walls: dict[str, bool]) -> None:
    level = SandboxReport(walls, 7).level

    for name in WALLS:
        assert SandboxReport({**walls, name: True}, 7).level.reaches(level)


@pytest.mark.parametrize(
    ("down", "level"),
    [
        ((), "isolated"),
        (("own_uid",), "isolated"),
        (("user_namespace",), "isolated"),
        (("landlock_scope",), "isolated"),
        (("own_uid", "user_namespace"), "process"),
        (("landlock_files",), "process"),
        (("landlock_network",), "process"),
        (("seccomp",), "none"),
        (("rlimits",), "none"),
        (("no_new_privs",), "none"),
        (("not_dumpable",), "none"),
        (("no_capabilities",), "none"),
    ],
)
def test_level__without_some_walls__is_the_lower_one(down: tuple[str, ...], level: str) -> None:
    assert SandboxReport({**ALL, **dict.fromkeys(down, False)}, 7).level == level


def test_level__none_and_process__do_not_reach_more() -> None:
    assert not SandboxLevel.NONE.reaches(SandboxLevel.PROCESS)
    assert not SandboxLevel.PROCESS.reaches(SandboxLevel.ISOLATED)
    assert SandboxLevel.ISOLATED.reaches(SandboxLevel.ISOLATED)


def test_missing__one_of_user_and_namespace__is_enough() -> None:
    assert SandboxReport({**ALL, "own_uid": False}, 7).missing == ()
    assert SandboxReport({**ALL, "own_uid": False, "user_namespace": False}, 7).missing == (
        WALLS["own_uid"],
        WALLS["user_namespace"],
    )


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"walls": [], "landlock_abi": 7},
        {"walls": {**ALL, "moat": True}, "landlock_abi": 7},
        {"walls": {name: True for name in WALLS if name != "seccomp"}, "landlock_abi": 7},
        {"walls": {**ALL, "seccomp": 1}, "landlock_abi": 7},
        {"walls": ALL},
        {"walls": ALL, "landlock_abi": -1},
        {"walls": ALL, "landlock_abi": True},
    ],
)
def test_read_report__not_a_report__crashed(header: dict[str, Any]) -> None:
    with pytest.raises(ExecutorCrashed, match="the executor"):
        read_report(header)
