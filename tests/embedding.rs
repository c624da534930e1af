//! Embeddings: steps by rows against steps over the whole table, checkpoints, freezing, clipping, and indices that are out of
//! range.

use nn::optimizers::{Idle, OptimizerOptions};
use nn::prelude::*;
use nn::{Error, Scalar};

type Words = SVector<u32, 3>;
const VOCABULARY: usize = 50;

model! {
    /// One table that is read at two places, and another one in a model that is called twice.
    pub struct Reader;

    let left = Input(shape = [3], dtype = u32);
    let right = Input(shape = [3], dtype = u32);
    let table = Embedding(VOCABULARY, 4);
    let inner = Inner();
    let both = concatenate([Flatten()(table(left)), Flatten()(table(right)), inner(left), inner(right)]);
    let y = Dense(1)(both);

    Model(inputs = [left, right], outputs = y)
}

model! {
    pub struct Inner;

    let words = Input(shape = [3], dtype = u32);
    let x = Embedding(60, 2, name = "own")(words);
    let y = GlobalAveragePooling1D()(x);

    Model(inputs = words, outputs = y)
}

/// An optimizer that says nothing of rows, so that it steps over whole tables.
#[derive(Clone, Copy)]
struct Dense<O>(O);

impl<O: Optimizer> Optimizer for Dense<O> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn slots(&self) -> &'static [&'static str] {
        self.0.slots()
    }

    fn initial(&self, slot: usize) -> f64 {
        self.0.initial(slot)
    }

    fn learning_rate(&self, step: u64) -> f64 {
        self.0.learning_rate(step)
    }

    fn step<T: Scalar>(&self, step: u64, rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        self.0.step(step, rate, w, g, slots);
    }

    fn options(&self) -> OptimizerOptions {
        self.0.options()
    }
}

fn words(batch: usize, seed: usize) -> Vec<Words> {
    // Few words, so that some come again in a batch and others are away for many steps.
    (0..5)
        .map(|n| Words::from_fn(|i, _| ((batch * 7 + n * 3 + i * seed + batch * batch) % VOCABULARY) as u32))
        .collect()
}

fn targets(batch: usize) -> Vec<f64> {
    (0..5).map(|n| ((batch * 5 + n) as f64).sin()).collect()
}

fn model<O: Optimizer>(optimizer: O) -> nn::Compiled<Reader<f64>, O, MeanSquaredError> {
    Reader::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError)
}

fn steps<O: Optimizer>(model: &mut nn::Compiled<Reader<f64>, O, MeanSquaredError>, batches: std::ops::Range<usize>) {
    for batch in batches {
        model.train_on_batch((&words(batch, 5), &words(batch, 11)), &targets(batch)).expect("valid data");
    }
}

fn file(name: &str) -> std::path::PathBuf {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("embedding");
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder.join(name)
}

/// What a checkpoint holds: weights and slots.
fn state<O: Optimizer>(
    model: &mut nn::Compiled<Reader<f64>, O, MeanSquaredError>,
    name: &str,
) -> Vec<(String, Vec<f64>)> {
    let path = file(name);
    model.save_checkpoint(&path).expect("a file");
    let bytes = std::fs::read(path).expect("the file");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("a checkpoint");
    let mut all: Vec<_> = tensors
        .iter()
        .filter(|(_, tensor)| tensor.dtype() == safetensors::Dtype::F64)
        .map(|(name, tensor)| {
            let numbers = tensor.data().as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes));
            (name.to_string(), numbers.collect())
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn assert_equal(rows: &[(String, Vec<f64>)], whole: &[(String, Vec<f64>)]) {
    assert_eq!(rows.len(), whole.len());
    for ((name, rows), (_, whole)) in rows.iter().zip(whole) {
        for (k, (a, b)) in rows.iter().zip(whole).enumerate() {
            assert!((a - b).abs() <= 1e-12 * b.abs().max(1e-3), "{name}[{k}]: by rows {a}, over the table {b}");
        }
    }
}

macro_rules! exact {
    ($($name:ident: $optimizer:expr;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn rows_are_as_good_as_the_whole_table() {
                let (mut rows, mut whole) = (model($optimizer), model(Dense($optimizer)));
                assert_ne!($optimizer.idle(), Idle::Moves);
                steps(&mut rows, 0..20);
                steps(&mut whole, 0..20);
                let names = [concat!(stringify!($name), "_rows"), concat!(stringify!($name), "_whole")];
                assert_equal(&state(&mut rows, names[0]), &state(&mut whole, names[1]));
            }

            /// A frozen table sees no steps: its slots do not decay. The rest goes on.
            #[test]
            fn frozen_in_between() -> nn::Result<()> {
                let (mut rows, mut whole) = (model($optimizer), model(Dense($optimizer)));
                steps(&mut rows, 0..4);
                steps(&mut whole, 0..4);
                for (trainable, batches) in [(false, 4..9), (true, 9..13)] {
                    rows.set_trainable("table", trainable)?;
                    whole.set_trainable("table", trainable)?;
                    steps(&mut rows, batches.clone());
                    steps(&mut whole, batches);
                }
                let names = [concat!(stringify!($name), "_frozen_rows"), concat!(stringify!($name), "_frozen_whole")];
                assert_equal(&state(&mut rows, names[0]), &state(&mut whole, names[1]));
                Ok(())
            }

            #[test]
            fn a_checkpoint_goes_on_bit_for_bit() -> nn::Result<()> {
                let path = file(concat!(stringify!($name), "_checkpoint"));
                let mut first = model($optimizer);
                steps(&mut first, 0..6);
                first.save_checkpoint(&path)?;
                let mut second = model($optimizer);
                steps(&mut second, 3..5);
                second.load_checkpoint(&path)?;
                steps(&mut first, 6..12);
                steps(&mut second, 6..12);
                assert_eq!(first.model(), second.model());
                Ok(())
            }
        }
    )*};
}

