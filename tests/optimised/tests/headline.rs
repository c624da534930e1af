//! The lecture's model with two inputs and two outputs, from the same weights as Keras. Compared are outputs, losses,
//! every gradient, and ten steps of `fit` with its partial batch. `tests/fixtures/README.md` explains the weights and
//! the data about large variables.

#![allow(missing_docs)]

#[path = "../../parity/close.rs"]
mod close;
#[allow(dead_code)] // The other parity tests use the rest.
#[path = "../../parity/fixture.rs"]
mod fixture;

use fixture::Fixture;
use nn::layer::{Layer, Memory, Pass, Tensors};
use nn::losses::{Losses, Weighting};
use nn::prelude::*;
use nn::tensor::flat;
use nn::weights::zeroed_box;
use nn::{Buffer, Ends, Graph, Heap, Path, layer::Mode};
use std::ops::Range;

model! {
    /// Predicts how a headline will be received.
    pub struct Headline;

    let main_input = Input(shape = [100], dtype = u32);
    let x = Embedding(output_dim = 512, input_dim = 10_000)(main_input);
    let lstm_out = LSTM(32, name = "lstm")(x);
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}

/// The variables in the order of their numbers in the formula, with their scales.
const VARIABLES: [(&str, f64); 14] = [
    ("embedding.embeddings", 0.125),
    ("lstm.kernel", 0.125),
    ("lstm.recurrent_kernel", 0.25),
    ("lstm.bias", 0.25),
    ("aux_output.kernel", 0.25),
    ("aux_output.bias", 0.25),
    ("dense.kernel", 0.25),
    ("dense.bias", 0.25),
    ("dense_1.kernel", 0.25),
    ("dense_1.bias", 0.25),
    ("dense_2.kernel", 0.25),
    ("dense_2.bias", 0.25),
    ("main_output.kernel", 0.25),
    ("main_output.bias", 0.25),
];

/// The variables for which the files hold projections instead of every number.
const LARGE: [&str; 2] = ["embedding.embeddings", "lstm.kernel"];
const PROJECTIONS: u64 = 16;

