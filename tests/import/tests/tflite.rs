//! Files of TFLite: the layers of each file, with the numbers of the reference kernels (`tests/fixtures/tflite`).

use nn::prelude::*;
use nn::tensor::{Sample, flat, flat_mut, zeroed};

/// The numbers of a case: inputs `x0`, .. and outputs `y0`, .. of two samples.
fn numbers(name: &str) -> Option<Vec<Vec<f32>>> {
    let file = include_bytes!("../../fixtures/tflite/numbers.safetensors");
    let tensors = safetensors::SafeTensors::deserialize(file).expect("a safetensors file");
    let tensor = tensors.tensor(name).ok()?;
    let all: Vec<f32> = tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    Some(all.chunks_exact(all.len() / tensor.shape()[0]).map(<[f32]>::to_vec).collect())
}

/// Returns a sample with these scalars.
fn sample<S: Sample<Element: From<Wide>>>(numbers: &[f32]) -> S {
    let mut sample = zeroed::<S>();
    for (to, &from) in flat_mut(std::slice::from_mut(&mut sample)).iter_mut().zip(numbers) {
        *to = Wide(from).into();
    }
    sample
}

/// A number of a file as a scalar or an index.
struct Wide(f32);

impl From<Wide> for f32 {
    fn from(number: Wide) -> f32 {
        number.0
    }
}

impl From<Wide> for u32 {
    fn from(number: Wide) -> u32 {
        number.0 as u32
    }
}

/// Compares an output with the numbers of a case, relative to the largest of them.
#[track_caller]
fn agrees<S: Sample<Element = f32>>(case: &str, output: usize, sample: usize, got: &S) -> f32 {
    let expected = &numbers(&format!("{case}.y{output}")).expect("the case has this output")[sample];
    let got = flat(std::slice::from_ref(got));
    assert_eq!(got.len(), expected.len(), "{case}, output {output}");
    let largest = expected.iter().fold(0.0f32, |most, number| most.max(number.abs()));
    let difference = got.iter().zip(expected).fold(0.0f32, |most, (got, expected)| most.max((got - expected).abs()));
    assert!(difference <= 1e-5 * largest, "{case}, output {output}: {difference} of {largest}: {got:?} {expected:?}");
    difference / largest
}

/// Tests networks: `name(place: input) in path: output = place`.
macro_rules! networks {
    ($($name:ident($($x:literal: $type:ty),+) in $path:tt: $($field:ident = $y:literal),+;)*) => {
        $(
            #[test]
            fn $name() {
                model! {
                    struct Net;

                    Import($path)
                }
                static NET: Net = include_weights!(Net, $path);
                for of in 0..2 {
                    let given = |input: usize| {
                        numbers(&format!("{}.x{input}", stringify!($name))).expect("the case has this input").swap_remove(of)
                    };
                    let found = NET.call(networks!(@inputs given $($x: $type),+));
                    networks!(@outputs stringify!($name), of, found, $($field = $y),+);
                }
            }
        )*
    };
    (@inputs $given:ident $x:literal: $type:ty) => { &sample::<$type>(&$given($x)) };
    (@inputs $given:ident $($x:literal: $type:ty),+) => { ($(&sample::<$type>(&$given($x))),+) };
    (@outputs $name:expr, $of:ident, $found:ident, $field:ident = $y:literal) => { agrees($name, $y, $of, &$found); };
    (@outputs $name:expr, $of:ident, $found:ident, $($field:ident = $y:literal),+) => {
        $(agrees($name, $y, $of, &$found.$field);)+
    };
}

networks! {
    images(0: SMatrix<f32, 3, 120>) in "../../fixtures/tflite/images.tflite": y = 0;
    dilated(0: SMatrix<f32, 2, 99>) in "../../fixtures/tflite/dilated.tflite": y = 0;
    sequence(0: SMatrix<f32, 3, 20>) in "../../fixtures/tflite/sequence.tflite": y = 0;
    larger(0: SMatrix<f32, 2, 12>) in "../../fixtures/tflite/larger.tflite": zero_padding2d = 0, conv2d_transpose_2_2 = 1, concatenate = 2, reshape_2 = 3;
    longer(0: SMatrix<f32, 2, 5>) in "../../fixtures/tflite/longer.tflite": cropping1d = 0, reshape = 1, conv1d_transpose_1 = 2, zero_padding1d = 3;
    activations(0: SMatrix<f32, 6, 1>) in "../../fixtures/tflite/activations.tflite": y = 0;
    slopes(0: SMatrix<f32, 2, 12>) in "../../fixtures/tflite/slopes.tflite": activation_1 = 0, add = 1, activation = 2, add_1 = 3, leaky_re_lu = 4;
    arithmetic(0: SMatrix<f32, 6, 1>, 1: SMatrix<f32, 6, 12>) in "../../fixtures/tflite/arithmetic.tflite": dense_1_2 = 0, concatenate = 1;
    positions(0: SMatrix<f32, 6, 4>) in "../../fixtures/tflite/positions.tflite": permute = 0, reshape_1 = 1, reshape_2 = 2, reshape_3 = 3, reshape_4 = 4;
    dense_rows(0: SMatrix<f32, 3, 5>) in "../../fixtures/tflite/dense_rows.tflite": y = 0;
    one_by_one(0: SMatrix<f32, 3, 5>) in "../../fixtures/tflite/one_by_one.tflite": flatten_1 = 0, dense_1_2 = 1, cropping1d = 2;
    words(0: SMatrix<u32, 6, 1>) in "../../fixtures/tflite/words.tflite": y = 0;
    frames(0: SMatrix<f32, 1, 48>) in "../../fixtures/tflite/frames.tflite": y = 0;
    normalized(0: SMatrix<f32, 6, 12>, 1: SMatrix<f32, 6, 4>) in "../../fixtures/tflite/normalized.tflite": unit_normalization = 0, layer_normalization_1_1 = 1, group_normalization_1 = 2, mul_1 = 3, layer_normalization_3 = 4, layer_normalization_2_1 = 5;
    halves(0: SMatrix<f32, 2, 64>) in "../../fixtures/tflite/halves.tflite": y = 0;
    operators(0: SMatrix<f32, 6, 12>) in "../../fixtures/tflite/operators.tflite":
        unit_normalization = 0, reshape_11 = 1, reshape_12 = 2, global_max_pooling1d_1 = 3, reshape_13 = 4,
        identity = 5, concatenate = 6, concatenate_1 = 7, reshape_14 = 8, reshape_15 = 9, up_sampling2d_1 =
        10, up_sampling2d = 11, permute_2 = 12, activation_1 = 13, conv2d_transpose = 14;
    lstm(0: SMatrix<f32, 2, 5>) in "../../fixtures/tflite/lstm.tflite": y = 0;
    prelu(0: SMatrix<f32, 2, 12>) in "../../fixtures/tflite/prelu.tflite": y = 0;
    rnn(0: SMatrix<f32, 2, 5>) in "../../fixtures/tflite/rnn.tflite": y = 0;
}
