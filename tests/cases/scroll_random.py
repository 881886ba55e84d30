"""Random blocks of a chain of Scroll's kind, each by its seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

import rlp
from cases import scroll_made as made
from cases import scroll_vectors as vectors
from cases.scroll_made import Case, Held
from eth_account import Account
from oracle.block import ORACLE, VAULT
from oracle.forks import Fork
from oracle.machine import BLOCK_HASHES

GWEI = 10**9
CONTRACTS = tuple(bytes([0x60 + number]) * 20 for number in range(4))
AUTHORITIES = tuple(bytes([0x70 + number]) * 32 for number in range(2))
DELEGATED = tuple(map(made.account_of, AUTHORITIES))
EMPTY, RICH = b"\x81" * 20, b"\x82" * 20
PRECOMPILES = tuple(number.to_bytes(20) for number in (*range(1, 12), 0x11, 0x100))
OTHERS = (EMPTY, RICH, made.SENDER, made.MESSENGER, VAULT, ORACLE, BLOCK_HASHES)
CODE_LIMIT, SLOTS, MOST_SNIPPETS = 2_000, 5, 7
NO_ARGUMENT: tuple[str, ...] = (
    "30",
    "32",
    "33",
    "34",
    "36",
    "38",
    "3a",
    "3d",
    "41",
    "42",
    "43",
    "44",
    "45",
)
NO_ARGUMENT += ("46", "47", "48", "4a", "59", "5a")
ONE_ARGUMENT = ("15", "19", "1e", "31", "35", "3b", "3f", "40", "49", "54", "5c")
"""Opcodes that leave one word: ISZERO, NOT, CLZ, BALANCE, …; some are of later forks."""
BASE_TYPES = (0, 0, 0, 1, 2, 2, 4, 0x7E, 0x7E)


@dataclass
class Writer:
    """A random program."""

    random: Random
    text: str = ""

    def word(self) -> str:
        """A push of something that is likely to matter."""
        choice = self.random.randrange(5)
        if choice == 0:
            return f"60{self.random.randrange(SLOTS):02x}"
        if choice == 1:
            address: bytes = self.random.choice([*CONTRACTS, *OTHERS, *PRECOMPILES])
            return "73" + address.hex()
        if choice == 2:
            return "7f" + self.random.randbytes(32).hex()
        if choice == 3:
            return self.random.choice(NO_ARGUMENT)
        return f"61{self.random.randrange(1 << 16):04x}"

    def value(self) -> str:
        """A word that may be computed from another one."""
        one = self.word()
        return one + self.random.choice(ONE_ARGUMENT) if self.random.random() < 0.4 else one

    def slot(self) -> str:
        return f"60{self.random.randrange(SLOTS):02x}"

    def small(self) -> str:
        return f"60{self.random.choice((0, 1, 32, 33, 64, 96, 128, 192)):02x}"

    def write(self) -> str:
        value = "5f" if self.random.random() < 0.4 else self.value()
        return value + self.slot() + self.random.choice(("55", "55", "55", "5d"))

    def call(self) -> str:
        """CALL, CALLCODE, DELEGATECALL or STATICCALL; whether it succeeded is kept."""
        kind = self.random.choice(("f1", "f1", "f2", "f4", "fa"))
        to = self.random.choice([*CONTRACTS, *DELEGATED, *OTHERS, *PRECOMPILES, *PRECOMPILES])
        gas = self.random.choice((0, 2_300, 20_000, 100_000))
        value = f"60{self.random.choice((0, 0, 1, 200)):02x}" if kind in ("f1", "f2") else ""
        ends = self.small() + self.small() + self.small() + self.small()
        return f"{ends}{value}73{to.hex()}62{gas:06x}{kind}{self.slot()}55"

    def memory(self) -> str:
        return self.value() + self.small() + self.random.choice(("52", "53"))

    def copy(self) -> str:
        """CALLDATACOPY, CODECOPY, RETURNDATACOPY or MCOPY; the third may halt."""
        kind = self.random.choice(("37", "39", "3e", "5e"))
        return self.small() + self.small() + self.small() + kind

    def log(self) -> str:
        topics = self.random.randrange(5)
        words = "".join(self.word() for _ in range(topics))
        return f"{words}{self.small()}{self.small()}{0xA0 + topics:02x}"

    def create(self) -> str:
        """What is in memory as init code, mostly none that runs long."""
        salt, kind = ("", "f0") if self.random.random() < 0.5 else (self.slot(), "f5")
        body = f"7f{bytes.fromhex(self.random.choice(INITS)).ljust(32, bytes(1)).hex()}5f52"
        return f"{body}{salt}60205f60{self.random.choice((0, 0, 3)):02x}{kind}{self.slot()}55"

    def digest(self) -> str:
        return f"{self.small()}{self.small()}20{self.slot()}55"

    def end(self) -> str:
        choice = self.random.random()
        if choice < 0.6:
            return ""
        words = self.small() + self.small()
        return words + self.random.choice(("f3", "f3", "fd", "fe", "ff", "00"))

    def program(self) -> bytes:
        snippets: list[Callable[[], str]] = [self.write, self.write, self.call, self.call]
        snippets += [self.memory, self.copy, self.log, self.create, self.digest]
        count = self.random.randint(1, MOST_SNIPPETS)
        parts = [self.random.choice(snippets)() for _ in range(count)]
        return bytes.fromhex("".join(parts) + self.end())[:CODE_LIMIT]


INITS = (
    "60015f5500",
    "60ef5f5360015ff3",
    "60fe5f5360025ff3",
    "5f5ffd",
    "fe",
    "60036001555f600155365ff3",
    "33ff",
)
"""Init codes: empty code with a slot, codes that begin with 0xef and 0xfe, a revert, a halt."""


@dataclass
class Blocks:
    """Transactions whose nonces follow one another."""

    random: Random
    fork: Fork
    nonce: int = 0
    index: int = 0
    authority: dict[bytes, int] = field(default_factory=dict)

    def transaction(self) -> bytes:
        kinds = [kind for kind in BASE_TYPES if self._is_of(kind) or self.random.random() < 0.005]
        kind = self.random.choice(kinds)
        if kind == 0x7E:
            return self._message()
        nonce = self.nonce + (self.random.random() < 0.01)
        self.nonce += 1
        if kind == 4:
            return self._delegating(nonce)
        to = self.random.choice([*CONTRACTS * 3, *DELEGATED * 2, *OTHERS, *PRECOMPILES, b"", b""])
        gas = self.random.choice((80_000, 300_000, 1_500_000))
        if self.random.random() < 0.02:
            gas = 21_000
        value = self.random.choice((0, 0, 1, 10**9, 10**21 if self.random.random() < 0.02 else 0))
        data = bytes.fromhex(self.random.choice(INITS)) if not to else self._data()
        fields = {"chainId": made.CHAIN_ID, "nonce": nonce, "gas": gas, "to": to}
        fields |= {"value": value, "data": data, **self._fees(kind)}
        return bytes(Account.sign_transaction(fields, made.KEY).raw_transaction)

    def _is_of(self, kind: int) -> bool:
        since = {1: Fork.CURIE, 2: Fork.CURIE, 4: Fork.EUCLID_V2}
        return self.fork >= since.get(kind, Fork.ARCHIMEDES)

    def _fees(self, kind: int) -> dict[str, object]:
        price = self.random.choice((2_000, GWEI, 3 * GWEI))
        fields: dict[str, object] = {"gasPrice": price}
        if kind == 2:
            tip = self.random.choice((0, 1_000, price))
            fields = {"type": 2, "maxFeePerGas": price, "maxPriorityFeePerGas": min(tip, price)}
        if kind in (1, 2):
            keys = ["0x" + slot.to_bytes(32).hex() for slot in range(self.random.randrange(3))]
            address = "0x" + self.random.choice(CONTRACTS).hex()
            listed = [{"address": address, "storageKeys": keys}]
            fields |= {"type": kind, "accessList": listed if self.random.random() < 0.7 else []}
        return fields

    def _data(self) -> bytes:
        size = self.random.choice((0, 1, 4, 32, 68, 700))
        return self.random.choice((bytes(size), self.random.randbytes(size), b"\x07" * size))

    def _delegating(self, nonce: int) -> bytes:
        key = self.random.choice(AUTHORITIES)
        by_nonce = self.authority.get(key, 0) + (self.random.random() < 0.2)
        self.authority[key] = by_nonce + 1
        to = self.random.choice([*CONTRACTS, bytes(20), DELEGATED[0], PRECOMPILES[3], EMPTY])
        chain_id = self.random.choice((made.CHAIN_ID, made.CHAIN_ID, 0, 1))
        return made.delegating(nonce, key, to, by_nonce, chain_id)

    def _message(self) -> bytes:
        self.index += self.random.randint(1, 3)
        to = self.random.choice([*CONTRACTS, *DELEGATED, EMPTY, PRECOMPILES[1]])
        # Without funds a message fails inside of its block from Euclid on, and ends it before.
        value = 10**18 if self.random.random() < 0.1 else self.random.choice((0, 1, 3))
        sender = self.random.choice((made.MESSENGER, made.MESSENGER, EMPTY, RICH))
        if self.fork < Fork.EUCLID and self.random.random() < 0.98:
            value = 0
        gas = self.random.choice((30_000, 200_000, 1_000_000))
        return b"\x7e" + bytes(rlp.encode([self.index, gas, to, value, self._data(), sender]))


def case(seed: int) -> Case:
    """Blocks under one fork, or over the first block of one."""
    random = Random(seed)
    fork = random.choice(list(Fork))
    forks = _forks(random, fork)
    blocks = Blocks(random, fork)
    held = tuple(
        tuple(blocks.transaction() for _ in range(random.randrange(5)))
        for _ in range(random.randint(1, 3))
    )
    return made.assembled(forks, held, _prices(random), _accounts(random))


def _forks(random: Random, fork: Fork) -> dict[str, int]:
    """From the beginning on, or the last of them with a later block. A range is of one era."""
    if not fork:
        return {}
    name = fork.name.lower()
    forks = vectors.up_to(name)
    if fork != Fork.EUCLID and random.random() < 0.3:
        start = made.NUMBER if fork <= Fork.CURIE else made.TIME
        forks[name] = start + random.randrange(3)
    return forks


def _prices(random: Random) -> Mapping[int, int]:
    prices = {slot: random.choice((0, 1, price, price * 3)) for slot, price in made.PRICES.items()}
    prices |= {2: random.choice((0, 2_100)), 3: random.choice((0, GWEI // 2))}
    return prices | {marker: random.choice((1, 1, 1, 0)) for marker in (11, 12)}


def _accounts(random: Random) -> dict[bytes, Held]:
    writer = Writer(random)
    accounts = {
        address: Held(
            balance=random.choice((0, 500)),
            code=writer.program(),
            slots={slot: random.choice((0, 1, 1 << 200)) for slot in range(SLOTS)},
        )
        for address in CONTRACTS
    }
    return {**accounts, RICH: Held(10**30 if random.random() < 0.5 else 7)}
