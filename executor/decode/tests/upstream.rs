//! The judge: upstream's declarations, derived and read from a slice as it does, on bodies that were
//! made at random from the pieces in which readers differ.

use std::io::Read;

use attestor_decode::{MAX_ENTRIES, read};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct RequestProofBody {
    elf: Vec<u8>,
    stdin: SP1Stdin,
    #[allow(dead_code)]
    proof_mode: ProofMode,
}

#[derive(Deserialize)]
struct SP1Stdin {
    buffer: Vec<Vec<u8>>,
    #[allow(dead_code)]
    ptr: usize,
    proofs: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[allow(clippy::upper_case_acronyms)]
enum ProofMode {
    Unspecified,
    Core,
    Compressed,
    Plonk,
    Groth16,
    TEE,
}

type Decoded = Option<(Vec<u8>, Vec<Vec<u8>>)>;

fn ours(text: &[u8]) -> Decoded {
    let request = read(text).ok()?;
    Some((request.elf.0, request.stdin.buffer.0.into_iter().map(|entry| entry.0).collect()))
}

/// What upstream takes, without what no execution here can check.
fn theirs(text: &[u8]) -> Decoded {
    let body: RequestProofBody = serde_json::from_slice(text).ok()?;
    body.stdin.proofs.is_empty().then_some((body.elf, body.stdin.buffer))
}

fn agree(text: &str) -> bool {
    let decoded = ours(text.as_bytes());
    assert_eq!(decoded, theirs(text.as_bytes()), "{text}");
    decoded.is_some()
}

/// xorshift64*, seeded: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    /// The first piece half of the time.
    fn pick<'a>(&mut self, pieces: &[&'a str]) -> &'a str {
        if self.below(2) == 0 { pieces[0] } else { pieces[self.below(pieces.len())] }
    }
}

const NUMBER: &[&str] = &[
    "7",
    "0",
    "255",
    "256",
    "-1",
    "-0",
    "1.0",
    "1e2",
    "1E0",
    "01",
    "true",
    "null",
    "\"1\"",
    "[]",
    "{}",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
    "NaN",
    " 1 ",
    "\t9\n",
    "",
];
const MODE: &[&str] = &[
    "\"TEE\"",
    "\"Core\"",
    "\"Groth16\"",
    "\"tee\"",
    "\"\"",
    "5",
    "null",
    "{\"TEE\":null}",
    "{\"TEE\":[]}",
    "{\"TEE\":null,\"Core\":null}",
    "\"\\u0054EE\"",
    "[\"TEE\"]",
];
const PROOFS: &[&str] = &["[]", "[ ]", "[1]", "[[],[]]", "null", "{}", "\"\"", "[true"];
const ODD: &[&str] = &["", "null", "\"\"", "{}", "[]", "7", "[[1],2]", "[\"\"]"];
const UNKNOWN: &[&str] = &[
    "1",
    "\"a\"",
    "null",
    "[[[]]]",
    "{\"a\":1,\"a\":2}",
    "1e999",
    "\"\\ud800\"",
    "\"\\x\"",
    "NaN",
];

fn list(random: &mut Random) -> String {
    if random.below(12) == 0 {
        return random.pick(ODD).into();
    }
    let numbers: Vec<&str> = (0..random.below(4))
        .map(|_| if random.below(8) == 0 { random.pick(NUMBER) } else { "200" })
        .collect();
    format!("[{}{}]", numbers.join(","), if random.below(40) == 0 { "," } else { "" })
}

/// An object with these members, in most cases each once and in this order.
fn object(random: &mut Random, members: Vec<(&str, String)>) -> String {
    if random.below(10) == 0 {
        let values: Vec<String> = members.into_iter().map(|(_, value)| value).collect();
        return format!("[{}]", values.join(","));
    }
    let mut members: Vec<String> =
        members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    match random.below(12) {
        0 => members.push(members[random.below(members.len())].clone()),
        1 => drop(members.remove(random.below(members.len()))),
        2 => members.swap(0, 1),
        3 => members.insert(random.below(3), format!("\"x\":{}", random.pick(UNKNOWN))),
        4 => members[0] = members[0].replace('e', "\\u0065").replace('b', "\\u0062"),
        _ => (),
    }
    let space = ["", "", " ", "\n\t"][random.below(4)];
    format!("{{{space}{}{space}}}", members.join(&format!("{space},{space}")))
}

