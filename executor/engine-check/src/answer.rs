//! A run as one line between two processes.

use serde_json::{Value, json};

use crate::outcome::{End, Halted, Run};
use crate::report;

/// Ends that are no halt, by their names.
const ENDS: [(&str, End); 7] = [
    ("fault", End::Fault),
    ("memory limit", End::LimitMemory),
    ("cycle limit", End::LimitCycles),
    ("output limit", End::LimitOutput),
    ("unsupported", End::Unsupported),
    ("unprovable", End::Unprovable),
    ("no program", End::NoProgram),
];

/// The line of a run, which is an object of JSON.
///
/// # Panics
/// It ended in a way that only another process can see.
pub(crate) fn line(run: &Run) -> String {
    let fields = match &run.end {
        End::Halted(halted) => json!({
            "cycles": halted.cycles,
            "exit_code": halted.exit_code,
            "digest": halted.digest,
            "public_values": report::hex(&halted.public_values),
        }),
        end => {
            let known = ENDS.iter().find(|(_, each)| each == end);
            let (name, _) = known.unwrap_or_else(|| panic!("no end to tell: {end:?}"));
            json!({ "end": name, "detail": run.detail })
        }
    };
    fields.to_string()
}

/// The run of a line; `None`: it is none.
pub(crate) fn run(line: &str) -> Option<Run> {
    let line: Value = serde_json::from_str(line).ok()?;
    let Some(name) = line["end"].as_str() else {
        return Some(Run { end: End::Halted(halted(&line)?), detail: String::new() });
    };
    let (_, end) = ENDS.into_iter().find(|(each, _)| *each == name)?;
    Some(Run { end, detail: line["detail"].as_str()?.to_owned() })
}

/// The result in such a line, or in one of `report`.
pub(crate) fn halted(line: &Value) -> Option<Halted> {
    let words = line["digest"].as_array()?;
    let mut digest = [0; 8];
    for (word, value) in digest.iter_mut().zip(words) {
        *word = u32::try_from(value.as_u64()?).ok()?;
    }
    Some(Halted {
        exit_code: u32::try_from(line["exit_code"].as_u64()?).ok()?,
        cycles: line["cycles"].as_u64()?,
        digest,
        public_values: unhex(line["public_values"].as_str()?)?,
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_of_a_run_is_read_as_that_run() {
        let (digest, public_values) = (std::array::from_fn(|index| index as u32), vec![0, 7, 255]);
        let halted = Halted { exit_code: 3, cycles: 1 << 40, digest, public_values };
        for end in [End::Halted(halted), End::Fault, End::LimitOutput, End::NoProgram] {
            let (end_again, line) = (end.clone(), line(&Run { end, detail: String::new() }));

            assert_eq!(run(&line).map(|run| run.end), Some(end_again), "{line}");
        }
    }

    #[test]
    fn what_is_no_line_is_no_run() {
        for text in
            ["", "a guest's words", "{}", r#"{"end":"fault"}"#, r#"{"end":"x","detail":""}"#]
        {
            assert!(run(text).is_none(), "{text}");
        }
    }
}
