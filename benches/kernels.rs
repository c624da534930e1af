//! The products of the kernels, beside plain loops and nalgebra's dynamic matrices. An item is one multiplication or
//! addition, so Gitem/s are GFLOP/s.
//!
//! ```sh
//! cargo bench --bench kernels
//! ```

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use nalgebra::DMatrix;
use nn_core::kernels;

fn main() {
    divan::main();
}

/// `I` inputs, `O` outputs and `N` samples.
struct Shape<const I: usize, const O: usize, const N: usize>;

trait Case {
    const SIZE: [usize; 3];
    fn affine(w: &[f32], b: &[f32], x: &[f32], y: &mut [f32]);
    fn add_outer(dw: &mut [f32], x: &[f32], dy: &[f32]);
    fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]);
}

impl<const I: usize, const O: usize, const N: usize> Case for Shape<I, O, N> {
    const SIZE: [usize; 3] = [I, O, N];

    fn affine(w: &[f32], b: &[f32], x: &[f32], y: &mut [f32]) {
        kernels::affine::<f32, I, O>(w, b, x, y);
    }

    fn add_outer(dw: &mut [f32], x: &[f32], dy: &[f32]) {
        kernels::add_outer::<f32, I, O>(dw, x, dy);
    }

    fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]) {
        kernels::add_transposed::<f32, I, O>(w, dy, dx);
    }
}

fn scalars(len: usize) -> Vec<f32> {
    (0..len).map(|k| ((k * 7 % 17) as f32 - 8.0) / 16.0).collect()
}

/// A benchmark for each shape.
macro_rules! benches {
    ($($name:ident($bencher:ident, $case:ident, $i:ident, $o:ident, $n:ident) $body:block)*) => {$(
        #[divan::bench(sample_count = 20, types = [
            Shape<64, 64, 32>, Shape<64, 10, 32>, Shape<32, 32, 32>, Shape<4, 32, 32>, Shape<32, 3, 32>, Shape<32, 128, 32>,
            Shape<512, 128, 3200>, Shape<10000, 64, 32>, Shape<10000, 64, 512>,
            Shape<64, 64, 1>, Shape<64, 10, 1>, Shape<32, 32, 1>, Shape<4, 32, 1>, Shape<32, 3, 1>, Shape<512, 128, 1>,
        ])]
        fn $name<$case: Case>($bencher: Bencher<'_, '_>) {
            let [$i, $o, $n] = $case::SIZE;
            let $bencher = $bencher.counter(ItemsCount::new(2 * $i * $o * $n));
            $body
        }
    )*};
}

benches! {
    affine(bencher, C, i, o, n) {
        let (w, b, x, mut y) = (scalars(i * o), scalars(o), scalars(n * i), scalars(n * o));
        bencher.bench_local(|| C::affine(black_box(&w), &b, black_box(&x), black_box(&mut y)));
    }

    affine_in_plain_loops(bencher, C, i, o, n) {
        let (w, x, mut y) = (scalars(i * o), scalars(n * i), scalars(n * o));
        bencher.bench_local(|| {
            let (w, x, y) = (black_box(&w), black_box(&x), black_box(&mut y));
            for (x, y) in x.chunks_exact(i).zip(y.chunks_exact_mut(o)) {
                y.fill(0.0);
                for (&x, w) in x.iter().zip(w.chunks_exact(o)) {
                    for (y, &w) in y.iter_mut().zip(w) {
                        *y += w * x;
                    }
                }
            }
        });
    }

    affine_in_nalgebra(bencher, _C, i, o, n) {
        let (w, x) = (DMatrix::from_vec(o, i, scalars(i * o)), DMatrix::from_vec(i, n, scalars(n * i)));
        let mut y = DMatrix::zeros(o, n);
        bencher.bench_local(|| black_box(&w).mul_to(black_box(&x), black_box(&mut y)));
    }

    add_outer(bencher, C, i, o, n) {
        let (mut dw, x, dy) = (scalars(i * o), scalars(n * i), scalars(n * o));
        bencher.bench_local(|| C::add_outer(black_box(&mut dw), black_box(&x), black_box(&dy)));
    }

    add_transposed(bencher, C, i, o, n) {
        let (w, dy, mut dx) = (scalars(i * o), scalars(n * o), scalars(n * i));
        bencher.bench_local(|| C::add_transposed(black_box(&w), black_box(&dy), black_box(&mut dx)));
    }
}
