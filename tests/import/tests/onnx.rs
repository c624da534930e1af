//! Files of ONNX in the forms that PyTorch and tf2onnx write: outputs agree with ONNX Runtime (`nn-import/tests/onnx`).

use nn::prelude::*;
use nn::tensor::{Sample, flat, flat_mut, zeroed};

/// The numbers of a case and their shape: `x` and `y`, with the samples first.
fn numbers(file: &[u8], name: &str) -> (Vec<usize>, Vec<f64>) {
    let tensors = safetensors::SafeTensors::deserialize(file).expect("a safetensors file");
    let tensor = tensors.tensor(name).expect("the case has it");
    let numbers = match tensor.dtype() {
        safetensors::Dtype::F32 => {
            tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes).into()).collect()
        }
        _ => tensor.data().as_chunks::<8>().0.iter().map(|&bytes| i64::from_le_bytes(bytes) as f64).collect(),
    };
    (tensor.shape().to_vec(), numbers)
}

/// Returns the samples of a case, with channels last if `channels` says that they are first in the file.
fn samples(file: &[u8], name: &str, channels: bool) -> Vec<Vec<f64>> {
    let (shape, numbers) = numbers(file, name);
    let one: usize = shape[1..].iter().product();
    let last = |sample: &[f64]| {
        let places = one / shape[1];
        (0..one).map(|k| sample[k % shape[1] * places + k / shape[1]]).collect()
    };
    numbers.chunks_exact(one).map(|sample| if channels { last(sample) } else { sample.to_vec() }).collect()
}

/// A number of a file as a scalar or an index.
struct Wide(f64);

impl From<Wide> for f32 {
    fn from(number: Wide) -> f32 {
        number.0 as f32
    }
}

impl From<Wide> for u32 {
    fn from(number: Wide) -> u32 {
        number.0 as u32
    }
}

fn sample<S: Sample<Element: From<Wide>>>(numbers: &[f64]) -> S {
    let mut sample = zeroed::<S>();
    let scalars = flat_mut(std::slice::from_mut(&mut sample));
    assert_eq!(scalars.len(), numbers.len());
    scalars.iter_mut().zip(numbers).for_each(|(to, &from)| *to = Wide(from).into());
    sample
}

#[track_caller]
fn agrees<S: Sample<Element = f32>>(got: &S, expected: &[f64]) {
    let largest = expected.iter().fold(0.0f64, |most, number| most.max(number.abs()));
    let got = flat(std::slice::from_ref(got));
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((f64::from(*got) - expected).abs() <= 1e-5 * largest, "{got} {expected} of {largest}");
    }
}

/// Tests networks: `name: file, channels of the input and of the output first in the file, type of the input`.
macro_rules! networks {
    ($($name:ident: $network:tt, $numbers:tt, $x:literal $y:literal, $input:ty;)*) => {
        $(
            #[test]
            fn $name() {
                model! {
                    struct Net;

                    Import($network)
                }
                static NET: Net = include_weights!(Net, $network);
                let file = include_bytes!($numbers);
                for (x, y) in samples(file, "x", $x).iter().zip(samples(file, "y", $y)) {
                    agrees(&NET.call(&sample::<$input>(x)), &y);
                }
            }
        )*
    };
}

