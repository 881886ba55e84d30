//! The kinds of random programs.

/// What a program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Compute and halt: runs on every engine.
    Plain,
    /// Make system calls as a program should.
    Calling,
    /// Anything: wild pointers, wild jumps, unusual calls.
    Hostile,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Plain, Self::Calling, Self::Hostile];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Calling => "calling",
            Self::Hostile => "hostile",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
