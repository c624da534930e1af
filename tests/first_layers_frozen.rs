//! Models whose first layers never learn. There a training step has no backward pass and no gradients, and tensors that
//! are read only once share memory. The result equals a step of the whole graph with these layers frozen at run time.

use nn::prelude::*;

/// Two models with one graph.
mod dense {
    use super::*;

    model! {
        /// Three layers are frozen; the dropout before them is not.
        #[nn(allow(frozen_with_nothing_upstream))]
        pub struct Still;

        let x = Input(shape = [12]);
        let more = Input(shape = [3]);
        let h = Dropout(0.25)(x);
        let h = Dense(20, activation = relu, trainable = false)(h);
        let h = Dense(16, activation = gelu, trainable = false)(h);
        let h = BatchNormalization(trainable = false)(h);
        let h = concatenate([h, more]);
        let h = Dense(8, activation = tanh)(h);
        let class = Dense(3, activation = softmax)(h);

        Model(inputs = [x, more], outputs = class)
    }

    model! {
        /// The same, but everything may learn.
        pub struct Free;

        let x = Input(shape = [12]);
        let more = Input(shape = [3]);
        let h = Dropout(0.25)(x);
        let h = Dense(20, activation = relu)(h);
        let h = Dense(16, activation = gelu)(h);
        let h = BatchNormalization()(h);
        let h = concatenate([h, more]);
        let h = Dense(8, activation = tanh)(h);
        let class = Dense(3, activation = softmax)(h);

        Model(inputs = [x, more], outputs = class)
    }
}

#[test]
fn a_step_is_that_of_the_whole_graph() {
    let mut rng = StdRng::seed_from_u64(1);
    let free = dense::Free::boxed(&mut rng);
    let mut still = dense::Still::boxed(&mut rng);
    still.as_mut_slice().copy_from_slice(free.as_slice());
    let mut still = still.compile(Adam::default(), SparseCategoricalCrossentropy::default());
    let mut free = free.compile(Adam::default(), SparseCategoricalCrossentropy::default());
    for layer in ["dense", "dense_1", "batch_normalization"] {
        free.set_trainable(layer, false).unwrap();
    }
    for step in 0..4 {
        let number = |k: usize| ((k * 7 + step * 5) % 11) as f32 / 11.0 - 0.4;
        let x: [SVector<f32, 12>; 9] = core::array::from_fn(|k| SVector::from_fn(|i, _| number(k * 12 + i)));
        let more: [SVector<f32, 3>; 9] = core::array::from_fn(|k| SVector::from_fn(|i, _| number(k * 3 + i + 1)));
        let class: [u32; 9] = core::array::from_fn(|k| ((k + step) % 3) as u32);
        let logs = [
            still.train_on_batch((&x, &more), &class).unwrap().loss,
            free.train_on_batch((&x, &more), &class).unwrap().loss,
        ];
        assert_eq!(logs[0], logs[1], "step {step}");
        assert_eq!(still.model().as_slice(), free.model().as_slice(), "step {step}");
    }
}

#[test]
fn it_takes_less_memory() {
    // At most two of the tensors before the concatenation are needed at a time.
    let tensors = (12 + 20 + 16 + 16 + 16) - (20 + 16);
    let gradients = 12 + 20 + 16 + 16 + 16 + 19;
    assert_eq!(dense::Free::TRAIN_BYTES - dense::Still::TRAIN_BYTES, 4 * (tensors + gradients));
}

/// Sizes that only rustc knows, indices and masks, and a frozen recurrent layer.
mod words {
    use super::*;

    const UNITS: usize = 6;

    model! {
        /// Reads frozen features of words.
        #[nn(allow(frozen_with_nothing_upstream))]
        pub struct Still;

        let words = Input(shape = [7], dtype = u32);
        let x = Embedding(11, UNITS - 1, mask_zero = true, trainable = false)(words);
        let x = Dense(UNITS, activation = relu, trainable = false)(x);
        let x = GRU(UNITS, return_sequences = true, trainable = false)(x);
        let x = LSTM(4)(x);
        let y = Dense(1)(x);

        Model(inputs = words, outputs = y)
    }

