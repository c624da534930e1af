//! Tapes, and training loops made of the parts of `fit`.

use nn::losses::MeanSquaredError;
use nn::prelude::*;
use nn::{StepError, Tape};

model! {
    /// Regularized, with running state and constraints.
    pub struct Net;

    let x = Input(shape = [5]);
    let h = Dense(7, use_bias = false, kernel_regularizer = L2(0.01), kernel_constraint = MaxNorm(1.0))(x);
    let h = BatchNormalization()(h);
    let h = tanh(h);
    let y = Dense(3)(h);

    Model(inputs = x, outputs = y)
}

/// Numbers in `-1..1` that look random.
fn noise(k: usize) -> f64 {
    (k.wrapping_mul(2_654_435_761) % 2000) as f64 / 1000.0 - 1.0
}

fn data(n: usize) -> (Vec<[f64; 5]>, Vec<[f64; 3]>) {
    let x = (0..n).map(|k| std::array::from_fn(|i| noise(5 * k + i))).collect();
    let y = (0..n).map(|k| std::array::from_fn(|i| noise(3 * k + i + 17))).collect();
    (x, y)
}

fn net() -> Box<Net<f64>> {
    Net::<f64>::boxed(&mut StdRng::seed_from_u64(3))
}

/// The mean squared error over all numbers, and its gradient, as `fit` computes them.
fn squares(y: &[SVector<f64, 3>], target: &[[f64; 3]]) -> (f64, Vec<SVector<f64, 3>>) {
    let count = 3.0;
    let n = y.len() as f64;
    let mut loss = 0.0;
    let mut dy = vec![SVector::zeros(); y.len()];
    for ((y, t), dy) in y.iter().zip(target).zip(&mut dy) {
        for i in 0..3 {
            let d = y[i] - t[i];
            loss += d * d / count / n;
            dy[i] = 2.0 * d / count / n;
        }
    }
    (loss, dy)
}

#[test]
fn a_loop_of_a_tape_and_steps_is_fit() -> nn::Result<()> {
    let (x, y) = data(24);
    let optimizer = || Adam::new(0.01).clipnorm(0.5).ema(nn::optimizers::Ema::default());
    let mut fitted = net().compile(optimizer(), MeanSquaredError);
    let mut own = net().compile(optimizer(), ());
    let mut with = net().compile(optimizer(), ());
    let mut tape = own.tape(8);
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..3 {
        for (x, y) in x.chunks(8).zip(y.chunks(8)) {
            let expected = fitted.train_on_batch(x, y)?.loss;
            let predictions = tape.forward(own.model(), x, &mut rng);
            let (loss, dy) = squares(predictions, y);
            let gradient = tape.backward(own.model(), &dy);
            let penalty = own.regularization_loss();
            assert_eq!(own.apply_gradient(&gradient)?, penalty);
            assert!((loss + penalty - expected).abs() < 1e-12);
            let logs = with.train_on_batch_with(x, |predictions, dy| {
                let (loss, gradient) = squares(predictions, y);
                dy.copy_from_slice(&gradient);
                loss
            })?;
            assert!((logs.loss - expected).abs() < 1e-12);
        }
    }
    let close = |a: &Net<f64>, b: &Net<f64>| {
        let pairs = a.as_slice().iter().zip(b.as_slice());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) < 1e-12
    };
    assert!(close(fitted.model(), own.model()) && close(fitted.model(), with.model()));
    assert_eq!(own.model(), with.model());
    assert_eq!((fitted.steps(), own.steps(), with.steps()), (9, 9, 9));
    Ok(())
}

