//! `compile`, `fit`, `evaluate` and `predict` do the same as in Keras.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::prelude::*;

model! {
    /// Tells three kinds of points apart.
    pub struct Kinds;

    let point = Input(shape = [4]);
    let x = Dense(8, activation = relu)(point);
    let x = Dropout(0.2)(x);
    let kind = Dense(3, activation = softmax)(x);

    Model(inputs = point, outputs = kind)
}

model! {
    /// `y = w · x + b`
    pub struct Line;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// Two inputs, two outputs.
    pub struct Pair;

    let left = Input(shape = [4]);
    let right = Input(shape = [2]);
    let both = concatenate([left, right]);
    let hidden = Dense(5, activation = relu)(both);
    let kind = Dense(3, activation = softmax)(hidden);
    let score = Dense(1, activation = sigmoid)(hidden);

    Model(inputs = [left, right], outputs = [kind, score])
}

model! {
    /// A penalty on one kernel, another layer frozen.
    #[nn(allow(frozen_with_nothing_upstream))]
    pub struct Penalized;

    let x = Input(shape = [4]);
    let h = Dense(5, trainable = false, name = "still")(x);
    let y = Dense(3, kernel_regularizer = l2(0.1), name = "held")(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// All contributions to a gradient: a penalty, two outputs with different heads, a frozen layer between others.
    pub struct Everything;

    let x = Input(shape = [4]);
    let first = Dense(5, activation = sigmoid, kernel_regularizer = l2(0.1))(x);
    let still = Dense(7, activation = sigmoid, trainable = false)(first);
    let kind = Dense(3, activation = softmax)(still);
    let score = Dense(1, activation = sigmoid)(first);

    Model(inputs = x, outputs = [kind, score])
}

type Point = SVector<f32, 4>;
type Kind = SVector<f32, 3>;

/// Points around three corners, in turn.
fn points(count: usize) -> (Vec<Point>, Vec<Kind>) {
    let sample = |k: usize| {
        let mut point = Point::from_fn(|row, _| 0.3 * ((k * 7 + row * 3) as f32).sin());
        point[k % 3] += 1.0;
        let mut kind = Kind::zeros();
        kind[k % 3] = 1.0;
        (point, kind)
    };
    (0..count).map(sample).unzip()
}

fn kinds() -> Box<Kinds> {
    Kinds::boxed(&mut StdRng::seed_from_u64(3))
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

const EXACT: f64 = 1e-6;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= EXACT * b.abs().max(1.0), "{a} is not {b}");
}

#[test]
fn learns_and_keeps_a_history() -> nn::Result<()> {
    let (x, y) = points(200);
    let optimizer = RmsProp { learning_rate: 0.01, ..RmsProp::default() };
    let mut model = kinds().compile(optimizer, CategoricalCrossentropy::default()).metrics(Accuracy);
    let history = model.fit(&x, &y, silent().epochs(40).batch_size(16).validation_split(0.1))?;
    assert_eq!(history.names().collect::<Vec<_>>(), ["accuracy", "loss", "val_accuracy", "val_loss"]);
    assert_eq!((history.epoch.len(), history.params.epochs, history.params.steps), (40, 40, 12));
    let loss = history.get("val_loss").unwrap();
    assert!(loss[39] < 0.2 * loss[0], "{loss:?}");
    let report = model.evaluate(&x, &y)?;
    assert!(report.get("accuracy").unwrap() > 0.95, "{report}");
    assert_eq!(report.get("loss"), Some(report.loss));
    assert_eq!(history.get("no_such_name"), None);
    Ok(())
}

#[test]
fn arrays_are_samples() -> nn::Result<()> {
    let (x, y) = points(12);
    let (rows, targets): (Vec<[f32; 4]>, Vec<[f32; 3]>) = points_as_arrays(&x, &y);
    let compiled = || kinds().compile(Sgd::new(0.1), CategoricalCrossentropy::new());
    let (mut a, mut b) = (compiled(), compiled());
    a.fit(&x, &y, silent().epochs(2).batch_size(5))?;
    b.fit(&rows, &targets, silent().epochs(2).batch_size(5))?;
    assert_eq!(a.model().as_slice(), b.model().as_slice());
    assert_eq!(a.predict(&x)?, b.predict(&rows)?);
    Ok(())
}

fn points_as_arrays(x: &[Point], y: &[Kind]) -> (Vec<[f32; 4]>, Vec<[f32; 3]>) {
    (x.iter().map(|x| (*x).into()).collect(), y.iter().map(|y| (*y).into()).collect())
}

