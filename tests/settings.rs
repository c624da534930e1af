//! Every numeric setting, with every value that may be senseless. If the value has a meaning, the model trains.
//! Otherwise there is an error before anything changes; it names the setting, the value and the allowed range.
//!
//! The structs are destructured without `..`, so a new field does not compile until it is here.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]
// In a struct of one field, the base has nothing to add.
#![allow(clippy::needless_update)]

use nn::callbacks::LearningRateScheduler;
use nn::layer::Tensors;
use nn::losses::{
    BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge, CosineSimilarity, Hinge, Huber,
    KlDivergence, LogCosh, Losses, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, Poisson, SquaredHinge,
};
use nn::metrics::Metrics;
use nn::optimizers::{Adadelta, Adagrad, Adamax, Ema, Ftrl, Lion, Nadam};
use nn::prelude::*;
use nn::schedules::{
    CosineDecay, CosineDecayRestarts, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay, Schedule,
};
use nn::{Error, StepError, Trainer};

model! {
    /// `y = w · x + b`
    pub struct Line;
    Sequential([Input(shape = [1]), Dense(1)])
}

model! {
    /// One probability.
    pub struct Yes;
    Sequential([Input(shape = [1]), Dense(1, activation = sigmoid)])
}

model! {
    pub struct Kinds;
    Sequential([Input(shape = [1]), Dense(2, activation = softmax)])
}

model! {
    pub struct Two;

    let x = Input(shape = [1]);
    let first = Dense(1)(x);
    let second = Dense(1)(x);

    Model(inputs = x, outputs = [first, second])
}

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

/// The values that each setting is tried with.
const VALUES: [f64; 9] = [NAN, INFINITY, -INFINITY, 1e39, -1e39, -1.0, 0.0, 1.0, 1.5];

/// The valid values among `VALUES`.
type Fine = &'static [f64];
const NOT_NEGATIVE: Fine = &[0.0, 1.0, 1.5];
const POSITIVE: Fine = &[1.0, 1.5];
const PART: Fine = &[0.0, 1.0];
const BELOW_ONE: Fine = &[0.0];
const SOME_PART: Fine = &[1.0];
const NOT_POSITIVE: Fine = &[-1.0, 0.0];
const FINITE: Fine = &[-1.0, 0.0, 1.0, 1.5];

const X: [f32; 3] = [0.0, 0.5, 1.0];
const Y: [f32; 3] = [1.0, 0.0, 1.0];

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// Expects an error that names the setting and the value.
#[track_caller]
fn names(error: &Error, name: &str, value: f64) {
    let Error::Setting { name: got, expected, .. } = error else { panic!("{name} = {value}: {error}") };
    assert_eq!(*got, name, "{value}: {error}");
    assert!(expected.contains("number"), "{error}");
    let text = if value.abs() == 1e39 { format!("{value:e}") } else { value.to_string() };
    assert!(error.to_string().contains(&format!("got {text}")), "{error}");
}

/// Trains with an optimizer in every way.
#[track_caller]
fn optimizer<O: Optimizer + Clone>(name: &str, fine: Fine, make: impl Fn(f64) -> O) {
    for value in VALUES {
        let mut line = Line::boxed(&mut rng()).compile(make(value), MeanSquaredError);
        let before = line.model().clone();
        let fit = || Fit::new().epochs(2).verbose(0);
        if fine.contains(&value) {
            line.fit(X, Y, fit()).unwrap_or_else(|error| panic!("{name} = {value}: {error}"));
            line.train_on_batch(X, Y).unwrap();
            let all = line.model().as_slice();
            assert!(all.iter().all(|w| w.is_finite()), "{name} = {value}: {all:?}");
            assert!(Trainer::<Line, 3, 4>::new(Line::new(&mut rng()), &make(value)).is_ok());
            continue;
        }
        names(&line.fit(X, Y, fit()).expect_err(&format!("{name} = {value}")), name, value);
        names(&line.fit_batches(|_| [(X, Y)], fit()).unwrap_err(), name, value);
        names(&line.train_on_batch(X, Y).unwrap_err(), name, value);
        assert_eq!((line.model(), line.steps()), (&before, 0), "{name} = {value}");
        let Err(StepError::Setting(error)) = Trainer::<Line, 3, 4>::new(Line::new(&mut rng()), &make(value)) else {
            panic!("{name} = {value}: a trainer")
        };
        assert_eq!((error.name, error.value.to_bits()), (name, value.to_bits()));
    }
}

