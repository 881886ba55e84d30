"""The AVS's operator in Go, on the package that it is written with, against the process."""

import json
import shutil
from pathlib import Path

import pytest
from cases.avs_process import running, write_file
from cases.contexts import context_of
from cases.go_operator import build, calls

from attestor import __version__
from attestor.core.avs import context_json

CONTEXT = context_of()

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("operator"))


def test_operator__calls_in_its_order__are_answered(operator: Path, tmp_path: Path) -> None:
    context, batch = tmp_path / "context.json", tmp_path / "batch"
    context.write_text(json.dumps(context_json.encode(CONTEXT)))
    batch.write_bytes(bytes(31) + b"\x04")
    with running(write_file(tmp_path)) as started:
        url = f"http://127.0.0.1:{started.port}"
        found = calls(operator, url, context, batch, 7, 8)
    assert found["metadata"]["result"] == {
        "with_context": True,
        "version": f"v{__version__}",
        "task_with_context": {"1": True, "2": True},
    }
    assert found["lock"]["result"] == "Locked"
    assert "error" not in found["put"]
    assert "RequireExecutionEndpoint" in found["context"]["error"]
    assert "calldata" in found["prove"]["error"]
    for told in found.values():
        assert "skip" not in told.get("error", "")
        assert "unexpected EOF" not in told.get("error", "")
