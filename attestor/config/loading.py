"""The configuration from flags, environment and TOML file."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from attestor.config import credentials, names
from attestor.config import file as toml
from attestor.config.chains import Chains, beside, duplicates
from attestor.config.given import Given, Options, over
from attestor.config.nearest import unknown_variables
from attestor.config.options import Config
from attestor.config.payers import payer_source
from attestor.config.reading import ReadChain, Reading
from attestor.config.values import convert
from attestor.core.payer_source import PayerSource

_PAYER_OPTIONS = {f"payer_{known.name}" for known in fields(PayerSource)}


def load(
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str | None],
    needs_payer: bool = True,
    chain: str | None = None,
) -> Config:
    """The configuration of the only chain, or of the one of that name. Raises as `load_chains`,
    and `ChainNotNamed`."""
    return load_chains(file, environment, flags, needs_payer).named(chain).config


def load_chains(
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str | None],
    needs_payer: bool = True,
) -> Chains:
    """The configuration of every chain from flags (by field name), environment and TOML file.
    Where nothing is to be sent, no payer is needed.

    Raises `ConfigurationInvalid` that lists every problem.
    """
    return read(file, environment, flags, needs_payer).chains()


def read(
    file: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, str | None],
    needs_payer: bool = True,
) -> Reading:
    """All that was given, and every fault of it, as `load_chains` takes it."""
    faults: list[str] = []
    from_file = toml.read(file, faults)
    environment = names.current_environment(environment, faults)
    by_chain = names.chain_variables(from_file.chains, faults) if from_file.chains else {}
    of_all = (names.variable(known) for known in fields(Config))
    unknown_variables(environment, [*of_all, *by_chain.values()], faults)
    kept = credentials.read(environment, faults)
    weaker = over(_from_environment(environment), over(from_file.shared, kept.shared))
    shared = over(_from_flags(flags), weaker)
    before = tuple(faults)
    each: list[ReadChain] = []
    for name, own in from_file.chains.items():
        said = {
            option: Given(environment[variable], variable)
            for (of, option), variable in by_chain.items()
            if of == name and variable in environment
        }
        own = over(own, kept.chains.get(name, {}))
        given = _inherited(name, shared, over(said, own))
        prefix = f"{toml.CHAINS}.{name}."
        each.append(ReadChain(name, given, _values(given, faults, needs_payer, prefix)))
    if not from_file.chains:
        each.append(ReadChain("", shared, _values(shared, faults, needs_payer)))
    reading = Reading(file, tuple(each), _store_path(shared, bool(from_file.chains)), tuple(faults))
    if not from_file.is_whole:
        return replace(reading, faults=before, is_whole=False)
    if faults and from_file.is_empty:
        return replace(reading, faults=(f"{file} is empty; --config names the file", *faults))
    found = () if faults else tuple(duplicates(reading.as_chains()))
    return replace(reading, faults=(*faults, *found), notes=tuple(from_file.notes))


def _store_path(shared: Options, has_several: bool) -> Path:
    """`store.path`, beside which the jobs of all chains are."""
    given = shared.get("store_path")
    if given is None or given.value == "":
        return Path(_default("store_path"))
    return Path(str(given.value)).expanduser()


def _from_flags(flags: Mapping[str, str | None]) -> Options:
    given = {known.name: (flags.get(known.name), names.flag(known)) for known in fields(Config)}
    return {name: Given(value, flag) for name, (value, flag) in given.items() if value is not None}


def _from_environment(environment: Mapping[str, str]) -> Options:
    variables = {known.name: names.variable(known) for known in fields(Config)}
    return {
        name: Given(environment[variable], variable)
        for name, variable in variables.items()
        if variable in environment
    }


def _inherited(name: str, shared: Options, own: Options) -> Options:
    """What holds for a chain: its own options, and of the others those that say nothing else about
    the same thing. Its database is never another's."""
    dropped = {"store_path"}
    for alternatives in names.ALTERNATIVES:
        if alternatives & {option for option, given in own.items() if not given.is_empty}:
            dropped |= alternatives
    found = {option: given for option, given in shared.items() if option not in dropped}
    if "store_path" not in own:
        given = shared.get("store_path")
        base = Path(str(given.value) if given else _default("store_path"))
        origin = given.origin if given else "store.path"
        found["store_path"] = Given(str(beside(base, name)), origin, *_file_of(given))
    return {**found, **own}


def _file_of(given: Given | None) -> tuple[str, int]:
    return ("", 0) if given is None else (given.file, given.line)


def _values(
    options: Options, faults: list[str], needs_payer: bool, prefix: str = ""
) -> dict[str, Any]:
    """The values of one chain's `Config`. `prefix` is before the names of options in faults."""
    values: dict[str, Any] = {}
    for known in fields(Config):
        given = options.get(known.name)
        if given is None:
            if known.default is MISSING:
                faults.append(_missing(known, prefix))
            continue
        try:
            values[known.name] = convert(known, given.value)
        except (ValueError, TypeError, OverflowError) as error:
            told = f"{given.place}: {error}"
            faults += [told] if told not in faults else []
    given_names = {name for name, given in options.items() if not given.is_empty}
    if not given_names & {"chain_registry", "chain_deployment"}:
        faults.append(
            f"{_named(prefix, 'registry')} is missing (or {_named(prefix, 'deployment')})"
        )
    faults += _endpoint_faults(given_names, prefix)
    is_payer_known = all(name in values for name in given_names if name in _PAYER_OPTIONS)
    if needs_payer and is_payer_known:
        faults += _payer_faults(values, prefix)
    return values


def _named(prefix: str, option: str) -> str:
    """An option of the table `[chain]`, which is the chain's own table where there are several."""
    return f"{prefix or 'chain.'}{option}"


def _missing(known: Any, prefix: str) -> str:
    if prefix:
        return f"{_named(prefix, names.key(known).partition('.')[2])} is missing"
    others = f"{names.flag(known)}, or {names.variable(known)}"
    return f"{names.key(known)} is missing (or {others})"


def _endpoint_faults(given_names: set[str], prefix: str) -> list[str]:
    """One endpoint or several, and not both: which of them would be meant?"""
    given = given_names & {"chain_rpc_url", "chain_rpc_urls"}
    one, several = _named(prefix, "rpc_url"), _named(prefix, "rpc_urls")
    if not given:
        places = "" if prefix else " (or --chain-rpc-url, or ATTESTOR_CHAIN_RPC_URL)"
        return [f"{one} is missing{places}, or {several} with several"]
    return [f"{one} and {several} are both given"] if len(given) == 2 else []


def _payer_faults(values: Mapping[str, Any], prefix: str) -> list[str]:
    """One account pays. Whether another one is needed for uploads is known later."""
    return payer_source(values, "payer_").faults(lambda name: f"{prefix}payer.{name}")


def _default(name: str) -> str:
    return str(next(known.default for known in fields(Config) if known.name == name))
