//! `add_loss`: a tensor of the graph that is a part of the loss.

#![allow(missing_docs, unreachable_pub)]

use nn::losses::MeanSquaredError;
use nn::prelude::*;

const CODE: usize = 2;

model! {
    /// A variational autoencoder without noise: its Kullback-Leibler divergence from the standard normal distribution.
    pub struct Vae;

    let x = Input(shape = [5]);
    let h = Dense(7, activation = tanh)(x);
    let mean = Dense(CODE)(h);
    let log_var = Dense(CODE)(h);
    let square = multiply([mean, mean]);
    let kl = subtract([add([square, exponential(log_var)]), log_var]);
    add_loss(Rescaling(0.5, offset = -0.5)(kl));
    let y = Dense(5)(mean);

    Model(inputs = x, outputs = y)
}

/// Numbers in `-1..1` that look random.
fn noise(k: usize) -> f64 {
    (k.wrapping_mul(2_654_435_761) % 2000) as f64 / 1000.0 - 1.0
}

fn data(n: usize) -> Vec<[f64; 5]> {
    (0..n).map(|k| std::array::from_fn(|i| noise(5 * k + i))).collect()
}

fn vae() -> Box<Vae<f64>> {
    Vae::<f64>::boxed(&mut StdRng::seed_from_u64(3))
}

/// The divergence of each sample, by hand.
fn divergence(net: &Vae<f64>, x: &[f64; 5]) -> f64 {
    let h = (net.h.kernel * SVector::from(*x) + net.h.bias).map(f64::tanh);
    let (mean, log_var) = (net.mean.kernel * h + net.mean.bias, net.log_var.kernel * h + net.log_var.bias);
    (0..2).map(|i| -0.5 * (1.0 + log_var[i] - mean[i].powi(2) - log_var[i].exp())).sum()
}

/// The loss of `fit`: the mean of the squares, and of the divergences.
fn objective(net: &Vae<f64>, x: &[[f64; 5]]) -> f64 {
    let of = |x: &[f64; 5]| (net.call(x) - SVector::from(*x)).norm_squared() / 5.0 + divergence(net, x);
    x.iter().map(of).sum::<f64>() / x.len() as f64
}

#[test]
fn the_loss_and_its_gradient_have_it() -> nn::Result<()> {
    let (x, net) = (data(6), vae());
    let expected = objective(&net, &x);
    let mut model = vae().compile(Sgd::new(1.0), MeanSquaredError);
    let report = model.evaluate(&x, &x)?;
    assert!((report.loss - expected).abs() < 1e-12, "{} {expected}", report.loss);
    let logs = model.train_on_batch(&x, &x)?;
    assert!((logs.loss - expected).abs() < 1e-12);
    // With rate 1, a step is the gradient.
    let mut moved = vae();
    for i in 0..moved.as_slice().len() {
        let (w, step) = (net.as_slice()[i], 1e-5);
        moved.as_mut_slice()[i] = w + step;
        let more = objective(&moved, &x);
        moved.as_mut_slice()[i] = w - step;
        let difference = (more - objective(&moved, &x)) / (2.0 * step);
        moved.as_mut_slice()[i] = w;
        let got = w - model.model().as_slice()[i];
        assert!((got - difference).abs() < 1e-8, "weight {i}: {got} instead of {difference}");
    }
    Ok(())
}

