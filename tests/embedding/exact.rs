//! Steps by rows equal steps over whole tables, up to rounding.

use super::*;
use nn::optimizers::{Adadelta, Adagrad, Adamax, Ema, Ftrl, Lion, Nadam, With, ZeroGradient};
use nn::schedules::InverseTimeDecay;

model! {
    /// A penalty and a bound on the table, so every row has a gradient in every step. As in Keras, the norm is per
    /// feature over all words.
    pub struct Bounded;

    let left = Input(shape = [3], dtype = u32);
    let right = Input(shape = [3], dtype = u32);
    let table = Embedding(VOCABULARY, 4, embeddings_constraint = max_norm(0.5), embeddings_regularizer = l2(0.1));
    let free = Embedding(VOCABULARY, 2, embeddings_initializer = uniform(minval = -0.2, maxval = 0.2));
    let both = concatenate([Flatten()(table(left)), Flatten()(table(right)), Flatten()(free(right))]);
    let y = Dense(1, activity_regularizer = l2(0.01))(both);

    Model(inputs = [left, right], outputs = y)
}

fn agree<M: Reads, O: Optimizer + Copy>(optimizer: O) {
    assert_ne!(optimizer.zero_gradient(), ZeroGradient::Moves);
    let (mut rows, mut whole) = (model::<M, _>(optimizer), model::<M, _>(Whole(optimizer)));
    train(&mut rows, 0..20);
    train(&mut whole, 0..20);
    assert_equal(&state(&mut rows), &state(&mut whole));
}

/// A frozen table sees no steps: its slots do not decay. Everything else continues, and a frozen layer beside it makes
/// no difference.
fn agree_frozen<M: Reads, O: Optimizer + Copy>(optimizer: O) -> nn::Result<()> {
    let (mut rows, mut whole) = (model::<M, _>(optimizer), model::<M, _>(Whole(optimizer)));
    train(&mut rows, 0..4);
    train(&mut whole, 0..4);
    for (path, trainable, batches) in
        [("table", false, 4..9), ("y", false, 9..12), ("table", true, 12..17), ("", true, 17..20)]
    {
        rows.set_trainable(path, trainable)?;
        whole.set_trainable(path, trainable)?;
        train(&mut rows, batches.clone());
        train(&mut whole, batches);
    }
    assert_equal(&state(&mut rows), &state(&mut whole));
    Ok(())
}

/// Saves in the middle, and again while the table is frozen.
fn goes_on<M: Reads, O: Optimizer + Copy>(optimizer: O) -> nn::Result<()> {
    let path = file();
    let mut first = model::<M, _>(optimizer);
    train(&mut first, 0..6);
    for (trainable, batches) in [(true, 6..12), (false, 12..15), (true, 15..20)] {
        first.set_trainable("table", trainable)?;
        first.save_checkpoint(&path)?;
        // A model with other steps behind it.
        let mut second = model::<M, _>(optimizer);
        train(&mut second, 3..5);
        second.load_checkpoint(&path)?;
        train(&mut first, batches.clone());
        train(&mut second, batches);
        assert_eq!(first.model(), second.model());
        assert_eq!(state(&mut first), state(&mut second));
    }
    Ok(())
}

macro_rules! exact {
    ($($name:ident: $optimizer:expr;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn rows_are_as_good_as_the_whole_table() {
                agree::<Reader<f64>, _>($optimizer);
                agree::<Bounded<f64>, _>($optimizer);
            }

            #[test]
            fn frozen_in_between() -> nn::Result<()> {
                agree_frozen::<Reader<f64>, _>($optimizer)?;
                agree_frozen::<Bounded<f64>, _>($optimizer)
            }

            #[test]
            fn a_checkpoint_goes_on_bit_for_bit() -> nn::Result<()> {
                goes_on::<Reader<f64>, _>($optimizer)?;
                goes_on::<Bounded<f64>, _>($optimizer)
            }
        }
    )*};
}

const RMSPROP: RmsProp = RmsProp { learning_rate: 0.05, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: false };
const SGD: Sgd = Sgd { learning_rate: 0.3, momentum: 0.0, nesterov: false };

exact! {
    sgd: SGD;
    adagrad: Adagrad { learning_rate: 0.1, ..Adagrad::default() };
    rmsprop: RMSPROP;
    rmsprop_centered: RmsProp { centered: true, ..RMSPROP };
    adadelta: Adadelta { learning_rate: 1.0, ..Adadelta::default() };
    rmsprop_scheduled: RMSPROP.schedule(InverseTimeDecay::new(0.05, 5, 0.5));
    rmsprop_clipnorm: RMSPROP.clipnorm(0.05);
    rmsprop_clipvalue: RMSPROP.clipvalue(0.01);
    rmsprop_global_clipnorm: RMSPROP.global_clipnorm(0.05);
    sgd_clipnorm: SGD.clipnorm(0.05);
    sgd_global_clipnorm: SGD.global_clipnorm(0.05);
}

/// The bounds above do clip; otherwise the tests would prove nothing.
#[test]
fn the_bounds_are_reached() {
    let trained = |optimizer: With<Sgd>| {
        let mut model = model::<Reader<f64>, _>(optimizer);
        train(&mut model, 0..1);
        model.into_model()
    };
    let free = trained(SGD.clipnorm(1e9));
    for clipped in [SGD.clipnorm(0.05), SGD.clipvalue(0.01), SGD.global_clipnorm(0.05)] {
        assert_ne!(trained(clipped).table, free.table, "{:?}", clipped.options);
    }
}

/// Optimizers that would not be exact by rows step over the whole table, so they agree bit for bit.
#[test]
fn all_others_step_over_the_whole_table() {
    fn same<O: Optimizer + Copy>(optimizer: O) {
        assert_eq!(optimizer.zero_gradient(), ZeroGradient::Moves);
        let (mut rows, mut whole) = (model::<Reader<f64>, _>(optimizer), model::<Reader<f64>, _>(Whole(optimizer)));
        train(&mut rows, 0..5);
        train(&mut whole, 0..5);
        assert_eq!(state(&mut rows), state(&mut whole), "{}", optimizer.name());
    }
    same(Adam::default());
    same(AdamW::default().clipnorm(0.05));
    same(Nadam::default());
    same(Adamax::default());
    same(Ftrl::default());
    same(Lion::default());
    same(Sgd { momentum: 0.9, ..SGD });
    same(RmsProp { momentum: 0.9, ..RMSPROP });
    same(RMSPROP.weight_decay(0.1));
    same(RMSPROP.ema(Ema::default()));
}

#[test]
fn penalties_and_bounds_reach_every_row() {
    let mut model = model::<Bounded<f64>, _>(RMSPROP);
    let (before, words) = (model.model().clone(), vec![Words::new(1, 2, 2); 5]);
    model.train_on_batch((&words, &words), &targets(0)).expect("valid data");
    let after = model.model();
    for word in 0..VOCABULARY {
        let moved = |a: &[f64], b: &[f64], width: usize| {
            (0..width).any(|k| a[word * width + k].to_bits() != b[word * width + k].to_bits())
        };
        assert!(moved(before.table.embeddings.as_slice(), after.table.embeddings.as_slice(), 4), "word {word}");
        let named = (1..=2).contains(&word);
        assert_eq!(moved(before.free.embeddings.as_slice(), after.free.embeddings.as_slice(), 2), named, "word {word}");
    }
    for feature in after.table.embeddings.row_iter() {
        assert!(feature.norm() <= 0.5 + 1e-9);
    }
}
