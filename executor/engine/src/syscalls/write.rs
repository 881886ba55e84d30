//! WRITE: to the public values, the stdin, a hook, or for people.

use attestor_precompiles::Fault;

use super::{A0, Calls, Refusal};
use crate::context::Context;
use crate::memory::{ADDRESS_SPACE, Memory};
use crate::outcome::WRITE_ALLOWANCE;

/// The most bytes that are kept of what a guest prints.
const PRINTED: usize = 4096;
/// What a line for people counts as: SP1's executors print each by itself.
const LINE_BYTES: u64 = 256;
const PUBLIC_VALUES: u32 = 13;
const HINT: u32 = 14;
const HOOKS: std::ops::RangeInclusive<u32> = 15..=21;

impl Calls<'_> {
    /// SP1 looks at all bits of the descriptors 1 and 2, at the lower half of others, and ignores
    /// what it does not know.
    pub(super) fn write(
        &mut self,
        descriptor: u64,
        address: u64,
        context: &Context,
        memory: &mut Memory,
    ) -> Result<(), Refusal> {
        let length = readable(address, context.registers[A0 + 2])?;
        self.charge(length, context.fuel)?;
        match descriptor as u32 {
            _ if matches!(descriptor, 1 | 2) => {
                let lines = 1 + memory.count(b'\n', address, length)?;
                self.charge(lines.saturating_mul(LINE_BYTES), context.fuel)?;
                let room = (PRINTED - self.printed.len()) as u64;
                self.printed.extend(memory.peek(address, length.min(room))?);
            }
            PUBLIC_VALUES => {
                let total = (self.public_values.len() as u64).saturating_add(length);
                if total > self.limits.public_values_bytes {
                    return Err(Refusal::LimitOutput);
                }
                self.public_values.extend(memory.peek(address, length)?);
            }
            HINT => {
                let buffer = copy(address, length, memory)?;
                self.stdin.push(buffer, memory)?;
            }
            hook if HOOKS.contains(&hook) => self.ask_hook(descriptor, address, length, memory)?,
            _ => {}
        }
        Ok(())
    }

    /// Count so many bytes as written, with so much fuel left.
    fn charge(&mut self, bytes: u64, fuel: i64) -> Result<(), Refusal> {
        let written = self.written_bytes.saturating_add(bytes);
        if written > WRITE_ALLOWANCE.saturating_add(self.executed(fuel)) {
            return Err(Refusal::LimitWritten);
        }
        self.written_bytes = written;
        Ok(())
    }

    /// All instructions so far, inside of unconstrained blocks and outside.
    fn executed(&self, fuel: i64) -> u64 {
        let outside = self.unconstrained.as_ref().map_or(fuel, |before| before.fuel);
        let inside = if self.is_unconstrained() { fuel } else { self.unconstrained_fuel };
        ((self.fuel - outside) + (self.fuel - inside)) as u64
    }

    fn ask_hook(
        &mut self,
        descriptor: u64,
        address: u64,
        length: u64,
        memory: &mut Memory,
    ) -> Result<(), Refusal> {
        let input = copy(address, length, memory)?;
        self.charge_call(attestor_precompiles::hook_cost(descriptor, &input));
        let answers =
            attestor_precompiles::hook(descriptor, &input).transpose()?.unwrap_or_default();
        for answer in answers.into_iter().rev() {
            self.stdin.push(answer, memory)?;
        }
        Ok(())
    }
}

/// A copy that the memory limit has room for.
fn copy(address: u64, length: u64, memory: &mut Memory) -> Result<Vec<u8>, Fault> {
    memory.charge(length)?;
    let bytes = memory.peek(address, length);
    memory.refund(length);
    bytes
}

/// How many bytes SP1 reads: it counts words in wrapping arithmetic, and a range that wraps is
/// empty.
fn readable(address: u64, length: u64) -> Result<u64, Fault> {
    if length == 0 {
        return Ok(0);
    }
    let start = address & !7;
    let head = address & 7;
    let words = head.wrapping_add(length).div_ceil(8);
    let end = start.wrapping_add(words.wrapping_mul(8));
    if end <= start {
        return Ok(0);
    }
    if end > ADDRESS_SPACE {
        return Err(Fault::OutOfRange(address));
    }
    Ok((end - start - head).min(length))
}
