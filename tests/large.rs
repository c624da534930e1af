//! A large model is built, used and trained without a copy of it passing through the stack. The stack of a test thread is
//! 2 MiB, and these are debug builds, in which every move is a copy.

use nn::prelude::*;

model! {
    /// 200 MB of weights.
    #[nn(allow(dense_after_dense))]
    pub struct Wide;

    let words = Input(shape = [10_000]);
    // Zeros, since fifty million random numbers take a debug build half a minute.
    let x = Dense(5_000, kernel_initializer = zeros)(words);
    let y = Dense(1)(x);

    Model(inputs = words, outputs = y)
}

/// A layer on its own, as part of another model.
mod nested {
    use nn::prelude::*;

    nn::model! {
        pub(crate) struct Around;
        let words = Input(shape = [10_000]);
        let wide = super::Wide()(words);
        let y = Dense(1, activation = sigmoid)(wide);
        Model(inputs = words, outputs = y)
    }

    pub(super) fn boxed() -> Box<Around> {
        Around::boxed(&mut StdRng::seed_from_u64(1))
    }
}

#[test]
fn two_hundred_megabytes_build_train_and_save_in_a_small_stack() {
    const { assert!(Wide::PARAMETER_BYTES > 200_000_000) }
    let x = vec![SVector::<f32, 10_000>::repeat(0.01); 2];
    let mut wide = Wide::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let before = wide.predict(&x).expect("valid data")[0][0];
    wide.train_on_batch(&x, &[before + 1.0, before + 1.0]).expect("valid data");
    let after = wide.predict(&x).expect("valid data")[0][0];
    assert_eq!(wide.model().boxed_clone().as_slice(), wide.model().as_slice());
    assert!(after > before, "{before} to {after}: the step must go towards the target");
}

#[test]
fn a_large_model_inside_another() {
    let around = nested::boxed();
    assert_eq!(around.predict(&[SVector::<f32, 10_000>::zeros()]).expect("valid data").len(), 1);
}