    model! {
        /// The same, but everything may learn.
        pub struct Free;

        let words = Input(shape = [7], dtype = u32);
        let x = Embedding(11, UNITS - 1, mask_zero = true)(words);
        let x = Dense(UNITS, activation = relu)(x);
        let x = GRU(UNITS, return_sequences = true)(x);
        let x = LSTM(4)(x);
        let y = Dense(1)(x);

        Model(inputs = words, outputs = y)
    }
}

#[test]
fn masks_go_along() {
    let mut rng = StdRng::seed_from_u64(2);
    let free = words::Free::boxed(&mut rng);
    let mut still = words::Still::boxed(&mut rng);
    still.as_mut_slice().copy_from_slice(free.as_slice());
    let mut still = still.compile(RmsProp::default(), MeanSquaredError);
    let mut free = free.compile(RmsProp::default(), MeanSquaredError);
    for layer in ["embedding", "dense", "gru"] {
        free.set_trainable(layer, false).unwrap();
    }
    for step in 0..4 {
        // The last words are padding.
        let words: [SVector<u32, 7>; 5] = core::array::from_fn(|k| {
            SVector::from_fn(|i, _| if i > k + 1 { 0 } else { ((k * 3 + i + step) % 10) as u32 + 1 })
        });
        let y: [f32; 5] = core::array::from_fn(|k| k as f32 - 2.0);
        let (a, b) = (still.train_on_batch(words, y).unwrap().loss, free.train_on_batch(words, y).unwrap().loss);
        assert_eq!(a, b, "step {step}");
        assert_eq!(still.model().as_slice(), free.model().as_slice(), "step {step}");
    }
    const { assert!(words::Still::TRAIN_BYTES < words::Free::TRAIN_BYTES) };
}

/// As a layer after one that learns, the model has gradients of its inputs.
mod inside {
    use super::*;

    model! {
        /// Learns before a model of which only the end learns.
        pub struct Outer;

        let x = Input(shape = [4]);
        let more = Input(shape = [3]);
        let h = Dense(12)(x);
        let class = dense::Still(name = "inner")([h, more]);

        Model(inputs = [x, more], outputs = class)
    }

    model! {
        /// The same with a model that learns everywhere.
        pub struct Free;

        let x = Input(shape = [4]);
        let more = Input(shape = [3]);
        let h = Dense(12)(x);
        let class = dense::Free(name = "inner")([h, more]);

        Model(inputs = [x, more], outputs = class)
    }
}

#[test]
fn as_a_layer_it_hands_on_gradients() {
    let mut rng = StdRng::seed_from_u64(3);
    let free = inside::Free::boxed(&mut rng);
    let mut still = inside::Outer::boxed(&mut rng);
    still.as_mut_slice().copy_from_slice(free.as_slice());
    let before = still.h.clone();
    let mut still = still.compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let mut free = free.compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    for layer in ["inner.dense", "inner.dense_1", "inner.batch_normalization"] {
        free.set_trainable(layer, false).unwrap();
    }
    let x: [SVector<f32, 4>; 6] = core::array::from_fn(|k| SVector::from_fn(|i, _| (k * 4 + i) as f32 / 12.0 - 1.0));
    let more = [SVector::<f32, 3>::zeros(); 6];
    let class = [0, 1, 2, 0, 1, 2];
    for step in 0..3 {
        let (a, b) = (
            still.train_on_batch((&x, &more), &class).unwrap().loss,
            free.train_on_batch((&x, &more), &class).unwrap().loss,
        );
        assert_eq!(a, b, "step {step}");
        assert_eq!(still.model().as_slice(), free.model().as_slice(), "step {step}");
    }
    assert_ne!(still.model().h, before);
}

