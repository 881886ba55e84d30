"""Documents of daemons in many states, for the tests of text and page."""

from dataclasses import replace

from attestor.status.document import (
    Build,
    Candidate,
    Chain,
    Document,
    Endpoint,
    Failure,
    Head,
    InFlight,
    Jobs,
    Payer,
    Reason,
    Registration,
    Rotation,
    Signer,
    Span,
    Time,
)

NOW = Time(1_796_045_400.0)
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
PAYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
BUILD = Build("0.1.0", "v6.1.0", "0x" + "c4" * 32)
LIFE, PERIOD = 3600.0, 1800.0


def address(number: int) -> str:
    return "0x" + f"{number + 1:02x}92bB153F"[:10].ljust(40, "7")[:40]


def signer(age: float = 900.0, stage: str = "active") -> Signer:
    until = Time(NOW - age + LIFE)
    return Signer(address(0), stage, until, int(until - NOW), Time(NOW - age), BUILD.measurement)


def registration(number: int, begun: float, ended: float | None, stage: str) -> Registration:
    return Registration(
        address(number % 200),
        "admission" if number == 0 else "renewal",
        stage,
        "0x" + f"{number:02x}" * 32,
        Time(begun),
        Time(begun + LIFE),
        23_812_000 + number,
        None if ended is None else Time(ended),
        "" if ended is None else "replaced",
    )


def history(count: int, gaps: tuple[int, ...] = ()) -> Chain:
    """The chain after so many registrations; before those numbered in `gaps` there was a gap."""
    begun = NOW - 900 - PERIOD * (count - 1)
    registrations: list[Registration] = []
    cover: list[Span] = []
    for number in range(count):
        start = begun + number * PERIOD + (120.0 if number in gaps else 0.0)
        last = number == count - 1
        end = None if last else begun + (number + 1) * PERIOD
        if number in gaps:
            cover.append(Span(Time(start - 120), Time(start)))
        cover.append(Span(Time(start), Time(end) if end else None, address(number)))
        stage = "active" if last else "retired"
        registrations.append(registration(number, start, end, stage))
    return Chain(
        "",
        1,
        REGISTRY,
        signer(),
        Rotation("the active signer is young enough", None, Time(NOW + 900), 23_812_375),
        Head(23_812_301, Time(NOW - 4), 4),
        Payer(PAYER, "420690000000000000", 214),
        (
            Endpoint("127.0.0.1:8545", "ok"),
            Endpoint("eth.first.example", "ok"),
            Endpoint("rpc.second.example", "ok"),
        ),
        (),
        tuple(reversed(registrations))[:50],
        tuple(cover),
    )


READY = Document(
    NOW, True, BUILD, (), (), (history(4),), Jobs(2, 1, 1284, 3, {"exec_fault": 2, "exec_time": 1})
)
NO_DATA = Document(
    NOW,
    False,
    Build("0.1.0", "v6.1.0"),
    (
        Reason(
            "no_active_signer",
            "no proof is signed: the rotation has not begun",
            "Wait for the next registration.",
        ),
    ),
    (),
    (Chain("", 1, REGISTRY),),
)
UNFUNDED = Document(
    NOW,
    False,
    BUILD,
    (
        Reason(
            "payer_empty",
            f"payer {PAYER} holds 0 native tokens (0 wei), and a transaction may cost 0.0124 "
            "native tokens (12400000000000000 wei)",
            f"Fund {PAYER} on chain 1.",
        ),
        Reason(
            "no_active_signer",
            "no proof is signed: the last attempt failed with payer_empty",
            "Wait for the next registration.",
        ),
    ),
    (),
    (
        replace(
            history(6, (3,)),
            signer=None,
            rotation=Rotation(
                "the last attempt failed with payer_empty",
                Candidate(address(9), "quoted", 23_812_299, 61),
            ),
            payer=Payer(PAYER, "0", 0),
            endpoints=(
                Endpoint("127.0.0.1:8545", "ok"),
                Endpoint("eth.first.example", "down"),
                Endpoint("rpc.second.example", "ok", 12),
            ),
            cover=(
                *history(6, (3,)).cover[:-1],
                Span(Time(NOW - 900), Time(NOW - 300), address(5)),
                Span(Time(NOW - 300), None),
            ),
        ),
    ),
    Jobs(17, 0, 96, 1, {"no_active_signer": 1}),
    (
        Failure(
            "payer_empty",
            "the rotation",
            f"payer {PAYER} holds 0 native tokens (0 wei)",
            "Fund the account that the message names.",
            at=Time(NOW - 12),
            now=True,
        ),
        Failure(
            "rpc_unreachable",
            "following the chain",
            "eth.first.example: connection refused",
            "Nothing at first: it is tried again. If it lasts, the message names the cause.",
            at=Time(NOW - 4000),
        ),
    ),
)
ROTATING = replace(
    history(3),
    name="scroll",
    chain_id=534_352,
    signer=signer(3300.0),
    rotation=Rotation(
        "the registration is not mined yet", Candidate(address(8), "submitted", 9_001, 43)
    ),
    in_flight=(InFlight("registration", "0x" + "8f" * 32, 7, 2),),
)
SEVERAL = replace(
    READY,
    chains=(replace(history(5), name="mainnet"), ROTATING),
    warnings=(
        Reason("payer_empty", f"payer {PAYER} can pay for 4 registrations", "Fund it.", "scroll"),
    ),
)
LONG = replace(READY, chains=(history(400, (355, 371, 372, 390)),))
PAUSED = replace(
    UNFUNDED,
    reasons=(
        Reason(
            "no_active_signer",
            "no proof is signed: the registry does not vouch for it",
            "Ask the registry's owner whether the measurement is still accepted.",
        ),
    ),
    chains=(replace(history(3), signer=signer(900.0, "paused")),),
)
ALL = {
    "ready": READY,
    "no-data": NO_DATA,
    "unfunded": UNFUNDED,
    "several": SEVERAL,
    "long": LONG,
    "paused": PAUSED,
}
