//! The models in candle. It has no RMSprop, so there is one here, written with its tensors in the style of its AdamW.

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW, SGD};
use candle_nn::rnn::{LSTM, LSTMConfig, RNN};
use candle_nn::{Activation, Embedding, Linear, Module, Sequential, VarBuilder, VarMap, loss, ops, seq};
use peer::headline::{ADDITIONAL, DENSE, EMBEDDING, LOSS_WEIGHTS, LSTM as UNITS, VOCABULARY, WORDS};
use peer::{BETAS, EPSILON, RATE, RHO, Request, SGD_RATE, Weights, batches};

const CPU: Device = Device::Cpu;

fn main() -> Result<()> {
    let request = &Request::from_arguments();
    match request.model.as_str() {
        "headline" => headline(request),
        _ => classifier(request),
    }
}

// --- Optimizers -----------------------------------------------------------------------------------------------------

struct RmsProp(Vec<(Var, Var)>);

impl Optimizer for RmsProp {
    type Config = ();

    fn new(vars: Vec<Var>, _: ()) -> Result<Self> {
        let with_slot = |var: Var| Ok((var.clone(), Var::zeros(var.shape(), var.dtype(), var.device())?));
        Ok(Self(vars.into_iter().map(with_slot).collect::<Result<_>>()?))
    }