/// All numeric fields of a struct, each with its valid values.
macro_rules! sweep {
    ($check:ident: $($type:ident { $($field:ident: $fine:expr),* ; $($other:ident),* } = $base:expr;)*) => {$({
        let base: $type = $base;
        // Names all fields.
        let $type { $($field: _,)* $($other: _,)* } = base;
        $($check(stringify!($field), $fine, |value| $type { $field: value, ..base });)*
    })*};
}

#[test]
fn optimizers() {
    sweep! { optimizer:
        Sgd { learning_rate: NOT_NEGATIVE, momentum: PART; nesterov } = Sgd::default();
        Adadelta { learning_rate: NOT_NEGATIVE, rho: BELOW_ONE, epsilon: POSITIVE; } = Adadelta::default();
        Adagrad { learning_rate: NOT_NEGATIVE, initial_accumulator_value: NOT_NEGATIVE, epsilon: NOT_NEGATIVE; } =
            Adagrad::default();
        Adagrad { learning_rate: NOT_NEGATIVE, initial_accumulator_value: NOT_NEGATIVE, epsilon: POSITIVE; } =
            Adagrad { initial_accumulator_value: 0.0, ..Adagrad::default() };
        Adam { learning_rate: NOT_NEGATIVE, beta_1: BELOW_ONE, beta_2: BELOW_ONE, epsilon: POSITIVE; amsgrad } = Adam::default();
        AdamW {
            learning_rate: NOT_NEGATIVE, weight_decay: NOT_NEGATIVE, beta_1: BELOW_ONE, beta_2: BELOW_ONE, epsilon: POSITIVE;
            amsgrad
        } = AdamW::default();
        Adamax { learning_rate: NOT_NEGATIVE, beta_1: BELOW_ONE, beta_2: BELOW_ONE, epsilon: POSITIVE; } = Adamax::default();
        Nadam { learning_rate: NOT_NEGATIVE, beta_1: BELOW_ONE, beta_2: BELOW_ONE, epsilon: POSITIVE; } = Nadam::default();
        Lion { learning_rate: NOT_NEGATIVE, beta_1: SOME_PART, beta_2: BELOW_ONE; } = Lion::default();
        RmsProp { learning_rate: NOT_NEGATIVE, rho: BELOW_ONE, momentum: PART, epsilon: POSITIVE; centered } = RmsProp::default();
        Ftrl {
            learning_rate: NOT_NEGATIVE, learning_rate_power: NOT_POSITIVE, initial_accumulator_value: POSITIVE,
            l1_regularization_strength: NOT_NEGATIVE, l2_regularization_strength: NOT_NEGATIVE,
            l2_shrinkage_regularization_strength: NOT_NEGATIVE, beta: NOT_NEGATIVE;
        } = Ftrl::default();
    }
    let l2 = Ftrl { l2_regularization_strength: 0.5, ..Ftrl::default() };
    optimizer("initial_accumulator_value", NOT_NEGATIVE, |value| Ftrl { initial_accumulator_value: value, ..l2 });
}

#[test]
fn options_of_optimizers() {
    let sgd = Sgd::default();
    optimizer("weight_decay", NOT_NEGATIVE, |value| sgd.weight_decay(value));
    // 0 or less turns clipping off.
    optimizer("clipnorm", FINITE, |value| sgd.clipnorm(value));
    optimizer("clipvalue", FINITE, |value| sgd.clipvalue(value));
    optimizer("global_clipnorm", FINITE, |value| sgd.global_clipnorm(value));
    optimizer("ema_momentum", PART, |momentum| sgd.ema(Ema { momentum, overwrite_frequency: Some(1) }));
    // Wrapped optimizers are checked too, but settings without effect are not.
    optimizer("learning_rate", NOT_NEGATIVE, |learning_rate| Sgd { learning_rate, ..sgd }.lazy().clipnorm(1.0));
    optimizer("momentum", PART, |momentum| {
        Sgd { momentum, ..sgd }.ema(Ema::default()).schedule(|_: u64| 0.1).clipnorm(1.0)
    });
    let scheduled = Sgd { learning_rate: NAN, ..sgd }.schedule(ExponentialDecay::new(0.1, 10, 0.5));
    assert!(Line::boxed(&mut rng()).compile(scheduled, MeanSquaredError).fit(X, Y, Fit::new().verbose(0)).is_ok());
    let decay = AdamW { weight_decay: NAN, ..AdamW::default() }.weight_decay(0.1);
    assert!(Line::boxed(&mut rng()).compile(decay, MeanSquaredError).fit(X, Y, Fit::new().verbose(0)).is_ok());
}

