//! Every instruction with every register, as a disassembler reads it.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{Assembler, Binary, Cond, Gpr, Operand, OperandSize, Shift, Unary};

const HOSTS: [Gpr; 16] = [
    Gpr::Rax,
    Gpr::Rcx,
    Gpr::Rdx,
    Gpr::Rbx,
    Gpr::Rsp,
    Gpr::Rbp,
    Gpr::Rsi,
    Gpr::Rdi,
    Gpr::R8,
    Gpr::R9,
    Gpr::R10,
    Gpr::R11,
    Gpr::R12,
    Gpr::R13,
    Gpr::R14,
    Gpr::R15,
];
const DISPLACEMENTS: [i32; 8] = [0, 1, -1, 127, 128, -128, -129, i32::MAX];
const NAMES: [[&str; 4]; 8] = [
    ["al", "ax", "eax", "rax"],
    ["cl", "cx", "ecx", "rcx"],
    ["dl", "dx", "edx", "rdx"],
    ["bl", "bx", "ebx", "rbx"],
    ["spl", "sp", "esp", "rsp"],
    ["bpl", "bp", "ebp", "rbp"],
    ["sil", "si", "esi", "rsi"],
    ["dil", "di", "edi", "rdi"],
];

/// A width as the logarithm of its bytes.
fn name(host: Gpr, log2: usize) -> String {
    let number = host as usize;
    match NAMES.get(number) {
        Some(names) => names[log2].to_owned(),
        None => format!("r{number}{}", ["b", "w", "d", ""][log2]),
    }
}

fn hex(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "+" };
    format!("{sign}0x{:x}", value.unsigned_abs())
}

/// An operand as the disassembler writes it; `log2` of what it holds, None where the disassembler does not show it.
fn text(operand: Operand, log2: Option<usize>) -> String {
    let pointer =
        log2.map_or("", |log2| ["BYTE PTR ", "WORD PTR ", "DWORD PTR ", "QWORD PTR "][log2]);
    // These bases have no form without a displacement.
    let zero = |base: Gpr| if matches!(base, Gpr::Rbp | Gpr::R13) { "+0x0" } else { "" };
    match operand {
        Operand::Register(host) => name(host, log2.unwrap_or(3)),
        Operand::Memory(base, 0) => format!("{pointer}[{}{}]", name(base, 3), zero(base)),
        Operand::Memory(base, displacement) => {
            format!("{pointer}[{}{}]", name(base, 3), hex(displacement.into()))
        }
        Operand::Indexed(base, index, scale) => {
            let (base_name, index) = (name(base, 3), name(index, 3));
            format!("{pointer}[{base_name}+{index}*{}{}]", 1 << scale, zero(base))
        }
    }
}

fn log2(size: OperandSize) -> usize {
    if size == OperandSize::B64 { 3 } else { 2 }
}

/// What was assembled, and how each instruction shall be read.
#[derive(Default)]
struct Listing {
    assembler: Assembler,
    expected: Vec<String>,
}

impl Listing {
    fn add(&mut self, expected: impl Into<String>, write: impl FnOnce(&mut Assembler)) {
        write(&mut self.assembler);
        self.expected.push(expected.into());
    }

    fn check(self) {
        let read = disassemble(&self.assembler.finish().expect("all labels placed"));
        for (read, expected) in read.iter().zip(&self.expected) {
            assert_eq!(read, expected);
        }
        assert_eq!(read.len(), self.expected.len());
    }
}

/// The instructions in a piece of machine code, by the objdump that comes with a linker.
pub(crate) fn disassemble(code: &[u8]) -> Vec<String> {
    let mut file = tempfile();
    file.1.write_all(code).expect("a file");
    let output = Command::new("objdump")
        .args(["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn"])
        .arg(&file.0)
        .stdin(Stdio::null())
        .output()
        .expect("objdump, of binutils, has to be installed");
    std::fs::remove_file(&file.0).expect("it was made");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("text");
    let lines = printed.lines().filter_map(|line| line.split_once(":\t"));
    // A prefix without a meaning is shown.
    let words = |text: &str| {
        text.split_whitespace().filter(|word| *word != "rex").collect::<Vec<_>>().join(" ")
    };
    lines.map(|(_, text)| words(text)).collect()
}

