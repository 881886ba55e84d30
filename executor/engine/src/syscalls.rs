//! What an ecall does: the number is in t0, arguments in a0 to a4, the result in t0.
//!
//! Numbers and effects: sp1-core-executor, `syscall_code.rs` and `minimal/ecall.rs`.

mod write;

use attestor_precompiles::{
    Arguments, CYCLE_CELLS, END_CELLS, Fault, PRECOMPILE_CELLS, Rule, SHARD_CELLS, precompile_cost,
};

use crate::context::Context;
use crate::memory::Memory;
use crate::outcome::Limits;
use crate::stdin::Stdin;

const HALT: u32 = 0x00;
const WRITE: u32 = 0x02;
pub(crate) const ENTER_UNCONSTRAINED: u32 = 0x03;
const EXIT_UNCONSTRAINED: u32 = 0x04;
const COMMIT: u32 = 0x10;
const COMMIT_DEFERRED_PROOFS: u32 = 0x1a;
pub(crate) const VERIFY_SP1_PROOF: u32 = 0x1b;
const HINT_LEN: u32 = 0xf0;
const HINT_READ: u32 = 0xf1;

pub(crate) const T0: usize = 5;
const A0: usize = 10;

/// The machine's side of the calls that are not about memory alone.
pub(crate) struct Calls<'a> {
    pub stdin: Stdin<'a>,
    pub public_values: Vec<u8>,
    /// The words of COMMIT, as far as there were any.
    words: [Option<u32>; 8],
    /// Of precompiles.
    precompile_calls: u64,
    /// What calls cost SP1's executors (`attestor_precompiles::precompile_cost`).
    pub call_cycles: u64,
    /// The cells before the first COMMIT or COMMIT_DEFERRED_PROOFS.
    cells_before_commit: Option<u64>,
    has_deferred: bool,
    pub printed: Vec<u8>,
    /// What WRITE was charged for.
    pub written_bytes: u64,
    pub limits: Limits,
    /// At the start.
    fuel: i64,
    unconstrained: Option<Before>,
    /// What is left for unconstrained blocks.
    unconstrained_fuel: i64,
}

/// The state at the entry of an unconstrained block.
struct Before {
    registers: [u64; 32],
    pc: u64,
    fuel: i64,
}

/// Why a call ends the run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Fault(Fault),
    Unsupported(String),
    LimitOutput,
    LimitWritten,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn refused<T>(why: &'static str) -> Result<T, Refusal> {
    Err(Refusal::Fault(Fault::Refused(why)))
}

impl<'a> Calls<'a> {
    pub(crate) fn new(stdin: &'a [Vec<u8>], limits: &Limits, fuel: i64) -> Self {
        Self {
            stdin: Stdin::new(stdin),
            public_values: Vec::new(),
            words: [None; 8],
            precompile_calls: 0,
            call_cycles: 0,
            cells_before_commit: None,
            fuel,
            has_deferred: false,
            printed: Vec::new(),
            written_bytes: 0,
            limits: *limits,
            unconstrained: None,
            unconstrained_fuel: fuel,
        }
    }

    pub(crate) fn is_unconstrained(&self) -> bool {
        self.unconstrained.is_some()
    }

    /// Executed inside of unconstrained blocks that have ended.
    pub(crate) fn unconstrained_cycles(&self) -> u64 {
        (self.fuel - self.unconstrained_fuel) as u64
    }

    pub(crate) fn digest(&self) -> [u32; 8] {
        self.words.map(Option::unwrap_or_default)
    }

    /// Why no proof can show a halt now.
    pub(crate) fn unprovable_end(&self, fuel: i64) -> Option<Rule> {
        if !self.has_deferred {
            return Some(Rule::DeferredMissing);
        }
        let cells = self.cells(fuel);
        let behind = cells - self.cells_before_commit.unwrap_or(cells);
        (cells > SHARD_CELLS && behind > END_CELLS).then_some(Rule::CommitEarly(behind))
    }

    /// What the run until now fills of SP1's tables, at most.
    fn cells(&self, fuel: i64) -> u64 {
        let cycles = (self.fuel - fuel) as u64;
        let of_cycles = cycles.saturating_mul(CYCLE_CELLS);
        of_cycles.saturating_add(self.precompile_calls.saturating_mul(PRECOMPILE_CELLS))
    }

