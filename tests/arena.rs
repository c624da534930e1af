//! The memory of a prediction. Activations share it, and the constants give its size.

use nn::prelude::*;

const WIDTH: usize = 24;

model! {
    /// A chain: only two activations are alive at a time.
    pub struct Chain;

    let x = Input(shape = [8]);
    let h = Dense(32, activation = tanh)(x);
    let h = Dense(32, activation = tanh)(h);
    let h = Dense(16, activation = tanh)(h);
    let y = Dense(4)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Branches that stay alive, one tensor read twice, and an output that is also read inside.
    pub struct Branches;

    let x = Input(shape = [6]);
    let a = Dense(24, activation = tanh)(x);
    let b = Dense(24, activation = sigmoid)(a);
    let c = add([a, b]);
    let d = multiply([c, c]);
    let e = concatenate([a, d, b]);
    let first = Dense(5, activation = softmax)(e);
    let f = Dense(24)(first);
    let g = subtract([f, a]);
    let second = Dense(2, activation = sigmoid)(g);

    Model(inputs = x, outputs = [first, second])
}

model! {
    /// The same, with sizes that only rustc knows.
    pub struct ByConst;

    let x = Input(shape = [WIDTH / 4]);
    let a = Dense(WIDTH, activation = tanh)(x);
    let b = Dense(WIDTH, activation = sigmoid)(a);
    let c = add([a, b]);
    let d = multiply([c, c]);
    let e = concatenate([a, d, b]);
    let first = Dense(5, activation = softmax)(e);
    let f = Dense(WIDTH)(first);
    let g = subtract([f, a]);
    let second = Dense(2, activation = sigmoid)(g);

    Model(inputs = x, outputs = [first, second])
}

model! {
    /// Layers without work in a prediction (dropout, noise, reshapes), and activations that cannot overwrite their
    /// input.
    pub struct Views;

    let x = Input(shape = [4, 3]);
    let a = Dense(8, activation = tanh)(x);
    let noisy = GaussianNoise(0.5)(a);
    let flat = Flatten()(noisy);
    let dropped = Dropout(0.5)(flat);
    // `dropped` has the place of `a`, which is read again below.
    let squashed = Activation(sigmoid)(dropped);
    let back = Reshape([8, 4])(squashed);
    let turned = Permute((2, 1))(back);
    let sum = add([a, turned]);
    let also = concatenate([dropped, flat]);
    let y = Dense(3)(sum);
    let z = Dense(2)(also);

    Model(inputs = x, outputs = [y, z])
}

model! {
    /// The same without the layers that have no work in a prediction.
    pub struct NoViews;

    let x = Input(shape = [4, 3]);
    let a = Dense(8, activation = tanh)(x);
    let flat = Flatten()(a);
    let squashed = Activation(sigmoid)(flat);
    let back = Reshape([8, 4])(squashed);
    let turned = Permute((2, 1))(back);
    let sum = add([a, turned]);
    let also = concatenate([flat, flat]);
    let y = Dense(3)(sum);
    let z = Dense(2)(also);

    Model(inputs = x, outputs = [y, z])
}

model! {
    /// A chain whose activations overwrite their inputs.
    pub struct Narrow;

    let x = Input(shape = [64]);
    let h = Dense(32, activation = relu)(x);
    let y = Dense(10, activation = softmax)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// The input with another shape is not an activation.
    pub struct Image;

    let pixels = Input(shape = [4, 3]);
    let flat = Flatten()(pixels);
    let dropped = Dropout(0.5)(flat);
    let y = Dense(2)(dropped);

    Model(inputs = pixels, outputs = y)
}

model! {
    /// Logits that are a view, and one tensor under two heads.
    pub struct Heads;

    let x = Input(shape = [6]);
    let a = Dense(4, activation = tanh)(x);
    let z = Dropout(0.25)(Dense(4)(a));
    let first = Activation(softmax)(z);
    let second = Activation(sigmoid)(z);
    let b = Dense(30, activation = tanh)(a);
    let third = Dense(1)(b);

    Model(inputs = x, outputs = [first, second, third])
}

model! {
    /// Masks are kept for the loss, whatever follows them.
    pub struct Masked;

    let words = Input(shape = [7], dtype = u32);
    let x = Embedding(input_dim = 11, output_dim = 3, mask_zero = true)(words);
    let x = LSTM(5, return_sequences = true)(x);
    let x = Dense(6, activation = tanh)(x);
    let y = Dense(4, activation = softmax)(x);

    Model(inputs = words, outputs = y)
}