/// A loop of one's own sees it too: in the gradient of the tape, and in the value that `apply_gradient` returns.
#[test]
fn loops_of_ones_own_have_it() -> nn::Result<()> {
    let x = data(4);
    let mut fitted = vae().compile(Adam::new(0.01), MeanSquaredError);
    let mut own = vae().compile(Adam::new(0.01), ());
    let mut with = vae().compile(Adam::new(0.01), ());
    let mut tape = own.tape(4);
    let loss = |y: &[SVector<f64, 5>], dy: &mut [SVector<f64, 5>]| {
        let mut loss = 0.0;
        for ((y, x), dy) in y.iter().zip(&x).zip(dy) {
            *dy = (y - SVector::from(*x)) * 2.0 / 5.0 / 4.0;
            loss += (y - SVector::from(*x)).norm_squared() / 5.0 / 4.0;
        }
        loss
    };
    for _ in 0..3 {
        let expected = fitted.train_on_batch(&x, &x)?.loss;
        let mut dy = [SVector::zeros(); 4];
        let value = loss(tape.forward(own.model(), &x, &mut StdRng::seed_from_u64(0)), &mut dy);
        let gradient = tape.backward(own.model(), &dy);
        let added = own.apply_gradient(&gradient)?;
        assert!((value + added - expected).abs() < 1e-12);
        assert!((with.train_on_batch_with(&x, loss)?.loss - expected).abs() < 1e-12);
    }
    let close = |a: &Vae<f64>, b: &Vae<f64>| a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close(fitted.model(), own.model()) && close(fitted.model(), with.model()));
    Ok(())
}

model! {
    /// A model with an added loss as a layer, called twice, and another name of the statement's layer.
    pub struct Twice;

    let a = Input(shape = [5]);
    let b = Input(shape = [5]);
    let vae = self::Vae();
    let y = add([vae(a), vae(b)]);
    let y = AddLoss()(y);
    let y = Dense(3, activation = softmax)(y);

    Model(inputs = [a, b], outputs = y)
}

#[test]
fn sub_models_add_theirs() -> nn::Result<()> {
    let (a, b) = (data(4), data(8)[4..].to_vec());
    let net = Twice::<f64>::boxed(&mut StdRng::seed_from_u64(5));
    let labels = [0_u32, 1, 2, 0];
    let mut expected = 0.0;
    for ((a, b), label) in a.iter().zip(&b).zip(labels) {
        let y = net.vae.call(a) + net.vae.call(b);
        let p = net.call((a, b));
        expected += divergence(&net.vae, a) + divergence(&net.vae, b) + y.sum() - p[label as usize].ln();
    }
    let mut model = net.compile(Sgd::new(0.01), SparseCategoricalCrossentropy::default());
    let got = model.evaluate((&a, &b), labels)?.loss;
    assert!((got - expected / 4.0).abs() < 1e-12, "{got} {expected}");
    let first = model.train_on_batch((&a, &b), labels)?.loss;
    assert!((first - got).abs() < 1e-12);
    for _ in 0..20 {
        model.train_on_batch((&a, &b), labels)?;
    }
    assert!(model.evaluate((&a, &b), labels)?.loss < first);
    Ok(())
}

model! {
    /// Several losses of sequences with masks, in a frozen part, and of the input itself.
    pub struct Many;

    let words = Input(shape = [4], dtype = u32);
    let x = Embedding(9, 3, mask_zero = true, trainable = false)(words);
    add_loss(x);
    let h = Dense(2, activation = tanh)(x);
    add_loss(h);
    let h = GRU(3)(h);
    add_loss(h);
    add_loss(Dense(1, name = "only_for_the_loss")(h));
    let y = Dense(1)(h);

    Model(inputs = words, outputs = y)
}

