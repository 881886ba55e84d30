"""Which user a process becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.errors import ProcessUserInvalid
from attestor.hardening import process, users
from attestor.hardening.users import TRANSIENT, User


def last(count: int) -> int:
    return count - 1


def everywhere(uid: int) -> bool:
    return True


@given(st.sets(st.sampled_from(TRANSIENT)), st.randoms())
def test_transient__some_are_taken__is_another(taken: set[int], random: object) -> None:
    found = users.transient(last, taken, everywhere)
    assert found is not None
    assert found.uid in TRANSIENT
    assert found.uid not in taken
    assert found.gid == found.uid


def test_transient__all_but_one_are_taken__is_that_one() -> None:
    taken = set(TRANSIENT) - {61500}
    assert users.transient(last, taken, everywhere) == User(61500, 61500)


def test_transient__none_left_or_none_exists_here__is_none() -> None:
    assert users.transient(last, set(TRANSIENT), everywhere) is None
    assert users.transient(last, set(), lambda uid: uid < 61184) is None


@pytest.mark.parametrize(
    ("text", "exists"),
    [
        ("         0          0 4294967295\n", True),
        ("         0       1000          1\n", False),
        ("0 1000 1\n1 100000 65536\n", True),
        ("0 1000 1\n1 100000 61183\n", False),
        ("", True),
    ],
)
def test_exists_here__map_of_a_container__is_followed(
    monkeypatch: pytest.MonkeyPatch, text: str, exists: bool
) -> None:
    monkeypatch.setattr(users, "_read", lambda name: text)
    assert users.exists_here()(61184) is exists


def test_may_change__container_that_denies_setgroups__may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "holds", lambda *wanted: True)
    monkeypatch.setattr(users, "_read", lambda name: "allow\n")
    assert users.may_change()
    monkeypatch.setattr(users, "_read", lambda name: "deny\n")
    assert not users.may_change()
    monkeypatch.setattr(process, "holds", lambda *wanted: False)
    monkeypatch.setattr(users, "_read", lambda name: "")
    assert not users.may_change()


@pytest.mark.parametrize(("name", "said"), [("nobody-of-this-name", "no user"), ("root", "root")])
def test_named__nobody_or_root__is_refused(name: str, said: str) -> None:
    with pytest.raises(ProcessUserInvalid, match=said):
        users.named(name)


def test_named__user_of_this_machine__is_found() -> None:
    assert users.named("nobody").uid > 0