#[test]
fn the_constants_are_what_is_really_used() {
    // 32 scalars each for two activations, because one is computed from the other.
    assert_eq!(Chain::ARENA_BYTES, 64 * 4);
    assert_eq!(<Chain<f64> as nn::Model>::ARENA_BYTES, 64 * 8);
    assert_eq!(Branches::ARENA_BYTES, ByConst::ARENA_BYTES);
    // The hidden layer and the logits.
    assert_eq!(Narrow::ARENA_BYTES, 42 * 4);
    assert_eq!(Views::ARENA_BYTES, NoViews::ARENA_BYTES);
    // `a` and `sum`, while `a` is concatenated with itself.
    assert_eq!(Views::ARENA_BYTES, (32 + 32 + 64) * 4);
    // First `b`, `a`, `d` and their concatenation; later a smaller second branch.
    assert_eq!(Branches::ARENA_BYTES, (24 + 24 + 24 + 72) * 4);
    assert_eq!(Image::ARENA_BYTES, 0);
}

/// A prediction equals the training pass from the same weights, which keeps all activations apart.
#[test]
fn predictions_and_training_agree() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(3);
    let model = Branches::boxed(&mut rng);
    let mut other = ByConst::boxed(&mut rng);
    other.as_mut_slice().copy_from_slice(model.as_slice());
    let x: Vec<SVector<f32, 6>> = (0..33).map(|i| SVector::from_fn(|r, _| ((i * 7 + r) as f32).sin())).collect();
    let first: Vec<SVector<f32, 5>> = vec![SVector::from_element(0.2); 33];
    let second: Vec<SVector<f32, 2>> = vec![SVector::from_element(0.5); 33];
    let (all, by_const) = (model.predict(&x)?, other.predict(&x)?);
    for (i, x) in x.iter().enumerate() {
        let one = model.call(x);
        assert_eq!((one.first, one.second), (all.first[i], all.second[i]));
        assert_eq!((one.first, one.second), (by_const.first[i], by_const.second[i]));
    }
    let mut compiled = model.compile(
        Sgd { learning_rate: 0.0, ..Sgd::default() },
        BranchesOutputs { first: CategoricalCrossentropy::default(), second: BinaryCrossentropy::default() },
    );
    let trained = compiled.train_on_batch(&x, (&first, &second))?.loss;
    let evaluated = compiled.evaluate(&x, (&first, &second))?.loss;
    // By hand from the predictions.
    let mut by_hand = 0.0;
    for (first, second) in all.first.iter().zip(&all.second) {
        by_hand -= first.iter().map(|p| 0.2 * f64::from(*p).ln()).sum::<f64>();
        by_hand -= second.iter().map(|p| 0.25 * (f64::from(*p) * (1.0 - f64::from(*p))).ln()).sum::<f64>();
    }
    by_hand /= 33.0;
    assert!((trained - evaluated).abs() < 1e-6 && (trained - by_hand).abs() < 1e-6, "{trained} {evaluated} {by_hand}");
    Ok(())
}

#[test]
fn masks_outlive_the_prediction() -> nn::Result<()> {
    let x = [[1, 2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 8, 9, 10], [0; 7]].map(SVector::<u32, 7>::from);
    let y = [[1, 2, 3, 0, 0, 0, 0], [3, 2, 1, 0, 1, 2, 3], [0; 7]].map(|y| SMatrix::<u32, 1, 7>::from_row_slice(&y));
    let mut compiled = Masked::boxed(&mut StdRng::seed_from_u64(5))
        .compile(Sgd { learning_rate: 0.0, ..Sgd::default() }, SparseCategoricalCrossentropy::default());
    let trained = compiled.train_on_batch(x, y)?.loss;
    let evaluated = compiled.evaluate(x, y)?.loss;
    assert!((trained - evaluated).abs() < 1e-6, "{trained} {evaluated}");
    Ok(())
}

#[test]
fn what_a_prediction_does_not_compute_changes_nothing() -> nn::Result<()> {
    let views = Views::boxed(&mut StdRng::seed_from_u64(7));
    let mut plain = NoViews::boxed(&mut StdRng::seed_from_u64(8));
    plain.as_mut_slice().copy_from_slice(views.as_slice());
    let x: Vec<SMatrix<f32, 3, 4>> =
        (0..5).map(|i| SMatrix::from_fn(|r, c| ((i * 5 + r + 3 * c) as f32).sin())).collect();
    let (a, b) = (views.predict(&x)?, plain.predict(&x)?);
    assert_eq!((&a.y, &a.z), (&b.y, &b.z));
    // And from the formulas.
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    for (x, y) in x.iter().zip(&a.y) {
        let mut h = views.a.kernel * x;
        h.column_iter_mut().for_each(|mut column| column += &views.a.bias);
        let h = h.map(f32::tanh);
        // Row by row in Keras's order: (4, 8) to (8, 4), and turned back to (4, 8).
        let turned = SMatrix::<f32, 8, 4>::from_fn(|feature, position| sigmoid(h.as_slice()[feature * 4 + position]));
        let mut by_hand = views.y.kernel * (h + turned);
        by_hand.column_iter_mut().for_each(|mut column| column += &views.y.bias);
        assert!((by_hand - y).abs().max() < 1e-5, "{by_hand} {y}");
    }
    Ok(())
}

