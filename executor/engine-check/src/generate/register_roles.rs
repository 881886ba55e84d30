//! Registers with a task: other ones in each program, so that every register has every task.

use super::kind::Kind;
use crate::random::Random;

/// Registers that system calls take.
const OF_CALLS: [u8; 6] = [5, 10, 11, 12, 13, 14];

pub(super) struct RegisterRoles {
    /// Counts the jumps back that are left.
    pub budget: u8,
    /// Points to the middle of the data, from where an offset reaches all of it.
    pub base: u8,
    /// Holds addresses for an instant.
    pub scratch: u8,
    /// The link register of calls from the main code; functions keep it.
    pub link: u8,
    /// The link register of calls between functions.
    pub inner_link: u8,
    /// What functions divide by; any item may write it.
    pub divisor: u8,
}

impl RegisterRoles {
    /// Different registers. Where the program makes system calls, none that these take.
    pub(super) fn pick(random: &mut Random, kind: Kind) -> Self {
        let is_free = |register: &u8| kind == Kind::Plain || !OF_CALLS.contains(register);
        let mut free: Vec<u8> = (1..32).filter(is_free).collect();
        let mut take = || free.swap_remove(random.below(free.len() as u64) as usize);
        Self {
            budget: take(),
            base: take(),
            scratch: take(),
            link: take(),
            inner_link: take(),
            divisor: take(),
        }
    }

    /// Registers that no item may write.
    pub(super) fn always_reserved(&self) -> Vec<u8> {
        vec![self.budget, self.base, self.scratch]
    }
}
