//! The file of seeds that once found a difference: they are tried before any new ones.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::generate::Kind;

/// The seeds of this package: a line is a kind and a number, what follows `#` is for people.
pub const KEPT: &str = include_str!("../tests/seeds.txt");

/// Read lines of seeds.
///
/// # Panics
/// On a line that is none: the file is ours.
pub fn parse(text: &str) -> Vec<(Kind, u64)> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let parse_line = |line: &str| {
        let (kind, seed) = line.split_once(' ')?;
        Some((Kind::from_name(kind)?, seed.parse().ok()?))
    };
    lines
        .filter(|line| !line.is_empty())
        .map(|line| parse_line(line).unwrap_or_else(|| panic!("no kind and seed: {line:?}")))
        .collect()
}

/// Add a seed to a file.
pub fn keep(path: &Path, kind: Kind, seed: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    writeln!(file, "{} {seed}", kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kinds_and_seeds() {
        let text = "# why\nplain 7\n\nhostile 18446744073709551615 # a jump\n";

        assert_eq!(parse(text), [(Kind::Plain, 7), (Kind::Hostile, u64::MAX)]);
    }

    #[test]
    #[should_panic(expected = "no kind and seed")]
    fn other_lines_are_refused() {
        parse("plane 7");
    }

    #[test]
    fn kept_seeds_are_readable() {
        parse(KEPT);
    }
}
