//! What compiled code can do to the host, as a disassembler reads it: nothing but what its own
//! registers, the context, the guest's memory and the table of regions allow.

use std::mem::size_of;

use super::emit;
use crate::assembly::image;
use crate::context::Context;
use crate::translate::assembler::tests::disassemble;
use crate::translate::region::Region;
use crate::translate::tests::{Random, random_program};

/// Instructions of compiled code; those with a `true` write their first operand.
const VERBS: [(&str, bool); 43] = [
    ("mov", true),
    ("movabs", true),
    ("movzx", true),
    ("movsx", true),
    ("movsxd", true),
    ("lea", true),
    ("cmovb", true),
    ("add", true),
    ("sub", true),
    ("and", true),
    ("or", true),
    ("xor", true),
    ("imul", true),
    ("shl", true),
    ("shr", true),
    ("sar", true),
    ("ror", true),
    ("neg", true),
    ("bts", true),
    ("sete", true),
    ("setb", true),
    ("setl", true),
    ("setg", true),
    ("seta", true),
    ("mul", false),
    ("div", false),
    ("idiv", false),
    ("cdq", false),
    ("cqo", false),
    ("cmp", false),
    ("test", false),
    ("jmp", false),
    ("je", false),
    ("jne", false),
    ("jl", false),
    ("jge", false),
    ("jb", false),
    ("jae", false),
    ("jle", false),
    ("jg", false),
    ("jbe", false),
    ("ja", false),
    ("ret", false),
];
/// The stack, the memory, the context and the fuel, in all widths.
const RESERVED: [&str; 16] = [
    "rsp", "esp", "sp", "spl", "rsi", "esi", "si", "sil", "rdi", "edi", "di", "dil", "r15", "r15d",
    "r15w", "r15b",
];

/// A line of a disassembly: "verb a,b".
struct Line<'a> {
    verb: &'a str,
    operands: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Self {
        let (verb, operands) = text.split_once(' ').unwrap_or((text, ""));
        let operands = operands.split(',').filter(|operand| !operand.is_empty());
        Self { verb, operands: operands.collect() }
    }

    /// Between the brackets.
    fn memory(&self) -> Option<&'a str> {
        let operand = self.operands.iter().find(|operand| operand.ends_with(']'))?;
        operand.split_once('[').map(|(_, inside)| inside.trim_end_matches(']'))
    }
}

/// Whether the displacement is one of a field of the context.
fn is_in_context(displacement: &str) -> bool {
    let number = |digits: &str| i64::from_str_radix(digits, 16).ok();
    let distance = match displacement.split_once("0x") {
        None => Some(0).filter(|_| displacement.is_empty()),
        Some(("+", digits)) => number(digits),
        Some(("-", digits)) => number(digits).map(|distance| -distance),
        _ => None,
    };
    distance
        .is_some_and(|distance| (0..=size_of::<Context>() as i64 - 8).contains(&(distance + 128)))
}