model! {
    /// Layers that compute something else in training than in a prediction.
    pub struct Noisy;

    let x = Input(shape = [4, 6]);
    let h = LSTM(5, dropout = 0.4, recurrent_dropout = 0.3, return_sequences = true)(x);
    let h = SpatialDropout1D(0.5)(h);
    let h = Dense(6, activation = tanh, activity_regularizer = L2(0.1))(h);
    let h = BatchNormalization()(h);
    let h = GaussianDropout(0.3)(h);
    let h = GaussianNoise(0.2)(h);
    let h = AlphaDropout(0.3)(h);
    let h = GRU(4, dropout = 0.2)(h);
    let h = Dropout(0.5)(h);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

/// The gradients of a prediction, by central differences.
#[test]
fn an_inference_pass_has_the_gradients_of_the_prediction() {
    let mut net = Noisy::<f64>::boxed(&mut StdRng::seed_from_u64(5));
    let x: Vec<SMatrix<f64, 6, 4>> = (0..3).map(|k| SMatrix::from_fn(|i, j| noise(100 * k + 6 * j + i))).collect();
    let dy: Vec<SVector<f64, 2>> = (0..3).map(|k| SVector::from_fn(|i, _| noise(7 * k + i + 3))).collect();
    let mut tape = net.tape(3);
    // An earlier training pass leaves its masks.
    tape.forward(&net, &x, &mut StdRng::seed_from_u64(1));
    let y = tape.forward_inference(&net, &x);
    assert!(y.iter().zip(&x).all(|(y, x)| (y - net.call(x)).amax() < 1e-15));
    let objective = |net: &Noisy<f64>, x: &[SMatrix<f64, 6, 4>]| -> f64 {
        x.iter().zip(&dy).map(|(x, dy)| net.call(x).dot(dy)).sum()
    };
    let dw = tape.backward(&net, &dy).as_slice().to_vec();
    let dx = tape.input_gradient(&net, &dy).to_vec();
    let step = 1e-5;
    for k in 0..x.len() {
        for i in 0..24 {
            let mut moved = x.clone();
            moved[k].as_mut_slice()[i] += step;
            let more = objective(&net, &moved);
            moved[k].as_mut_slice()[i] -= 2.0 * step;
            let expected = (more - objective(&net, &moved)) / (2.0 * step);
            assert!((dx[k].as_slice()[i] - expected).abs() < 1e-8, "input {k}, {i}");
        }
    }
    let mut place = 0;
    let mut trainable = Vec::new();
    Noisy::<f64>::variables(&nn::Path::ROOT, &mut |variable| {
        let end = place + variable.shape.size();
        trainable.extend((place..end).map(|_| variable.trainable));
        place = end;
    });
    for i in (0..dw.len()).step_by(7).filter(|&i| trainable[i]) {
        let w = net.as_slice()[i];
        net.as_mut_slice()[i] = w + step;
        let more = objective(&net, &x);
        net.as_mut_slice()[i] = w - step;
        let expected = (more - objective(&net, &x)) / (2.0 * step);
        net.as_mut_slice()[i] = w;
        assert!((dw[i] - expected).abs() < 1e-8, "weight {i}: {} instead of {expected}", dw[i]);
    }
}

#[test]
fn gradients_accumulate_and_tapes_grow() {
    let (net, (x, _)) = (net(), data(6));
    let dy: Vec<[f64; 3]> = x.iter().map(|x| std::array::from_fn(|i| x[i])).collect();
    let mut tape = net.tape(2);
    let whole = {
        let mut tape = net.tape(6);
        tape.forward_inference(&net, &x);
        tape.backward(&net, &dy).as_slice().to_vec()
    };
    for (x, dy) in x.chunks(3).zip(dy.chunks(3)) {
        assert_eq!(tape.forward_inference(&net, x).len(), 3);
        tape.accumulate(&net, dy);
    }
    let close = tape.gradient().as_slice().iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close);
    // Several backward passes of one forward pass.
    let first = tape.backward(&net, &dy[3..]).as_slice().to_vec();
    assert_eq!(tape.backward(&net, &dy[3..]).as_slice(), first);
    tape.clear();
    assert!(tape.gradient().as_slice().iter().all(|&g| g == 0.0));
}

#[test]
#[should_panic = "expected 2 gradients of output `y`, as samples went forward, but got 3"]
fn gradients_have_the_samples_of_the_pass() {
    let (net, (x, y)) = (net(), data(3));
    let mut tape = net.tape(3);
    tape.forward_inference(&net, &x[..2]);
    tape.backward(&net, &y);
}

