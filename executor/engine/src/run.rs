//! The loop around a program: execute, answer its calls, compile what is hot.

use attestor_precompiles::{Fault, Rule};

use crate::context::Context;
use crate::exit::Exit;
use crate::hotness::{HOT, Hotness};
use crate::image::Image;
use crate::instruction::{Operation, Width};
use crate::interpret::interpret;
use crate::memory::{ADDRESS_SPACE, Memory, refusal};
use crate::outcome::{FaultKind, GuestFault, Limits, Mode, Outcome, Stop, Unprovable};
use crate::syscalls::{Calls, Refusal, T0 as CALL_NUMBER};
use crate::translate::Translator;

/// The most cycles that can be counted.
const MAX_FUEL: u64 = 1 << 62;

/// Run a program to its end.
///
/// # Errors
/// It did not halt; see `Stop`.
pub fn run(image: &Image, stdin: &[Vec<u8>], limits: &Limits, mode: Mode) -> Result<Outcome, Stop> {
    // Where hints are likely all marks are, too: then there is no second run.
    let marks = matches!(mode, Mode::Tiered) && image.enters_unconstrained();
    let mut machine = Machine::new(image, stdin, limits, mode, marks)?;
    let mut end = machine.execute();
    // Also of a run that was stopped: with all marks it may have been stopped before.
    if machine.memory.is_doubtful() {
        drop(machine);
        machine = Machine::new(image, stdin, limits, mode, true)?;
        end = machine.execute();
    }
    match end? {
        End::Halted(exit_code) => Ok(machine.outcome(exit_code)),
        // Not with all marks.
        End::Doubtful => Err(machine.fault(FaultKind::Refused("a hint is doubtful"))),
    }
}

/// Why a run ends that nothing refused.
enum End {
    Halted(u32),
    /// It is to be made again, with all marks.
    Doubtful,
}

struct Machine<'a> {
    image: &'a Image,
    context: Context,
    memory: Memory,
    calls: Calls<'a>,
    hotness: Hotness,
    translator: Option<Translator>,
    fuel: i64,
}

impl<'a> Machine<'a> {
    /// `marks` is whether compiled code marks what it accesses; what is interpreted always is.
    fn new(
        image: &'a Image,
        stdin: &'a [Vec<u8>],
        limits: &Limits,
        mode: Mode,
        marks: bool,
    ) -> Result<Self, Stop> {
        let fuel = limits.cycles.min(MAX_FUEL) as i64;
        let context = Context::new(image.entry, fuel);
        let memory = load(image, limits).map_err(|fault| stop(image.entry, fault))?;
        let calls = Calls::new(stdin, limits, fuel);
        let hot = match mode {
            Mode::Tiered => Some(HOT),
            Mode::TieredAt { hot } => Some(hot),
            Mode::InterpreterOnly => None,
        };
        let translator = hot.and_then(|_| Translator::new(image, marks));
        let hotness = match (hot, &translator) {
            (Some(hot), Some(_)) => Hotness::for_instructions(image.instructions.len(), hot),
            _ => Hotness::off(),
        };
        Ok(Self { image, context, memory, calls, hotness, translator, fuel })
    }

    fn execute(&mut self) -> Result<End, Stop> {
        loop {
            match self.advance()? {
                Exit::Cold => {}
                Exit::Hot => self.compile(),
                Exit::Fuel => return Err(Stop::LimitCycles),
                Exit::Memory => return Err(Stop::LimitMemory),
                Exit::HostMemory => return Err(Stop::HostMemory),
                Exit::Access => return Err(self.access_stop()),
                Exit::Low => return Err(self.low_stop()),
                Exit::Illegal => return Err(self.fault(FaultKind::IllegalInstruction)),
                Exit::WildJump => return Err(self.fault(FaultKind::WildJump)),
                Exit::Ecall => {
                    let called = self.calls.call(&mut self.context, &mut self.memory);
                    if let Some(exit_code) = called.map_err(|refusal| self.refused(refusal))? {
                        return Ok(End::Halted(exit_code));
                    }
                    if self.memory.has_doubtful_hint() {
                        return Ok(End::Doubtful);
                    }
                }
            }
        }
    }

    /// Execute with compiled code where there is some, else with the interpreter.
    fn advance(&mut self) -> Result<Exit, Stop> {
        let Self { image, context, memory, translator, .. } = self;
        let mut exit = Exit::Cold;
        if let Some(translator) = translator
            && !self.calls.is_unconstrained()
            && let Some(index) = image.index(context.pc).filter(|_| context.pc.is_multiple_of(4))
            && translator.holds(index)
        {
            exit = translator.enter(index, context, memory);
        }
        // Compiled code counts whole blocks: the last one of a run is executed step by step.
        let interpreted = match exit {
            Exit::Fuel => interpret(context, memory, image, &mut Hotness::off()),
            Exit::Cold if self.calls.is_unconstrained() => {
                interpret(context, memory, image, &mut Hotness::off())
            }
            Exit::Cold => interpret(context, memory, image, &mut self.hotness),
            exit => return Ok(exit),
        };
        interpreted.map_err(|fault| stop(self.context.pc, fault))
    }

