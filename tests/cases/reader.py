"""A reader of the docs: a folder with what pages take for granted, beside a development stack that
was started as they say."""

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cases import shown_commands as table
from cases.ports import free_port
from cases.scroll_http import served
from cases.scroll_node import RecordedNode

from attestor.config import ROOT
from attestor.core.cross_check import Disagreement
from attestor.errors import ReorgTooDeep
from attestor.scroll import keeping
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.journal import Journal

ATTESTOR = (sys.executable, "-P", "-m", "attestor")
SECONDS = 60
BLOCKS = range(14919991, 14919994)
"""Recorded ones of Scroll, with the parent of those that the node has."""
CAREFUL = 'set -euo pipefail; curl() { command curl --fail-with-body "$@"; }\n'
Ended = subprocess.CompletedProcess[str]


class Reader:
    """What was typed so far, and the stack. `stop` ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.typed: set[str] = set()
        self._services: list[subprocess.Popen[str]] = []
        scripts = folder / "bin"
        scripts.mkdir()
        (scripts / "attestor").write_text(f'#!/bin/sh\nexec {shlex.join(ATTESTOR)} "$@"\n')
        (scripts / "attestor").chmod(0o755)
        path = f"{scripts}{os.pathsep}{os.defpath}"
        places = os.pathsep.join(filter(None, sys.path))
        self._environment = {"PATH": path, "HOME": str(folder), "PYTHONPATH": places}
        options = ("--block-seconds", "0.5", "--api-port", "0", "--rpc-port", "0", "--json")
        self._stack = self._start(shlex.join(("devnet", *options)))
        assert self._stack.stdout is not None
        line = self._stack.stdout.readline()
        assert line, self._stack.communicate()[1]
        self.names = names_of(json.loads(line))
        try:
            self._prepare()
        except BaseException:
            self.stop()
            raise

    def run(self, arguments: str, answer: str = "") -> Ended:
        """A command of attestor, until it ends."""
        return self._run([*ATTESTOR, *shlex.split(arguments)], answer)

    def shell(self, lines: str) -> Ended:
        """Lines of shell, where the first that fails ends them."""
        return self._run(["/bin/bash", "-c", CAREFUL + lines])

    def python(self, text: str) -> Ended:
        """A program."""
        return self._run([sys.executable, "-P", "-c", text])

    def serve(self, arguments: str, sign: str) -> str:
        """Start a service, in place of another; what it has said when it says `sign`, or until it
        ended."""
        self.end_services()
        process = self._start(arguments)
        self._services.append(process)
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if sign in line:
                break
        return said

    def end_services(self) -> None:
        """End all that `serve` has started."""
        while self._services:
            process = self._services.pop()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=SECONDS)

    def halt(self) -> None:
        """Have the history that is here halted, by engines that disagree and by a deep reorg."""
        store = Store.open(self.folder / "attestor.sqlite")
        with closing(store):
            journal = Journal(store, time.time)
            Disagreements(store, journal).note(Disagreement("job-1", "cycles", b"elf", (b"in",)))
            History(store, journal).step_failed(None, "following", ReorgTooDeep.code, "deep")

    def stop(self) -> None:
        """End everything."""
        self.end_services()
        self._stack.send_signal(signal.SIGINT)
        self._stack.communicate(timeout=SECONDS)

    def _run(self, command: list[str], answer: str = "") -> Ended:
        return subprocess.run(
            command,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=self._environment,
            timeout=SECONDS,
            check=False,
        )

    def _start(self, arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*ATTESTOR, *shlex.split(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=self._environment,
        )

    def _prepare(self) -> None:
        """Write the files that pages name, a proof among them."""
        folder, stack = self.folder, self.folder / "devnet"
        (folder / "guests").symlink_to(ROOT / "guests")
        prove = "prove guests/elf/fibonacci.elf --stdin u32:10 --json"
        proved = self.run(filled(prove, table.FILLED, self.names))
        assert proved.returncode == 0, proved.stdout
        proof = json.loads(proved.stdout)
        self.names |= {"job": proof["id"], "program_vkey": proof["program_vkey"]}
        request = {"program": proof["program_vkey"], "stdin": ["0x0a000000"]}
        (folder / "request.json").write_text(json.dumps(request))
        settings = (stack / "attestor.toml").read_text()
        for name, text in configurations(settings, folder).items():
            (folder / name).write_text(text)
        for name in ("payer.key", "collateral-payer.key"):
            (folder / name).write_text(self.names[name])
            (folder / name).chmod(0o600)
        for prover in (folder / "prover.json", folder / "config" / "prover.json"):
            prover.parent.mkdir(exist_ok=True)
            prover.write_text('{"scroll_endpoint": ""}')
        self._copy_databases(stack)
        with closing(sqlite3.connect(folder / "attestor.sqlite")) as history:
            (quote,) = history.execute("SELECT raw FROM quotes").fetchone()
        (folder / "quote.bin").write_bytes(quote)
        (folder / "etc" / "attestor").mkdir(parents=True)
        self.run("clients add one")
        self.halt()

    def _copy_databases(self, stack: Path) -> None:
        """The history as a daemon that was stopped leaves it, under each of its names, and jobs."""
        history = self.folder / "attestor.sqlite"
        copied = self.run(f"db backup {history} --database {stack / history.name}")
        assert copied.returncode == 0, copied.stdout
        other = self.folder / "var" / "lib" / "attestor" / history.name
        other.parent.mkdir(parents=True)
        for name in (other, history.with_name("attestor-base.sqlite")):
            shutil.copy(history, name)
        jobs = "attestor-jobs.sqlite"
        with (
            closing(sqlite3.connect(stack / jobs)) as read,
            closing(sqlite3.connect(self.folder / jobs)) as written,
        ):
            read.backup(written)


def names_of(stack: dict[str, Any]) -> dict[str, str]:
    """What placeholders stand for, by the names that the table has for it."""
    contracts, accounts = stack["contracts"], stack["accounts"]
    return {
        **{name: stack[name] for name in ("rpc_url", "api_url", "pccs_url", "fmspc", "owner")},
        "status_page": stack["status_page"].rstrip("/"),
        "registry": contracts["TEERegistry"],
        "registry_digits": contracts["TEERegistry"][2:],
        "multiproof": contracts["MultiProof"],
        "multiproof_digits": contracts["MultiProof"][2:],
        "guardian": accounts[2]["address"],
        "payer.key": accounts[0]["key"],
        "collateral-payer.key": accounts[1]["key"],
        "avs_port": str(free_port()),
    }


def configurations(settings: str, folder: Path) -> dict[str, str]:
    """Of the daemon that runs, of one that is stopped, and of one that has a chain by name."""
    stopped = re.sub('(?<=path = ").*(?=")', str(folder / "attestor.sqlite"), settings)
    assert stopped != settings
    return {
        "attestor.toml": settings,
        "stopped.toml": stopped,
        "chains.toml": stopped.replace("[chain]", "[chains.base]"),
    }


def filled(text: str, patterns: Iterable[tuple[str, str]], names: dict[str, str]) -> str:
    """With what of the stack stands for placeholders."""
    for pattern, value in patterns:
        if re.search(pattern, text):
            text = re.sub(pattern, value.format_map(names), text)
    return text


@contextmanager
def taking(vectors: Path, reader: Reader) -> Iterator[None]:
    """With a proof of SP1's prover, as `proof.json`, and a node of Scroll."""
    shutil.copy(vectors / "sp1" / "groth16_v6.0.0.json", reader.folder / "proof.json")
    witnesses = vectors / "scroll" / "witnesses"
    parent, *found = [keeping.read(witnesses / f"euclidv2-{number}.json") for number in BLOCKS]
    blocks = {}
    for one in found:
        blocks[one.number] = replace(one, parent=parent.header)
        parent = one
    with served(RecordedNode(blocks)) as node:
        first, last = map(str, blocks)
        reader.names |= {"scroll_url": node.url, "scroll_block": first, "next_scroll_block": last}
        yield