    fn step(&mut self, grads: &GradStore) -> Result<()> {
        for (var, slot) in &self.0 {
            if let Some(g) = grads.get(var) {
                let mean = ((slot.as_tensor() * RHO)? + (g.sqr()? * (1.0 - RHO))?)?;
                let change = ((g * RATE)? / (&mean + EPSILON)?.sqrt()?)?;
                slot.set(&mean)?;
                var.set(&(var.as_tensor() - change)?)?;
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        RATE
    }

    fn set_learning_rate(&mut self, _: f64) {
        unreachable!("nobody sets it");
    }
}

fn adam(vars: Vec<Var>) -> Result<AdamW> {
    let [beta1, beta2] = BETAS;
    AdamW::new(vars, ParamsAdamW { lr: RATE, beta1, beta2, eps: EPSILON, weight_decay: 0.0 })
}

// --- Dense layers ---------------------------------------------------------------------------------------------------

fn variable(values: Vec<f32>, shape: &[usize], vars: &mut Vec<Var>) -> Result<Tensor> {
    let var = Var::from_vec(values, shape, &CPU)?;
    vars.push(var.clone());
    Ok(var.as_tensor().clone())
}

fn linear(weights: &mut Weights, inputs: usize, outputs: usize, vars: &mut Vec<Var>) -> Result<Linear> {
    let weight = variable(weights.transposed_kernel(inputs, outputs), &[outputs, inputs], vars)?;
    let bias = variable(weights.vector(outputs), &[outputs], vars)?;
    Ok(Linear::new(weight, Some(bias)))
}

/// The layers without softmax, and their weights.
fn layers(request: &Request) -> Result<(Sequential, Vec<Var>)> {
    let (mut weights, mut vars, mut model) = (request.weights(), Vec::new(), seq());
    for pair in request.sizes().windows(2) {
        if !vars.is_empty() {
            model = model.add(Activation::Relu);
        }
        model = model.add(linear(&mut weights, pair[0], pair[1], &mut vars)?);
    }
    Ok((model, vars))
}

fn classifier(request: &Request) -> Result<()> {
    let inputs = request.sizes()[0];
    let (x, y) = (request.floats("x"), request.integers("y"));
    let x = |size| batches(&x, inputs, size).map(move |part| Tensor::from_slice(part, (size, inputs), &CPU));
    let y = |size| batches(&y, 1, size).map(move |part| Tensor::from_slice(part, size, &CPU));
    let steps = || {
        let pairs = x(request.size).zip(y(request.size)).map(|(x, y)| Ok((x?, y?)));
        pairs.collect::<Result<Vec<(Tensor, Tensor)>>>()
    };
    match request.work.as_str() {
        "predict" => {
            let (model, _) = layers(request)?;
            let samples: Vec<Tensor> = x(request.size).collect::<Result<_>>()?;
            request.predictions(&samples, |x| {
                let y = model.forward(x).and_then(|logits| ops::softmax(&logits, 1)).expect("it has its shape");
                y.flatten_all().and_then(|y| y.to_vec1()).expect("it has its type")
            });
        }
        "sgd" => request.steps(&steps()?, || classifier_step(request, |vars| SGD::new(vars, SGD_RATE))),
        "adam" => request.steps(&steps()?, || classifier_step(request, adam)),
        "rmsprop" => request.steps(&steps()?, || classifier_step(request, |vars| RmsProp::new(vars, ()))),
        "epoch" => {
            let (model, vars) = layers(request)?;
            let mut optimizer = RmsProp::new(vars, ())?;
            let samples = request.integers("y").len();
            let (x, y) = (x(samples).next().expect("one")?, y(samples).next().expect("one")?);
            let mut batch = |some: &[u32]| {
                let some = Tensor::from_slice(some, some.len(), &CPU)?;
                let (x, y) = (x.index_select(&some, 0)?, y.index_select(&some, 0)?);
                let logits = model.forward(&x)?;
                let right = logits.argmax(1)?.eq(&y)?.to_dtype(DType::F32)?.sum_all()?;
                let loss = loss::cross_entropy(&logits, &y)?;
                optimizer.backward_step(&loss)?;
                Ok((loss.to_scalar::<f32>()? * y.dim(0)? as f32, right.to_scalar::<f32>()?))
            };
            request.epochs(samples, |order| {
                let parts = order.chunks(request.size).map(&mut batch).collect::<Result<Vec<_>>>();
                let parts = parts.expect("shapes and types agree");
                parts.into_iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
            });
        }
        work => panic!("there is no kind {work}"),
    }
    Ok(())
}

fn classifier_step<O: Optimizer, F: Fn(Vec<Var>) -> Result<O>>(
    request: &Request,
    optimizer: F,
) -> impl FnMut(&(Tensor, Tensor)) -> f32 + use<O, F> {
    let (model, vars) = layers(request).expect("weights have their shapes");
    let mut optimizer = optimizer(vars).expect("weights have their types");
    let mut step = move |x: &Tensor, y: &Tensor| {
        let loss = loss::cross_entropy(&model.forward(x)?, y)?;
        optimizer.backward_step(&loss)?;
        loss.to_scalar()
    };
    move |(x, y)| step(x, y).expect("shapes and types agree")
}

// --- The headline model ---------------------------------------------------------------------------------------------

struct Headline {
    embedding: Embedding,
    lstm: LSTM,
    aux_output: Linear,
    dense: [Linear; 3],
    main_output: Linear,
}

impl Headline {
    fn new(mut weights: Weights) -> Result<(Self, Vec<Var>)> {
        let mut vars = Vec::new();
        let table = variable(weights.vector(VOCABULARY * EMBEDDING), &[VOCABULARY, EMBEDDING], &mut vars)?;
        // Without the second bias of this LSTM, because the bias would then learn twice as fast. The gates are in
        // Keras's order.
        let map = VarMap::new();
        let config = LSTMConfig { b_hh_init: None, ..LSTMConfig::default() };
        let lstm = LSTM::new(EMBEDDING, UNITS, config, VarBuilder::from_varmap(&map, DType::F32, &CPU))?;
        for (name, inputs) in [("weight_ih_l0", EMBEDDING), ("weight_hh_l0", UNITS)] {
            let kernel = weights.transposed_kernel(inputs, 4 * UNITS);
            set(&map, name, &Tensor::from_vec(kernel, (4 * UNITS, inputs), &CPU)?, &mut vars)?;
        }
        set(&map, "bias_ih_l0", &Tensor::from_vec(weights.vector(4 * UNITS), 4 * UNITS, &CPU)?, &mut vars)?;
        let mut linear = |inputs, outputs| linear(&mut weights, inputs, outputs, &mut vars);
        let model = Self {
            embedding: Embedding::new(table, EMBEDDING),
            lstm,
            aux_output: linear(UNITS, 1)?,
            dense: [linear(UNITS + ADDITIONAL, DENSE)?, linear(DENSE, DENSE)?, linear(DENSE, DENSE)?],
            main_output: linear(DENSE, 1)?,
        };
        Ok((model, vars))
    }

    fn logits(&self, words: &Tensor, additional: &Tensor) -> Result<[Tensor; 2]> {
        let states = self.lstm.seq(&self.embedding.forward(words)?)?;
        let lstm_out = states.last().expect("there are words").h();
        let mut x = Tensor::cat(&[lstm_out, additional], 1)?;
        for dense in &self.dense {
            x = dense.forward(&x)?.relu()?;
        }
        Ok([self.main_output.forward(&x)?, self.aux_output.forward(lstm_out)?])
    }
}

/// Sets a variable of `map`, which the LSTM shares.
fn set(map: &VarMap, name: &str, value: &Tensor, vars: &mut Vec<Var>) -> Result<()> {
    let variables = map.data().lock().expect("nobody else has it");
    variables[name].set(value)?;
    vars.push(variables[name].clone());
    Ok(())
}

type Batch = (Tensor, Tensor, Tensor);

fn headline(request: &Request) -> Result<()> {
    let size = request.size;
    let (words, additional, y) = (request.integers("words"), request.floats("additional"), request.floats("y"));
    let parts = batches(&words, WORDS, size).zip(batches(&additional, ADDITIONAL, size)).zip(batches(&y, 1, size));
    let samples: Vec<Batch> = parts
        .map(|((words, additional), y)| {
            let words = Tensor::from_slice(words, (size, WORDS), &CPU)?;
            let additional = Tensor::from_slice(additional, (size, ADDITIONAL), &CPU)?;
            Ok((words, additional, Tensor::from_slice(y, (size, 1), &CPU)?))
        })
        .collect::<Result<_>>()?;
    match request.work.as_str() {
        "predict" => {
            let (model, _) = Headline::new(request.weights())?;
            let predict = |words: &Tensor, additional: &Tensor| {
                let [main, aux] = model.logits(words, additional)?;
                let outputs = [ops::sigmoid(&main)?, ops::sigmoid(&aux)?];
                Ok::<_, candle_core::Error>([
                    outputs[0].flatten_all()?.to_vec1()?,
                    outputs[1].flatten_all()?.to_vec1()?,
                ])
            };
            request.predictions(&samples, |(words, additional, _)| {
                predict(words, additional).expect("shapes and types agree").concat()
            });
        }
        _ => request.steps(&samples, || {
            let (model, vars) = Headline::new(request.weights()).expect("weights have their shapes");
            let mut optimizer = RmsProp::new(vars, ()).expect("weights have their types");
            let mut step = move |(words, additional, y): &Batch| {
                let [main, aux] = model.logits(words, additional)?;
                let [main_loss, aux_loss] =
                    [loss::binary_cross_entropy_with_logit(&main, y)?, loss::binary_cross_entropy_with_logit(&aux, y)?];
                let [main_weight, aux_weight] = LOSS_WEIGHTS;
                let loss = ((main_loss * main_weight)? + (aux_loss * aux_weight)?)?;
                optimizer.backward_step(&loss)?;
                loss.to_scalar::<f32>()
            };
            move |batch: &Batch| step(batch).expect("shapes and types agree")
        }),
    }
    Ok(())
}
