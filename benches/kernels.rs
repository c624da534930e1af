//! The products of the kernels beside those of nalgebra and matrixmultiply, and the functions beside loops over the library's.
//! An item is a multiplication or an addition, or a value of a function.
//!
//! ```sh
//! cargo bench --bench kernels              # with divan
//! cargo bench --bench kernels -- --table   # GFLOP/s of `y = W · x`, the fastest of many runs, as a table
//! ```

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use nalgebra::{DMatrix, SVector};
use nn_core::Weights;
use nn_core::activations::{Activation, Gelu, LogSoftmax, Sigmoid, Softmax, Tanh};
use nn_core::kernels;
use nn_core::layers::{LSTMWeights, LstmState};
use nn_core::weights::zeroed_box;
use std::time::{Duration, Instant};

fn main() {
    if std::env::args().any(|argument| argument == "--table") { table() } else { divan::main() }
}

/// `I` inputs, `O` outputs and `N` samples.
struct Shape<const I: usize, const O: usize, const N: usize>;

trait Case {
    const SIZE: [usize; 3];
    fn affine(w: &[f32], x: &[f32], y: &mut [f32]);
    fn add_outer(dw: &mut [f32], x: &[f32], dy: &[f32]);
    fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]);
}

impl<const I: usize, const O: usize, const N: usize> Case for Shape<I, O, N> {
    const SIZE: [usize; 3] = [I, O, N];

    fn affine(w: &[f32], x: &[f32], y: &mut [f32]) {
        kernels::affine::<f32, I, O>(w, &[], x, y);
    }

    fn add_outer(dw: &mut [f32], x: &[f32], dy: &[f32]) {
        kernels::add_outer::<f32, I, O>(dw, x, dy);
    }

    fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]) {
        kernels::add_transposed::<f32, I, O>(w, dy, dx);
    }
}

/// Calls `$call!` with all shapes.
macro_rules! for_shapes {
    ($call:ident!) => {
        $call! {
            (64, 64, 32) (64, 10, 32) (32, 32, 32) (4, 32, 32) (32, 3, 32) (32, 128, 32) (512, 128, 3200) (10000, 64, 32)
            (10000, 64, 512) (64, 64, 1) (64, 10, 1) (32, 32, 1) (4, 32, 1) (32, 3, 1) (512, 128, 1)
        }
    };
}

fn scalars(len: usize) -> Vec<f32> {
    (0..len).map(|k| ((k * 7 % 17) as f32 - 8.0) / 16.0).collect()
}

/// `y = W · x` by matrixmultiply.
fn by_matrixmultiply([i, o, n]: [usize; 3], w: &[f32], x: &[f32], y: &mut [f32]) {
    assert!(w.len() == i * o && x.len() == i * n && y.len() == o * n);
    // SAFETY: the three matrices are column-major, and as large as the slices.
    unsafe {
        matrixmultiply::sgemm(
            o,
            i,
            n,
            1.0,
            w.as_ptr(),
            1,
            o as isize,
            x.as_ptr(),
            1,
            i as isize,
            0.0,
            y.as_mut_ptr(),
            1,
            o as isize,
        );
    }
}

/// A benchmark for each shape.
macro_rules! benches {
    (@ $shapes:tt $($name:ident($bencher:ident, $case:ident, $size:ident) $body:block)*) => {$(
        #[divan::bench(sample_count = 20, types = $shapes)]
        fn $name<$case: Case>($bencher: Bencher<'_, '_>) {
            let $size = $case::SIZE;
            let [i, o, n] = $size;
            let $bencher = $bencher.counter(ItemsCount::new(2 * i * o * n));
            $body
        }
    )*};
    ($(($i:literal, $o:literal, $n:literal))*) => {
        benches! { @ [$(Shape<$i, $o, $n>,)*]
            affine(bencher, C, size) {
                let [i, o, n] = size;
                let (w, x, mut y) = (scalars(i * o), scalars(n * i), scalars(n * o));
                bencher.bench_local(|| C::affine(black_box(&w), black_box(&x), black_box(&mut y)));
            }

            add_outer(bencher, C, size) {
                let [i, o, n] = size;
                let (mut dw, x, dy) = (scalars(i * o), scalars(n * i), scalars(n * o));
                bencher.bench_local(|| C::add_outer(black_box(&mut dw), black_box(&x), black_box(&dy)));
            }

            add_transposed(bencher, C, size) {
                let [i, o, n] = size;
                let (w, dy, mut dx) = (scalars(i * o), scalars(n * o), scalars(n * i));
                bencher.bench_local(|| C::add_transposed(black_box(&w), black_box(&dy), black_box(&mut dx)));
            }
        }
    };
}
for_shapes!(benches!);

