//! The types between the engine and the precompiles of SP1 v6, with an empty table: every
//! precompile and every hook is refused by number.

use std::fmt;

/// The guest's memory as words of eight bytes, little endian. Addresses are guest addresses.
pub trait GuestMemory {
    /// Fill `words` from `address` upwards.
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault>;
    /// Store `words` from `address` upwards.
    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault>;
}

/// Why a call did not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The address is no multiple of eight.
    Misaligned(u64),
    /// A word at or after this address lies outside of the guest's address space.
    OutOfRange(u64),
    /// The guest touched more memory than it may.
    LimitMemory,
    /// The text says why this is no valid call.
    Refused(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misaligned(address) => write!(formatter, "address {address:#x} is misaligned"),
            Self::OutOfRange(address) => write!(formatter, "address {address:#x} is out of range"),
            Self::LimitMemory => write!(formatter, "the memory limit was reached"),
            Self::Refused(why) => write!(formatter, "{why}"),
        }
    }
}

impl std::error::Error for Fault {}

/// The registers that a call may read: a0 and a1, and for the carry calls x12 to x14.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments {
    pub a0: u64,
    pub a1: u64,
    pub a2: u64,
    pub a3: u64,
    pub a4: u64,
}

pub type Precompile = fn(&mut dyn GuestMemory, &Arguments) -> Result<(), Fault>;

/// The precompile with this number; None: no number of one.
pub fn precompile(_number: u64) -> Option<Precompile> {
    None
}

/// SP1's name of the call.
pub fn name(_number: u64) -> Option<&'static str> {
    None
}

/// The answers to a write to `fd`; None for a descriptor that is no hook.
pub fn hook(fd: u64, _input: &[u8]) -> Option<Result<Vec<Vec<u8>>, Fault>> {
    matches!(fd as u32, 15..=21).then_some(Err(Fault::Refused("no hook is built in")))
}