fn schedule<S: Schedule + Clone>(name: &str, fine: Fine, make: impl Fn(f64) -> S) {
    optimizer(name, fine, |value| Adam::default().schedule(make(value)));
    optimizer(name, fine, |value| Sgd::default().schedule(make(value)).clipnorm(1.0));
}

#[test]
fn schedules() {
    sweep! { schedule:
        ExponentialDecay { initial_learning_rate: NOT_NEGATIVE, decay_rate: POSITIVE; decay_steps, staircase } =
            ExponentialDecay::new(0.1, 3, 0.5);
        InverseTimeDecay { initial_learning_rate: NOT_NEGATIVE, decay_rate: NOT_NEGATIVE; decay_steps, staircase } =
            InverseTimeDecay::new(0.1, 3, 0.5);
        PolynomialDecay { initial_learning_rate: NOT_NEGATIVE, end_learning_rate: NOT_NEGATIVE, power: POSITIVE; decay_steps, cycle } =
            PolynomialDecay::new(0.1, 3);
        CosineDecay { initial_learning_rate: NOT_NEGATIVE, alpha: PART; decay_steps, warmup_target, warmup_steps } =
            CosineDecay::new(0.1, 3);
        CosineDecayRestarts { initial_learning_rate: NOT_NEGATIVE, t_mul: POSITIVE, m_mul: POSITIVE, alpha: PART; first_decay_steps } =
            CosineDecayRestarts::new(0.1, 3);
    }
    let warm_up = CosineDecay { warmup_steps: 1, ..CosineDecay::new(0.1, 3) };
    schedule("warmup_target", NOT_NEGATIVE, |value| CosineDecay { warmup_target: Some(value), ..warm_up });
    schedule("values", NOT_NEGATIVE, |value| PiecewiseConstantDecay::new([0, 2], [0.1, value, 0.1]));
    let wrong = Sgd::default().schedule(PiecewiseConstantDecay::new([5, 5], [0.1, 0.1, 0.1]));
    let error = Line::boxed(&mut rng()).compile(wrong, MeanSquaredError).train_on_batch(X, Y).unwrap_err();
    let text = "boundaries: expected a finite number above 5, got 5 in the optimizer `sgd`";
    assert_eq!(error.to_string(), text);
}

/// A rate that only the step knows: from a closure, a callback, or a schedule that grows without end.
#[test]
fn learning_rates_of_steps() {
    for value in VALUES {
        let rate = move |step: u64| if step == 1 { value } else { 0.1 };
        let mut line = Line::boxed(&mut rng()).compile(Sgd::default().schedule(rate), MeanSquaredError);
        line.train_on_batch(X, Y).unwrap();
        let before = line.model().clone();
        let result = line.train_on_batch(X, Y);
        if NOT_NEGATIVE.contains(&value) {
            assert!(result.is_ok(), "{value}");
            continue;
        }
        names(&result.unwrap_err(), "learning_rate", value);
        assert_eq!((line.model(), line.steps()), (&before, 1));

        let mut line = Line::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError);
        let scheduler = LearningRateScheduler::new(move |epoch, rate| if epoch == 1 { value } else { rate });
        let error = line.fit(X, Y, Fit::new().epochs(3).verbose(0).callback(scheduler)).unwrap_err();
        // The callback's error names the epoch. A rate that is infinite as the model's scalar is found at the step.
        let text = error.to_string();
        assert!(text.ends_with("for epoch 1") || text.ends_with("for step 1"), "{error}");
        assert_eq!(line.steps(), 1);
    }
    let growing = Sgd::default().schedule(ExponentialDecay::new(1.0, 1, 1e30));
    let mut line = Line::boxed(&mut rng()).compile(growing, MeanSquaredError);
    let error = line.fit(X, Y, Fit::new().epochs(3).verbose(0)).unwrap_err();
    assert!(error.to_string().contains("1e60, which is infinite as a float32 for step 2"), "{error}");
}