#[test]
fn the_input_is_read_in_another_shape() -> nn::Result<()> {
    let model = Image::boxed(&mut StdRng::seed_from_u64(1));
    let x: Vec<SMatrix<f32, 3, 4>> = (0..70).map(|i| SMatrix::from_fn(|r, c| ((i + r + 3 * c) as f32).cos())).collect();
    for (x, y) in x.iter().zip(model.predict(&x)?) {
        let by_hand = model.y.kernel * SVector::<f32, 12>::from_column_slice(x.as_slice()) + model.y.bias;
        assert!((by_hand - y).abs().max() < 1e-6);
        assert_eq!(model.call(x), y);
    }
    Ok(())
}

/// The loss asks for the logits after the pass.
#[test]
fn losses_find_their_logits() -> nn::Result<()> {
    let model = Heads::boxed(&mut StdRng::seed_from_u64(9));
    let x: Vec<SVector<f32, 6>> = (0..40).map(|i| SVector::from_fn(|r, _| ((i * 3 + r) as f32).sin() * 2.0)).collect();
    let y = model.predict(&x)?;
    let first: Vec<u32> = (0..40).map(|i| i % 4).collect();
    let second = vec![SVector::<f32, 4>::new(1.0, 0.0, 0.0, 1.0); 40];
    let third = vec![SVector::<f32, 1>::new(0.5); 40];
    let mut by_hand = 0.0;
    for i in 0..40 {
        by_hand -= f64::from(y.first[i][first[i] as usize]).ln();
        let of_one = |t: f32, p: f32| f64::from(if t > 0.5 { p } else { 1.0 - p }).ln() / 4.0;
        by_hand -= second[i].iter().zip(&y.second[i]).map(|(t, p)| of_one(*t, *p)).sum::<f64>();
        by_hand += f64::from(y.third[i][0] - 0.5).powi(2);
    }
    let losses = HeadsOutputs {
        first: SparseCategoricalCrossentropy::default(),
        second: BinaryCrossentropy::default(),
        third: MeanSquaredError,
    };
    let loss = model.compile(Sgd::default(), losses).evaluate(&x, (&first, &second, &third))?.loss;
    assert!((loss - by_hand / 40.0).abs() < 1e-5, "{loss} {}", by_hand / 40.0);
    Ok(())
}

/// `call_in` gives the result of `call`, whatever its memory holds.
#[test]
fn memory_of_the_callers() {
    let mut rng = StdRng::seed_from_u64(5);
    let (chain, branches) = (Chain::new(&mut rng), Branches::new(&mut rng));
    let (mut arena, mut other) = (nn::Arena::new(), nn::Arena::<Branches>::new());
    assert_eq!(size_of_val(&arena), Chain::ARENA_BYTES);
    assert_eq!(format!("{other:?}"), format!("Arena<Branches>({} bytes)", Branches::ARENA_BYTES));
    for k in 0..3 {
        let x = SVector::<f32, 8>::from_fn(|i, _| (i * 3 + k) as f32 / 10.0);
        assert_eq!(chain.call_in(&x, &mut arena), chain.call(&x));
        let x = x.fixed_rows::<6>(0).into_owned();
        assert_eq!(branches.call_in(&x, &mut other), branches.call(&x));
    }
}

/// The costs of the layers sum to the costs of the model.
#[test]
fn costs_of_layers() {
    fn check<M: Model>() {
        let costs = M::COSTS;
        let sum = |k: usize| costs.rows.iter().map(|row| costs.of(row)[k]).sum::<usize>();
        assert_eq!((sum(0), sum(2), costs.arena), (M::PARAMETER_BYTES, M::MACS, M::ARENA_BYTES));
        assert_eq!(costs.to_string().lines().count(), costs.rows.len() - M::INPUT_NAMES.len() + 2);
    }
    check::<Chain>();
    check::<Chain<f64>>();
    check::<Branches>();
    check::<ByConst>();
    let first = Chain::COSTS.to_string().lines().nth(1).map(str::to_string);
    assert_eq!(first.as_deref(), Some("dense (Dense)           1,152           128              256"));
}
