"""What has to stand before there is a key, by level and chain."""

import pytest

from attestor.errors import SandboxInsufficient
from attestor.executor import SandboxLevel, SandboxReport
from attestor.executor.sandbox import WALLS
from attestor.hardening import users
from attestor.hardening.users import User
from attestor.signer import confinement
from attestor.signer.confinement import NOT_ROOT, OWN_USER, Walls, require

LEVELS = ["none", "process", "isolated"]
FALLEN = {
    "isolated": [],
    "process": ["landlock_files", "landlock_network"],
    "none": ["seccomp"],
}


def executor(level: str) -> SandboxReport:
    walls = {name: name not in FALLEN[level] for name in WALLS}
    return SandboxReport(walls, landlock_abi=6)


@pytest.mark.parametrize("development", [True, False])
@pytest.mark.parametrize("wanted", LEVELS)
@pytest.mark.parametrize("given", LEVELS)
def test_require__level_by_name__holds_on_every_chain(
    given: str, wanted: str, development: bool
) -> None:
    walls = Walls((), executor(given))
    assert walls.level == given
    if LEVELS.index(given) >= LEVELS.index(wanted):
        require(walls, wanted, development)
    else:
        with pytest.raises(SandboxInsufficient, match=f"level is {wanted}.*gives {given}"):
            require(walls, wanted, development)


@pytest.mark.parametrize("given", LEVELS)
def test_require__auto__is_isolated_but_on_development_chains(given: str) -> None:
    walls = Walls((), executor(given))
    require(walls, "auto", development=True)
    if given == "isolated":
        require(walls, "auto", development=False)
    else:
        with pytest.raises(SandboxInsufficient, match="level is isolated"):
            require(walls, "auto", development=False)


@pytest.mark.parametrize("missing", [OWN_USER, NOT_ROOT])
def test_require__signer_process_without_a_wall__is_not_isolated(missing: str) -> None:
    walls = Walls((missing,), executor("isolated"))
    assert walls.level is SandboxLevel.PROCESS
    with pytest.raises(SandboxInsufficient, match=f"signer process: {missing}.*CAP_SETUID"):
        require(walls, "isolated", development=False)


def test_require__refusal__names_each_missing_wall() -> None:
    with pytest.raises(SandboxInsufficient) as caught:
        require(Walls((OWN_USER,), executor("process")), "auto", development=False)
    for name in FALLEN["process"]:
        assert WALLS[name] in str(caught.value)
    assert WALLS["seccomp"] not in str(caught.value)


def test_choose_user__may_not_change__stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "may_change", lambda: False)
    assert confinement.choose_user("") is None


def test_choose_user__no_name__is_one_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "may_change", lambda: True)
    monkeypatch.setattr(users, "exists_here", lambda: lambda uid: True)
    monkeypatch.setattr(users, "running", lambda: set(users.TRANSIENT) - {61500})
    assert confinement.choose_user("") == User(61500, 61500)


def test_choose_user__name__is_that_user() -> None:
    assert confinement.choose_user("nobody") == users.named("nobody")