#[test]
fn a_tape_without_a_heap_is_the_same() {
    let (net, (x, dy)) = (net(), data(3));
    let mut heap = net.tape(3);
    heap.forward_inference(&net, &x);
    let expected = heap.backward(&net, &dy).as_slice().to_vec();
    let mut tape = Tape::<Net<f64>, 3>::new();
    assert_eq!(tape.forward_inference(&net, &x).unwrap(), heap.predictions());
    assert_eq!(tape.backward(&net, &dy).unwrap().as_slice(), expected);
    assert_eq!(tape.input_gradient(&net, &dy).unwrap(), heap.input_gradient(&net, &dy));
    // A step on a board is a step on the host.
    let optimizer = Adam::new(0.01);
    let mut trainer = nn::Trainer::<_, 1, 2>::new(net.as_ref().clone(), &optimizer).unwrap();
    let mut compiled = self::net().compile(optimizer, ());
    for _ in 0..2 {
        let penalty = trainer.apply_gradient(&optimizer, &tape.gradient()).unwrap();
        assert_eq!(penalty, compiled.apply_gradient(&heap.gradient()).unwrap());
    }
    assert_eq!(&trainer.model, compiled.model());
    assert!(trainer.apply_gradient(&Sgd::new(0.1), &tape.gradient()).is_err());
    let (more, _) = data(4);
    assert_eq!(tape.forward_inference(&net, &more), Err(StepError::Samples { got: 4, room: 3 }));
    assert!(tape.backward(&net, &dy).is_err());
}

model! {
    /// A table whose gradient comes by rows, and a layer that is frozen.
    pub struct Words;

    let words = Input(shape = [3], dtype = u32);
    let e = Embedding(20, 4)(words);
    let h = GlobalAveragePooling1D()(e);
    let h = Dense(5, activation = relu)(h);
    let y = Dense(1)(h);

    Model(inputs = words, outputs = y)
}

#[test]
fn tables_and_frozen_layers_learn_as_in_fit() -> nn::Result<()> {
    let x: Vec<[u32; 3]> = (0..8).map(|k| [k, (k + 3) % 20, (5 * k) % 20]).collect();
    let y: Vec<[f64; 1]> = (0..8).map(|k| [noise(k)]).collect();
    let words = || Words::<f64>::boxed(&mut StdRng::seed_from_u64(2));
    let mut fitted = words().compile(Adam::new(0.01), MeanSquaredError);
    let mut own = words().compile(Adam::new(0.01), ());
    fitted.set_trainable("dense", false)?;
    own.set_trainable("dense", false)?;
    let mut tape = own.tape(4);
    for _ in 0..4 {
        for (x, y) in x.chunks(4).zip(y.chunks(4)) {
            fitted.train_on_batch(x, y)?;
            let predictions = tape.forward(own.model(), x, &mut StdRng::seed_from_u64(0));
            let dy: Vec<[f64; 1]> = predictions.iter().zip(y).map(|(p, y)| [2.0 * (p[0] - y[0]) / 4.0]).collect();
            let gradient = tape.backward(own.model(), &dy);
            own.apply_gradient(&gradient)?;
        }
    }
    let pairs = fitted.model().as_slice().iter().zip(own.model().as_slice());
    assert!(pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) < 1e-12);
    assert_eq!(own.model().dense, words().dense);
    Ok(())
}

#[test]
fn weights_are_values_with_names() {
    let (mut net, other) = (net(), Net::<f64>::boxed(&mut StdRng::seed_from_u64(9)));
    let mut names = Vec::new();
    net.for_each(&mut |variable, scalars| {
        assert_eq!(scalars.len(), variable.shape.size());
        names.push(format!("{}: {}", variable.path, variable.shape));
    });
    assert_eq!(names[0], "dense.kernel: (5, 7)");
    // Row by row of the shape: inputs, then units.
    assert_eq!(net.get("dense.kernel").unwrap()[7], net.dense.kernel[(0, 1)]);
    assert_eq!((net.get("dense"), net.get("dense.kernels"), net.get("")), (None, None, None));
    net.set("y.bias", &[1.0, 2.0, 3.0]).unwrap();
    assert_eq!(net.y.bias.as_slice(), [1.0, 2.0, 3.0]);
    let error = net.set("y.bias", &[1.0]).unwrap_err();
    assert_eq!(error.to_string(), "expected 3 numbers for a variable of shape (3,), but got 1");
    assert_eq!(net.set("z", &[]), Err(nn::weights::SetError::Name));
    let before = net.as_slice().to_vec();
    net.lerp(&other, 0.25);
    for ((w, b), o) in net.as_slice().iter().zip(before).zip(other.as_slice()) {
        assert!((w - (0.75 * b + 0.25 * o)).abs() < 1e-15);
    }
    net.lerp(&other, 1.0);
    assert_eq!(net, other);
}