/// Activations of 4096 scalars.
#[divan::bench(types = [Tanh, Sigmoid, Gelu, Softmax, LogSoftmax])]
fn activation<A: Activation + Named>(bencher: Bencher<'_, '_>) {
    let (x, mut y) = (scalars(4096), scalars(4096));
    let bencher = bencher.counter(ItemsCount::new(x.len()));
    bencher.bench_local(|| A::VALUE.forward(64, black_box(&x), black_box(&mut y)));
}

/// Softmax over few classes: one prediction of a small model, and a batch of 32.
#[divan::bench(args = [(3, 1), (10, 1), (3, 32), (10, 32)])]
fn softmax_of_classes(bencher: Bencher<'_, '_>, (classes, rows): (usize, usize)) {
    let (x, mut y) = (scalars(classes * rows), scalars(classes * rows));
    let bencher = bencher.counter(ItemsCount::new(x.len()));
    bencher.bench_local(|| Softmax.forward(classes, black_box(&x), black_box(&mut y)));
}

/// One step of a stream through an `LSTM(32)`; an item is a multiply-accumulate.
#[divan::bench(consts = [1, 512])]
fn lstm_step<const F: usize>(bencher: Bencher<'_, '_>) {
    let mut weights = zeroed_box::<f32, LSTMWeights<f32, F, 32, 128, 1>>();
    weights.as_mut_slice().copy_from_slice(&scalars(128 * (F + 33)));
    let (x, mut state) = (SVector::from_element(0.5), LstmState::default());
    let bencher = bencher.counter(ItemsCount::new(128 * (F + 32)));
    bencher.bench_local(|| {
        black_box(black_box(&weights).step(black_box(&x), &mut state));
    });
}

/// The library's `tanh` of 4096 scalars.
#[divan::bench]
fn tanh_of_the_library(bencher: Bencher<'_, '_>) {
    let (x, mut y) = (scalars(4096), scalars(4096));
    let bencher = bencher.counter(ItemsCount::new(x.len()));
    bencher.bench_local(|| {
        for (y, x) in black_box(&mut y).iter_mut().zip(black_box(&x)) {
            *y = x.tanh();
        }
    });
}

/// An activation with one value.
trait Named {
    const VALUE: Self;
}

macro_rules! named {
    ($($activation:ident)*) => {$(
        impl Named for $activation {
            const VALUE: Self = $activation;
        }
    )*};
}
named!(Tanh Sigmoid Gelu Softmax LogSoftmax);

/// The fastest of the runs of a tenth of a second.
fn fastest(mut f: impl FnMut()) -> f64 {
    let (start, mut best) = (Instant::now(), f64::INFINITY);
    let mut repetitions = 1;
    while start.elapsed() < Duration::from_millis(100) {
        let run = Instant::now();
        (0..repetitions).for_each(|_| f());
        let seconds = run.elapsed().as_secs_f64();
        best = best.min(seconds / f64::from(repetitions));
        // A run is much longer than to read the clock takes.
        if seconds < 2e-5 {
            repetitions *= 2;
        }
    }
    best
}

fn row<C: Case>() {
    let size @ [i, o, n] = C::SIZE;
    let (mut w, mut x, mut y) = (scalars(i * o), scalars(n * i), scalars(n * o));
    let (dense, column) = (DMatrix::from_vec(o, i, w.clone()), DMatrix::from_vec(i, n, x.clone()));
    let mut product = DMatrix::<f32>::zeros(o, n);
    let seconds = [
        fastest(|| C::affine(black_box(&w), black_box(&x), black_box(&mut y))),
        fastest(|| black_box(&dense).mul_to(black_box(&column), black_box(&mut product))),
        fastest(|| by_matrixmultiply(size, black_box(&w), black_box(&x), black_box(&mut y))),
        fastest(|| C::add_outer(black_box(&mut w), black_box(&x), black_box(&y))),
        fastest(|| C::add_transposed(black_box(&w), black_box(&y), black_box(&mut x))),
    ];
    print!("| {o} x {i} x {n} |");
    for seconds in seconds {
        print!(" {:.0} |", (2 * i * o * n) as f64 / seconds / 1e9);
    }
    println!();
}

macro_rules! rows {
    ($(($i:literal, $o:literal, $n:literal))*) => {$( row::<Shape<$i, $o, $n>>(); )*};
}

fn table() {
    println!("| outputs x inputs x samples | affine | nalgebra | matrixmultiply | add_outer | add_transposed |");
    println!("|---|---|---|---|---|---|");
    for_shapes!(rows!);
}
