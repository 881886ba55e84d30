//! Runs an ELF file once and prints what came of it: `time FILE [interpret] [HEX...]`.

use std::time::Instant;

use engine::{Image, Limits, Mode, run};

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let file = arguments.next().expect("the path of an ELF file");
    let mode = match arguments.next_if(|argument| argument == "interpret") {
        Some(_) => Mode::InterpreterOnly,
        None => Mode::Tiered,
    };
    let stdin: Vec<Vec<u8>> = arguments.map(|hex| bytes(&hex)).collect();
    let elf = std::fs::read(file).expect("a readable file");
    let limits = Limits { cycles: 1 << 40, memory_bytes: 1 << 30, public_values_bytes: 1 << 20 };
    let began = Instant::now();
    let image = Image::parse(&elf).expect("a program");
    let result = run(&image, &stdin, &limits, mode);
    println!("{:.4} s {result:?}", began.elapsed().as_secs_f64());
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex digits")).collect()
}
