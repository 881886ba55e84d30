"""What has to stand before there is a key, by level and chain."""

from pathlib import Path

import pytest

from attestor.errors import SandboxInsufficient
from attestor.executor import SandboxLevel, SandboxReport, self_test
from attestor.executor.programs import Programs
from attestor.executor.sandbox import WALLS
from attestor.executor.self_test import HOSTILE_PROGRAM, Attempt, Outcome
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
        assert require(walls, wanted, development) is (wanted != "none")
    else:
        with pytest.raises(SandboxInsufficient, match=f"level is {wanted}.*gives {given}"):
            require(walls, wanted, development)


@pytest.mark.parametrize("given", LEVELS)
def test_require__auto__is_isolated_but_on_development_chains(given: str) -> None:
    walls = Walls((), executor(given))
    assert not require(walls, "auto", development=True)
    if given == "isolated":
        assert require(walls, "auto", development=False)
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


def programs_with(*names: str) -> Programs:
    return Programs(Path("/nowhere"), dict.fromkeys(names, 5), ())


def attempts(*outcomes: Outcome) -> tuple[Attempt, ...]:
    return tuple(
        Attempt(f"way{number}", self_test.Walls.RUN, outcome, "")
        for number, outcome in enumerate(outcomes)
    )


def test_try_ways_out__one_leads_out__is_named_and_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = attempts(Outcome.STOPPED, Outcome.ESCAPED, Outcome.REFUSED)
    asked: list[tuple[Path, int]] = []

    def run(directory: Path, sealed: int) -> tuple[Attempt, ...]:
        asked.append((directory, sealed))
        return found

    monkeypatch.setattr(confinement, "run_self_test", run)
    with pytest.raises(SandboxInsufficient, match=r"by way1 \(run\) "):
        confinement.try_ways_out(programs_with(HOSTILE_PROGRAM))
    assert asked == [(Path("/nowhere"), 5)], "the stand-in that runs is the one that was hashed"


def test_try_ways_out__none_leads_out__passes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = attempts(Outcome.STOPPED, Outcome.REFUSED)
    monkeypatch.setattr(confinement, "run_self_test", lambda directory, sealed: found)
    confinement.try_ways_out(programs_with(HOSTILE_PROGRAM))


def test_try_ways_out__build_without_a_stand_in__tries_nothing() -> None:
    confinement.try_ways_out(programs_with("attestor-execute"))
