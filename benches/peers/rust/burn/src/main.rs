//! The models in burn, on one of its two CPU backends: the first argument is `--flex` or `--ndarray`.

use burn::module::{Module, Param};
use burn::nn::loss::{BinaryCrossEntropyLoss, BinaryCrossEntropyLossConfig, CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::{Embedding, EmbeddingConfig, GateController, Linear, LinearConfig, Lstm, LstmConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, RmsPropConfig, SgdConfig};
use burn::tensor::activation::{relu, sigmoid, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};
use peer::headline::{ADDITIONAL, DENSE, EMBEDDING, LOSS_WEIGHTS, LSTM, VOCABULARY, WORDS};
use peer::{BETAS, EPSILON, RATE, RHO, Request, SGD_RATE, Weights, batches};

fn main() {
    let request = &Request::from_arguments();
    let device = &match request.backend.as_deref() {
        Some("flex") => Device::flex(),
        #[expect(deprecated, reason = "it is compared as long as there is one")]
        Some("ndarray") => Device::ndarray(),
        backend => panic!("there is no backend {backend:?}"),
    };
    match request.model.as_str() {
        "headline" => headline(request, device),
        _ => classifier(request, device),
    }
}

// --- What both models have ------------------------------------------------------------------------------------------

fn floats<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

fn integers<const D: usize>(values: &[u32], shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    let values: Vec<i32> = values.iter().map(|value| *value as i32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn parameter<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(values, shape), device)
}

fn linear(weights: &mut Weights, inputs: usize, outputs: usize, device: &Device) -> Linear {
    let mut linear = LinearConfig::new(inputs, outputs).init(device);
    linear.weight = parameter(weights.kernel(inputs, outputs), [inputs, outputs], device);
    linear.bias = Some(parameter(weights.vector(outputs), [outputs], device));
    linear
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the numbers are floats")
}

fn optimizer(name: &str) -> (ModuleOptimizer, f64) {
    match name {
        "sgd" => (SgdConfig::new().init(), SGD_RATE),
        "adam" => {
            let [first, second] = BETAS.map(|beta| beta as f32);
            (AdamConfig::new().with_beta_1(first).with_beta_2(second).with_epsilon(EPSILON as f32).init(), RATE)
        }
        // Epsilon is added to the root, but in Keras under it. The work is the same, but not the loss after a step.
        "rmsprop" | "epoch" => {
            (RmsPropConfig::new().with_alpha(RHO as f32).with_momentum(0.0).with_epsilon(EPSILON as f32).init(), RATE)
        }
        name => panic!("there is no kind {name}"),
    }
}

/// A model and its optimizer. `step` takes the model by value.
struct Training<M: Module> {
    model: Option<M>,
    optimizer: ModuleOptimizer,
    rate: f64,
}

impl<M: Module> Training<M> {
    fn new(model: M, name: &str) -> Self {
        let (optimizer, rate) = optimizer(name);
        Self { model: Some(model), optimizer, rate }
    }

    fn model(&self) -> &M {
        self.model.as_ref().expect("every step gives it back")
    }

    /// Takes a step and returns the loss.
    fn step(&mut self, loss: Tensor<1>) -> f32 {
        let model = self.model.take().expect("every step gives it back");
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        self.model = Some(self.optimizer.step(self.rate, model, gradients));
        loss.into_scalar()
    }
}

// --- Dense layers ---------------------------------------------------------------------------------------------------

#[derive(Module, Debug)]
struct Classifier {
    layers: Vec<Linear>,
}

impl Classifier {
    fn new(request: &Request, device: &Device) -> Self {
        let mut weights = request.weights();
        let layers = request.sizes().windows(2).map(|pair| linear(&mut weights, pair[0], pair[1], device)).collect();
        Self { layers }
    }

    fn logits(&self, mut x: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("there are layers");
        for layer in hidden {
            x = relu(layer.forward(x));
        }
        last.forward(x)
    }
}

fn classifier(request: &Request, device: &Device) {
    let (size, inputs) = (request.size, request.sizes()[0]);
    let learning = &device.clone().autodiff();
    let (x, y) = (request.floats("x"), request.integers("y"));
    let loss: CrossEntropyLoss = CrossEntropyLossConfig::new().init(learning);
    match request.work.as_str() {
        "predict" => {
            let model = Classifier::new(request, device);
            let samples: Vec<_> = batches(&x, inputs, size).map(|x| floats(x, [size, inputs], device)).collect();
            request.predictions(&samples, |x| numbers(softmax(model.logits(x.clone()), 1)));
        }
        "epoch" => {
            let mut training = Training::new(Classifier::new(request, learning), "epoch");
            let (x, y) = (floats(&x, [y.len(), inputs], learning), integers(&y, [y.len()], learning));
            request.epochs(y.dims()[0], |order| {
                let mut sums = (0.0, 0.0);
                for some in order.chunks(size) {
                    let some_tensor = integers(some, [some.len()], learning);
                    let (x, y) = (x.clone().select(0, some_tensor.clone()), y.clone().select(0, some_tensor));
                    let logits = training.model().logits(x);
                    let right = logits.clone().inner().argmax(1).squeeze_dim::<1>(1).equal(y.clone().inner());
                    sums.1 += right.int().sum().into_scalar::<i32>() as f32;
                    sums.0 += training.step(loss.forward(logits, y)) * some.len() as f32;
                }
                sums
            });
        }
        name => {
            let pairs = batches(&x, inputs, size).zip(batches(&y, 1, size));
            let batches: Vec<_> =
                pairs.map(|(x, y)| (floats(x, [size, inputs], learning), integers(y, [size], learning))).collect();
            request.steps(&batches, || {
                let mut training = Training::new(Classifier::new(request, learning), name);
                let loss = loss.clone();
                move |(x, y)| {
                    let logits = training.model().logits(x.clone());
                    training.step(loss.forward(logits, y.clone()))
                }
            });
        }
    }
}

// --- The headline model ---------------------------------------------------------------------------------------------

#[derive(Module, Debug)]
struct Headline {
    embedding: Embedding,
    lstm: Lstm,
    aux_output: Linear,
    dense: Vec<Linear>,
    main_output: Linear,
}

impl Headline {
    fn new(request: &Request, device: &Device) -> Self {
        let weights = &mut request.weights();
        let mut embedding = EmbeddingConfig::new(VOCABULARY, EMBEDDING).init(device);
        embedding.weight = parameter(weights.vector(VOCABULARY * EMBEDDING), [VOCABULARY, EMBEDDING], device);
        Self {
            embedding,
            lstm: lstm(weights, device),
            aux_output: linear(weights, LSTM, 1, device),
            dense: [LSTM + ADDITIONAL, DENSE, DENSE].map(|inputs| linear(weights, inputs, DENSE, device)).to_vec(),
            main_output: linear(weights, DENSE, 1, device),
        }
    }

    fn logits(&self, words: Tensor<2, Int>, additional: Tensor<2>) -> [Tensor<2>; 2] {
        let lstm_out = self.lstm.forward(self.embedding.forward(words), None).1.hidden;
        let mut x = Tensor::cat(vec![lstm_out.clone(), additional], 1);
        for dense in &self.dense {
            x = relu(dense.forward(x));
        }
        [self.main_output.forward(x), self.aux_output.forward(lstm_out)]
    }
}

/// Its gates have separate weights. Each gate also has a second bias, which is left out.
fn lstm(weights: &mut Weights, device: &Device) -> Lstm {
    let mut lstm = LstmConfig::new(EMBEDDING, LSTM, true).init(device);
    let [kernel, recurrent] = [EMBEDDING, LSTM].map(|inputs| weights.kernel(inputs, 4 * LSTM));
    let bias = weights.vector(4 * LSTM);
    let forget_gate = lstm.forget_gate.as_mut().expect("it has all gates");
    let gates = [&mut lstm.input_gate, forget_gate, &mut lstm.cell_gate, &mut lstm.output_gate];
    for (gate, GateController { input_transform, hidden_transform }) in gates.into_iter().enumerate() {
        let part = gate * LSTM..(gate + 1) * LSTM;
        let columns = |all: &[f32]| all.chunks(4 * LSTM).flat_map(|row| &row[part.clone()]).copied().collect();
        input_transform.weight = parameter(columns(&kernel), [EMBEDDING, LSTM], device);
        input_transform.bias = Some(parameter(bias[part.clone()].to_vec(), [LSTM], device));
        hidden_transform.weight = parameter(columns(&recurrent), [LSTM, LSTM], device);
        hidden_transform.bias = None;
    }
    lstm
}

fn headline(request: &Request, device: &Device) {
    let (size, learns) = (request.size, request.work != "predict");
    let device = &if learns { device.clone().autodiff() } else { device.clone() };
    let (words, additional, y) = (request.integers("words"), request.floats("additional"), request.floats("y"));
    let parts = batches(&words, WORDS, size).zip(batches(&additional, ADDITIONAL, size)).zip(batches(&y, 1, size));
    let samples: Vec<_> = parts
        .map(|((words, additional), y)| {
            let words = integers(words, [size, WORDS], device);
            (words, floats(additional, [size, ADDITIONAL], device), floats(y, [size, 1], device).int())
        })
        .collect();
    if !learns {
        let model = Headline::new(request, device);
        return request.predictions(&samples, |(words, additional, _)| {
            let outputs = model.logits(words.clone(), additional.clone());
            outputs.into_iter().flat_map(|logit| numbers(sigmoid(logit))).collect()
        });
    }
    let crossentropy: BinaryCrossEntropyLoss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
    request.steps(&samples, || {
        let mut training = Training::new(Headline::new(request, device), "rmsprop");
        let crossentropy = crossentropy.clone();
        move |(words, additional, y)| {
            let logits = training.model().logits(words.clone(), additional.clone());
            let losses = logits.map(|logits| crossentropy.forward(logits, y.clone()));
            let [main, aux] = losses;
            training.step(main * LOSS_WEIGHTS[0] + aux * LOSS_WEIGHTS[1])
        }
    });
}
