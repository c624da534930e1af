//! The classifiers in dfdx, whose shapes are also types. It has no LSTM.

use dfdx::optim::{Adam, AdamConfig, Optimizer, RMSprop, RMSpropConfig, Sgd, SgdConfig};
use dfdx::prelude::*;
use peer::{BETAS, EPSILON, RATE, RHO, Request, SGD_RATE, batches};

type Classifier<const INPUTS: usize, const UNITS: usize, const OUTPUTS: usize> =
    ((Linear<INPUTS, UNITS>, ReLU), (Linear<UNITS, UNITS>, ReLU), Linear<UNITS, OUTPUTS>);

fn main() {
    // As in the library's documentation.
    dfdx::flush_denormals_to_zero();
    let request = &Request::from_arguments();
    match request.model.as_str() {
        "iris" => classifier::<4, 32, 3>(request),
        "digits" => classifier::<64, 64, 10>(request),
        "reuters" => classifier::<10_000, 64, 46>(request),
        model => panic!("there is no model {model}"),
    }
}

/// The model with its first weights.
macro_rules! model {
    ($request:expr, $device:expr) => {{
        let (mut weights, mut model) =
            ($request.weights(), $device.build_module::<Classifier<INPUTS, UNITS, OUTPUTS>, f32>());
        let ((first, _), (second, _), last) = &mut model;
        first.weight.copy_from(&weights.transposed_kernel(INPUTS, UNITS));
        first.bias.copy_from(&weights.vector(UNITS));
        second.weight.copy_from(&weights.transposed_kernel(UNITS, UNITS));
        second.bias.copy_from(&weights.vector(UNITS));
        last.weight.copy_from(&weights.transposed_kernel(UNITS, OUTPUTS));
        last.bias.copy_from(&weights.vector(OUTPUTS));
        model
    }};
}

/// Training steps of a batch size known at compile time.
macro_rules! steps {
    ($request:expr, $device:expr, $BATCH:literal, $optimizer:expr) => {{
        let (x, y) = ($request.floats("x"), one_hot::<OUTPUTS>(&$request.integers("y")));
        let pairs: Vec<_> = batches(&x, INPUTS, $BATCH)
            .zip(batches(&y, OUTPUTS, $BATCH))
            .map(|(x, y)| {
                let mut tensors = ($device.zeros::<Rank2<$BATCH, INPUTS>>(), $device.zeros::<Rank2<$BATCH, OUTPUTS>>());
                tensors.0.copy_from(x);
                tensors.1.copy_from(y);
                tensors
            })
            .collect();
        $request.steps(&pairs, || {
            let mut model = model!($request, $device);
            let (mut optimizer, mut gradients) = ($optimizer(&model), Some(model.alloc_grads()));
            move |(x, y)| {
                let x = x.clone().traced(gradients.take().expect("every step gives them back"));
                let loss = cross_entropy_with_logits_loss(model.forward_mut(x), y.clone());
                let value = loss.array();
                let mut computed = loss.backward();
                optimizer.update(&mut model, &computed).expect("all weights have gradients");
                model.zero_grads(&mut computed);
                gradients = Some(computed);
                value
            }
        });
    }};
}

macro_rules! predictions {
    ($request:expr, $device:expr, $BATCH:literal) => {{
        let (model, x) = (model!($request, $device), $request.floats("x"));
        let samples: Vec<_> = batches(&x, INPUTS, $BATCH)
            .map(|x| {
                let mut tensor = $device.zeros::<Rank2<$BATCH, INPUTS>>();
                tensor.copy_from(x);
                tensor
            })
            .collect();
        $request.predictions(&samples, |x| model.forward(x.clone()).softmax::<Axis<1>>().as_vec());
    }};
}

fn one_hot<const OUTPUTS: usize>(labels: &[u32]) -> Vec<f32> {
    labels.iter().flat_map(|label| std::array::from_fn::<f32, OUTPUTS, _>(|k| f32::from(k as u32 == *label))).collect()
}

fn adam() -> AdamConfig {
    AdamConfig { lr: RATE, betas: BETAS, eps: EPSILON, weight_decay: None }
}

/// The mean of squares begins with ones. The work is the same, but not the loss after a step.
fn rmsprop() -> RMSpropConfig {
    RMSpropConfig { lr: RATE, alpha: RHO, eps: EPSILON, momentum: None, centered: false, weight_decay: None }
}

fn classifier<const INPUTS: usize, const UNITS: usize, const OUTPUTS: usize>(request: &Request) {
    let device = Cpu::default();
    match (request.work.as_str(), request.size) {
        ("predict", 1) => predictions!(request, device, 1),
        ("predict", 256) => predictions!(request, device, 256),
        ("sgd", 32) => {
            let config = SgdConfig { lr: SGD_RATE, momentum: None, weight_decay: None };
            steps!(request, device, 32, |model| Sgd::new(model, config));
        }
        ("adam", 32) => steps!(request, device, 32, |model| Adam::new(model, adam())),
        ("rmsprop", 32) => steps!(request, device, 32, |model| RMSprop::new(model, rmsprop())),
        ("rmsprop", 512) => steps!(request, device, 512, |model| RMSprop::new(model, rmsprop())),
        ("epoch", size) => {
            let labels = request.integers("y");
            let samples = labels.len();
            let x = device.tensor_from_vec(request.floats("x"), (samples, Const::<INPUTS>));
            let y = device.tensor_from_vec(one_hot::<OUTPUTS>(&labels), (samples, Const::<OUTPUTS>));
            let mut model = model!(request, device);
            let (mut optimizer, mut gradients) = (RMSprop::new(&model, rmsprop()), Some(model.alloc_grads()));
            request.epochs(samples, |order| {
                let mut sums = (0.0, 0.0);
                for some in order.chunks(size) {
                    let numbers: Vec<usize> = some.iter().map(|number| *number as usize).collect();
                    let numbers = device.tensor_from_vec(numbers, (some.len(),));
                    let x: Tensor<(usize, Const<INPUTS>), f32, Cpu> = x.clone().gather(numbers.clone());
                    let y: Tensor<(usize, Const<OUTPUTS>), f32, Cpu> = y.clone().gather(numbers);
                    let logits = model.forward_mut(x.traced(gradients.take().expect("every step gives them back")));
                    sums.1 += right(&logits.as_vec(), &y.as_vec(), OUTPUTS);
                    let loss = cross_entropy_with_logits_loss(logits, y);
                    sums.0 += loss.array() * some.len() as f32;
                    let mut computed = loss.backward();
                    optimizer.update(&mut model, &computed).expect("all weights have gradients");
                    model.zero_grads(&mut computed);
                    gradients = Some(computed);
                }
                sums
            });
        }
        (work, size) => panic!("there is no kind {work}-{size}"),
    }
}

/// Counts samples whose largest logit is the label's; dfdx has no function for it.
fn right(logits: &[f32], labels: &[f32], outputs: usize) -> f32 {
    let pairs = logits.chunks(outputs).zip(labels.chunks(outputs));
    let right = pairs.filter(|(logits, label)| {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        logits.iter().zip(*label).any(|(logit, label)| *label == 1.0 && *logit == largest)
    });
    right.count() as f32
}
