//! The products of the kernels compared with nalgebra, matrixmultiply and gemm, and the functions compared with loops
//! over the standard library's. An item is a multiplication, an addition, or a value of a function.
//!
//! ```sh
//! cargo bench --bench kernels              # with divan
//! cargo bench --bench kernels -- --table             # GFLOP/s, medians of runs in turns, as a table
//! cargo bench --bench kernels -- --table --fastest   # the fastest runs, if the machine does something else as well
//! ```
//!
//! The table has `y = W · x` (`affine`), `dW += dy · xᵀ` (`add_outer`) and `dx += Wᵀ · dy` (`add_transposed`). Beside
//! each stands the same product of the crate gemm with one thread, and the ratio of its time to ours.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use nalgebra::{DMatrix, SVector};
use nn_core::Weights;
use nn_core::activations::{Activation, Gelu, LogSoftmax, Sigmoid, Softmax, Tanh};
use nn_core::kernels;
use nn_core::layers::{LSTMWeights, LstmState};
use nn_core::weights::zeroed_box;
use std::time::Instant;

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
            (10000, 64, 512) (128, 128, 128) (256, 256, 256) (512, 512, 512) (1024, 1024, 1024) (64, 64, 1) (64, 10, 1)
            (32, 32, 1) (4, 32, 1) (32, 3, 1) (512, 128, 1)
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

/// `c = a · b`, or `c += a · b`, by gemm. `a` has `m` rows and `k` columns; `c` has `m` rows and `n` columns, stored
/// one after the other. The pairs beside `a` and `b` are the steps from row to row and from column to column.
fn by_gemm([m, k, n]: [usize; 3], a: (&[f32], [isize; 2]), b: (&[f32], [isize; 2]), c: &mut [f32], adds: bool) {
    let ((a, [a_row, a_column]), (b, [b_row, b_column])) = (a, b);
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n);
    // SAFETY: the matrices are as large as the slices, and no step leads out of them.
    unsafe {
        gemm_f32::gemm::f32::get_gemm_fn()(
            m,
            n,
            k,
            c.as_mut_ptr(),
            m as isize,
            1,
            adds,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            f32::from(u8::from(adds)),
            1.0,
            false,
            false,
            false,
            gemm_common::Parallelism::None,
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

/// The standard library's `tanh` of 4096 scalars.
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

/// A function to time in turns; it repeats its work this number of times.
type Repeated<'a> = Box<dyn FnMut(u32) + 'a>;

fn repeated<'a>(mut f: impl FnMut() + 'a) -> Repeated<'a> {
    Box::new(move |n| (0..n).for_each(|_| f()))
}

/// The seconds of each function. Runs of a few milliseconds take turns, so a slow moment affects all alike. The result
/// is the median, or the shortest.
fn seconds<const N: usize>(mut functions: [Repeated<'_>; N], fastest: bool) -> [f64; N] {
    const ROUNDS: usize = 15;
    let time = |f: &mut Repeated<'_>, n: u32| {
        let start = Instant::now();
        f(n);
        start.elapsed().as_secs_f64() / f64::from(n)
    };
    let repetitions = functions.each_mut().map(|f| {
        let mut n = 1;
        while time(f, n) * f64::from(n) < 2e-3 {
            n *= 2;
        }
        n
    });
    let mut times = [[0.0; ROUNDS]; N];
    for round in 0..ROUNDS {
        for k in 0..N {
            times[k][round] = time(&mut functions[k], repetitions[k]);
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[if fastest { 0 } else { ROUNDS / 2 }]
    })
}

fn row<C: Case>(fastest: bool) {
    let size @ [i, o, n] = C::SIZE;
    let (w, x, dy) = (scalars(i * o), scalars(n * i), scalars(n * o));
    let (dense, column) = (DMatrix::from_vec(o, i, w.clone()), DMatrix::from_vec(i, n, x.clone()));
    let results = |len: usize| vec![0.0; len];
    let (mut y, mut y_gemm, mut y_other, mut product) =
        (results(n * o), results(n * o), results(n * o), DMatrix::<f32>::zeros(o, n));
    let (mut dw, mut dw_gemm, mut dx, mut dx_gemm) = (results(i * o), results(i * o), results(n * i), results(n * i));
    let (w, x, dy) = (w.as_slice(), x.as_slice(), dy.as_slice());
    // Row and column steps of a matrix with this number of rows, and of a matrix read as its transpose.
    let (plain, transposed) = (|rows: usize| [1, rows as isize], |rows: usize| [rows as isize, 1]);
    let seconds = seconds(
        [
            repeated(|| C::affine(black_box(w), black_box(x), black_box(&mut y))),
            repeated(|| {
                by_gemm([o, i, n], (black_box(w), plain(o)), (black_box(x), plain(i)), black_box(&mut y_gemm), false)
            }),
            repeated(|| dense.mul_to(black_box(&column), black_box(&mut product))),
            repeated(|| by_matrixmultiply(size, black_box(w), black_box(x), black_box(&mut y_other))),
            repeated(|| C::add_outer(black_box(&mut dw), black_box(x), black_box(dy))),
            repeated(|| {
                by_gemm(
                    [o, n, i],
                    (black_box(dy), plain(o)),
                    (black_box(x), transposed(i)),
                    black_box(&mut dw_gemm),
                    true,
                );
            }),
            repeated(|| C::add_transposed(black_box(w), black_box(dy), black_box(&mut dx))),
            repeated(|| {
                by_gemm(
                    [i, o, n],
                    (black_box(w), transposed(o)),
                    (black_box(dy), plain(o)),
                    black_box(&mut dx_gemm),
                    true,
                );
            }),
        ],
        fastest,
    );
    print!("| {o} x {i} x {n} |");
    for (k, seconds_of) in seconds.iter().enumerate() {
        print!(" {:.0} |", (2 * i * o * n) as f64 / seconds_of / 1e9);
        // After each of gemm's columns, the ratio of its time to ours.
        if [1, 5, 7].contains(&k) {
            print!(" {:.2} |", seconds_of / seconds[k - 1]);
        }
    }
    println!();
}

macro_rules! rows {
    ($(($i:literal, $o:literal, $n:literal))*) => {
        [$( row::<Shape<$i, $o, $n>> as fn(bool) ),*]
    };
}

fn table() {
    let fastest = std::env::args().any(|argument| argument == "--fastest");
    println!(
        "| outputs x inputs x samples | affine | gemm | ratio | nalgebra | matrixmultiply | add_outer | gemm | ratio | add_transposed | gemm | ratio |"
    );
    println!("|---|{}", "--:|".repeat(11));
    for row in for_shapes!(rows!) {
        row(fastest);
    }
}