    /// Execute the ecall at `context.pc`, which is counted already, and continue after it. Some: the
    /// program halted with this exit code.
    ///
    /// # Errors
    /// SP1 or this engine refuses the call.
    pub(crate) fn call(
        &mut self,
        context: &mut Context,
        memory: &mut Memory,
    ) -> Result<Option<u32>, Refusal> {
        let number = context.registers[T0] as u32;
        let (a0, a1) = (context.registers[A0], context.registers[A0 + 1]);
        if self.is_unconstrained() && !matches!(number, WRITE | EXIT_UNCONSTRAINED) {
            return refused("an unconstrained block may only write");
        }
        self.check_number(context.registers[T0])?;
        let mut result = u64::from(number);
        match number {
            HALT => return halt(a0).map(Some),
            WRITE => self.write(a0, a1, context, memory)?,
            ENTER_UNCONSTRAINED => {
                self.enter_unconstrained(context, memory);
                result = 1;
            }
            EXIT_UNCONSTRAINED => {
                self.exit_unconstrained(context, memory)?;
                result = 0;
            }
            COMMIT => self.commit(a0, a1, context.fuel)?,
            COMMIT_DEFERRED_PROOFS if a1 == 0 => self.commit_deferred(a0, context.fuel)?,
            HINT_LEN => result = self.stdin.next_length().unwrap_or(u64::MAX),
            HINT_READ => self.hint_read(a0, a1, memory)?,
            _ => {
                precompile(number, context, memory)?;
                self.precompile_calls += 1;
                self.charge_call(precompile_cost(u64::from(number)));
            }
        }
        context.registers[T0] = result;
        context.pc = context.pc.wrapping_add(4);
        Ok(None)
    }

    fn charge_call(&mut self, cycles: u64) {
        self.call_cycles = self.call_cycles.saturating_add(cycles);
    }

    /// The circuits find the number in t0 again behind the call, except where the call sets it.
    fn check_number(&self, number: u64) -> Result<(), Fault> {
        let sets_it = matches!(number as u32, ENTER_UNCONSTRAINED | HINT_LEN);
        if number >> 32 == 0 || sets_it || self.is_unconstrained() {
            return Ok(());
        }
        Err(Rule::CallNumber(number).into())
    }

    fn commit(&mut self, index: u64, word: u64, fuel: i64) -> Result<(), Refusal> {
        let Ok(word) = u32::try_from(word) else { return refused("COMMIT of more than 32 bits") };
        let place = usize::try_from(index).ok().and_then(|index| self.words.get_mut(index));
        let Some(place) = place else { return refused("COMMIT of a ninth word") };
        if *place.get_or_insert(word) != word {
            return Err(Fault::from(Rule::CommitConflict(index)).into());
        }
        let cells = self.cells(fuel);
        self.cells_before_commit.get_or_insert(cells);
        Ok(())
    }

    fn commit_deferred(&mut self, index: u64, fuel: i64) -> Result<(), Fault> {
        if index > 7 {
            return Err(Rule::DeferredIndex(index).into());
        }
        self.has_deferred = true;
        let cells = self.cells(fuel);
        self.cells_before_commit.get_or_insert(cells);
        Ok(())
    }

    fn hint_read(&mut self, address: u64, length: u64, memory: &mut Memory) -> Result<(), Refusal> {
        match self.stdin.next_length() {
            None => return refused("HINT_READ of an empty stdin"),
            Some(next) if next != length => return refused("HINT_READ of another length"),
            Some(_) if !address.is_multiple_of(8) => return Err(Fault::Misaligned(address).into()),
            Some(_) => {}
        }
        let buffer = self.stdin.take(memory).unwrap_or_default();
        Ok(memory.hint(address, &buffer)?)
    }

    /// SP1 does not count the entry, nor what follows up to the exit.
    fn enter_unconstrained(&mut self, context: &mut Context, memory: &mut Memory) {
        let fuel = context.fuel + 1;
        self.unconstrained = Some(Before { registers: context.registers, pc: context.pc, fuel });
        context.fuel = self.unconstrained_fuel;
        memory.begin_unconstrained();
    }

    /// Continue after the entry with the state before it; only the exit is counted.
    fn exit_unconstrained(
        &mut self,
        context: &mut Context,
        memory: &mut Memory,
    ) -> Result<(), Refusal> {
        let Some(before) = self.unconstrained.take() else {
            return refused("EXIT_UNCONSTRAINED outside of a block");
        };
        self.unconstrained_fuel = context.fuel;
        memory.end_unconstrained();
        context.registers = before.registers;
        context.pc = before.pc;
        // The entry was executed with fuel left, so there is fuel for the exit.
        context.fuel = before.fuel - 1;
        Ok(())
    }
}

/// The exit code. The executor takes the lower half, the circuits all of it.
fn halt(a0: u64) -> Result<u32, Refusal> {
    match a0 as u32 {
        0 if a0 != 0 => Err(Fault::from(Rule::ExitCode(a0)).into()),
        code => Ok(code),
    }
}

fn precompile(number: u32, context: &Context, memory: &mut Memory) -> Result<(), Refusal> {
    let number = u64::from(number);
    let Some(call) = attestor_precompiles::precompile(number) else {
        return Err(unsupported(number));
    };
    let [a0, a1, a2, a3, a4] = std::array::from_fn(|index| context.registers[A0 + index]);
    Ok(call(memory, &Arguments { a0, a1, a2, a3, a4 })?)
}

fn unsupported(number: u64) -> Refusal {
    let name = match number as u32 {
        COMMIT_DEFERRED_PROOFS => Some("COMMIT_DEFERRED_PROOFS of a proof"),
        VERIFY_SP1_PROOF => Some("VERIFY_SP1_PROOF"),
        _ => attestor_precompiles::name(number),
    };
    Refusal::Unsupported(name.map_or_else(|| format!("syscall {number:#x}"), str::to_owned))
}

#[cfg(test)]
mod tests;
