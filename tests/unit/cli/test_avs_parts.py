"""The parts of `attestor avs`, as options and prover.json ask for them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor import __version__
from attestor.avs.enclave import NothingExecuted
from attestor.avs.parts import Parts
from attestor.avs.prover_file import MAX_SECONDS, ProverFile
from attestor.avs.proving import SignerBatchProver
from attestor.cli import avs_parts
from attestor.core.execution import ExecutorBuild
from attestor.errors import ConfigurationInvalid, DatabaseInvalid
from attestor.errors import SignerGone as Gone
from attestor.signer.poe.client import PoeStatus

NODE, L1 = "http://127.0.0.1:1", "http://127.0.0.1:2"


class Signer:
    """In the place of a signer process."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.waited: list[int] = []

    def started(self) -> Any:
        return SimpleNamespace(level="none", lacking=("a wall",), executor=ExecutorBuild.RECORDED)

    def status(self) -> PoeStatus:
        return PoeStatus(b"\x11" * 20, 534352, None, simulated=False)

    def require_answer(self, seconds: int) -> None:
        self.waited.append(seconds)
        raise Gone("gone")

    def close(self) -> None:
        pass


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    monkeypatch.setattr(avs_parts, "PoeSignerProcess", Signer)
    with ExitStack() as stack:
        yield stack


def build(
    opened: ExitStack,
    tmp_path: Path,
    file: ProverFile,
    provider: str = "gramine",
    force: bool = False,
    sampling: int = 0,
    forks: tuple[str, ...] = (),
) -> Parts:
    return avs_parts.build(
        opened,
        file,
        force,
        sampling,
        1,
        provider,
        forks=forks,
        executor=tmp_path,
        database=tmp_path / "avs.sqlite",
        blob_urls=(),
        beacon_url=None,
        workers=2,
        sandbox_level="auto",
        signer_user="",
    )


@pytest.mark.parametrize(
    ("endpoint", "force", "needs"),
    [(None, False, True), (None, True, True), (NODE, False, False), (NODE, True, True)],
)
def test_parts__node_or_none__say_who_brings_contexts(
    opened: ExitStack, tmp_path: Path, endpoint: str | None, force: bool, needs: bool
) -> None:
    made = build(opened, tmp_path, ProverFile(l2_endpoint=endpoint), force=force)
    assert made.needs_context is needs
    assert (made.contexts is None) is (endpoint is None)
    assert made.version == f"v{__version__}"


def test_parts__l1_and_sampling__are_those_of_get_poe(opened: ExitStack, tmp_path: Path) -> None:
    made = build(opened, tmp_path, ProverFile(l1_endpoint=L1), sampling=2000)
    assert (made.sampling, made.commits is None) == (2000, False)
    made = build(opened, tmp_path, ProverFile())
    assert (made.sampling, made.commits) == (0, None)


@pytest.mark.parametrize(("told", "seconds"), [(5, 5), (60, 60), (None, MAX_SECONDS)])
def test_parts__l2_timeout__is_that_of_each_request(
    opened: ExitStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: int | None,
    seconds: int,
) -> None:
    made: list[tuple[str, float]] = []

    def rpc(url: str, timeout: float) -> Any:
        made.append((url, timeout))
        return SimpleNamespace(url=url, label=url, close=lambda: None)

    monkeypatch.setattr(avs_parts, "Rpc", rpc)
    build(opened, tmp_path, ProverFile(l2_endpoint=NODE, l2_timeout_seconds=told))
    assert made == [(NODE, seconds)]


def test_parts__under_gramine__execute_nothing_and_open_no_database(
    opened: ExitStack, tmp_path: Path
) -> None:
    made = build(opened, tmp_path, ProverFile())
    assert isinstance(made.prover, NothingExecuted)
    assert made.address is None
    assert list(tmp_path.iterdir()) == []


def test_parts__elsewhere__sign_and_watch_the_signer_process(
    opened: ExitStack, tmp_path: Path
) -> None:
    made = build(opened, tmp_path, ProverFile(), "none")
    assert isinstance(made.prover, SignerBatchProver)
    assert made.address == "0x" + "11" * 20
    with pytest.raises(Gone):
        made.require_alive()


def test_parts__database_of_another_service__is_refused(opened: ExitStack, tmp_path: Path) -> None:
    build(opened, tmp_path, ProverFile(), "none")
    with pytest.raises(DatabaseInvalid, match="another attestor runs"):
        build(opened, tmp_path, ProverFile(), "none")


def test_parts__chain_whose_forks_nobody_knows__is_refused(
    opened: ExitStack, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationInvalid, match="222222"):
        build(opened, tmp_path, ProverFile(chain_id=222222))
    assert build(opened, tmp_path, ProverFile(chain_id=222222), forks=("bernoulli=0", "curie=0"))


@pytest.mark.parametrize("quotes", ["simulated", "simulated-sgx"])
def test_provider__simulated__is_for_development_chains(quotes: str) -> None:
    assert avs_parts.provider_of(quotes, 31337) == quotes
    with pytest.raises(ConfigurationInvalid, match="development chains"):
        avs_parts.provider_of(quotes, 1)
