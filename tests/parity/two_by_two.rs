//! A graph with two inputs, fan-out, merges and two outputs: outputs, losses, and the gradient of every weight.

use crate::fixture::Fixture;
use crate::{F32, F64};
use nn::layer::{Layer, Memory, Pass, Tensors};
use nn::losses::{Losses, Weighting};
use nn::prelude::*;
use nn::tensor::flat;
use nn::weights::zeroed_box;
use nn::{Buffer, Graph, Heap, layer::Mode};

model! {
    /// The model `two_by_two` of `tests/fixtures/generate.py`.
    pub struct TwoByTwo;

    let a = Input(shape = [7]);
    let b = Input(shape = [5]);
    let left = Dense(11, activation = tanh)(a);
    let right = Dense(11, activation = relu)(b);
    let product = multiply([left, right]);
    let norm = LayerNormalization()(concatenate([product, b]));
    let hidden = Dense(13, activation = elu)(norm);
    let sum = add([left, right]);
    let first = Dense(3, activation = softmax)(hidden);
    let second = Dense(1, activation = sigmoid)(concatenate([hidden, sum]));

    Model(inputs = [a, b], outputs = [first, second])
}

const LOSS_WEIGHTS: (f64, f64) = (1.0, 0.3);

fn losses() -> (CategoricalCrossentropy, BinaryCrossentropy) {
    (CategoricalCrossentropy::default(), BinaryCrossentropy::default())
}