fn tempfile() -> (std::path::PathBuf, std::fs::File) {
    let thread = format!("{:?}", std::thread::current().id());
    let thread = thread.replace(['(', ')'], "-");
    let name = format!("attestor-listing-{}-{thread}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let file = std::fs::File::create_new(&path).expect("a new file");
    (path, file)
}

/// All kinds of operands, with all registers.
fn operands() -> Vec<Operand> {
    let mut operands = Vec::new();
    for base in HOSTS {
        operands.push(Operand::Register(base));
        operands.extend(DISPLACEMENTS.map(|displacement| Operand::Memory(base, displacement)));
        for index in HOSTS.into_iter().filter(|index| *index != Gpr::Rsp) {
            operands.extend([0, 3].map(|scale| Operand::Indexed(base, index, scale)));
        }
    }
    operands
}

fn in_memory() -> impl Iterator<Item = Operand> {
    operands().into_iter().filter(|operand| !matches!(operand, Operand::Register(_)))
}

#[test]
fn operations_on_two_operands() {
    let mut listing = Listing::default();
    let names = [
        (Binary::Add, "add"),
        (Binary::Or, "or"),
        (Binary::And, "and"),
        (Binary::Sub, "sub"),
        (Binary::Xor, "xor"),
        (Binary::Compare, "cmp"),
    ];
    for (place, operand) in operands().into_iter().enumerate() {
        let (host, (operation, verb)) = (HOSTS[place % 16], names[place % 6]);
        for size in [OperandSize::B32, OperandSize::B64] {
            let (a, b) = (name(host, log2(size)), text(operand, Some(log2(size))));
            listing.add(format!("{verb} {a},{b}"), |to| to.binary(operation, size, host, operand));
            listing
                .add(format!("{verb} {b},{a}"), |to| to.binary_on(operation, size, operand, host));
            listing.add(format!("test {b},{a}"), |to| to.test(size, operand, host));
            listing.add(format!("imul {a},{b}"), |to| to.multiply(size, host, operand));
            listing.add(format!("mov {a},{b}"), |to| to.copy(size, host, operand));
            listing.add(format!("mov {b},{a}"), |to| to.store(size, operand, host));
            listing.add(format!("cmovb {a},{b}"), |to| {
                to.copy_if(Cond::Below, size, host, operand);
            });
        }
        listing.add(format!("bts {},0x28", name(host, 3)), |to| to.set_bit(host, 40));
    }
    listing.check();
}

#[test]
fn operations_with_constants() {
    let mut listing = Listing::default();
    let values = [0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN];
    for (place, operand) in operands().into_iter().enumerate() {
        let value = values[place % values.len()];
        for (size, number) in [
            (OperandSize::B32, format!("0x{value:x}")),
            (OperandSize::B64, format!("0x{:x}", i64::from(value))),
        ] {
            let on = text(operand, Some(log2(size)));
            listing.add(format!("cmp {on},{number}"), |to| {
                to.binary_constant(Binary::Compare, size, operand, value);
            });
            listing.add(format!("xor {on},{number}"), |to| {
                to.binary_constant(Binary::Xor, size, operand, value);
            });
            listing.add(format!("mov {on},{number}"), |to| to.store_constant(size, operand, value));
        }
    }
    listing.check();
}

#[test]
fn constants_are_as_short_as_they_can_be() {
    let mut listing = Listing::default();
    for host in HOSTS {
        let (half, whole) = (name(host, 2), name(host, 3));
        listing.add(format!("mov {half},0x0"), |to| to.constant(host, 0));
        listing.add(format!("mov {half},0xffffffff"), |to| to.constant(host, 0xffff_ffff));
        let sign = format!("mov {whole},0xffffffff80000000");
        listing.add(sign, |to| to.constant(host, i64::from(i32::MIN) as u64));
        let long = format!("movabs {whole},0xffffffff7fffffff");
        listing.add(long, |to| to.constant(host, 0xffff_ffff_7fff_ffff));
    }
    listing.check();
}

#[test]
fn operations_on_one_operand() {
    let mut listing = Listing::default();
    for operand in operands() {
        for size in [OperandSize::B32, OperandSize::B64] {
            for (operation, verb) in [
                (Unary::Negate, "neg"),
                (Unary::MultiplyUnsigned, "mul"),
                (Unary::MultiplySigned, "imul"),
                (Unary::DivideUnsigned, "div"),
                (Unary::DivideSigned, "idiv"),
            ] {
                let on = text(operand, Some(log2(size)));
                listing.add(format!("{verb} {on}"), |to| to.unary(operation, size, operand));
            }
        }
    }
    listing.add("cdq", |to| to.spread_sign(OperandSize::B32));
    listing.add("cqo", |to| to.spread_sign(OperandSize::B64));
    listing.check();
}

#[test]
fn shifts() {
    let mut listing = Listing::default();
    for host in HOSTS {
        for size in [OperandSize::B32, OperandSize::B64] {
            for (operation, verb) in [
                (Shift::RotateRight, "ror"),
                (Shift::Left, "shl"),
                (Shift::Right, "shr"),
                (Shift::RightSigned, "sar"),
            ] {
                let on = name(host, log2(size));
                listing.add(format!("{verb} {on},0x1f"), |to| to.shift(operation, size, host, 31));
                listing.add(format!("{verb} {on},cl"), |to| to.shift_by_cl(operation, size, host));
            }
        }
    }
    listing.check();
}

#[test]
fn narrow_loads_and_stores() {
    let mut listing = Listing::default();
    for (place, from) in in_memory().enumerate() {
        let host = HOSTS[place % 16];
        let [byte, half, word, whole] = std::array::from_fn(|log2| name(host, log2));
        let [bytes, halves, words] = std::array::from_fn(|log2| text(from, Some(log2)));
        listing.add(format!("movzx {word},{bytes}"), |to| to.load_byte(false, host, from));
        listing.add(format!("movsx {whole},{bytes}"), |to| to.load_byte(true, host, from));
        listing.add(format!("movzx {word},{halves}"), |to| to.load_half(false, host, from));
        listing.add(format!("movsx {whole},{halves}"), |to| to.load_half(true, host, from));
        listing.add(format!("movsxd {whole},{words}"), |to| to.extend_sign(host, from));
        listing.add(format!("mov {bytes},{byte}"), |to| to.store_byte(from, host));
        listing.add(format!("mov {bytes},0xfe"), |to| to.store_byte_constant(from, 0xfe));
        listing.add(format!("mov {halves},{half}"), |to| to.store_half(from, host));
    }
    listing.check();
}

#[test]
fn addresses_and_flags() {
    let mut listing = Listing::default();
    for (place, of) in in_memory().enumerate() {
        let host = HOSTS[place % 16];
        let (half, whole) = (name(host, 2), name(host, 3));
        listing.add(format!("lea {half},{}", text(of, None)), |to| {
            to.address(OperandSize::B32, host, of)
        });
        listing.add(format!("lea {whole},{}", text(of, None)), |to| {
            to.address(OperandSize::B64, host, of)
        });
        listing.add(format!("jmp {}", text(of, Some(3))), |to| to.jump_to(of));
    }
    for host in HOSTS {
        let (byte, half) = (name(host, 0), name(host, 2));
        let mut both = Listing::default();
        both.assembler.set(Cond::Less, host);
        both.expected = vec![format!("setl {byte}"), format!("movzx {half},{byte}")];
        both.check();
    }
    listing.add("ret", Assembler::leave);
    listing.check();
}

#[test]
fn jumps_reach_their_labels() {
    let conditions = [
        (Cond::Below, "jb"),
        (Cond::AboveOrEqual, "jae"),
        (Cond::Equal, "je"),
        (Cond::NotEqual, "jne"),
        (Cond::BelowOrEqual, "jbe"),
        (Cond::Above, "ja"),
        (Cond::Less, "jl"),
        (Cond::GreaterOrEqual, "jge"),
        (Cond::LessOrEqual, "jle"),
        (Cond::Greater, "jg"),
    ];
    let mut listing = Listing::default();
    let (back, on) = (listing.assembler.label(), listing.assembler.label());
    listing.assembler.place(back);
    for (condition, verb) in conditions {
        listing.add(format!("{verb} 0x0"), |to| to.jump_if(condition, back));
    }
    listing.add("jmp 0x0", |to| to.jump(back));
    let start = 2 * 11;
    let end = start + 10 * 6 + 5 + 40 * 5;
    for (condition, verb) in conditions {
        listing.add(format!("{verb} 0x{end:x}"), |to| to.jump_if(condition, on));
    }
    listing.add(format!("jmp 0x{end:x}"), |to| to.jump(on));
    for _ in 0..40 {
        listing.add("mov eax,0x7", |to| to.constant(Gpr::Rax, 7));
    }
    listing.assembler.place(on);
    // Too far for the short form.
    listing.add("jl 0x0", |to| to.jump_if(Cond::Less, back));
    listing.add("jmp 0x0", |to| to.jump(back));
    listing.check();
}

#[test]
fn code_with_an_open_jump_is_none() {
    let mut assembler = Assembler::default();
    let label = assembler.label();
    assembler.jump(label);
    assert_eq!(assembler.finish(), None);
}
