//! The walls around a process that runs hostile programs.
//!
//! `Sandbox::enter` gives up who the process is, before it reads a byte, and `seal` what it may ask
//! of the kernel, before it looks at a program. A wall that the machine lacks shows in `walls`.

mod calls;
mod files;
mod identity;

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;

use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal, getrlimit, setrlimit};

pub use calls::Work;

/// The walls of this process, and which of them stand.
pub struct Sandbox {
    /// By their names in `attestor/executor/sandbox.py`.
    pub walls: BTreeMap<&'static str, bool>,
    /// What of Landlock is in force; 0 without it.
    pub landlock_abi: u32,
}

impl Sandbox {
    /// Give up user, capabilities, keyring, tracing by others, and every descriptor but 0 to 2 and
    /// `answer`. The process has one thread, and ends with the one that started it.
    pub fn enter(answer: RawFd) -> io::Result<Self> {
        die_first();
        identity::close_others(answer);
        identity::leave_session_keyring();
        // Message queues also as the mark by which the parent knows what this process leaves behind.
        [Resource::Core, Resource::Msgqueue].into_iter().try_for_each(|none| limit(none, 0, 0))?;
        let mut walls = BTreeMap::from(identity::leave());
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
        // A change of the user would undo both.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        walls.insert("no_new_privs", rustix::thread::no_new_privs()?);
        let dumpable = rustix::process::dumpable_behavior()?;
        walls.insert("not_dumpable", dumpable == DumpableBehavior::NotDumpable);
        walls.insert("no_capabilities", identity::has_no_capabilities());
        Ok(Self { walls, landlock_abi: 0 })
    }

    /// Leave no files, no network, and only what `work` calls: any other call ends the process.
    pub fn seal(&mut self, work: Work, answer: RawFd) -> io::Result<()> {
        // Elsewhere the limit would count other processes of the user, too.
        if self.stands("own_uid") || self.stands("user_namespace") || work.threads() == 1 {
            limit(Resource::Nproc, work.threads(), work.threads())?;
        }
        self.walls.insert("rlimits", true);
        self.landlock_abi = files::deny_all().unwrap_or(0);
        for (wall, abi) in [("landlock_files", 1), ("landlock_network", 4), ("landlock_scope", 6)] {
            self.walls.insert(wall, self.landlock_abi >= abi);
        }
        self.walls.insert("seccomp", calls::deny_others(work, answer));
        Ok(())
    }

    /// Whether a wall stands. One of an unknown name does not.
    pub fn stands(&self, wall: &str) -> bool {
        self.walls.get(wall).copied().unwrap_or(false)
    }
}

/// Where the machine has no memory left, the kernel ends this process, and not its parent.
fn die_first() {
    // Later the file is not ours any more. Without /proc it is not there.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Set a soft and a hard limit; one that is already lower stays.
pub fn limit(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let highest = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let wanted = Rlimit { current: Some(soft.min(highest)), maximum: Some(hard.min(highest)) };
    Ok(setrlimit(resource, wanted)?)
}
