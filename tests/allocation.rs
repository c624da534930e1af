//! A training step allocates nothing after the first one.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::metrics::SparseCategoricalAccuracy;
use nn::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator with a count for each thread, because the test harness allocates on other threads.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator; the count is in static memory of the thread.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the contract is the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the contract is the caller's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the contract is the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the contract is the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

model! {
    /// A branch, a merge, dropout and a penalty.
    pub struct Branches;

    let x = Input(shape = [6]);
    let a = Dense(8, activation = relu, kernel_regularizer = l2(0.01))(x);
    let b = Dense(8, activation = sigmoid)(x);
    let both = concatenate([a, b]);
    let both = Dropout(0.1)(both);
    let kind = Dense(3, activation = softmax)(both);

    Model(inputs = x, outputs = kind)
}

model! {
    /// Tables, a walk over steps, and masks.
    pub struct Reader;

    let words = Input(shape = [7], dtype = u32);
    let x = Embedding(90, 5, mask_zero = true)(words);
    let x = Bidirectional(LSTM(3, return_sequences = true, dropout = 0.2))(x);
    let x = GRU(4)(TimeDistributed(Dense(5, activation = tanh))(x));
    let kind = Dense(3, activation = softmax)(x);

    Model(inputs = words, outputs = kind)
}

model! {
    /// Two tables that the same words index.
    pub struct Words;

    let words = Input(shape = [4], dtype = u32);
    let a = Embedding(100, 3)(words);
    let b = Embedding(100, 2)(words);
    let kind = Dense(3, activation = softmax)(Flatten()(concatenate([a, b])));

    Model(inputs = words, outputs = kind)
}

model! {
    /// A sparse input.
    pub struct Bags;

    let words = Input(shape = [100], sparse = true);
    let kind = Dense(3, activation = softmax)(Dense(5, activation = relu)(words));

    Model(inputs = words, outputs = kind)
}

model! {
    /// Enough work for a batch of some hundred samples to be divided.
    pub struct Positions;

    let x = Input(shape = [16, 32]);
    let h = Dense(32, activation = relu, kernel_regularizer = l2(0.01))(x);
    let h = Dropout(0.1)(Dense(32, activation = relu)(h));
    let kind = Dense(10, activation = softmax)(Flatten()(h));

    Model(inputs = x, outputs = kind)
}

type Point = SVector<f32, 6>;

fn data(count: usize) -> (Vec<Point>, Vec<u32>) {
    (0..count).map(|k| (Point::from_fn(|row, _| ((k * 5 + row * 3) as f32).sin()), (k % 3) as u32)).unzip()
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

#[test]
fn steps_on_batches() -> nn::Result<()> {
    let (x, y) = data(32);
    let mut model = Branches::boxed(&mut StdRng::seed_from_u64(1))
        .compile(Adam::default(), SparseCategoricalCrossentropy::default());
    assert!(allocations(|| drop(model.train_on_batch(&x, &y))) > 0, "the count does not work");
    for count in [32, 7, 32] {
        assert_eq!(allocations(|| drop(model.train_on_batch(&x[..count], &y[..count]))), 0);
    }
    Ok(())
}

/// The number of touched rows does not matter, neither in this batch nor in the first one.
#[test]
fn steps_by_rows() -> nn::Result<()> {
    fn check<O: Optimizer>(optimizer: O) -> nn::Result<()> {
        let (few, many): (Vec<_>, Vec<_>) = (0..24)
            .map(|k| (SVector::<u32, 4>::repeat(7), SVector::<u32, 4>::from_fn(|i, _| 4 * k + i as u32)))
            .unzip();
        let y = [0_u32, 1, 2].repeat(8);
        let mut model =
            Words::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, SparseCategoricalCrossentropy::default());
        model.train_on_batch(&few, &y)?;
        for (x, count) in [(&many, 24), (&few, 24), (&many, 5), (&many, 24)] {
            assert_eq!(allocations(|| drop(model.train_on_batch(&x[..count], &y[..count]))), 0);
        }
        Ok(())
    }
    check(RmsProp::default())?;
    check(RmsProp::default().global_clipnorm(0.1))?;
    check(Adam::default().lazy().clipnorm(0.1))?;
    check(Adam::default())
}

#[test]
fn epochs_of_any_length() -> nn::Result<()> {
    // An epoch allocates for its report, but the amount does not depend on its steps.
    let (x, y) = data(330);
    let mut model = Branches::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default())
        .metrics((Accuracy, SparseCategoricalAccuracy));
    model.fit(&x, &y, silent().validation_split(0.1))?;
    for shuffle in [true, false] {
        let mut fit = |count: usize| {
            let fit = silent().shuffle(shuffle).epochs(3);
            allocations(|| drop(model.fit(&x[..count], &y[..count], fit)))
        };
        let short = fit(33);
        assert_eq!(short, fit(330), "shuffle: {shuffle}");
    }
    Ok(())
}