model! {
    /// Two inputs, two outputs, and a mask at one of them.
    pub struct Named;

    let words = Input(shape = [3], dtype = u32);
    let scale = Input(shape = [3, 4]);
    let e = Embedding(20, 4, mask_zero = true)(words);
    let h = multiply([e, scale]);
    let steps = Dense(2, activation = tanh)(e);
    let mean = Dense(1)(GlobalAveragePooling1D()(h));

    Model(inputs = [words, scale], outputs = [steps, mean])
}

#[test]
fn inputs_and_outputs_have_names_and_masks() {
    let net = Named::<f64>::boxed(&mut StdRng::seed_from_u64(6));
    let words = [[3_u32, 0, 5], [0, 7, 0]];
    let scale: Vec<SMatrix<f64, 4, 3>> = (0..2).map(|k| SMatrix::from_fn(|i, j| noise(50 * k + 4 * j + i))).collect();
    let mut tape = net.tape(2);
    let x = || NamedInputs { words: &words, scale: &scale };
    let expected = net.predict(x()).unwrap();
    let NamedOutputs { steps, mean } = NamedOutputs::from(tape.forward(&net, x(), &mut StdRng::seed_from_u64(1)));
    assert!(steps == expected.steps && mean == expected.mean);
    assert_eq!(tape.masks()[..2], [Some(&[1, 0, 1, 0, 1, 0][..]), None]);
    // Gradients by name, in a tuple, and the inputs' by name.
    let dsteps: Vec<SMatrix<f64, 2, 3>> = (0..2).map(|k| SMatrix::from_fn(|i, j| noise(9 * k + 2 * j + i))).collect();
    let dmean = [[0.5], [-2.0]];
    let dw = tape.backward(&net, NamedOutputs { steps: &dsteps, mean: &dmean }).as_slice().to_vec();
    assert_eq!(tape.backward(&net, (&dsteps, &dmean)).as_slice(), dw);
    let gradients = NamedInputs::from(tape.input_gradient(&net, NamedOutputs { steps: &dsteps, mean: &dmean }));
    assert!(gradients.words.iter().all(|words| words.iter().all(|&index| index == 0)));
    let dscale = gradients.scale.to_vec();
    let objective = |net: &Named<f64>, scale: &[SMatrix<f64, 4, 3>]| -> f64 {
        let y = net.predict((&words, scale)).unwrap();
        let of = |k: usize| y.steps[k].dot(&dsteps[k]) + y.mean[k][0] * dmean[k][0];
        of(0) + of(1)
    };
    let step = 1e-6;
    let mut moved = scale.clone();
    for (k, i) in (0..2).flat_map(|k| (0..12).map(move |i| (k, i))) {
        let x = moved[k].as_slice()[i];
        moved[k].as_mut_slice()[i] = x + step;
        let more = objective(&net, &moved);
        moved[k].as_mut_slice()[i] = x - step;
        let difference = (more - objective(&net, &moved)) / (2.0 * step);
        moved[k].as_mut_slice()[i] = x;
        assert!((dscale[k].as_slice()[i] - difference).abs() < 1e-8);
    }
    let mut other = Named::<f64>::boxed(&mut StdRng::seed_from_u64(6));
    for i in 0..dw.len() {
        let w = net.as_slice()[i];
        other.as_mut_slice()[i] = w + step;
        let more = objective(&other, &scale);
        other.as_mut_slice()[i] = w - step;
        let difference = (more - objective(&other, &scale)) / (2.0 * step);
        other.as_mut_slice()[i] = w;
        assert!((dw[i] - difference).abs() < 1e-8, "weight {i}");
    }
}
