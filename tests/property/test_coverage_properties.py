"""The view `coverage` against a model that asks of each moment who was able to sign."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from attestor.audit import evidence
from attestor.store.database import Store
from attestor.store.journal import iso

START = 1_700_000_000
END = 200


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[int, int | None, int, list[tuple[int, int | None]]]]:
    """Signers: active from, retired at, valid until, pauses. In seconds after `START`."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, 80))
        retired = draw(st.none() | st.integers(start, 120))
        valid = draw(st.integers(start, 120))
        marks = sorted(draw(st.sets(st.integers(start, 120), max_size=4)))
        resumed = [*marks[1::2], None]
        pauses = list(zip(marks[::2], resumed, strict=False))
        found.append((start, retired, valid, pauses))
    return found


def fill(
    store: Store, signers: list[tuple[int, int | None, int, list[tuple[int, int | None]]]]
) -> None:
    store.tables.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        for number, (start, retired, valid, pauses) in enumerate(signers):
            store.insert(
                "registrations",
                {
                    "signer": f"0x{number:040x}",
                    "quote": "0x",
                    "transaction_hash": "0x",
                    "valid_until": START + valid,
                    "activated_at": iso(START + start),
                    "activated_timestamp": START + start,
                    "retired_at": None if retired is None else iso(START + retired),
                },
            )
            for paused, resumed in pauses:
                store.insert(
                    "pauses",
                    {
                        "entry": None,
                        "signer": f"0x{number:040x}",
                        "reason": "test",
                        "block_number": 1,
                        "block_hash": "0x",
                        "paused_at": iso(START + paused),
                        "resumed_at": None if resumed is None else iso(START + resumed),
                        "resumed_block": None if resumed is None else 1,
                        "resumed_block_hash": None if resumed is None else "0x",
                    },
                )


def seconds(text: str | None) -> int:
    return END if text is None else round(datetime.fromisoformat(text).timestamp()) - START


@settings(deadline=None)
@given(lives())
def test_coverage__any_lives_of_signers__covers_and_misses_what_the_model_does(
    signers: list[tuple[int, int | None, int, list[tuple[int, int | None]]]],
) -> None:
    able = set()
    for start, retired, valid, pauses in signers:
        until = min(valid, END if retired is None else retired)
        for second in range(start, until):
            if not any(first <= second < (END if last is None else last) for first, last in pauses):
                able.add(second)
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "attestor.sqlite")
        fill(store, signers)
        rows = evidence.coverage(store)
        store.close()
    covered = {
        second
        for row in rows
        if row["signer"]
        for second in range(seconds(row["from_at"]), seconds(row["to_at"]))
    }
    gaps = [
        range(seconds(row["from_at"]), seconds(row["to_at"])) for row in rows if not row["signer"]
    ]
    missed = {second for gap in gaps for second in gap}
    assert covered == able
    assert sum(map(len, gaps)) == len(missed)
    first = min((start for start, *_ in signers), default=END)
    assert missed == set(range(first, END)) - able


def test_coverage_lines__a_gap_that_goes_on__counts_until_now() -> None:
    rows = [{"signer": None, "from_at": iso(START), "to_at": None}]
    *_, told = evidence.coverage_lines(rows, datetime.fromtimestamp(START + 5, UTC))
    assert told == "1 gap(s), 5.0 s without a signer"