#[test]
fn any_tensor_can_be_added() -> nn::Result<()> {
    let x: Vec<[u32; 4]> = (0..5).map(|k| [k % 9, (2 * k) % 9, (5 * k + 1) % 9, 0]).collect();
    let y = [[0.5_f64]; 5];
    let net = || Many::<f64>::boxed(&mut StdRng::seed_from_u64(4));
    let mut model = net().compile(Sgd::new(1.0), MeanSquaredError);
    let before = model.evaluate(&x, y)?.loss;
    assert!((model.train_on_batch(&x, y)?.loss - before).abs() < 1e-12);
    // The layer for the loss alone learns: the gradient of its bias is 1.
    let bias = |net: &Many<f64>| net.only_for_the_loss.bias[0];
    assert!((bias(&net()) - bias(model.model()) - 1.0).abs() < 1e-12);
    assert_eq!(model.model().x, net().x);
    // Every weight, by differences.
    let (mut moved, step) = (net().compile(Sgd::new(1.0), MeanSquaredError), 1e-5);
    for i in 27..net().as_slice().len() {
        let w = net().as_slice()[i];
        moved.model_mut().as_mut_slice()[i] = w + step;
        let more = moved.evaluate(&x, y)?.loss;
        moved.model_mut().as_mut_slice()[i] = w - step;
        let difference = (more - moved.evaluate(&x, y)?.loss) / (2.0 * step);
        moved.model_mut().as_mut_slice()[i] = w;
        let got = w - model.model().as_slice()[i];
        assert!((got - difference).abs() < 1e-7, "weight {i}: {got} instead of {difference}");
    }
    Ok(())
}

/// A prediction has no loss, so the folded form leaves out what only the loss needs.
#[test]
fn a_folded_model_predicts_the_same() {
    let (x, net) = (data(3), vae());
    let folded = net.fold();
    for x in &x {
        assert!((folded.call(x) - net.call(x)).amax() < 1e-14);
    }
}

/// A layer of one's own that adds a loss, as `self.add_loss(..)` in a `call` of Keras.
mod my {
    use nn::layer::*;

    nn::layer! {
        /// Returns its input, and adds `1/N · Σ x⁴` to the loss.
        pub struct Fourth {}

        pub const SPEC: LayerSpec { has_cache: true, has_scratch: true, infer: rule!(infer) }

        impl Train;
    }

    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    fn loss<T: Scalar, const N: usize>(x: &[SVector<T, N>]) -> T {
        let of = |x: &SVector<T, N>| x.iter().fold(T::ZERO, |sum, &x| sum + x * x * x * x);
        x.iter().fold(T::ZERO, |sum, x| sum + of(x)) / T::of(x.len().max(1) as f64)
    }

    impl<T: Scalar + nn::Element, const N: usize> Layer<T, SVector<T, N>> for Fourth {
        type Output = SVector<T, N>;
        type Weights = ();
        type Scratch<B: Storage> = B::One<SVector<T, 1>>;
        type Cache<B: Storage> = B::One<SVector<T, 1>>;

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SVector<T, N>],
            y: &mut [SVector<T, N>],
            pass: Pass<'_, '_, T, B::One<SVector<T, 1>>, B::One<SVector<T, 1>>>,
        ) {
            y.copy_from_slice(x);
            match pass {
                Pass::Inference(Memory { own, .. }) | Pass::Training(Memory { own, .. }, _) => own[0] = loss(x),
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SVector<T, N>],
            _: &[SVector<T, N>],
            dy: &[SVector<T, N>],
            _: Memory<'_, T, B::One<SVector<T, 1>>>,
            dx: Option<&mut [SVector<T, N>]>,
            _: Option<&mut ()>,
        ) {
            // y = x and loss += 1/N · Σ x⁴, so dx += dy + 4/N · x³.
            for ((dx, dy), x4) in dx.into_iter().flatten().zip(dy).zip(x) {
                *dx += dy + x4.map(|x4| x4 * x4 * x4 * T::of(4.0 / x.len() as f64));
            }
        }
    }

    impl<T: Scalar + nn::Element, const N: usize> Train<T, SVector<T, N>> for Fourth {
        fn activity<B: Storage>(&self, loss: &B::One<SVector<T, 1>>) -> T {
            loss[0]
        }

        fn training_activity<B: Storage>(&self, loss: &B::One<SVector<T, 1>>) -> T {
            loss[0]
        }
    }
}

