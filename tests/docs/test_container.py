"""The Dockerfile, as far as it can be judged without a container engine."""

import json
import re
import subprocess
import sys
import threading
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import build_package
import pytest

from attestor import __version__
from attestor.cli import run
from attestor.config import ROOT, Config

TEXT = (ROOT / "packaging" / "docker" / "Dockerfile").read_text()
INSTALL = (ROOT / "docs" / "install.md").read_text()
LINES = [
    line.split(None, 1)
    for line in TEXT.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]
WHEEL = f"dist/attestor-{__version__}-py3-none-manylinux_2_34_x86_64.whl"
BY_MAKE_WHEEL = {"dist/requirements.txt", WHEEL}
OF_THE_BASE = {"python", "useradd", "install"}
"""Python's image has the first, Debian's essential packages the others."""


def values(instruction: str) -> list[str]:
    return [value for name, value in LINES if name == instruction]


def final(instruction: str) -> list[str]:
    """Of the stage that becomes the image."""
    last = max(place for place, (name, _) in enumerate(LINES) if name == "FROM")
    return [value for name, value in LINES[last:] if name == instruction]


def test_bases__each__is_one_version_of_one_image() -> None:
    """No host of a registry, no `latest`."""
    images = {value.split()[0] for value in values("FROM")}
    assert len(values("FROM")) == 2
    assert len(images) == 1
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", image) for image in images)
    assert "://" not in re.sub(r"http://127\.0\.0\.1:\d+", "", TEXT)


def test_copies__from_the_checkout__are_what_make_wheel_leaves_and_are_not_ignored() -> None:
    assert WHEEL.removeprefix("dist/").startswith("attestor-")
    assert build_package.TAG.search(WHEEL)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    let_in = [line.removeprefix("!") for line in rules[1:]]
    sources = [
        source
        for value in values("COPY")
        if not value.startswith("--from=")
        for source in value.split()[:-1]
    ]
    assert sorted(sources) == sorted(let_in)
    for source in sources:
        assert any(fnmatch(made, source) for made in BY_MAKE_WHEEL), source
    recipe = (ROOT / "make" / "release.mk").read_text()
    assert "build_package.py wheel" in recipe
    assert 'build_deb.locked(build_deb.ROOT / "dist")' in recipe


def test_copies__from_another_stage__are_what_that_stage_makes() -> None:
    made = " ".join(values("RUN"))
    for value in (one for one in values("COPY") if one.startswith("--from=")):
        stage, source, _ = value.split()
        assert any(one.endswith(f" AS {stage.removeprefix('--from=')}") for one in values("FROM"))
        assert f"-m venv {source}" in made


def test_user__of_the_image__is_made_there_and_not_root() -> None:
    (user,) = final("USER")
    (made,) = (value for value in final("RUN") if value.startswith("useradd "))
    assert made.split()[-1] == user != "root"
    found = re.search(r"--uid (\d+)", made)
    assert found is not None
    assert int(found[1]) > 0
    names = [name for name, _ in LINES]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")


def test_root__read_only__leaves_the_history_a_volume_of_the_users_own() -> None:
    (volume,) = final("VOLUME")
    assert final("WORKDIR") == [volume]
    assert f"install -d -o attestor -g attestor -m 0700 {volume}" in final("RUN")
    assert "--read-only" in INSTALL
    assert "--tmpfs /tmp" in INSTALL


def test_commands__of_each_layer__exist() -> None:
    for value in values("RUN"):
        program = value.split()[0]
        assert program in OF_THE_BASE or program == "/opt/attestor/bin/pip", program


def test_start__of_the_image__is_a_command_with_its_options() -> None:
    (entry,) = map(json.loads, final("ENTRYPOINT"))
    assert entry == ["/opt/attestor/bin/attestor"]
    (arguments,) = map(json.loads, final("CMD"))
    assert arguments[0] == "run"
    command = run.command
    known = {option for parameter in command.params for option in parameter.opts}
    assert {one for one in arguments if one.startswith("--")} <= known
    assert final("EXPOSE") == [str(default("api_port"))]


def default(name: str) -> Any:
    return Config.__dataclass_fields__[name].default


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_health__by_the_images_own_command__is_that_of_livez(status: int, code: int) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not in the tests' output."""

    (check,) = final("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert f"127.0.0.1:{default('health_port')}/livez" in command[-1]
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        script = command[-1].replace(f":{default('health_port')}/", f":{server.server_port}/")
        done = subprocess.run(
            [sys.executable, *command[1:-1], script], capture_output=True, check=False
        )
    assert (done.returncode, asked) == (code, ["/livez"])
