//! What a precompile sees of the guest.

use std::any::Any;
use std::fmt;

use crate::rule::Rule;

/// The guest's memory as words of eight bytes, little endian. Addresses are guest addresses.
///
/// Both functions check the alignment and the range of every word before they touch the first.
pub trait GuestMemory {
    /// Fill `words` from `address` upwards.
    fn read_words(&mut self, address: u64, words: &mut [u64]) -> Result<(), Fault>;
    /// Store `words` from `address` upwards.
    fn write_words(&mut self, address: u64, words: &[u64]) -> Result<(), Fault>;
    /// What the calls of this guest kept for later ones.
    fn kept(&mut self) -> &mut Kept;
}

/// What calls keep for later ones, to take less time. No result depends on it.
#[derive(Default)]
pub struct Kept(Option<Box<dyn Any + Send>>);

impl Kept {
    /// What was kept, or nothing yet.
    pub(crate) fn of<T: Any + Default + Send>(&mut self) -> &mut T {
        let is_there = self.0.as_ref().is_some_and(|kept| (**kept).is::<T>());
        if !is_there {
            self.0 = Some(Box::new(T::default()));
        }
        let kept = self.0.as_mut().and_then(|kept| (**kept).downcast_mut());
        kept.expect("it is there now")
    }
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
    /// The host gives the guest no memory that it may have.
    HostMemory,
    /// SP1's executor panics on this input; the text says why it is no valid call.
    Refused(&'static str),
    /// SP1's executor goes on, but its circuits do not accept what it does.
    Unprovable(Rule),
}

impl From<Rule> for Fault {
    fn from(rule: Rule) -> Self {
        Self::Unprovable(rule)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misaligned(address) => write!(formatter, "address {address:#x} is misaligned"),
            Self::OutOfRange(address) => write!(formatter, "address {address:#x} is out of range"),
            Self::LimitMemory => write!(formatter, "the memory limit was reached"),
            Self::HostMemory => write!(formatter, "the host refuses memory"),
            Self::Refused(why) => write!(formatter, "{why}"),
            Self::Unprovable(rule) => write!(formatter, "{rule}"),
        }
    }
}

impl std::error::Error for Fault {}

/// SP1 checks the alignment of all pointers of a call before it reads through the first.
pub(crate) fn check_aligned(addresses: &[u64]) -> Result<(), Fault> {
    match addresses.iter().find(|address| !address.is_multiple_of(8)) {
        Some(&address) => Err(Fault::Misaligned(address)),
        None => Ok(()),
    }
}

/// The circuits of some calls want that their second argument is 0.
pub(crate) fn no_second_argument(a1: u64) -> Result<(), Fault> {
    if a1 == 0 { Ok(()) } else { Err(Rule::SecondArgument(a1).into()) }
}

/// `N` words from `address` upwards.
pub(crate) fn read<const N: usize>(
    memory: &mut dyn GuestMemory,
    address: u64,
) -> Result<[u64; N], Fault> {
    let mut words = [0; N];
    memory.read_words(address, &mut words)?;
    Ok(words)
}

/// Two numbers of `N` words from `address` upwards: a point, or an element of a quadratic field.
pub(crate) fn read_pair<const N: usize>(
    memory: &mut dyn GuestMemory,
    address: u64,
) -> Result<[[u64; N]; 2], Fault> {
    let mut pair = [[0; N]; 2];
    memory.read_words(address, pair.as_flattened_mut())?;
    Ok(pair)
}