networks! {
    bigru: "../../../nn-import/tests/onnx/bigru.onnx", "../../../nn-import/tests/onnx/bigru.safetensors", false false, SMatrix<f32, 5, 7>;
    bilstm: "../../../nn-import/tests/onnx/bilstm.onnx", "../../../nn-import/tests/onnx/bilstm.safetensors", false false, SMatrix<f32, 5, 7>;
    bilstm_hn: "../../../nn-import/tests/onnx/bilstm_hn.onnx", "../../../nn-import/tests/onnx/bilstm_hn.safetensors", false false, SMatrix<f32, 5, 7>;
    bilstm_state: "../../../nn-import/tests/onnx/bilstm_state.onnx", "../../../nn-import/tests/onnx/bilstm_state.safetensors", false false, SMatrix<f32, 5, 7>;
    bn_flat: "../../../nn-import/tests/onnx/bn_flat.onnx", "../../../nn-import/tests/onnx/bn_flat.safetensors", true false, SMatrix<f32, 2, 30>;
    cnn: "../../../nn-import/tests/onnx/cnn.onnx", "../../../nn-import/tests/onnx/cnn.safetensors", true false, SMatrix<f32, 3, 48>;
    cnn_fixed: "../../../nn-import/tests/onnx/cnn_fixed.onnx", "../../../nn-import/tests/onnx/cnn_fixed.safetensors", true false, SMatrix<f32, 3, 48>;
    cnn_old: "../../../nn-import/tests/onnx/cnn_old.onnx", "../../../nn-import/tests/onnx/cnn_old.safetensors", true false, SMatrix<f32, 3, 48>;
    cnn_view: "../../../nn-import/tests/onnx/cnn_view.onnx", "../../../nn-import/tests/onnx/cnn_view.safetensors", true false, SMatrix<f32, 3, 48>;
    conv1d: "../../../nn-import/tests/onnx/conv1d.onnx", "../../../nn-import/tests/onnx/conv1d.safetensors", true false, SMatrix<f32, 3, 16>;
    embed: "../../../nn-import/tests/onnx/embed.onnx", "../../../nn-import/tests/onnx/embed.safetensors", false false, SMatrix<u32, 6, 1>;
    gru_before: "../../../nn-import/tests/onnx/gru_before.onnx", "../../../nn-import/tests/onnx/gru_before.safetensors", false false, SMatrix<f32, 5, 7>;
    gru_last: "../../../nn-import/tests/onnx/gru_last.onnx", "../../../nn-import/tests/onnx/gru_last.safetensors", false false, SMatrix<f32, 5, 7>;
    layernorm: "../../../nn-import/tests/onnx/layernorm.onnx", "../../../nn-import/tests/onnx/layernorm.safetensors", false false, SMatrix<f32, 6, 5>;
    lstm_last: "../../../nn-import/tests/onnx/lstm_last.onnx", "../../../nn-import/tests/onnx/lstm_last.safetensors", false false, SMatrix<f32, 5, 7>;
    lstm_state: "../../../nn-import/tests/onnx/lstm_state.onnx", "../../../nn-import/tests/onnx/lstm_state.safetensors", false false, SMatrix<f32, 5, 7>;
    maxpool_neg: "../../../nn-import/tests/onnx/maxpool_neg.onnx", "../../../nn-import/tests/onnx/maxpool_neg.safetensors", true true, SMatrix<f32, 3, 48>;
    mixed: "../../../nn-import/tests/onnx/mixed.onnx", "../../../nn-import/tests/onnx/mixed.safetensors", true true, SMatrix<f32, 3, 48>;
    mobile: "../../../nn-import/tests/onnx/mobile.onnx", "../../../nn-import/tests/onnx/mobile.safetensors", true false, SMatrix<f32, 3, 80>;
    normalize: "../../../nn-import/tests/onnx/normalize.onnx", "../../../nn-import/tests/onnx/normalize.safetensors", true true, SMatrix<f32, 3, 48>;
    old_dropout: "../../../nn-import/tests/onnx/old_dropout.onnx", "../../../nn-import/tests/onnx/old_dropout.safetensors", false false, SMatrix<f32, 6, 1>;
    rnn_relu: "../../../nn-import/tests/onnx/rnn_relu.onnx", "../../../nn-import/tests/onnx/rnn_relu.safetensors", false false, SMatrix<f32, 5, 7>;
    shuffle: "../../../nn-import/tests/onnx/shuffle.onnx", "../../../nn-import/tests/onnx/shuffle.safetensors", true true, SMatrix<f32, 3, 20>;
    split: "../../../nn-import/tests/onnx/split.onnx", "../../../nn-import/tests/onnx/split.safetensors", true false, SMatrix<f32, 3, 20>;
    stem: "../../../nn-import/tests/onnx/stem.onnx", "../../../nn-import/tests/onnx/stem.safetensors", true false, SMatrix<f32, 3, 1024>;
    tf_nhwc: "../../../nn-import/tests/onnx/tf_nhwc.onnx", "../../../nn-import/tests/onnx/tf_nhwc.safetensors", false false, SMatrix<f32, 3, 48>;
    unflatten: "../../../nn-import/tests/onnx/unflatten.onnx", "../../../nn-import/tests/onnx/unflatten.safetensors", true true, SMatrix<f32, 3, 48>;
    upsample: "../../../nn-import/tests/onnx/upsample.onnx", "../../../nn-import/tests/onnx/upsample.safetensors", true true, SMatrix<f32, 3, 20>;
}
