//! `lazy`: rows that are not in the batch stay completely unchanged.

use super::*;
use nn::optimizers::{Ema, With};

fn options(lazy: bool) -> With<Adam> {
    let adam = Adam { learning_rate: 0.1, ..Adam::default() };
    let options = adam.weight_decay(0.1).ema(Ema { momentum: 0.9, overwrite_frequency: None });
    if lazy { options.lazy() } else { options }
}

/// The numbers of a word in everything about the table in a checkpoint.
fn row(state: &[(String, Vec<f64>)], word: usize) -> Vec<f64> {
    let tables = state.iter().filter(|(name, _)| name.ends_with("table.embeddings"));
    let numbers: Vec<f64> = tables.flat_map(|(_, table)| table[4 * word..4 * word + 4].to_vec()).collect();
    assert_eq!(numbers.len(), 4 * 4, "weights, momentum, velocity and average");
    numbers
}

#[test]
fn other_rows_stay() {
    for lazy in [true, false] {
        let mut model = model::<Reader<f64>, _>(options(lazy));
        let mut on = |word: u32| {
            let batch = vec![Words::repeat(word); 5];
            model.train_on_batch((&batch, &batch), &targets(0)).expect("valid data");
            state(&mut model)
        };
        let (first, second) = (on(3), on(7));
        assert_eq!(row(&first, 3) == row(&second, 3), lazy, "Adam moves a row after its gradient is gone");
        assert_eq!(row(&first, 5) == row(&second, 5), lazy, "weight decay reaches a row that never had a gradient");
        assert_ne!(row(&first, 7), row(&second, 7));
    }
}

/// If every batch has every row, there is nothing to leave out.
#[test]
fn all_rows_named_is_the_whole_table() {
    let run = |lazy: bool| {
        let mut model = model::<Reader<f64>, _>(options(lazy));
        for step in 0..3 {
            // The inner model has 60 rows, but only 50 are words of the outer model; the others stay.
            let batch: Vec<_> = (0..50).map(|word| Words::new(word, (word + step) % 50, word)).collect();
            let y: Vec<f64> = (0..50).map(|n| f64::from(n).sin()).collect();
            model.train_on_batch((&batch, &batch), &y).expect("valid data");
        }
        state(&mut model)
    };
    let (lazy, whole) = (run(true), run(false));
    let without_inner = |state: &[(String, Vec<f64>)]| {
        state.iter().filter(|(name, _)| !name.contains("inner")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(without_inner(&lazy), without_inner(&whole));
}

#[test]
fn a_checkpoint_goes_on_bit_for_bit() -> nn::Result<()> {
    let path = file();
    let mut first = model::<Reader<f64>, _>(options(true).clipnorm(0.1));
    train(&mut first, 0..6);
    first.save_checkpoint(&path)?;
    let mut second = model::<Reader<f64>, _>(options(true).clipnorm(0.1));
    second.load_checkpoint(&path)?;
    train(&mut first, 6..12);
    train(&mut second, 6..12);
    assert_eq!(state(&mut first), state(&mut second));
    Ok(())
}