model! {
    pub struct Own;

    let x = Input(shape = [5]);
    let h = my::Fourth()(Dense(3)(x));
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

#[test]
fn a_layer_of_ones_own_adds_a_loss() -> nn::Result<()> {
    let (x, net) = (data(3), Own::<f64>::boxed(&mut StdRng::seed_from_u64(2)));
    let objective = |net: &Own<f64>| -> f64 {
        let h = |x: &[f64; 5]| net.dense.kernel * SVector::from(*x) + net.dense.bias;
        x.iter().map(|x| h(x).map(|h| h.powi(4)).sum() + net.call(x).norm_squared() / 2.0).sum::<f64>() / 3.0
    };
    let mut model = Own::<f64>::boxed(&mut StdRng::seed_from_u64(2)).compile(Sgd::new(1.0), MeanSquaredError);
    assert!((model.evaluate(&x, [[0.0; 2]; 3])?.loss - objective(&net)).abs() < 1e-12);
    assert!((model.train_on_batch(&x, [[0.0; 2]; 3])?.loss - objective(&net)).abs() < 1e-12);
    let (mut moved, step) = (Own::<f64>::boxed(&mut StdRng::seed_from_u64(2)), 1e-5);
    for i in 0..net.as_slice().len() {
        let w = net.as_slice()[i];
        moved.as_mut_slice()[i] = w + step;
        let more = objective(&moved);
        moved.as_mut_slice()[i] = w - step;
        let difference = (more - objective(&moved)) / (2.0 * step);
        moved.as_mut_slice()[i] = w;
        assert!((w - model.model().as_slice()[i] - difference).abs() < 1e-8, "weight {i}");
    }
    Ok(())
}

model! {
    /// A code with a loss, for each step of a sequence.
    pub struct Code;

    let x = Input(shape = [5]);
    let h = Dense(2, activation = tanh)(x);
    add_loss(Rescaling(0.1)(multiply([h, h])));
    let y = ActivityRegularization(l2 = 0.1)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct OfSteps;

    let x = Input(shape = [2, 4, 5]);
    let code = TimeDistributed(TimeDistributed(self::Code()))(x);
    let y = Dense(1)(Flatten()(code));

    Model(inputs = x, outputs = y)
}

/// Each step of a sequence adds its loss, as in Keras, which calls the layer once for each step.
#[test]
fn steps_of_a_sequence_add_theirs() -> nn::Result<()> {
    let x: Vec<SMatrix<f64, 5, 8>> = (0..3).map(|k| SMatrix::from_fn(|i, j| noise(50 * k + 5 * j + i))).collect();
    let y = [[0.3]; 3];
    let new = || OfSteps::<f64>::boxed(&mut StdRng::seed_from_u64(7));
    let objective = |net: &OfSteps<f64>| -> f64 {
        let of_step = |x: SVector<f64, 5>| 0.2 * net.code.call(&x).norm_squared();
        let of = |x: &SMatrix<f64, 5, 8>| {
            (net.call(x)[0] - 0.3).powi(2) + x.column_iter().map(|x| of_step(x.into_owned())).sum::<f64>()
        };
        x.iter().map(of).sum::<f64>() / 3.0
    };
    let mut model = new().compile(Sgd::new(1.0), MeanSquaredError);
    assert!((model.evaluate(&x, y)?.loss - objective(&new())).abs() < 1e-12);
    assert!((model.train_on_batch(&x, y)?.loss - objective(&new())).abs() < 1e-12);
    let (mut moved, step) = (new(), 1e-5);
    for i in 0..moved.as_slice().len() {
        let w = moved.as_slice()[i];
        moved.as_mut_slice()[i] = w + step;
        let more = objective(&moved);
        moved.as_mut_slice()[i] = w - step;
        let difference = (more - objective(&moved)) / (2.0 * step);
        moved.as_mut_slice()[i] = w;
        assert!((w - model.model().as_slice()[i] - difference).abs() < 1e-8, "weight {i}");
    }
    Ok(())
}