const RMSPROP: RmsProp = RmsProp { learning_rate: 0.05, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false };
const SGD: Sgd = Sgd { learning_rate: 0.3, momentum: 0.0, nesterov: false };

exact! {
    sgd: SGD;
    adagrad: Adagrad { learning_rate: 0.1, ..Adagrad::default() };
    rmsprop: RMSPROP;
    rmsprop_centered: RmsProp { centered: true, ..RMSPROP };
    adadelta: Adadelta { learning_rate: 1.0, ..Adadelta::default() };
    rmsprop_scheduled: RMSPROP.schedule(|step: u64| 0.05 / (1.0 + step as f64));
    rmsprop_clipnorm: RMSPROP.clipnorm(0.05);
    rmsprop_clipvalue: RMSPROP.clipvalue(0.01);
    rmsprop_global_clipnorm: RMSPROP.global_clipnorm(0.05);
}

#[test]
fn momentum_steps_over_the_whole_table() {
    for idle in [
        Adam::default().idle(),
        Sgd { momentum: 0.9, ..SGD }.idle(),
        RmsProp { momentum: 0.9, ..RMSPROP }.idle(),
        Nadam::default().idle(),
        Ftrl::default().idle(),
        Lion::default().idle(),
        RMSPROP.weight_decay(0.1).idle(),
        RMSPROP.ema(Ema::default()).idle(),
    ] {
        assert_eq!(idle, Idle::Moves);
    }
    let (mut rows, mut whole) = (model(Adam::default()), model(Dense(Adam::default())));
    steps(&mut rows, 0..5);
    steps(&mut whole, 0..5);
    assert_eq!(rows.model(), whole.model());
}

/// Adam moves a row after its gradient is gone; the lazy form leaves it alone.
#[test]
fn lazy_leaves_other_rows_alone() {
    let adam = Adam { learning_rate: 0.1, ..Adam::default() };
    let train = |lazy: bool| {
        let mut model = model(if lazy { adam.lazy() } else { adam.clipvalue(1e9) });
        let batch = |word: u32| vec![Words::repeat(word); 5];
        let y = vec![1.0; 5];
        model.train_on_batch((&batch(3), &batch(4)), &y).expect("valid data");
        let before = model.model().table.embeddings.column(3).into_owned();
        model.train_on_batch((&batch(7), &batch(7)), &y).expect("valid data");
        model.model().table.embeddings.column(3) == before.column(0)
    };
    assert!(train(true) && !train(false));
}

mod bounds {
    use super::*;

    model! {
        pub struct Bounded;

        let words = Input(shape = [3], dtype = u32);
        let table = Embedding(9, 2, embeddings_constraint = max_norm(0.5), embeddings_regularizer = l2(0.1))(words);
        let y = Dense(1)(Flatten()(table));

        Model(inputs = words, outputs = y)
    }

    #[test]
    fn penalties_and_bounds_reach_every_row() {
        let train = |optimizer: Dense<RmsProp>| {
            let mut model = Bounded::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError);
            let words = vec![Words::new(1, 2, 2); 4];
            (0..5).for_each(|_| drop(model.train_on_batch(&words, &[1.0; 4]).expect("valid data")));
            model.into_model()
        };
        let mut rows = Bounded::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(RMSPROP, MeanSquaredError);
        let before = rows.model().table.embeddings[(0, 8)];
        let words = vec![Words::new(1, 2, 2); 4];
        (0..5).for_each(|_| drop(rows.train_on_batch(&words, &[1.0; 4]).expect("valid data")));
        assert_ne!(rows.model().table.embeddings[(0, 8)], before);
        assert_eq!(*rows.model(), *train(Dense(RMSPROP)));
        // As in Keras, the norm is that of a feature over all words.
        for feature in rows.model().table.embeddings.row_iter() {
            assert!(feature.norm() <= 0.5 + 1e-9);
        }
    }
}

#[test]
fn an_index_out_of_range_is_named() {
    let mut model = model(SGD);
    let before = model.model().clone();
    let (mut left, right) = (words(1, 5), words(1, 11));
    left[3][1] = 50;
    let error = model.train_on_batch((&left, &right), &targets(1)).expect_err("50 is too large");
    assert_eq!(error.to_string(), "input `left`: expected indices below 50, got 50 in sample 3 (position 1)");
    assert!(matches!(error, Error::Index { sample: 3, position: 1, index: 50, bound: 50, .. }));
    assert_eq!(*model.model(), before);
    assert!(model.predict((&right, &left)).expect_err("here as well").to_string().starts_with("input `right`"));
    assert!(model.evaluate((&left, &right), &targets(1)).is_err());
    assert!(model.fit((&left, &right), &targets(1), Fit::new().verbose(0)).is_err());
    // A prediction that cannot fail is loud.
    assert!(model.model().call((&left[3], &right[3]))[0].is_nan());
    // The bound of the model inside counts too, where it is the smaller one.
    let inner = Inner::new(&mut StdRng::seed_from_u64(1));
    let error = inner.predict(&[Words::new(59, 60, 0)]).expect_err("60 is too large");
    assert!(error.to_string().contains("below 60, got 60 in sample 0 (position 1)"), "{error}");
}