/// Number `k` of sequence `v`, from -1/2 to 1/2: SplitMix64.
fn number(v: u64, k: usize) -> f64 {
    let mut z = ((v << 32) + k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f64 / f64::from(1 << 24) - 0.5
}

/// The variables of the model: their names, their numbers in the formula, and their ranges in the flat slice.
fn variables<M: Model>() -> Vec<(String, usize, Range<usize>)> {
    let (mut found, mut start) = (Vec::new(), 0);
    M::variables(&Path::ROOT, &mut |variable| {
        let (name, end) = (variable.path.to_string(), start + variable.shape.size());
        let number = VARIABLES.iter().position(|(other, _)| *other == name).expect("a variable of the lecture's model");
        found.push((name, number, start..end));
        start = end;
    });
    found
}

/// Compares projections, the norm and, for the embedding, some rows with `<prefix>projection.…` and so on.
fn compare_large<T: Scalar>(file: &Fixture, prefix: &str, (name, v): (&str, usize), values: &[T], tolerance: f64) {
    let project = |i: u64| -> f64 {
        let sequence = 100 + PROJECTIONS * v as u64 + i;
        values.iter().enumerate().filter(|(_, x)| **x != T::ZERO).map(|(k, x)| x.to_f64() * number(sequence, k)).sum()
    };
    let projections: Vec<f64> = (0..PROJECTIONS).map(project).collect();
    file.compare(&format!("{prefix}projection.{name}"), &projections, tolerance);
    let norm = values.iter().map(|x| x.to_f64() * x.to_f64()).sum::<f64>().sqrt();
    file.compare(&format!("{prefix}norm.{name}"), &[norm], tolerance);
}

/// The rows of the embedding at the first four indices of the first sample.
fn rows<T: Scalar>(values: &[T], words: &[u32]) -> Vec<T> {
    words[..4].iter().flat_map(|&word| values[word as usize * 512..][..512].iter().copied()).collect()
}

const LOSS_WEIGHTS: (f64, f64) = (1.0, 0.2);

macro_rules! in_precision {
    ($precision:ident, $T:ty, $file:literal, $after:literal, $tolerance:expr, $trained:expr, $difference:expr) => {
        mod $precision {
            use super::*;

            type M = Headline<$T>;

            struct Data {
                file: Fixture,
                model: Box<M>,
                main: Vec<SVector<u32, 100>>,
                aux: Vec<SVector<$T, 5>>,
                targets: (Vec<SVector<$T, 1>>, Vec<SVector<$T, 1>>),
            }

            fn read() -> Data {
                let file = Fixture::read($file);
                let mut model = zeroed_box::<$T, M>();
                for (_, v, range) in variables::<M>() {
                    for (k, w) in model.as_mut_slice()[range].iter_mut().enumerate() {
                        *w = <$T as Scalar>::of(number(v as u64, k) * VARIABLES[v].1);
                    }
                }
                let words = &file.array("x.main_input").values;
                let main = words.chunks_exact(100).map(|words| SVector::from_fn(|i, _| words[i] as u32)).collect();
                Data {
                    model,
                    main,
                    aux: file.samples("x.aux_input"),
                    targets: (file.samples("target.main_output"), file.samples("target.aux_output")),
                    file,
                }
            }

            #[test]
            fn passes() {
                let Data { file, model, main, aux, targets } = read();
                let n = main.len();
                type Inputs = <M as Model>::Inputs;
                type Outputs = <M as Model>::Outputs;
                type G = <M as Model>::Graph;
                let graph = <G as Graph<$T, Inputs>>::NEW;
                let mut y = <Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
                let mut dy = <Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
                let mut cache = <G as Layer<$T, Inputs>>::Cache::<Heap>::with_capacity(n);
                let (mut rng, mut dw, mut parts) = (StdRng::seed_from_u64(0), zeroed_box::<$T, M>(), [0.0; 2]);

                let (x, y_mut) = ((&main[..], &aux[..]), Outputs::batch_mut::<Heap>(&mut y, n));
                graph.forward::<Heap>(&model, x, y_mut, Pass::training(&mut cache, Mode::new(&mut rng)));
                let y = Outputs::batch::<Heap>(&y, n);
                file.compare("output.main_output", flat(y.0), $tolerance);
                file.compare("output.aux_output", flat(y.1), $tolerance);

                let losses = BinaryCrossentropy::default();
                let seeds = Losses::<Outputs>::evaluate(
                    &losses,
                    (&targets.0, &targets.1),
                    y,
                    <G as Ends<$T, Inputs>>::training_logits::<Heap>(&cache, n),
                    <G as Ends<$T, Inputs>>::HEADS,
                    Weighting { outputs: &[LOSS_WEIGHTS.0, LOSS_WEIGHTS.1], ..Weighting::NONE },
                    Some(Outputs::batch_mut::<Heap>(&mut dy, n)),
                    &mut parts,
                );
                assert_eq!(seeds, 0b11, "both losses work on the logits");
                file.compare("loss.main_output", &parts[..1], $tolerance);
                file.compare("loss.aux_output", &parts[1..], $tolerance);
                file.compare("loss", &[LOSS_WEIGHTS.0 * parts[0] + LOSS_WEIGHTS.1 * parts[1]], $tolerance);

                let dy = Outputs::batch::<Heap>(&dy, n);
                let nobody = Inputs::no_gradients();
                graph.backward_from::<Heap>(seeds, &model, x, y, dy, Memory::new(&mut cache), nobody, Some(&mut dw));
                for (name, v, range) in variables::<M>() {
                    let gradient = &dw.as_slice()[range];
                    if LARGE.contains(&name.as_str()) {
                        compare_large(&file, "", (&name, v), gradient, $tolerance);
                    } else {
                        file.compare(&format!("gradient.{name}"), gradient, $tolerance);
                    }
                }
                let touched = rows(dw.embedding.embeddings.as_slice(), main[0].as_slice());
                file.compare("rows.embedding.embeddings", &touched, $tolerance);
                file.finish();
            }

            #[test]
            fn ten_steps_of_fit() -> nn::Result<()> {
                let Data { model, main, aux, targets, .. } = read();
                let before = model.boxed_clone();
                let mut model =
                    model.compile(RmsProp::default(), BinaryCrossentropy::default()).loss_weights(LOSS_WEIGHTS);
                let settings = Fit::new().epochs(10).batch_size(32).shuffle(false).verbose(0);
                let history = model.fit((&main, &aux), (&targets.0, &targets.1), settings)?;
                let after = Fixture::read($after);
                for (key, array) in [
                    ("loss", "losses"),
                    ("main_output_loss", "losses.main_output"),
                    ("aux_output_loss", "losses.aux_output"),
                ] {
                    after.compare(&format!("summed.{array}"), history.get(key).expect("a history"), $trained);
                }
                let model = model.model();
                for (name, v, range) in variables::<M>() {
                    let difference: Vec<$T> = model.as_slice()[range.clone()]
                        .iter()
                        .zip(&before.as_slice()[range])
                        .map(|(a, b)| a - b)
                        .collect();
                    compare_large(&after, "summed.after_", (&name, v), &difference, $difference);
                }
                let touched = rows(model.embedding.embeddings.as_slice(), main[0].as_slice());
                after.compare("summed.after_rows.embedding.embeddings", &touched, $trained);
                Ok(())
            }
        }
    };
}

in_precision!(in_f64, f64, "headline_f64", "headline_f64_after", 1e-12, 1e-12, 1e-11);
in_precision!(in_f32, f32, "headline", "headline_after", 5e-6, 2e-6, 1e-4);
