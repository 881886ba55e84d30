"""EELS's virtual machine with Scroll's opcodes and precompiles."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from eth_utils.crypto import keccak
from ethereum_types.bytes import Bytes20, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from oracle.forks import Fork

BLOCK_HASHES = Bytes20(bytes.fromhex("0000F90827F1C53a10cb7A02335B175320002935"))
SERVED_HASHES = 8191
PAIR_BYTES, MAX_PAIRS, MAX_OPERAND_BYTES = 192, 4, 32
P256_GAS = Uint(3450)

Operation = Callable[[Any], None]


@contextmanager
def rules(fork: Fork, modules: Any, chain_id: int) -> Iterator[None]:
    """While it is open, the modules of EELS have the rules of `fork`."""
    with ExitStack() as stack:
        ops = modules.instructions.Ops
        invalid = _invalid(modules)
        changed = {ops.SELFDESTRUCT: invalid, ops.BLOCKHASH: _block_hash(fork, modules, chain_id)}
        for name in ("BLOBHASH", "BLOBBASEFEE"):
            if hasattr(ops, name):
                changed[getattr(ops, name)] = invalid
        if fork < Fork.CURIE:
            changed[ops.BASEFEE] = invalid
        stack.enter_context(patch.dict(modules.instructions.op_implementation, changed))
        precompiles = _precompiles(fork, modules)
        mapping = modules.mapping.PRE_COMPILED_CONTRACTS
        stack.enter_context(patch.dict(mapping, precompiles, clear=True))
        if fork >= Fork.EUCLID and fork < Fork.GALILEO:
            p256 = importlib.import_module(_P256)
            stack.enter_context(patch.object(p256, "GAS_P256VERIFY", P256_GAS))
        if fork >= Fork.EUCLID_V2:
            stack.enter_context(
                patch.object(modules.fork, "validate_transaction", _checked(fork, modules))
            )
        # The most costly part of a call, which finds the same in each code every time.
        jumps = lru_cache(maxsize=None)(modules.interpreter.get_valid_jump_destinations)
        stack.enter_context(patch.object(modules.interpreter, "get_valid_jump_destinations", jumps))
        yield


_P256 = "ethereum.forks.osaka.vm.precompiled_contracts.p256verify"


def _invalid(modules: Any) -> Operation:
    def operation(evm: Any) -> None:
        raise modules.exceptions.InvalidOpcode(0)

    return operation


def _block_hash(fork: Fork, modules: Any, chain_id: int) -> Operation:
    """From Feynman on it is read out of EIP-2935's contract, which is warm afterwards, as is the
    slot: scroll-revm src/instructions.rs."""

    def operation(evm: Any) -> None:
        number = int(modules.stack.pop(evm.stack))
        modules.gas.charge_gas(evm, Uint(20))
        current, found = int(evm.message.block_env.number), 0
        if current - 256 <= number < current and fork < Fork.FEYNMAN:
            hashed = keccak(chain_id.to_bytes(8) + number.to_bytes(8))
            found = int.from_bytes(hashed)
        elif current - 256 <= number < current:
            slot = Bytes32((number % SERVED_HASHES).to_bytes(32))
            found = modules.state.get_storage(evm.message.block_env.state, BLOCK_HASHES, slot)
            evm.accessed_addresses.add(BLOCK_HASHES)
            evm.accessed_storage_keys.add((BLOCK_HASHES, slot))
        modules.stack.push(evm.stack, U256(found))
        evm.pc += Uint(1)

    return operation


def _precompiles(fork: Fork, modules: Any) -> dict[Any, Operation]:
    halt = modules.exceptions.ExceptionalHalt

    def absent(evm: Any) -> None:
        raise halt("not on Scroll")

    def short_modexp(evm: Any) -> None:
        words = evm.message.data.ljust(96, b"\0")
        if any(int.from_bytes(words[at : at + 32]) > MAX_OPERAND_BYTES for at in (0, 32, 64)):
            raise halt("an operand is too long")
        modules.modexp.modexp(evm)

    def short_pairing(evm: Any) -> None:
        if len(evm.message.data) > MAX_PAIRS * PAIR_BYTES:
            raise halt("too many pairs")
        modules.alt_bn128.alt_bn128_pairing_check(evm)

    def p256(evm: Any) -> None:
        # Its failures are of the fork that it is of.
        try:
            importlib.import_module(_P256).p256verify(evm)
        except Exception as error:
            raise modules.exceptions.OutOfGasError from error

    given = modules.mapping.PRE_COMPILED_CONTRACTS
    found = {address: given[address] for address in given if int.from_bytes(address) < 10}
    until = {2: (absent, Fork.BERNOULLI), 8: (short_pairing, Fork.FEYNMAN)}
    until[5] = (short_modexp, Fork.GALILEO)
    changed: dict[int, Operation] = {3: absent, 9: absent}
    changed |= {number: one for number, (one, end) in until.items() if fork < end}
    if fork >= Fork.EUCLID:
        changed[0x100] = p256
    return found | {Bytes20(number.to_bytes(20)): one for number, one in changed.items()}


def _checked(fork: Fork, modules: Any) -> Callable[[Any], Any]:
    """EELS's check of a transaction without Osaka's limit of its gas, and until Feynman without the
    least price of its calldata."""
    given = modules.transactions.validate_transaction

    def validate(tx: Any) -> Any:
        with ExitStack() as stack:
            if hasattr(modules.transactions, "TX_MAX_GAS_LIMIT"):
                unlimited = Uint(U64.MAX_VALUE)
                stack.enter_context(
                    patch.object(modules.transactions, "TX_MAX_GAS_LIMIT", unlimited)
                )
            if fork < Fork.FEYNMAN:
                stack.enter_context(
                    patch.object(modules.transactions, "FLOOR_CALLDATA_COST", Uint(0))
                )
            intrinsic, floor = given(tx)
        return intrinsic, floor if fork >= Fork.FEYNMAN else Uint(0)

    return validate
