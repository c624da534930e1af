//! Counts the instructions of products, functions, predictions and training steps. Unlike times, counts are the same in
//! every run. They show a change of one in a thousand even on a busy machine.
//!
//! ```sh
//! cargo bench --bench instructions                      # a table
//! cargo bench --bench instructions -- --against FILE    # and by how much each differs from the table in FILE
//! cargo bench --bench instructions -- digits            # only what has this word in its name
//! ```
//!
//! The bench runs itself under valgrind's callgrind, which must be installed. Valgrind does not run AVX-512, so the
//! instructions are for AVX2, or for the best level that both valgrind and the processor know. An instruction is not a
//! time: look at both.

mod models;

use models::{Digits, Iris, Readings};
use nn::prelude::*;
use nn_core::activations::{Activation, Sigmoid, Softmax, Tanh};
use nn_core::kernels;
use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;

/// Calls before the counted one: the first calls allocate, and detect the processor's features.
const WARM_UP: usize = 3;

fn main() {
    // Cargo itself adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--count", name] => {
            let (_, run) = cases().into_iter().find(|case| case.0 == name).expect("a name of the list");
            run();
        }
        ["--against", file] => table("", &read(file)),
        ["--against", file, words] | [words, "--against", file] => table(words, &read(file)),
        [words] => table(words, &HashMap::new()),
        _ => table("", &HashMap::new()),
    }
}

/// The numbers of an earlier table.
fn read(file: &str) -> HashMap<String, u64> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        Some((cells.next()?.to_owned(), cells.next()?.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

fn table(words: &str, before: &HashMap<String, u64>) {
    println!("| what | instructions |{}", if before.is_empty() { "" } else { " change |" });
    println!("|---|--:|{}", if before.is_empty() { "" } else { "--:|" });
    for (name, _) in cases().iter().filter(|case| case.0.contains(words)) {
        let count = count(name);
        let change = before.get(name).map(|before| 100.0 * (count as f64 / *before as f64 - 1.0));
        println!("| {name} | {count} |{}", change.map(|change| format!(" {change:+.2} % |")).unwrap_or_default());
    }
}

/// Asks callgrind, in a new process, for the instructions inside `counted`.
fn count(name: &str) -> u64 {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=instructions::counted*"]);
    command.arg(std::env::current_exe().expect("it runs")).args(["--count", name]);
    // Other variables of the environment move the stack, and a copy of memory from another address may take other
    // instructions.
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    let output = command.output().unwrap_or_else(|error| panic!("valgrind: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    let collected =
        text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, number)| number.trim().parse());
    match collected {
        Some(Ok(number)) if output.status.success() => number,
        _ => panic!("valgrind has counted nothing for {name}:\n{text}"),
    }
}

/// Everything inside is counted.
#[inline(never)]
fn counted(f: &mut dyn FnMut()) {
    f();
}

/// Counts a call of `f` after some other calls.
fn run<R>(mut f: impl FnMut() -> R) {
    let mut call = || {
        black_box(f());
    };
    (0..WARM_UP).for_each(|_| call());
    counted(&mut call);
}

fn scalars(len: usize) -> Vec<f32> {
    (0..len).map(|k| ((k * 7 % 17) as f32 - 8.0) / 16.0).collect()
}

/// A prediction of one sample, and of 256 samples.
macro_rules! predictions {
    ($cases:expr, $Model:ty, $INPUTS:literal, $name:literal) => {
        let one = || {
            let model = <$Model>::boxed(&mut StdRng::seed_from_u64(1));
            let x = samples::<$INPUTS>(1);
            run(|| model.call(black_box(&x[0])));
        };
        $cases.push((format!("{}, one prediction", $name), Box::new(one)));
        let many = || {
            let model = <$Model>::boxed(&mut StdRng::seed_from_u64(1));
            let model =
                model.compile(Sgd::default(), SparseCategoricalCrossentropy::default()).inference_batch_size(256);
            let x = samples::<$INPUTS>(256);
            run(|| model.predict(black_box(&x)).expect("valid data"));
        };
        $cases.push((format!("{}, 256 predictions", $name), Box::new(many)));
    };
}

/// A training step at batch size 32.
macro_rules! steps {
    ($cases:expr, $Model:ty, $INPUTS:literal, $OUTPUTS:literal, $name:literal, $optimizer:expr) => {
        let step = || {
            let model = <$Model>::boxed(&mut StdRng::seed_from_u64(1));
            let mut model = model.compile($optimizer, SparseCategoricalCrossentropy::default());
            let (x, y) = (samples::<$INPUTS>(32), (0..32).map(|k| k % $OUTPUTS).collect::<Vec<u32>>());
            run(|| model.train_on_batch(black_box(&x), &y).expect("valid data"));
        };
        $cases.push((format!("{}, step at batch 32", $name), Box::new(step)));
    };
}

/// A name and its function.
type Case = (String, Box<dyn Fn()>);

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    products::<64, 64, 32>(&mut cases);
    products::<64, 10, 32>(&mut cases);
    products::<32, 3, 32>(&mut cases);
    products::<512, 128, 32>(&mut cases);
    products::<64, 64, 1>(&mut cases);
    products::<32, 3, 1>(&mut cases);
    activation(&mut cases, Tanh, "tanh");
    activation(&mut cases, Sigmoid, "sigmoid");
    activation(&mut cases, Softmax, "softmax");
    predictions!(cases, Iris, 4, "iris");
    predictions!(cases, Digits, 64, "digits");
    predictions!(cases, Readings, 160, "readings");
    steps!(cases, Readings, 160, 3, "readings, SGD", Sgd::default());
    steps!(cases, Iris, 4, 3, "iris, SGD", Sgd::default());
    steps!(cases, Iris, 4, 3, "iris, Adam", Adam::default());
    steps!(cases, Digits, 64, 10, "digits, RMSprop", RmsProp::default());
    cases
}

/// The products for `I` inputs, `O` outputs and `N` samples.
fn products<const I: usize, const O: usize, const N: usize>(cases: &mut Vec<Case>) {
    let (w, x, y) = (scalars(I * O), scalars(I * N), scalars(O * N));
    let mut case = |name: &str, f: fn(&mut [f32], &mut [f32], &mut [f32])| {
        let buffers = (w.clone(), x.clone(), y.clone());
        let body = move || {
            let (mut w, mut x, mut y) = buffers.clone();
            run(|| f(black_box(&mut w), black_box(&mut x), black_box(&mut y)));
        };
        cases.push((format!("{name}, {O} x {I} x {N}"), Box::new(body)));
    };
    case("affine", |w, x, y| kernels::affine::<f32, I, O>(w, &[], x, y));
    case("add_outer", |w, x, y| kernels::add_outer::<f32, I, O>(w, x, y));
    case("add_transposed", |w, x, y| kernels::add_transposed::<f32, I, O>(w, y, x));
}

/// An activation of 64 samples of 64 scalars.
fn activation<A: Activation + Copy + 'static>(cases: &mut Vec<Case>, activation: A, name: &str) {
    let body = move || {
        let (x, mut y) = (scalars(4096), scalars(4096));
        run(|| activation.forward(64, black_box(&x), black_box(&mut y)));
    };
    cases.push((format!("{name}, 4096"), Box::new(body)));
}

fn samples<const N: usize>(n: usize) -> Vec<SVector<f32, N>> {
    scalars(n * N).chunks_exact(N).map(SVector::from_column_slice).collect()
}