    /// Compile the hot code at the pc, or see to it that it is not hot.
    fn compile(&mut self) {
        let Some(index) = self.image.index(self.context.pc) else { return };
        let Some(translator) = &mut self.translator else { return };
        if translator.holds(index) {
            return;
        }
        let executed = (self.fuel - self.context.fuel) as u64;
        if !translator.translate(
            self.image,
            index,
            executed,
            &self.context.registers,
            &mut self.hotness,
        ) {
            match translator.exhausted() {
                true => self.hotness.forbid(index),
                false => self.hotness.cool(index),
            }
        } else if !translator.marks() {
            self.memory.begin_unmarked();
        }
    }

    fn access_stop(&self) -> Stop {
        let instruction = self.image.index(self.context.pc).map(|at| self.image.instructions[at]);
        let width = match instruction.map(|instruction| instruction.operation) {
            Some(Operation::Load { width, .. } | Operation::Store(width)) => width,
            _ => Width::Byte,
        };
        stop(self.context.pc, refusal(width, self.context.address))
    }

    /// Compiled code does not keep the pc of its accesses.
    fn low_stop(&mut self) -> Stop {
        let place = self.context.place;
        let index = self.translator.as_ref().and_then(|translator| translator.access_at(place));
        self.context.pc = index.map_or(self.context.pc, |index| self.image.address(index));
        stop(self.context.pc, Rule::LowAddress(self.context.address).into())
    }

    fn fault(&self, kind: FaultKind) -> Stop {
        Stop::Fault(GuestFault { pc: self.context.pc, kind })
    }

    fn refused(&self, refusal: Refusal) -> Stop {
        match refusal {
            Refusal::Fault(Fault::Unprovable(rule)) => Stop::Unprovable(self.unprovable_call(rule)),
            Refusal::Fault(fault) => stop(self.context.pc, fault),
            Refusal::Unsupported(what) => {
                Stop::Unsupported(format!("{what} at pc {:#x}", self.context.pc))
            }
            Refusal::LimitOutput => Stop::LimitOutput,
            Refusal::LimitWritten => Stop::LimitWritten,
        }
    }

    /// The call at the pc broke a rule.
    fn unprovable_call(&self, rule: Rule) -> Unprovable {
        let call = attestor_precompiles::name(self.context.registers[CALL_NUMBER]);
        Unprovable { rule, pc: self.context.pc, call }
    }

    fn outcome(self, exit_code: u32) -> Outcome {
        let left_out = || self.memory.precompile_only().map(Rule::PrecompileOnly);
        let end = self.calls.unprovable_end(self.context.fuel).or_else(left_out);
        Outcome {
            unprovable: end.map(|rule| self.unprovable_call(rule)),
            exit_code,
            cycles: (self.fuel - self.context.fuel) as u64,
            digest: self.calls.digest(),
            unconstrained_cycles: self.calls.unconstrained_cycles(),
            public_values: self.calls.public_values,
            touched_pages: self.memory.touched_bytes() / 4096,
            written_bytes: self.calls.written_bytes,
            load_cycles: self.image.load_cycles(),
            windows: self.memory.windows(),
            block_windows: self.memory.block_windows(),
            call_cycles: self.calls.call_cycles,
            compiled_instructions: self.translator.as_ref().map_or(0, Translator::instructions),
            compile_seconds: self.translator.as_ref().map_or(0.0, Translator::seconds),
            printed: self.calls.printed,
        }
    }
}

/// Memory as it is before the first instruction.
fn load(image: &Image, limits: &Limits) -> Result<Memory, Fault> {
    if image.end > ADDRESS_SPACE {
        return Err(Fault::OutOfRange(image.end));
    }
    let mut memory = Memory::new(limits.memory_bytes)?;
    let places = image.segments.iter();
    memory.expect(places.map(|to| to.address..to.address + to.bytes.len() as u64));
    for segment in &image.segments {
        memory.fill(segment.address, &segment.bytes, segment.size)?;
    }
    Ok(memory)
}

fn stop(pc: u64, fault: Fault) -> Stop {
    let kind = match fault {
        Fault::LimitMemory => return Stop::LimitMemory,
        Fault::HostMemory => return Stop::HostMemory,
        Fault::Unprovable(rule) => {
            return Stop::Unprovable(Unprovable { rule, pc, call: None });
        }
        Fault::Misaligned(address) => FaultKind::Misaligned { address },
        Fault::OutOfRange(address) => FaultKind::OutOfRange { address },
        Fault::Refused(why) => FaultKind::Refused(why),
    };
    Stop::Fault(GuestFault { pc, kind })
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod unprovable_tests;
