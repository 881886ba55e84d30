use super::*;
use crate::field::{R_INVERSE, multiply as times};
use crate::kernel::{Kernel, Work};
use crate::lanes::MAX_WIDTH;
use crate::random::Random;

struct Arithmetic([u32; MAX_WIDTH], [u32; MAX_WIDTH]);

impl Work for Arithmetic {
    type Output = (usize, [[u32; MAX_WIDTH]; 7]);

    #[inline(always)]
    fn run<T: Lanes>(self) -> Self::Output {
        let (a, b) = (T::load(&self.0), T::load(&self.1));
        let signed = a.sub(T::splat(P));
        let results = [
            add(a, b).to_array(),
            sub(a, b).to_array(),
            multiply(a, b).to_array(),
            // Signed factors, as the S-boxes have them.
            reduce(product(signed, signed)).to_array(),
            reduce(product_splat(a, T::splat(self.1[0]))).to_array(),
            reduce(signed).to_array(),
            centre(a).to_array(),
        ];
        (T::WIDTH, results)
    }
}

fn modulo(value: i64) -> u32 {
    value.rem_euclid(P.into()) as u32
}

#[test]
fn arithmetic_is_modulo_p_on_every_kernel() {
    let mut random = Random(2);
    for _ in 0..200 {
        let numbers: [[u32; MAX_WIDTH]; 2] =
            std::array::from_fn(|_| std::array::from_fn(|_| random.element()));
        for kernel in Kernel::available() {
            let (width, results) = kernel.run(Arithmetic(numbers[0], numbers[1]));
            for lane in 0..width {
                let (a, b) = (numbers[0][lane], numbers[1][lane]);
                let expected = [
                    modulo(i64::from(a) + i64::from(b)),
                    modulo(i64::from(a) - i64::from(b)),
                    times(times(a, b), R_INVERSE),
                    times(times(a, a), R_INVERSE),
                    times(times(a, numbers[1][0]), R_INVERSE),
                    a,
                    crate::field::centred(a),
                ];
                assert_eq!(results.map(|result| result[lane]), expected, "{a} {b} {kernel:?}");
            }
        }
    }
}
