//! A large model is built, used and trained without a copy of it passing through the stack. The stack of a test thread
//! is 2 MiB. These are debug builds, in which every move is a copy.
//!
//! ```sh
//! cargo test -p nn-sweeps --test large                   # models of up to 74 MB
//! cargo test -p nn-sweeps --test large --features all    # models of up to 653 MB
//! ```

#![allow(missing_docs)]

use nn::layer::Tensors;
use nn::prelude::*;

/// Models of one form, with these numbers of words and features.
macro_rules! models {
    ($words:tt $features:tt) => {
        const WORDS: usize = $words;
        const FEATURES: usize = $features;

        model! {
            /// 20 kB of weights for each word.
            #[nn(allow(dense_after_dense))]
            pub struct Wide;

            let words = Input(shape = [$words]);
            // Zeros, because fifty million random numbers take a debug build half a minute.
            let x = Dense(5_000, kernel_initializer = zeros)(words);
            let y = Dense(1)(x);

            Model(inputs = words, outputs = y)
        }

        model! {
            /// The guide's model for questions about pictures, from the features of a picture on.
            pub struct Answers;

            let features = Input(shape = [$features]);
            let question = Input(shape = [100], dtype = u32);
            let x = Embedding(10_000, 256)(question);
            let encoded = LSTM(256)(x);
            let both = concatenate([encoded, features]);
            let answer = Dense(1_000, activation = softmax, kernel_initializer = zeros)(both);

            Model(inputs = [features, question], outputs = answer)
        }

        /// A layer by itself, as part of another model.
        mod nested {
            use nn::prelude::*;

            nn::model! {
                pub(crate) struct Around;
                let words = Input(shape = [$words]);
                let wide = super::Wide()(words);
                let y = Dense(1, activation = sigmoid)(wide);
                Model(inputs = words, outputs = y)
            }

            pub(super) fn boxed() -> Box<Around> {
                Around::boxed(&mut StdRng::seed_from_u64(1))
            }
        }
    };
}

// 20 MB and 74 MB of weights.
#[cfg(not(feature = "all"))]
models!(1_000 16_000);

// 200 MB, and the 653 MB of the guide's model.
#[cfg(feature = "all")]
models!(10_000 160_000);

model! {
    /// The lecture's model: 20.8 MB.
    pub struct Headline;

    let main_input = Input(shape = [100], dtype = u32);
    let x = Embedding(output_dim = 512, input_dim = 10_000)(main_input);
    let lstm_out = LSTM(32)(x);
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}

#[test]
fn a_wide_model_is_built_trained_and_copied_in_a_small_stack() {
    const { assert!(Wide::PARAMETER_BYTES > 20_000 * WORDS) }
    let x = vec![SVector::<f32, WORDS>::repeat(0.01); 2];
    let mut wide = Wide::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let before = wide.predict(&x).expect("valid data")[0][0];
    wide.train_on_batch(&x, [before + 1.0, before + 1.0]).expect("valid data");
    let after = wide.predict(&x).expect("valid data")[0][0];
    assert_eq!(wide.model().boxed_clone().as_slice(), wide.model().as_slice());
    assert!(after > before, "{before} to {after}: the step must go towards the target");
}

#[test]
fn the_lectures_model_trains_in_a_small_stack() {
    const { assert!(Headline::PARAMETERS == 5_200_610) }
    let mut headline = Headline::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), BinaryCrossentropy::default())
        .loss_weights((1.0, 0.2));
    let words = [SVector::<u32, 100>::from_fn(|i, _| i as u32 * 97); 2];
    let (more, labels) = ([SVector::<f32, 5>::repeat(0.5); 2], [1.0_f32, 0.0]);
    let before = headline.train_on_batch((&words, &more), (&labels, &labels)).expect("valid data").loss;
    let after = headline.evaluate((&words, &more), (&labels, &labels)).expect("valid data").loss;
    assert!(after < before, "{before} to {after}");
    let one = headline.model().call((&words[0], &more[0]));
    assert_eq!(one.main_output, headline.predict((&words, &more)).expect("valid data").main_output[0]);
}

#[test]
fn the_guides_model_predicts_in_a_small_stack() {
    const { assert!(Answers::PARAMETER_BYTES > 4_000 * FEATURES) }
    let answers = Answers::boxed(&mut StdRng::seed_from_u64(1));
    // A sample of 640 kB, or a tenth of that, is also made in its final place.
    let (mut features, mut words) = <<Answers as Model>::Inputs as Tensors>::vecs(1);
    features[0].fill(0.01);
    words[0].fill(7);
    let answer = answers.predict((&features, &words)).expect("valid data");
    assert!((answer[0].sum() - 1.0).abs() < 1e-3);
}

#[test]
fn a_large_model_inside_another() {
    let around = nested::boxed();
    assert_eq!(around.predict([SVector::<f32, WORDS>::zeros()]).expect("valid data").len(), 1);
}