/// Why the line at `at` is not allowed.
fn objection(lines: &[Line<'_>], at: usize) -> Option<&'static str> {
    let line = &lines[at];
    let Some((_, writes)) = VERBS.iter().find(|(verb, _)| *verb == line.verb) else {
        return Some("no instruction of compiled code");
    };
    let first = line.operands.first().copied().unwrap_or_default();
    let is_fuel = first == "r15" && matches!(line.verb, "sub" | "add");
    if *writes && RESERVED.contains(&first) && !is_fuel {
        return Some("it writes a register that is not its own");
    }
    let memory = line.memory().filter(|_| line.verb != "lea")?;
    if let Some(displacement) = memory.strip_prefix("rdi") {
        return (!is_in_context(displacement)).then_some("it is outside of the context");
    }
    if memory == "rsi+rcx*1"
        && is_verb(line, "mov", &["BYTE PTR [rsi+rcx*1]"])
        && is_mark(lines, at)
    {
        return None;
    }
    if let Some(index) = memory.strip_prefix("rsi+").and_then(|rest| rest.strip_suffix("*1")) {
        return (!is_checked(lines, at, index)).then_some("nothing checks the address");
    }
    if let Some(address) = memory.strip_prefix("rsi+0x") {
        let in_reach = u64::from_str_radix(address, 16).is_ok_and(|address| address < 1 << 31);
        return (!in_reach).then_some("the known address is out of reach");
    }
    let is_jump = line.verb == "jmp" && is_from_table(lines, at, memory);
    (!is_jump).then_some("no memory of compiled code")
}

fn is_verb(line: &Line<'_>, verb: &str, first: &[&str]) -> bool {
    line.verb == verb && line.operands.first().is_some_and(|operand| first.contains(operand))
}

/// Whether a place is in the table of regions, at a known index or at one that was compared.
fn is_from_table(lines: &[Line<'_>], at: usize, memory: &str) -> bool {
    let Some([compare, branch, load]) = lines[..at].last_chunk() else { return false };
    let loads =
        is_verb(load, "mov", &["rax"]) && load.memory().is_some_and(|of| of.starts_with("rdi"));
    let compared = is_verb(compare, "cmp", &["rcx"]) && branch.verb == "jae";
    let is_known = memory == "rax" || memory.starts_with("rax+0x");
    loads && (is_known || memory == "rax+rcx*8" && compared)
}

/// Whether the byte becomes 1 of a word's mark: at a known place, or at that of a checked address.
fn is_mark(lines: &[Line<'_>], at: usize) -> bool {
    let Some((constant, before)) = lines[at].operands.last().zip(lines[..at].split_last()) else {
        return false;
    };
    // A load comes behind the computation of its mark, a store before.
    let load = before.0;
    let is_load = load.memory().is_some_and(|memory| memory.starts_with("rsi"))
        && !load.operands.first().is_some_and(|first| matches!(*first, "rcx" | "ecx"))
        && load.operands.last().is_some_and(|last| last.ends_with(']'));
    let end = if is_load { at - 1 } else { at };
    if *constant != "0x1" || lines[at].operands.len() != 2 {
        return false;
    }
    let known = lines[..end].last().filter(|line| is_verb(line, "movabs", &["rcx"]));
    if let Some(digits) = known.and_then(|line| line.operands[1].strip_prefix("0x")) {
        let place = u64::from_str_radix(digits, 16).unwrap_or_default();
        return (1 << 40..(1 << 40) + (1 << 28)).contains(&place);
    }
    let Some([copy, shift, set]) = lines[..end].last_chunk() else { return false };
    let computed = is_verb(copy, "mov", &["rcx"])
        && is_verb(shift, "shr", &["rcx"])
        && shift.operands[1] == "0x3"
        && is_verb(set, "bts", &["rcx"])
        && set.operands[1] == "0x28";
    computed && is_checked(lines, end - 3, copy.operands[1])
}

/// Whether the instructions before test this register, leave if it is no address, and then do
/// nothing to it.
fn is_checked(lines: &[Line<'_>], at: usize, index: &str) -> bool {
    let before: Vec<&Line<'_>> = lines[at.saturating_sub(6)..at].iter().rev().collect();
    let between = before.iter().position(|line| line.verb == "jne");
    let Some(jump) = between else { return false };
    let stays = |line: &&Line<'_>| {
        let first = line.operands.first().copied().unwrap_or_default();
        matches!(first, "rcx" | "ecx") || line.verb == "mov" && first.ends_with(']')
    };
    let keeps = index != "rcx" && before[..jump].iter().all(stays);
    let test = before.get(jump + 1);
    keeps && test.is_some_and(|line| line.verb == "test" && line.operands.last() == Some(&index))
}

fn objections(code: &[u8]) -> Vec<String> {
    let text = disassemble(code);
    let lines: Vec<Line<'_>> = text.iter().map(|line| Line::read(line)).collect();
    let found = (0..lines.len()).filter_map(|at| Some((at, objection(&lines, at)?)));
    found.map(|(at, why)| format!("{}: {why}", text[at])).collect()
}

#[test]
fn code_of_random_programs_keeps_to_its_own() {
    for seed in 0..100 {
        let mut random = Random(seed);
        let image = image(&random_program(&mut random, 1));
        let registers = std::array::from_fn(|_| u64::from(random.below(1 << 32)));
        let region = Region::discover(&image, 0, |_, _| true);
        let emitted = emit(&image, &region, &registers, true).expect("code");
        assert_eq!(objections(&emitted.code), Vec::<String>::new(), "{seed}");
        assert!(emitted.entries.iter().all(|entry| *entry < emitted.code.len()));
    }
}

#[test]
fn code_that_does_not_is_found() {
    let cases: [(&[u8], &str); 11] = [
        // A mark at a place that nothing computed, and one that is not 1 at a known place.
        (&[0xc6, 0x04, 0x0e, 0x01], "nothing checks the address"),
        (
            &[0x48, 0xb9, 0, 0, 0, 0, 0, 1, 0, 0, 0xc6, 0x04, 0x0e, 0x02],
            "nothing checks the address",
        ),
        (&[0xff, 0x24, 0xc8], "no memory of compiled code"),
        (&[0x48, 0x8b, 0x04, 0x06], "nothing checks the address"),
        (&[0x48, 0x89, 0x04, 0x06], "nothing checks the address"),
        (&[0x48, 0x8b, 0x87, 0, 4, 0, 0], "it is outside of the context"),
        (&[0x48, 0x8b, 0x86, 0, 0, 0, 0xff], "no memory of compiled code"),
        (&[0x48, 0x8b, 0x04, 0x24], "no memory of compiled code"),
        (&[0x48, 0x89, 0xc7], "it writes a register that is not its own"),
        (&[0x49, 0x89, 0xc7], "it writes a register that is not its own"),
        (&[0x0f, 0x05], "no instruction of compiled code"),
    ];
    for (code, expected) in cases {
        let found = objections(code);
        assert_eq!(found.len(), 1, "{code:x?}");
        assert!(found[0].ends_with(expected), "{found:?}");
    }
}