/// Layers with the names of shared memory blocks, which keep their own fields; and indices that only pass through.
mod names {
    use super::*;

    model! {
        /// Two layers are frozen; a learning layer reads one of their outputs.
        #[nn(allow(frozen_with_nothing_upstream))]
        pub struct Passing;

        let x = Input(shape = [4]);
        let first = Dense(5, trainable = false)(x);
        let passing = Dense(6, trainable = false)(first);
        let y = Dense(1)(passing);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// A mask that only frozen layers read.
        #[nn(allow(frozen_with_nothing_upstream))]
        pub struct Masked;

        let words = Input(shape = [7], dtype = u32);
        let x = Embedding(11, 5, mask_zero = true, trainable = false)(words);
        let passing_indices = GRU(6, trainable = false)(x);
        let y = Dense(1)(passing_indices);

        Model(inputs = words, outputs = y)
    }

    model! {
        /// The same, but everything may learn.
        pub struct Free;

        let words = Input(shape = [7], dtype = u32);
        let x = Embedding(11, 5, mask_zero = true)(words);
        let passing_indices = GRU(6)(x);
        let y = Dense(1)(passing_indices);

        Model(inputs = words, outputs = y)
    }
}

#[test]
fn a_mask_passes() {
    let mut rng = StdRng::seed_from_u64(7);
    let free = names::Free::boxed(&mut rng);
    let mut still = names::Masked::boxed(&mut rng);
    still.as_mut_slice().copy_from_slice(free.as_slice());
    let mut still = still.compile(Sgd::default(), MeanSquaredError);
    let mut free = free.compile(Sgd::default(), MeanSquaredError);
    for layer in ["x", "passing_indices"] {
        free.set_trainable(layer, false).unwrap();
    }
    for step in 0..3 {
        let words: [SVector<u32, 7>; 4] = core::array::from_fn(|k| {
            SVector::from_fn(|i, _| if i > k + 1 { 0 } else { ((k * 3 + i + step) % 10) as u32 + 1 })
        });
        let y: [f32; 4] = core::array::from_fn(|k| k as f32 - 2.0);
        let (a, b) = (still.train_on_batch(words, y).unwrap().loss, free.train_on_batch(words, y).unwrap().loss);
        assert_eq!(a, b, "step {step}");
        assert_eq!(still.model().as_slice(), free.model().as_slice(), "step {step}");
    }
}

#[test]
fn a_trainer_takes_less_memory_too() {
    let model = names::Passing::new(&mut StdRng::seed_from_u64(4));
    let (optimizer, mut rng) = (Sgd::default(), StdRng::seed_from_u64(5));
    let mut trainer = nn::Trainer::<_, 3>::new(model.clone(), &optimizer).unwrap();
    let x = [SVector::<f32, 4>::repeat(0.5); 3];
    trainer.step(&optimizer, &MeanSquaredError, x, [1.0, 2.0, 3.0], &mut rng).unwrap();
    assert_eq!(trainer.model.first, model.first);
    assert_eq!(trainer.model.passing, model.passing);
    assert_ne!(trainer.model.y, model.y);
    // One tensor passes; the last layer reads another one and writes to the caller's output.
    assert_eq!(names::Passing::TRAIN_BYTES, 4 * (5 + 6));
}

/// Nothing learns at all.
#[test]
fn all_may_stand_still() {
    model! {
        #[nn(allow(frozen_with_nothing_upstream))]
        struct Rock;

        let x = Input(shape = [4]);
        let h = Dense(5, activation = relu, trainable = false)(x);
        let class = Dense(3, activation = softmax, trainable = false)(h);

        Model(inputs = x, outputs = class)
    }
    let rock = Rock::boxed(&mut StdRng::seed_from_u64(6));
    let mut compiled = rock.boxed_clone().compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let logs = compiled.train_on_batch([SVector::<f32, 4>::repeat(0.5)], [1]).unwrap();
    assert!(logs.loss > 0.0);
    assert_eq!(compiled.model(), &*rock);
}