fn body(random: &mut Random) -> String {
    let entries: Vec<String> = (0..random.below(3)).map(|_| list(random)).collect();
    let buffer = match random.below(15) {
        0 => random.pick(ODD).into(),
        _ => format!("[{}]", entries.join(",")),
    };
    let ptr = if random.below(5) == 0 { random.pick(NUMBER) } else { "0" }.to_owned();
    let proofs = if random.below(5) == 0 { random.pick(PROOFS) } else { "[]" }.to_owned();
    let stdin = object(random, vec![("buffer", buffer), ("ptr", ptr), ("proofs", proofs)]);
    let mode = if random.below(5) == 0 { random.pick(MODE) } else { "\"TEE\"" }.to_owned();
    let elf = list(random);
    let text = object(random, vec![("elf", elf), ("stdin", stdin), ("proof_mode", mode)]);
    match random.below(20) {
        0 => format!("{text}x"),
        1 => format!(" {text}\n"),
        2 => format!("\u{feff}{text}"),
        3 => text[..random.below(text.len())].into(),
        4 => format!("{text}{text}"),
        _ => text,
    }
}

#[test]
fn random_bodies_are_judged_as_upstream_judges_them() {
    let mut random = Random(0x5eed);

    let taken = (0..200_000).filter(|_| agree(&body(&mut random))).count();

    // The judge is heard on both sides.
    assert!((40_000..160_000).contains(&taken), "{taken}");
}

#[test]
fn known_bodies_are_judged_rightly() {
    let rest = r#""stdin":{"buffer":[[10,0]],"ptr":0,"proofs":[]},"proof_mode":"TEE"}"#;
    assert!(agree(&format!(r#"{{"elf":[127,69],{rest}"#)));
    assert!(agree(&format!(r#"{{"x":{{"a":1,"a":2}},"elf":[],{rest}"#)));
    assert!(agree(r#"[[1],[[[2]],0,[]],"TEE"]"#));
    for elf in
        ["[true]", "[256]", "[-1]", "[1.0]", "[1e2]", "[01]", "[1,]", "\"x\"", "[1],\"elf\":[1]"]
    {
        assert!(!agree(&format!(r#"{{"elf":{elf},{rest}"#)), "{elf}");
    }
    for ptr in ["-1", "-0", "0.0", "true", "\"0\"", "18446744073709551616", "0,\"ptr\":0"] {
        let rest = rest.replace(r#""ptr":0"#, &format!(r#""ptr":{ptr}"#));
        assert!(!agree(&format!(r#"{{"elf":[],{rest}"#)), "{ptr}");
    }
    assert!(!agree(&format!(r#"{{"elf":[],{rest} {{}}"#)));
    assert!(!agree(&format!(r#"{{"elf":[],{}"#, rest.replace("[]", "[[]]"))));
}

#[test]
fn every_byte_has_its_number() {
    let numbers: Vec<String> = (0..=255).map(|byte: u8| byte.to_string()).collect();
    let text = format!(
        r#"{{"elf":[{}],"stdin":{{"buffer":[],"ptr":1,"proofs":[]}},"proof_mode":"Core"}}"#,
        numbers.join(",")
    );

    assert_eq!(ours(text.as_bytes()), Some(((0..=255).collect(), Vec::new())));
}

#[test]
fn entries_are_bounded() {
    let text = |entries: usize| {
        let buffer = vec!["[]"; entries].join(",");
        format!(
            r#"{{"elf":[],"stdin":{{"buffer":[{buffer}],"ptr":0,"proofs":[]}},"proof_mode":"TEE"}}"#
        )
    };

    assert_eq!(read(text(MAX_ENTRIES).as_bytes()).unwrap().stdin.buffer.0.len(), MAX_ENTRIES);
    let error = read(text(MAX_ENTRIES + 1).as_bytes()).unwrap_err();
    assert!(error.contains("more than 4096 entries"), "{error}");
}

#[test]
fn errors_say_what_and_where() {
    let error = read(&br#"{"elf":[1,true]"#[..]).unwrap_err();

    assert_eq!(error, "invalid type: boolean `true`, expected u8 at line 1 column 14");
}

#[test]
fn nesting_is_refused_or_passed_over_without_recursion() {
    for opening in ["[", "{\"elf\":", "{\"x\":[[{\"y\":"] {
        let text = opening.repeat(1_000_000);
        assert!(read(text.as_bytes()).is_err());
    }
    let deep = format!("{{\"x\":{}1{},", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let rest = r#""elf":[],"stdin":{"buffer":[],"ptr":0,"proofs":[]},"proof_mode":"TEE"}"#;
    assert!(read(deep.as_bytes().chain(rest.as_bytes())).is_ok());
}
