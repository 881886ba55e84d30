"""What the contracts say of a list of cases: each collateral in a store of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from cases.case import GOOD, NOW, Case, Made, make, make_sound
from cases.chain import Chain
from cases.contracts import Contracts

from attestor.errors import QuoteInvalid, QuoteNotCompactable
from attestor.quote.compact import compact
from attestor.quote.format import parse
from attestor.quote.simulated.issued import Issued

UPLOAD_TIME = NOW - 3_600
"""Before anything expires that is expired at NOW."""
NOTHING: Mapping[str, str] = MappingProxyType({})
EARLIER = 7_200
"""How long before NOW the first root CRL of a store was issued."""


@dataclass(frozen=True)
class Judgement:
    """The verdicts on the raw quote, on the raw quote by Automata's entry, and on the compact form:
    a TCB status or the name of an error, which is Python's when there is no compact form.
    `refused` are uploads of collateral that the store did not take, with its errors."""

    raw: str
    attested: str
    compact: str
    refused: dict[str, str]

    @classmethod
    def of(cls, verdict: str, compact: str = "", refused: Mapping[str, str] = NOTHING) -> Self:
        """The same verdict everywhere, unless the compact form has another."""
        return cls(verdict, verdict, compact or verdict, dict(refused))


@dataclass
class Docket:
    """A store with its verifier, and the quotes to be judged there together."""

    contracts: Contracts
    refused: dict[str, str]
    quotes: set[bytes] = field(default_factory=set)

    def judgements(self) -> dict[bytes, Judgement]:
        quotes = list(self.quotes)
        raw = self.contracts.verify_raw(quotes)
        attested = self.contracts.attest(quotes)
        forms = [_form(quote) for quote in quotes]
        short = iter(self.contracts.verify_compact([f for f in forms if isinstance(f, bytes)]))
        return {
            quote: Judgement(
                verification.verdict,
                attestation.verdict,
                next(short).verdict if isinstance(form, bytes) else form,
                self.refused,
            )
            for quote, verification, attestation, form in zip(
                quotes, raw, attested, forms, strict=True
            )
        }


def expected(case: Case) -> Judgement:
    """What the table says that the contracts say of a case."""
    return Judgement.of(case.contract or case.dcap_qvl, case.compact, case.refused)


def judge_all(chain: Chain, cases: Iterable[Case]) -> dict[str, tuple[Judgement, Judgement]]:
    """For each case's name, the judgements on its positive control and on the case itself."""
    made = {case.name: (make_sound(case), make(case)) for case in cases}
    dockets: dict[bytes, Docket] = {}
    for pair in made.values():
        for one in pair:
            key = one.collateral.to_json()
            if key not in dockets:
                dockets[key] = _open(chain, one)
            dockets[key].quotes.add(one.quote)
    chain.set_time(NOW)
    judged = {key: docket.judgements() for key, docket in dockets.items()}

    def find(one: Made) -> Judgement:
        return judged[one.collateral.to_json()][one.quote]

    return {name: (find(sound), find(bad)) for name, (sound, bad) in made.items()}


def wrong(chain: Chain, cases: Iterable[Case]) -> list[str]:
    """Names of the cases that the contracts judge otherwise than the table, or whose positive
    control they do not take."""
    listed = list(cases)
    judged = judge_all(chain, listed)
    sound = Judgement.of(GOOD)
    return [case.name for case in listed if judged[case.name] != (sound, expected(case))]


def _open(chain: Chain, made: Made) -> Docket:
    contracts = Contracts(chain, made.platform.root_der)
    earlier = made.platform.pki.root_crl(Issued(), NOW - EARLIER)
    return Docket(contracts, contracts.upload_all(made.collateral, earlier))


def _form(quote: bytes) -> bytes | str:
    """The compact form, or the name of the error when there is none."""
    try:
        return compact(parse(quote))
    except (QuoteInvalid, QuoteNotCompactable) as error:
        return type(error).__name__
