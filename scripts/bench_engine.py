#!/usr/bin/env python3
"""Time our engine beside SP1's JIT and portable executor, and our keys beside SP1's.

    scripts/bench_engine.py [--rounds N] [--programs N] [--block FILE…]
                         [--program ELF [FILE…]]

Engines take turns; a figure is a median of CPU seconds (user and system) of whole processes: of
ours the one that runs a job, from its request to its answer, all checks of the ELF included.
`--programs`: how many random programs of each kind are compared. `--block`: stdin entries for the
published rsp, instead of those of our own block. `--program`: a further ELF with its stdin entries,
again and again if needed.
`make bench-engine` builds what this needs. Prints one JSON line per figure.
"""

import argparse
import hashlib
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import confirmation, programs
from benchmarks.block import stdin
from benchmarks.engines import BARE, BINARIES, JOB, RUN, Runs, run_in_turn
from benchmarks.figures import tell
from benchmarks.guest import Guest
from benchmarks.processes import measure
from benchmarks.programs import Program

ROUNDS = 5
SHORT_ROUNDS = 31
KEY_ROUNDS = 3
# Of programs whose keys are compared: the most that the limit on segments has room for, and a part.
BSS_BYTES = 64_000_000
DATA_BYTES = 8_000_000
RANDOM_PROGRAMS = 2000
SPARSE_PAGES = (1, 1001)
# Below this, a process is mostly its own code.
LARGE_KB = 16 << 10
# What a cross-check may cost at most, in the CPU time of the run on our engine.
DEAREST = 150
ENGINES = [JOB, "sp1-jit", "sp1-portable"]


def each(runs: Runs) -> None:
    """What one program took on each engine."""
    name = runs.program.name
    for engine in runs.measured:
        tell(f"{name}_{engine}_cpu_seconds", runs.cpu_seconds(engine), "s", digits=4)
        if engine != JOB:
            tell(f"{name}_{engine}_max_rss", runs.value(engine, "max_rss_kb") / 1024, "MB")
    tell(f"{name}_compile_seconds", runs.value(JOB, "compile_seconds"), "s", digits=4)


def speed(chosen: list[Program], rounds: int) -> list[Runs]:
    """Run programs on all engines, and tell what each took."""
    measured = []
    for program in chosen:
        runs = run_in_turn(program, ENGINES, rounds)
        each(runs)
        tell(f"{program.name}_ratio_to_sp1_jit", runs.ratio("sp1-jit"), "x", digits=2)
        tell(f"{program.name}_ratio_to_sp1_portable", runs.ratio("sp1-portable"), "x", digits=2)
        measured.append(runs)
    return measured


def standard_programs(rounds: int) -> None:
    plain = speed(programs.plain(), rounds)
    precompiles = speed(programs.precompiles(), rounds)
    to_jit = min(runs.ratio("sp1-jit") for runs in plain)
    tell("plain_ratio_to_sp1_jit", to_jit, "x", at_least=3.5, digits=2)
    to_portable = min(runs.ratio("sp1-portable") for runs in plain)
    tell("plain_ratio_to_sp1_portable", to_portable, "x", at_least=30, digits=2)
    lowest = min(runs.ratio("sp1-jit") for runs in precompiles)
    tell("precompile_ratio_to_sp1_jit", lowest, "x", at_least=2, digits=2)
    compiling = max(runs.value(JOB, "compile_seconds") for runs in plain + precompiles)
    tell("compile_seconds", compiling, "s", digits=4)
    memory([runs.program for runs in plain + precompiles])


def memory(chosen: list[Program]) -> None:
    """What the programs with the most memory take beside the JIT, and what a touched page takes."""
    engines = [BARE, "sp1-jit"]

    def ratio(runs: Runs) -> float:
        return runs.value(BARE, "max_rss_kb") / runs.value("sp1-jit", "max_rss_kb")

    sparse = [run_in_turn(programs.sparse(pages), engines, ROUNDS) for pages in SPARSE_PAGES]
    measured = [run_in_turn(program, engines, 1) for program in chosen]
    few, many = sparse
    grown = many.value(BARE, "max_rss_kb") - few.value(BARE, "max_rss_kb")
    per_page = 1024 * grown / (SPARSE_PAGES[1] - SPARSE_PAGES[0])
    tell("bytes_per_touched_page", per_page, "B", digits=0)
    large = [runs for runs in measured if runs.value("sp1-jit", "max_rss_kb") > LARGE_KB]
    tell("memory_ratio_to_sp1_jit", max(map(ratio, large)), "x", at_most=1, digits=2)
    tell("memory_ratio_of_small_programs", max(map(ratio, measured)), "x", digits=2)


def short_program() -> None:
    runs = run_in_turn(programs.short(), ENGINES, SHORT_ROUNDS)
    each(runs)
    to_portable = runs.ratio("sp1-portable")
    tell("short_ratio_to_sp1_portable", to_portable, "x", at_least=1, digits=2)


