//! A `Trainer`, which needs no heap, takes the same steps as `train_on_batch`.

use nn::optimizers::Ema;
use nn::optimizers::{Adadelta, Adagrad, Adamax, Ftrl, Lion, Nadam};
use nn::prelude::*;
use nn::{StepError, Trainer};

model! {
    /// One of everything that a step has to handle.
    struct Everything;

    let words = Input(shape = [3], dtype = u32);
    let more = Input(shape = [4]);
    let x = Embedding(9, 5, mask_zero = true)(words);
    let x = GRU(4)(x);
    let x = concatenate([x, more]);
    let x = Dense(6, use_bias = false, kernel_regularizer = l2(0.01), kernel_constraint = max_norm(1.0))(x);
    let x = BatchNormalization()(x);
    let x = Dense(5, activation = tanh, trainable = false)(x);
    let class = Dense(3, activation = softmax, activity_regularizer = l2(0.1))(x);
    let size = Dense(1)(x);

    Model(inputs = [words, more], outputs = [class, size])
}

type Losses = (SparseCategoricalCrossentropy, MeanSquaredError);
const N: usize = 6;

fn samples(step: usize) -> ([SVector<u32, 3>; N], [SVector<f32, 4>; N], [u32; N], [f32; N]) {
    let number = |k: usize| ((k * 7 + step * 5) % 11) as f32 / 11.0 - 0.4;
    (
        core::array::from_fn(|k| SVector::from_fn(|i, _| ((k * 3 + i * 5 + step) % 9) as u32)),
        core::array::from_fn(|k| SVector::from_fn(|i, _| number(k * 4 + i))),
        core::array::from_fn(|k| ((k + step) % 3) as u32),
        core::array::from_fn(number),
    )
}

#[test]
fn it_does_what_train_on_batch_does() {
    let optimizer = Adam::default().weight_decay(0.01).clipnorm(0.5).ema(Ema::default());
    let losses: Losses = Default::default();
    let model = Everything::new(&mut StdRng::seed_from_u64(1));
    let mut compiled = model.boxed_clone().compile(optimizer, losses);
    let mut trainer = Trainer::<_, N, 3>::new(model, &optimizer).unwrap();
    let mut rng = StdRng::seed_from_u64(7);
    for step in 0..5 {
        let (words, more, class, size) = samples(step);
        let logs = compiled.train_on_batch((&words, &more), (&class, &size)).unwrap();
        let loss = trainer.step(&optimizer, &losses, (&words, &more), (&class, &size), &mut rng).unwrap();
        // A report is a mean over the samples of one batch, which rounds twice.
        assert!((logs.loss - loss).abs() <= 2.0 * f64::EPSILON * loss.abs(), "step {step}: {} and {loss}", logs.loss);
        assert_eq!(compiled.model(), &trainer.model, "step {step}");
    }
    let (words, more, class, size) = samples(9);
    let refused = trainer.step(&optimizer, &losses, (&words, &more[..2]), (&class, &size), &mut rng);
    assert_eq!(refused, Err(StepError::Lengths { expected: 6, got: 2 }));
    // A shorter batch fits too.
    let inputs = EverythingInputs { words: &words[..2], more: &more[..2] };
    trainer.step(&optimizer, &losses, inputs, (&class[..2], &size[..2]), &mut rng).unwrap();
    assert_eq!(trainer.steps(), 6);
}

#[test]
fn its_memory_is_known() {
    type OnDevice = Trainer<Everything, N>;
    const BYTES: usize = OnDevice::BYTES;
    let (weights, outputs) = (Everything::PARAMETER_BYTES, 2 * 4 * size_of::<f32>());
    // Less, because statistics of the whole batch exist once.
    let most = 2 * weights + N * (Everything::TRAIN_BYTES + outputs) + 64;
    assert!(BYTES <= most && BYTES > most - 1000, "{BYTES}, {most}");
}

model! {
    struct Small;
    Sequential([Input(shape = [2]), Dense(3, activation = tanh), Dense(1)])
}

/// A trainer for one optimizer refuses another: its slots would have another meaning, or be missing.
#[test]
fn other_optimizers_are_refused() {
    fn made(optimizer: &impl Optimizer) -> Trainer<Small, 2, 4> {
        Trainer::new(Small::new(&mut StdRng::seed_from_u64(1)), optimizer).unwrap()
    }
    fn stepped(trainer: &mut Trainer<Small, 2, 4>, optimizer: &impl Optimizer) -> Result<f64, StepError> {
        let x = [SVector::<f32, 2>::new(0.5, -1.0), SVector::<f32, 2>::new(1.5, 2.0)];
        trainer.step(optimizer, &MeanSquaredError, x, [1.0_f32, 2.0], &mut StdRng::seed_from_u64(2))
    }
    /// Every pair of these.
    macro_rules! pairs {
        ($($name:ident = $optimizer:expr;)*) => {
            $(let $name = $optimizer;)*
            let names = [$(stringify!($name)),*];
            let mut trainers = [$(made(&$name)),*];
            for (name, trainer) in names.iter().zip(&mut trainers) {
                $(
                    let before = (trainer.model.clone(), trainer.steps());
                    let taken = stepped(trainer, &$name);
                    if *name == stringify!($name) {
                        assert!(taken.is_ok(), "{name}");
                        assert_ne!(trainer.model, before.0, "{name}");
                    } else {
                        assert_eq!(taken, Err(StepError::Optimizer), "{name} with {}", stringify!($name));
                        assert_eq!((trainer.model.clone(), trainer.steps()), before, "{name}");
                    }
                )*
            }
        };
    }
    pairs! {
        sgd = Sgd::default();
        momentum = Sgd { momentum: 0.9, ..Sgd::default() };
        averaged = Sgd::default().ema(Ema::default());
        adam = Adam::default();
        amsgrad = Adam { amsgrad: true, ..Adam::default() };
        averaged_adam = Adam::default().ema(Ema::default());
        adam_w = AdamW::default();
        adamax = Adamax::default();
        nadam = Nadam::default();
        adagrad = Adagrad::default();
        adadelta = Adadelta::default();
        ftrl = Ftrl::default();
        lion = Lion::default();
        rms_prop = RmsProp::default();
        with_momentum = RmsProp { momentum: 0.5, ..RmsProp::default() };
        centered = RmsProp { centered: true, ..RmsProp::default() };
    }
    // Settings that do not affect the slots may change: the rate, a schedule, clipping, weight decay.
    let mut trainer = made(&Adam::default());
    for taken in [
        stepped(&mut trainer, &Adam { learning_rate: 0.5, ..Adam::default() }),
        stepped(&mut trainer, &Adam::default().clipnorm(1.0).weight_decay(0.1)),
        stepped(&mut trainer, &Adam::default().schedule(ExponentialDecay::new(0.1, 100, 0.5))),
    ] {
        assert!(taken.is_ok());
    }
    // With the smallest room, Adam without slots would do nothing.
    let mut bare = Trainer::<Small, 2>::new(Small::new(&mut StdRng::seed_from_u64(1)), &Sgd::default()).unwrap();
    let x = [SVector::<f32, 2>::new(0.5, -1.0)];
    let taken = bare.step(&Adam::default(), &MeanSquaredError, x, [1.0_f32], &mut StdRng::seed_from_u64(2));
    assert_eq!(taken, Err(StepError::Optimizer));
    assert_eq!(taken.unwrap_err().to_string(), "the optimizer is not the one that the trainer was made for");
}