#[test]
fn a_compiled_model_is_called_as_the_model() -> nn::Result<()> {
    let (x, _) = points(3);
    let model = kinds().compile(Adam::default(), CategoricalCrossentropy::new());
    for x in &x {
        assert_eq!(model.call(x), model.model().call(x));
        assert_eq!(model.call(&<[f32; 4]>::from(*x)), model.model().call(x));
    }
    let line = Line::boxed(&mut StdRng::seed_from_u64(0)).compile(Sgd::default(), MeanSquaredError);
    assert_eq!(line.call(&2.0), line.predict([2.0])?[0]);
    assert_eq!((model.summary(), line.model().summary()), (Kinds::SUMMARY, Line::SUMMARY));
    Ok(())
}

#[test]
fn one_step_by_hand() -> nn::Result<()> {
    let mut line = Line::boxed(&mut StdRng::seed_from_u64(0));
    line.as_mut_slice().copy_from_slice(&[2.0, 1.0]);
    // y = 2 · 3 + 1 = 7 and 2 · -1 + 1 = -1; L = ((7 - 5)² + (-1 - 2)²) / 2 = 6.5
    // dL/dw = (2 · 2 · 3 + 2 · -3 · -1) / 2 = 9 and dL/db = (2 · 2 + 2 · -3) / 2 = -1
    let mut line = line.compile(Sgd { learning_rate: 0.5, ..Sgd::default() }, MeanSquaredError);
    let logs = line.train_on_batch(vec![3.0_f32, -1.0], [5.0_f32, 2.0])?;
    assert_eq!(logs.loss, 6.5);
    assert_eq!(line.model().as_slice(), [-2.5, 1.5]);
    assert_eq!(line.steps(), 1);
    Ok(())
}

