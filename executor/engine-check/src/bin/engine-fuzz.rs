use engine_check::{
    generate::{self, Kind},
    outcome::End,
    portable,
};
use std::collections::BTreeMap;
fn main() {
    portable::hide_panics();
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    for kind in Kind::ALL {
        let mut ends: BTreeMap<String, u64> = BTreeMap::new();
        let t = std::time::Instant::now();
        let mut cycles = 0;
        let mut gen_time = std::time::Duration::ZERO;
        for seed in 0..n {
            let g0 = std::time::Instant::now();
            let p = generate::program(kind, seed);
            gen_time += g0.elapsed();
            let r = portable::run(&p.elf, &p.stdin, 1 << 28);
            let key = match &r.end {
                End::Halted(h) => {
                    cycles += h.cycles;
                    "halted".to_string()
                }
                e => format!("{e:?} {}", r.detail.chars().take(60).collect::<String>()),
            };
            *ends.entry(key).or_default() += 1;
        }
        println!("{kind:?} {:?} gen {gen_time:?} cycles {cycles} {ends:#?}", t.elapsed());
    }
}
