//! System calls as SP1 v3.4's executor makes them, each after a look at what its circuit asks.

mod precompiles;

use std::sync::Arc;

use sp1_core_executor::syscalls::{Syscall, SyscallCode, SyscallContext};
use sp1_core_executor::{Executor, Register};

use crate::failure::Class;
use crate::judge::{Broken, Judge, in_memory, rule, unnamed};

const PUBLIC_VALUES: u32 = 3;
/// Where programs for v4 and later write public values and hints; v3.4 drops them.
const OF_LATER_VERSIONS: [u32; 2] = [13, 14];

/// Have all calls of `executor` looked at.
pub(crate) fn watch(executor: &mut Executor<'_>, judge: &Judge, public_values_bytes: u64) {
    for (code, call) in &mut executor.syscall_map {
        let (inner, judge) = (Arc::clone(call), judge.clone());
        *call = Arc::new(Watched { inner, judge, code: *code, public_values_bytes });
    }
}

struct Watched {
    inner: Arc<dyn Syscall>,
    judge: Judge,
    code: SyscallCode,
    public_values_bytes: u64,
}

impl Syscall for Watched {
    fn execute(
        &self,
        context: &mut SyscallContext<'_, '_>,
        code: SyscallCode,
        first: u32,
        second: u32,
    ) -> Option<u32> {
        if code == SyscallCode::WRITE {
            self.bound_write(context, first);
        }
        if let Err(broken) = self.look(context, first, second) {
            let broken = Broken { what: format!("{code:?}: {}", broken.what), ..broken };
            self.judge.note(broken, context.rt.state.pc);
        }
        self.inner.execute(context, code, first, second)
    }

    fn num_extra_cycles(&self) -> u32 {
        self.inner.num_extra_cycles()
    }
}

impl Watched {
    fn look(
        &self,
        context: &mut SyscallContext<'_, '_>,
        first: u32,
        second: u32,
    ) -> Result<(), Broken> {
        match self.code {
            SyscallCode::HALT
            | SyscallCode::WRITE
            | SyscallCode::ENTER_UNCONSTRAINED
            | SyscallCode::HINT_LEN => Ok(()),
            SyscallCode::EXIT_UNCONSTRAINED if context.rt.unconstrained => Ok(()),
            SyscallCode::EXIT_UNCONSTRAINED => Err(unnamed("there is no block to leave")),
            SyscallCode::COMMIT => self.judge.commits(first, second),
            SyscallCode::COMMIT_DEFERRED_PROOFS if second == 0 => Ok(()),
            SyscallCode::COMMIT_DEFERRED_PROOFS | SyscallCode::VERIFY_SP1_PROOF => {
                self.judge.refuse(
                    Class::Unsupported,
                    "the program verifies proofs of other programs, which execution does not check",
                )
            }
            SyscallCode::HINT_READ => into_fresh_memory(context, first, second),
            _ => precompiles::look(self.code, context, first, second),
        }
    }

    /// SP1's own reads as many bytes as a register says before it looks at where they go.
    fn bound_write(&self, context: &mut SyscallContext<'_, '_>, to: u32) {
        let length = context.register_unsafe(Register::X12);
        let cycles = context.rt.state.global_clk;
        if OF_LATER_VERSIONS.contains(&to) {
            let why = format!("the program writes to {to}, as those for SP1 v4 do; this is SP1 v3");
            self.judge.refuse(Class::Unsupported, why);
        }
        if !self.judge.pays_for(length, cycles) {
            self.judge.refuse(Class::LimitOutput, "more is written than the cycles pay for");
        }
        let committed = context.rt.state.public_values_stream.len() as u64;
        if to == PUBLIC_VALUES && committed + u64::from(length) > self.public_values_bytes {
            self.judge.refuse(
                Class::LimitOutput,
                format!("over {} bytes of public values", self.public_values_bytes),
            );
        }
    }
}

/// The executor reads what memory was before a hint, a proof what the hint says.
fn into_fresh_memory(
    context: &mut SyscallContext<'_, '_>,
    address: u32,
    bytes: u32,
) -> Result<(), Broken> {
    let words = bytes.div_ceil(4);
    if words == 0 {
        return Ok(());
    }
    in_memory(address, words)?;
    let memory = &context.rt.state.memory;
    match (0..words).any(|word| memory.get(address + 4 * word).is_some()) {
        true => Err(rule("hint_over_memory", "a hint over memory that is in use already")),
        false => Ok(()),
    }
}