#[test]
fn a_step_goes_down_the_gradient_of_the_reported_loss() -> nn::Result<()> {
    let losses = || (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let (x, y) = points(6);
    let x: Vec<SVector<f64, 4>> = x.iter().map(|x| x.map(f64::from)).collect();
    let classes: Vec<u32> = y.iter().map(|y| y.imax() as u32).collect();
    let scores = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
    let start = Everything::<f64>::boxed(&mut StdRng::seed_from_u64(8));
    let sgd = Sgd { learning_rate: 0.5, ..Sgd::default() };
    let mut model = start.clone().compile(sgd, losses()).loss_weights((0.7, 2.0));
    model.train_on_batch(&x, (&classes, &scores))?;

    let mut loss = start.clone().compile(sgd, losses()).loss_weights((0.7, 2.0));
    let mut at = |k: usize, step: f64| -> nn::Result<f64> {
        loss.model_mut().as_mut_slice()[k] = start.as_slice()[k] + step;
        let report = loss.test_on_batch(&x, (&classes, &scores))?;
        loss.model_mut().as_mut_slice()[k] = start.as_slice()[k];
        Ok(report.loss)
    };
    for (k, (before, after)) in start.as_slice().iter().zip(model.model().as_slice()).enumerate() {
        let gradient = (at(k, 1e-5)? - at(k, -1e-5)?) / 2e-5;
        close((before - after) / 0.5, if is_still(k) { 0.0 } else { gradient });
    }
    Ok(())
}

/// Whether a weight of `Everything` belongs to its frozen layer.
fn is_still(weight: usize) -> bool {
    let (mut start, mut still) = (0, false);
    Everything::<f64>::variables(&nn::Path::ROOT, &mut |variable| {
        let end = start + variable.shape.size();
        still |= (start..end).contains(&weight) && variable.path.to_string().starts_with("still.");
        start = end;
    });
    still
}

#[test]
fn means_are_over_samples_and_before_the_steps() -> nn::Result<()> {
    // At a learning rate of 0 an epoch is an evaluation, for any batches: 10 = 4 + 4 + 2 samples.
    let (x, y) = points(10);
    let line = Pair::boxed(&mut StdRng::seed_from_u64(1));
    let inputs = (&x, [SVector::<f32, 2>::new(0.5, -1.0); 10]);
    let scores = [0.0_f32, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0];
    let still = Sgd { learning_rate: 0.0, ..Sgd::default() };
    let losses = (CategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut pair = line.compile(still, losses).metrics(Accuracy);
    let history = pair.fit(inputs, (&y, scores), silent().batch_size(4))?;
    let report = pair.evaluate(inputs, (&y, scores))?;
    assert_eq!(
        report.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        ["kind_accuracy", "kind_loss", "loss", "score_accuracy", "score_loss"]
    );
    for (name, value) in report.iter() {
        close(history.get(name).unwrap()[0], value);
    }
    close(report.loss, report.get("kind_loss").unwrap() + report.get("score_loss").unwrap());
    // A step reports the values before it.
    let before = pair.test_on_batch(inputs, (&y, scores))?;
    let mut pair =
        pair.into_model().compile(Sgd::default(), (CategoricalCrossentropy::default(), BinaryCrossentropy::default()));
    close(pair.train_on_batch(inputs, (&y, scores))?.loss, before.loss);
    assert!(pair.evaluate(inputs, (&y, scores))?.loss < before.loss);
    Ok(())
}

#[test]
fn several_outputs_in_tuples_and_by_name() -> nn::Result<()> {
    let (x, y) = points(20);
    let right = vec![SVector::<f32, 2>::new(0.5, -1.0); 20];
    let scores: Vec<f32> = (0..20).map(|k| (k % 2) as f32).collect();
    let make = || Pair::boxed(&mut StdRng::seed_from_u64(1));
    let losses = (CategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut a = make().compile(Sgd::default(), losses).loss_weights((1.0, 0.2)).metrics(Accuracy);
    let losses = PairOutputs { kind: CategoricalCrossentropy::default(), score: BinaryCrossentropy::default() };
    let mut b = make()
        .compile(Sgd::default(), losses)
        .loss_weights(PairOutputs { kind: 1.0, score: 0.2 })
        .metrics(PairOutputs { kind: Accuracy, score: () });
    let a_history = a.fit((&x, &right), (&y, &scores), silent().epochs(3))?;
    let inputs = PairInputs { left: &x, right: &right };
    let b_history = b.fit(inputs, PairOutputs { kind: &y, score: &scores }, silent().epochs(3))?;
    assert_eq!(a_history.get("loss"), b_history.get("loss"));
    assert_eq!(a.model(), b.model());
    assert_eq!(b_history.names().collect::<Vec<_>>(), ["kind_accuracy", "kind_loss", "loss", "score_loss"]);
    for epoch in 0..3 {
        let at = |name: &str| a_history.get(name).unwrap()[epoch];
        close(at("loss"), at("kind_loss") + 0.2 * at("score_loss"));
    }
    let predicted = a.predict((&x, &right))?;
    assert_eq!((predicted.kind.len(), predicted.score.len()), (20, 20));
    Ok(())
}

#[test]
fn validation_takes_the_last_samples() -> nn::Result<()> {
    let (x, y) = points(25);
    let make = || kinds().compile(Sgd::default(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let fit = || silent().epochs(3).batch_size(8);
    // 25 · (1 - 0.3) = 17.5: 17 samples for training, 8 for validation.
    let (mut split, mut apart) = (make(), make());
    let by_split = split.fit(&x, &y, fit().validation_split(0.3))?;
    let by_data = apart.fit(&x[..17], &y[..17], fit().validation_data(&x[17..], &y[17..]))?;
    assert_eq!(by_split, by_data);
    assert_eq!(split.model(), apart.model());
    close(by_split.get("val_loss").unwrap()[2], split.evaluate(&x[17..], &y[17..])?.loss);
    // Validation data takes precedence over a split.
    let mut both = make();
    let history = both.fit(&x, &y, fit().validation_split(0.3).validation_data(&x[..5], &y[..5]))?;
    assert_eq!(history.params.steps, 4);
    Ok(())
}

#[test]
fn penalties_count_and_frozen_layers_stay() -> nn::Result<()> {
    let (x, y) = points(12);
    let mut model = Penalized::boxed(&mut StdRng::seed_from_u64(5)).compile(Adam::default(), MeanSquaredError);
    let plain: f64 =
        model.predict(&x)?.iter().zip(&y).map(|(p, t)| f64::from((p - t).norm_squared()) / 3.0).sum::<f64>() / 12.0;
    let penalty = 0.1 * f64::from(model.model().held.kernel.norm_squared());
    close(model.evaluate(&x, &y)?.loss, plain + penalty);
    let before = model.model().clone();
    close(model.train_on_batch(&x, &y)?.loss, plain + penalty);
    assert_eq!(model.model().still, before.still);
    assert_ne!(model.model().held, before.held);
    Ok(())
}

#[test]
fn runs_repeat_unless_asked_not_to() -> nn::Result<()> {
    let (x, y) = points(50);
    let run = |fits: &[Fit], seed: u64| -> nn::Result<Box<Kinds>> {
        let mut model = kinds().compile(Adam::default(), CategoricalCrossentropy::default()).seed(seed);
        for fit in fits {
            model.fit(&x, &y, fit.clone())?;
        }
        Ok(model.into_model())
    };
    let whole = run(&[silent().epochs(4)], 0)?;
    assert_eq!(whole, run(&[silent().epochs(4)], 0)?);
    assert_eq!(whole, run(&[silent().epochs(1), silent().epochs(3)], 0)?);
    assert_ne!(whole, run(&[silent().epochs(4)], 1)?);
    assert_eq!(run(&[silent()], 7)?, run(&[silent().seed(7)], 0)?);
    Ok(())
}

#[test]
fn without_shuffling_the_batches_come_in_order() -> nn::Result<()> {
    let (x, y) = points(20);
    let make = || kinds().compile(RmsProp::default(), CategoricalCrossentropy::default());
    let (mut fitted, mut stepped, mut shuffled) = (make(), make(), make());
    fitted.fit(&x, &y, silent().batch_size(8).shuffle(false))?;
    for (x, y) in x.chunks(8).zip(y.chunks(8)) {
        stepped.train_on_batch(x, y)?;
    }
    shuffled.fit(&x, &y, silent().batch_size(8))?;
    assert_eq!(fitted.model(), stepped.model());
    assert_ne!(fitted.model(), shuffled.model());
    Ok(())
}

#[test]
fn every_epoch_has_an_order_of_its_own() -> nn::Result<()> {
    let (x, y) = ([1.0_f32, 2.0], [-1.0_f32, 1.0]);
    let make = || {
        let sgd = Sgd { learning_rate: 0.1, ..Sgd::default() };
        Line::boxed(&mut StdRng::seed_from_u64(1)).compile(sgd, MeanSquaredError)
    };
    let mut fitted = make();
    fitted.fit(x, y, silent().batch_size(1).epochs(8))?;
    for order in [[0, 1], [1, 0]] {
        let mut same = make();
        for k in order.repeat(8) {
            same.train_on_batch([x[k]], [y[k]])?;
        }
        assert_ne!(fitted.model(), same.model(), "all epochs had the order {order:?}");
    }
    Ok(())
}

#[test]
fn samples_of_weight_zero_do_not_count() -> nn::Result<()> {
    let (x, y) = points(12);
    let make = || kinds().compile(Sgd::default(), CategoricalCrossentropy::default());
    let (mut a, mut b) = (make(), make());
    let mut other = y.clone();
    other[3] = Kind::new(1.0, 0.0, 0.0) - other[3];
    let weights: Vec<f64> = (0..12).map(|k| if k == 3 { 0.0 } else { 1.0 }).collect();
    a.fit(&x, &y, silent().batch_size(5).sample_weight(weights.clone()))?;
    b.fit(&x, &other, silent().batch_size(5).sample_weight(weights))?;
    assert_eq!(a.model(), b.model());
    Ok(())
}

#[test]
fn predictions_do_not_depend_on_the_batches() -> nn::Result<()> {
    let (x, _) = points(70);
    let model = kinds().compile(Sgd::default(), CategoricalCrossentropy::default()).inference_batch_size(13);
    let predicted = model.predict(&x)?;
    assert_eq!(predicted, model.model().predict(&x)?);
    assert_eq!(predicted, model.model().predict_in_batches(&x, usize::MAX)?);
    for (x, y) in x.iter().zip(&predicted) {
        assert_eq!(model.model().call(x), *y);
    }
    assert!(model.predict(&x[..0])?.is_empty());
    Ok(())
}

#[test]
fn small_models_and_doubles_and_classes() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(2);
    let mut single =
        Kinds::new(&mut rng).compile(Adam::default(), SparseCategoricalCrossentropy::default()).metrics(Accuracy);
    let (x, _) = points(30);
    let classes: Vec<u32> = (0..30).map(|k| k % 3).collect();
    let first = single.evaluate(&x, &classes)?;
    single.fit(&x, &classes, silent().epochs(20).batch_size(5))?;
    assert!(single.evaluate(&x, &classes)?.loss < first.loss);

    let mut double =
        Line::<f64>::boxed(&mut rng).compile(Sgd { learning_rate: 0.1, ..Sgd::default() }, MeanSquaredError);
    double.fit([0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 5.0, 7.0], silent().epochs(500))?;
    close(double.model().as_slice()[0], 2.0);
    close(double.model().as_slice()[1], 1.0);
    Ok(())
}

#[test]
fn no_epochs_change_nothing() -> nn::Result<()> {
    let (x, y) = points(6);
    let mut model = kinds().compile(Adam::default(), CategoricalCrossentropy::default());
    let history = model.fit(&x, &y, silent().epochs(0))?;
    assert_eq!((history.epoch.len(), history.names().count()), (0, 0));
    assert_eq!(*model.model(), *kinds());
    Ok(())
}

model! {
    /// 20 MB of weights.
    pub struct Large;

    let x = Input(shape = [10_000]);
    let y = Dense(512)(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn large_models_never_pass_through_a_stack() -> nn::Result<()> {
    let (x, y) = (vec![SVector::<f32, 10_000>::zeros(); 2], vec![SVector::<f32, 512>::zeros(); 2]);
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let work = move || -> nn::Result<()> {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/large.checkpoint");
        let mut model = Large::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
        model.fit(&x, &y, silent().validation_data(&x, &y))?;
        model.predict(&x)?;
        model.save_checkpoint(path)?;
        model.load_checkpoint(path)?;
        std::fs::remove_file(path).map_err(|source| nn::Error::Io { path: path.into(), source })
    };
    small.spawn(work).expect("a thread").join().expect("no overflow of the stack")
}