#[track_caller]
fn loss<L, M>(name: &str, fine: Fine, targets: impl nn::data::Batches<L::Targets> + Copy, make: impl Fn(f64) -> L)
where
    L: Losses<M::Outputs, Targets: nn::data::Inspect> + Clone,
    M: Model<Inputs = SVector<f32, 1>, Outputs: Tensors>,
    (): Metrics<M::Outputs, L::Targets>,
{
    for value in VALUES {
        let model = M::zeroed();
        let mut model = model.compile(Sgd::default(), make(value));
        let fit = || Fit::new().verbose(0);
        if fine.contains(&value) {
            model.fit(X, targets, fit()).unwrap_or_else(|error| panic!("{name} = {value}: {error}"));
            assert!(model.evaluate(X, targets).unwrap().loss.is_finite(), "{name} = {value}");
            assert!(Trainer::<M, 3, 0>::check(&Sgd::default(), &make(value)).is_ok());
            continue;
        }
        names(&model.fit(X, targets, fit()).expect_err(&format!("{name} = {value}")), name, value);
        names(&model.fit_batches(|_| [(X, targets)], fit()).unwrap_err(), name, value);
        names(&model.train_on_batch(X, targets).unwrap_err(), name, value);
        names(&model.test_on_batch(X, targets).unwrap_err(), name, value);
        names(&model.evaluate(X, targets).unwrap_err(), name, value);
        names(&model.evaluate_batches([(X, targets)]).unwrap_err(), name, value);
        assert_eq!(model.steps(), 0);
        let Err(StepError::Setting(error)) = Trainer::<M, 3, 0>::check(&Sgd::default(), &make(value)) else {
            panic!("{name} = {value}: a trainer")
        };
        assert_eq!(error.name, name);
    }
}

#[test]
fn losses() {
    fn number<L: Losses<SVector<f32, 1>, Targets = SVector<f32, 1>> + Clone>(
        name: &str,
        fine: Fine,
        make: impl Fn(f64) -> L,
    ) {
        loss::<L, Yes>(name, fine, Y, make);
    }
    fn class<L: Losses<SVector<f32, 2>, Targets = SMatrix<u32, 1, 1>> + Clone>(
        name: &str,
        fine: Fine,
        make: impl Fn(f64) -> L,
    ) {
        loss::<L, Kinds>(name, fine, [0_u32, 1, 0], make);
    }
    fn one_hot<L: Losses<SVector<f32, 2>, Targets = SVector<f32, 2>> + Clone>(
        name: &str,
        fine: Fine,
        make: impl Fn(f64) -> L,
    ) {
        const KINDS: [SVector<f32, 2>; 3] =
            [SVector::<f32, 2>::new(0., 1.), SVector::<f32, 2>::new(1., 0.), SVector::<f32, 2>::new(0., 1.)];
        loss::<L, Kinds>(name, fine, KINDS, make);
    }
    sweep! { number:
        BinaryCrossentropy { label_smoothing: PART; from_logits } = BinaryCrossentropy::default();
        BinaryFocalCrossentropy { alpha: PART, gamma: NOT_NEGATIVE, label_smoothing: PART; apply_class_balancing, from_logits } =
            BinaryFocalCrossentropy { apply_class_balancing: true, ..BinaryFocalCrossentropy::default() };
        Huber { delta: POSITIVE; } = Huber::default();
    }
    sweep! { one_hot:
        CategoricalCrossentropy { label_smoothing: PART; from_logits } = CategoricalCrossentropy::default();
        CategoricalFocalCrossentropy { alpha: POSITIVE, gamma: NOT_NEGATIVE, label_smoothing: PART; from_logits } =
            CategoricalFocalCrossentropy::default();
    }
    sweep! { class:
        SparseCategoricalCrossentropy { label_smoothing: PART; from_logits, ignore_class } =
            SparseCategoricalCrossentropy::default();
    }
    // Losses without numbers.
    let (CategoricalHinge, CosineSimilarity, Hinge, KlDivergence) =
        (CategoricalHinge, CosineSimilarity, Hinge, KlDivergence);
    let (LogCosh, MeanAbsoluteError, MeanSquaredError, Poisson) =
        (LogCosh, MeanAbsoluteError, MeanSquaredError, Poisson);
    let (MeanAbsolutePercentageError, MeanSquaredLogarithmicError, SquaredHinge) =
        (MeanAbsolutePercentageError, MeanSquaredLogarithmicError, SquaredHinge);
}