// `TwoByTwo<T>` is a model for `f32` and for `f64`, but not for every scalar, so a macro writes the two tests.
macro_rules! in_precision {
    ($precision:ident, $T:ty, $file:literal, $tolerance:expr) => {
        mod $precision {
            use super::*;

            type M = TwoByTwo<$T>;

            struct Data {
                file: Fixture,
                model: Box<M>,
                a: Vec<SVector<$T, 7>>,
                b: Vec<SVector<$T, 5>>,
                first: Vec<SVector<$T, 3>>,
                second: Vec<SVector<$T, 1>>,
            }

            fn read() -> Data {
                let file = Fixture::read($file);
                Data {
                    model: file.weights("weights"),
                    a: file.samples("input.a"),
                    b: file.samples("input.b"),
                    first: file.samples("target.first"),
                    second: file.samples("target.second"),
                    file,
                }
            }

            /// The passes by hand, in the order of a training step.
            #[test]
            fn passes() {
                let Data { file, model, a, b, first, second } = read();
                let n = a.len();
                type Inputs = <M as Model>::Inputs;
                type Outputs = <M as Model>::Outputs;
                type G = <M as Model>::Graph;
                let graph = <G as Graph<$T, Inputs>>::NEW;
                let mut y = <Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
                let mut dy = <Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
                let mut cache = <G as Layer<$T, Inputs>>::Cache::<Heap>::with_capacity(n);
                let (mut rng, mut dw, mut parts) = (StdRng::seed_from_u64(0), zeroed_box::<$T, M>(), [0.0; 2]);

                let (x, y_mut) = ((&a[..], &b[..]), Outputs::batch_mut::<Heap>(&mut y, n));
                graph.forward::<Heap>(&model, x, y_mut, Pass::training(&mut cache, Mode::new(&mut rng)));
                let y = Outputs::batch::<Heap>(&y, n);
                file.compare("output.first", flat(y.0), $tolerance);
                file.compare("output.second", flat(y.1), $tolerance);

                let seeds = losses().evaluate(
                    (&first, &second),
                    y,
                    <G as nn::Ends<$T, Inputs>>::training_logits::<Heap>(&cache, n),
                    <G as nn::Ends<$T, Inputs>>::HEADS,
                    Weighting { outputs: &[LOSS_WEIGHTS.0, LOSS_WEIGHTS.1], ..Weighting::NONE },
                    Some(Outputs::batch_mut::<Heap>(&mut dy, n)),
                    &mut parts,
                );
                assert_eq!(seeds, 0b11, "both losses work on the logits");
                file.compare("loss.first", &parts[..1], $tolerance);
                file.compare("loss.second", &parts[1..], $tolerance);
                file.compare("loss", &[LOSS_WEIGHTS.0 * parts[0] + LOSS_WEIGHTS.1 * parts[1]], $tolerance);

                let dy = Outputs::batch::<Heap>(&dy, n);
                let nobody = Inputs::no_gradients();
                nn::Ends::backward_from::<Heap>(
                    &graph,
                    seeds,
                    &model,
                    x,
                    y,
                    dy,
                    Memory::new(&mut cache),
                    nobody,
                    Some(&mut dw),
                );
                file.compare_weights("gradient", &*dw, |_| true, $tolerance);
                file.finish();
            }

            /// The same with the functions that a program calls.
            #[test]
            fn through_the_facade() -> nn::Result<()> {
                let Data { file, model, a, b, first, second } = read();
                let before = model.clone();
                for (k, (a, b)) in a.iter().zip(&b).enumerate() {
                    let y = model.call((a, b));
                    let expected = &file.array("output.first").values[3 * k..][..3];
                    crate::close::assert_close("call: first", y.first.as_slice(), expected, $tolerance);
                }
                // One step of gradient descent at a rate of 1 subtracts the gradient from the weights.
                let rate = Sgd { learning_rate: 1.0, ..Sgd::default() };
                let mut model = model.compile(rate, losses()).loss_weights(LOSS_WEIGHTS);
                let predicted = model.predict((&a, &b))?;
                file.compare("output.first", flat(&predicted.first), $tolerance);
                file.compare("output.second", flat(&predicted.second), $tolerance);
                let evaluated = model.evaluate((&a, &b), (&first, &second))?;
                let trained = model.train_on_batch((&a, &b), (&first, &second))?;
                for report in [evaluated, trained] {
                    file.compare("loss", &[report.loss], $tolerance);
                    file.compare("loss.first", &[report.get("first_loss").unwrap()], $tolerance);
                    file.compare("loss.second", &[report.get("second_loss").unwrap()], $tolerance);
                }
                let mut gradient = before.clone();
                for (g, w) in gradient.as_mut_slice().iter_mut().zip(model.model().as_slice()) {
                    *g -= w;
                }
                // The difference has the rounding error of weights up to 0.8, but its numbers are around 0.01.
                file.compare_weights("gradient", &*gradient, |_| true, 100.0 * $tolerance);
                Ok(())
            }

            /// A file of Keras's arrays is a valid weight file.
            #[test]
            fn weight_file() -> nn::Result<()> {
                let Data { file, model, .. } = read();
                let bytes = |values: &[f64]| -> Vec<u8> {
                    values.iter().flat_map(|&x| <$T as Scalar>::of(x).to_le_bytes()).collect()
                };
                let arrays: Vec<(&str, Vec<usize>, Vec<u8>)> = file
                    .keys()
                    .filter_map(|key| {
                        let array = file.array(key);
                        Some((key.strip_prefix("weights.")?, array.shape.clone(), bytes(&array.values)))
                    })
                    .collect();
                let dtype = if size_of::<$T>() == 4 { safetensors::Dtype::F32 } else { safetensors::Dtype::F64 };
                let tensors = arrays.iter().map(|(name, shape, bytes)| {
                    (name, safetensors::tensor::TensorView::new(dtype, shape.clone(), bytes).unwrap())
                });
                let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("parity");
                std::fs::create_dir_all(&folder).unwrap();
                let path = folder.join(concat!($file, ".safetensors"));
                std::fs::write(&path, safetensors::serialize(tensors, None).unwrap()).unwrap();
                let mut loaded = M::boxed(&mut StdRng::seed_from_u64(0));
                assert_ne!(loaded, model);
                loaded.load_weights(&path)?;
                assert_eq!(loaded, model);
                Ok(())
            }
        }
    };
}

in_precision!(in_f64, f64, "two_by_two_f64", F64);
in_precision!(in_f32, f32, "two_by_two", F32);