def block(entries: list[Path], rounds: int) -> None:
    """An Ethereum block, cold, and warm on an image whose code is compiled already."""
    runs = run_in_turn(programs.block(entries), [*ENGINES, "attestor-twice"], rounds)
    each(runs)
    if runs.value(JOB, "exit_code") != 0:
        sys.exit("rsp refuses the block: it ends with exit code 1")
    tell("block_cycles", runs.value(JOB, "cycles"), "cycles", digits=0)
    cold = runs.ratio("sp1-jit")
    tell("block_cold_ratio_to_sp1_jit", cold, "x", at_least=4, digits=2)
    warm = runs.cpu_seconds("sp1-jit") / runs.value("attestor-twice", "last_run_cpu_seconds")
    tell("block_warm_ratio_to_sp1_jit", warm, "x", at_least=2.5, digits=2)


def confirmations(rounds: int, entries: list[Path]) -> None:
    """Whole jobs with their cross-check beside SP1's JIT alone, and the dearest cross-checks."""
    ratios = []
    for program in [*programs.plain(), programs.block(entries)]:
        alone = run_in_turn(program, ["sp1-jit"], rounds)
        jit = statistics.median(run.wall_seconds for run in alone.measured["sp1-jit"])
        job = statistics.median(confirmation.job_seconds(program) for _ in range(rounds))
        tell(f"{program.name}_confirmed_job_seconds", job, "s", digits=3)
        tell(f"{program.name}_confirmed_job_ratio_to_sp1_jit", job / jit, "x", digits=2)
        ratios.append(job / jit)
    tell("confirmed_job_ratio_to_sp1_jit", max(ratios), "x", at_most=1.3, digits=2)
    dearest = 0.0
    for name, elf in confirmation.DEAR.items():
        cost = confirmation.cost(elf, rounds)
        if cost is not None:
            tell(f"confirmation_seconds of {name}", cost.check, "s", digits=3)
            tell(f"confirmation_ratio of {name}", cost.ratio, "x", digits=1)
            dearest = max(dearest, cost.ratio)
    tell("confirmation_dearest_ratio", dearest, "x", at_most=DEAREST, digits=1)


def keys() -> None:
    """Our verifying keys beside those of SP1's light setup, of a small and of a large ELF."""
    ratios = []
    for name in ("fibonacci", "rsp"):
        elf = str(programs.published(name))
        ours = [measure([RUN, "key", elf]) for _ in range(KEY_ROUNDS)]
        sp1 = [measure([str(BINARIES / "sp1-key"), elf]) for _ in range(KEY_ROUNDS)]
        if len({str(run.line["words"]) for run in ours + sp1}) != 1:
            sys.exit(f"{name}: our key is not SP1's")
        seconds = [statistics.median(run.cpu_seconds for run in runs) for runs in (ours, sp1)]
        tell(f"vk_{name}_cpu_seconds", seconds[0], "s", digits=3)
        ratios.append(seconds[1] / seconds[0])
        if name == "fibonacci":
            highest = max(run.line["max_rss_kb"] for run in ours) / 1024
            tell("vk_memory_small_elf_mb", highest, "MB", at_most=40)
    tell("vk_ratio_to_sp1", min(ratios), "x", at_least=5, digits=2)
    zeros()


def zeros() -> None:
    """The key of a small file with much .bss, beside its share: what as many bytes of data take.

    Both are words of the initial memory, and each word is a point of the key's sum.
    """
    elfs = {
        "nothing": Guest().elf(),
        "data": Guest(hashlib.shake_256(b"data").digest(DATA_BYTES)).elf(),
        "bss": Guest().elf(zeros=BSS_BYTES),
    }
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, elf in elfs.items():
            path = Path(folder, name)
            path.write_bytes(elf)
            runs = [measure([RUN, "key", str(path)]) for _ in range(KEY_ROUNDS)]
            seconds[name] = statistics.median(run.cpu_seconds for run in runs)
    tell("vk_bss_cpu_seconds", seconds["bss"], "s", digits=1)
    share = (seconds["data"] - seconds["nothing"]) / DATA_BYTES * BSS_BYTES
    ratio = (seconds["bss"] - seconds["nothing"]) / share
    tell("vk_bss_ratio_to_data", ratio, "x", at_most=3, digits=2)


def differential(count: int) -> None:
    found = measure([str(BINARIES / "engine-fuzz"), "--programs", str(count)]).line
    tell("differential_programs", found["programs"], "programs", digits=0)
    tell("differential_incomparable", found["incomparable"], "programs", digits=0)
    tell("differential_unanswered", found["unanswered"], "programs", digits=0)
    tell("differential_unanswered_halts", found["unanswered_halts"], "programs", digits=0)
    tell("differential_mismatches", found["mismatches"], "programs", at_most=0, digits=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--programs", type=int, default=RANDOM_PROGRAMS)
    parser.add_argument("--block", type=Path, nargs="+", default=[])
    parser.add_argument("--program", type=Path, nargs="+", action="append", default=[])
    options = parser.parse_args()
    standard_programs(options.rounds)
    speed([programs.given(paths) for paths in options.program], options.rounds)
    short_program()
    block(options.block or [stdin.kept()], options.rounds)
    confirmations(options.rounds, options.block or [stdin.kept()])
    keys()
    differential(options.programs)


if __name__ == "__main__":
    main()