#[test]
fn a_loss_of_several_outputs_is_named() {
    let huber = Huber { delta: -1.0 };
    let text = "delta: expected a finite number above 0, got -1 in the loss `huber_loss` of output";
    let said = |result: nn::Result<nn::Logs>| result.unwrap_err().to_string();
    let two = || Two::boxed(&mut rng());
    let y = (Y, Y);
    assert_eq!(said(two().compile(Sgd::default(), huber).train_on_batch(X, y)), format!("{text} `first`"));
    let tuple = (MeanSquaredError, huber);
    assert_eq!(said(two().compile(Sgd::default(), tuple).train_on_batch(X, y)), format!("{text} `second`"));
    let named = TwoOutputs { first: MeanSquaredError, second: huber };
    assert_eq!(said(two().compile(Sgd::default(), named).train_on_batch(X, y)), format!("{text} `second`"));
}

#[test]
fn weights_of_losses_samples_and_classes() {
    for value in VALUES {
        let mut two = Two::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError).loss_weights((1.0, value));
        let results = [
            two.fit(X, (Y, Y), Fit::new().verbose(0)).err(),
            two.train_on_batch(X, (Y, Y)).err(),
            two.evaluate(X, (Y, Y)).err(),
        ];
        for error in results {
            match error {
                None => assert!(NOT_NEGATIVE.contains(&value), "{value}"),
                Some(error) => {
                    assert!(!NOT_NEGATIVE.contains(&value), "{error}");
                    names(&error, "loss_weights", value);
                    assert!(error.to_string().ends_with("for output `second`"), "{error}");
                }
            }
        }
        // These are `f64` for any scalar of the model.
        let line = || Line::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError);
        let weights = [1.0, value, 1.0];
        let fit = || Fit::new().verbose(0);
        let fine = value >= 0.0 && value.is_finite();
        assert_eq!(line().fit(X, Y, fit().sample_weight(weights)).is_ok(), fine, "sample weight {value}");
        assert_eq!(line().fit_batches(|_| [(X, Y, weights)], fit()).is_ok(), fine, "sample weight {value}");
        assert_eq!(line().evaluate_batches([(X, Y, weights)]).is_ok(), fine, "sample weight {value}");
        assert_eq!(line().fit(X, Y, fit().weighted_validation_data(X, Y, weights)).is_ok(), fine, "{value}");
        assert_eq!(line().fit(X, Y, fit().class_weight([(1, value)])).is_ok(), fine, "class weight {value}");
        assert_eq!(line().fit_batches(|_| [(X, Y)], fit().class_weight([(1, value)])).is_ok(), fine, "{value}");
        assert_eq!(line().fit(X, Y, fit().validation_split(value)).is_ok(), value == 0.0, "validation split {value}");
    }
}

#[test]
fn the_only_output_needs_a_loss() {
    let mut line = Line::boxed(&mut rng()).compile(Sgd::default(), ());
    let text = "losses: expected a loss for the only output `dense`, such as `MeanSquaredError`, got `()`, from which nothing \
                is learned";
    assert_eq!(line.fit(X, (), Fit::new().verbose(0)).unwrap_err().to_string(), text);
    assert_eq!(line.train_on_batch(X, ()).unwrap_err().to_string(), text);
    assert_eq!(line.fit_batches(|_| [(X, ())], Fit::new()).unwrap_err().to_string(), text);
}

/// A number that is infinite as an `f32` can be finite as an `f64`.
#[test]
fn the_scalar_of_the_model_decides() {
    let sgd = Sgd::default().clipvalue(1e39);
    assert!(Line::<f64>::zeroed().compile(sgd, MeanSquaredError).train_on_batch([1.0_f64], [1.0_f64]).is_ok());
    let adam = Adam { epsilon: 1e-50, ..Adam::default() };
    assert!(Line::<f64>::zeroed().compile(adam, MeanSquaredError).train_on_batch([1.0_f64], [1.0_f64]).is_ok());
    let error = Line::<f32>::zeroed().compile(adam, MeanSquaredError).train_on_batch(X, Y).unwrap_err();
    let text = "epsilon: expected a finite number above 0, got 1e-50, which is 0 as a float32 in the optimizer `adam`";
    assert_eq!(error.to_string(), text);
}