/// Samples of a sparse input differ in length, and the longest may come in a late step.
#[test]
fn steps_on_sparse_samples() -> nn::Result<()> {
    let bag = |k: u32| MultiHot::<100>::new((0..k % 60).map(|i| i * k % 100)).expect("words");
    let x: Vec<_> = (0..330).map(bag).collect();
    let y: Vec<u32> = (0..330).map(|k| k % 3).collect();
    let mut model = Bags::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default().clipnorm(1.0), SparseCategoricalCrossentropy::default());
    model.train_on_batch(&x[60..92], &y[60..92])?;
    for range in [0..32, 0..7, 30..62, 28..60] {
        assert_eq!(allocations(|| drop(model.train_on_batch(&x[range.clone()], &y[range]))), 0);
    }
    model.fit(&x, &y, silent())?;
    let mut fit = |count: usize| allocations(|| drop(model.fit(&x[..count], &y[..count], silent().epochs(3))));
    assert_eq!(fit(33), fit(330));
    let model = model.model();
    let call = || {
        std::hint::black_box(model.call(&x[59]));
    };
    assert_eq!(allocations(call), 0);
    Ok(())
}

/// This holds even if a batch touches more rows of a table than any earlier one.
#[test]
fn steps_of_sequences() {
    let words = |batch: usize| -> Vec<SVector<u32, 7>> {
        (0..16).map(|n| SVector::from_fn(|i, _| ((n * 7 + i) * batch % 90) as u32)).collect()
    };
    let y: Vec<u32> = (0..16).map(|k| k % 3).collect();
    for clip in [0.0, 1.0] {
        let mut model = Reader::boxed(&mut StdRng::seed_from_u64(1))
            .compile(RmsProp::default().clipnorm(clip), SparseCategoricalCrossentropy::default());
        model.train_on_batch(words(0), &y).expect("valid data");
        for batch in [0, 1, 3, 11] {
            let x = words(batch);
            assert_eq!(allocations(|| drop(model.train_on_batch(&x, &y))), 0);
        }
        let one = words(5)[3];
        let call = || {
            std::hint::black_box(model.model().call(&one));
        };
        assert_eq!(allocations(call), 0);
    }
}

/// Inside a pool nothing is allocated on any of its threads.
#[cfg(feature = "rayon")]
#[test]
fn steps_on_threads() {
    let (x, y): (Vec<_>, Vec<_>) =
        (0..300).map(|k| (SMatrix::<f32, 32, 16>::repeat(k as f32 / 300.0), (k % 10) as u32)).unzip();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
    let everywhere = |work: &mut (dyn FnMut() + Send)| -> usize {
        let counts = || pool.broadcast(|_| COUNT.with(Cell::get)).into_iter().sum::<usize>();
        let before = counts();
        let overhead = counts() - before;
        let before = counts();
        pool.install(&mut *work);
        counts() - before - overhead
    };
    let mut model = Positions::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default().clipnorm(1.0), SparseCategoricalCrossentropy::default());
    assert!(everywhere(&mut || drop(model.train_on_batch(&x, &y))) > 0, "the count does not work");
    for count in [300, 40, 299] {
        assert_eq!(everywhere(&mut || drop(model.train_on_batch(&x[..count], &y[..count]))), 0);
    }
}

/// Loops of one's own, and batches that wait for the gradients of others.
#[test]
fn steps_of_ones_own() -> nn::Result<()> {
    let (x, _) = data(32);
    let mut rng = StdRng::seed_from_u64(1);
    let optimizer = Adam::default().clipnorm(1.0).gradient_accumulation_steps(2);
    let mut model = Branches::boxed(&mut rng).compile(optimizer, ());
    let mut tape = model.tape(1);
    let dy = [SVector::<f32, 3>::new(0.1, -0.2, 0.3); 32];
    let mut all = |n: usize| {
        let (x, dy) = (&x[..n], &dy[..n]);
        allocations(|| {
            tape.forward(model.model(), x, &mut rng);
            tape.backward(model.model(), dy);
            tape.accumulate(model.model(), dy);
            tape.input_gradient(model.model(), dy);
            model.apply_gradient(&tape.gradient()).expect("valid settings");
            tape.forward_inference(model.model(), x);
            tape.input_gradient(model.model(), dy);
            let loss = |y: &[SVector<f32, 3>], to: &mut [SVector<f32, 3>]| {
                to.copy_from_slice(&dy[..y.len()]);
                1.0
            };
            drop(model.train_on_batch_with(x, loss));
            model.regularization_loss();
        })
    };
    assert!(all(32) > 0, "the count does not work");
    for n in [32, 7, 32, 1] {
        assert_eq!(all(n), 0);
    }

    // Tables: rows that are new in a batch, between two steps or not.
    let words = |batch: u32| -> Vec<SVector<u32, 4>> {
        (0..24).map(|n| SVector::from_fn(|i, _| (n * 4 + i as u32) * batch % 100)).collect()
    };
    let y = [0_u32, 1, 2].repeat(8);
    let optimizer = RmsProp::default().global_clipnorm(0.1).gradient_accumulation_steps(3);
    let mut model =
        Words::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, SparseCategoricalCrossentropy::default());
    for batch in [0, 0, 0, 1, 3, 0, 7, 9, 1] {
        let (x, first) = (words(batch), model.steps() < 3);
        let count = allocations(|| drop(model.train_on_batch(&x, &y)));
        assert!(first || count == 0, "{count} at step {}", model.steps());
    }
    Ok(())
}

#[test]
fn single_predictions() {
    let (x, _) = data(1);
    let model = Branches::boxed(&mut StdRng::seed_from_u64(1));
    assert_eq!(
        allocations(|| {
            std::hint::black_box(model.call(&x[0]));
        }),
        0
    );
}
