//! Lints are silent if they are allowed by name or have no cause. Also the lints of training. `tests/ui/lints` shows
//! the message of each lint and its token.

#![deny(warnings)]

use nn::lints::NAMES;
use nn::losses::Losses;
use nn::prelude::*;
use std::fs;

/// The lints that need losses or data. The tests below report those of losses, `labels.rs` and `weights.rs` the others.
const OF_TRAINING: [&str; 6] = [
    "activation_under_from_logits",
    "linear_without_from_logits",
    "mse_on_softmax",
    "output_without_loss",
    "labels_outside_domain",
    "weights_not_finite",
];

#[test]
fn every_lint_of_the_graph_has_a_test_of_what_it_says() {
    for name in NAMES.iter().filter(|name| !OF_TRAINING.contains(name)) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ui/lints");
        let said = fs::read_to_string(format!("{folder}/{name}.stderr")).unwrap_or_default();
        assert!(said.contains(&format!("nn::lints::{name}")), "tests/ui/lints/{name}.stderr");
        assert!(said.contains(&format!("#[nn(allow({name}))]")), "how `{name}` is silenced");
    }
}

/// A graph with a finding for every lint.
macro_rules! everything {
    ($(#[$attribute:meta])* $name:ident) => {
        model! {
            $(#[$attribute])*
            pub(crate) struct $name;

            let x = Input(shape = [64]);
            let h = Dense(64, trainable = false)(x);
            let h = Dense(10, activation = softmax)(tanh(relu(h)));
            let h = Dense(64)(relu(h));
            let h = Dense(64)(h);
            let h = BatchNormalization()(h);
            let h = Flatten(trainable = false)(Dropout(0.0)(subtract([h, h])));
            let pixels = Flatten()(Dense(2)(MaxPooling2D(3)(Reshape([8, 4, 2])(h))));
            let rows = Flatten()(concatenate([Reshape([8, 4, 2])(h), Reshape([8, 4, 2])(h)], axis = 1));
            let h = Flatten()(Masking()(Reshape([8, 8])(h)));
            let h = concatenate([h, pixels, rows]);
            let h = Dropout(1.0)(Dense(1, activation = softmax)(h));
            let y = Dropout(0.5)(h);

            Model(inputs = x, outputs = y)
        }
    };
}

everything! {
    #[nn(allow(activation_after_softmax, stacked_activations, softmax_over_one, dense_after_dense))]
    #[nn(allow(bias_before_batch_normalization, dropout_on_output, dropout_of_nothing, dropout_of_everything))]
    #[nn(allow(frozen_with_nothing_upstream, frozen_without_weights, reshape_without_effect, merge_with_itself, dropped_mask))]
    #[nn(allow(pooling_drops_border, dense_on_image, concatenate_over_space))]
    ByName
}

everything! {
    #[allow(deprecated)]
    OnTheStruct
}

#[allow(deprecated)]
mod around {
    use super::*;

    everything!(Around);
}

#[test]
fn what_is_silenced_works() {
    for parameters in [ByName::PARAMETERS, OnTheStruct::PARAMETERS, around::Around::PARAMETERS] {
        assert!(parameters > 0);
    }
}

const WIDTH: usize = 8;

model! {
    /// Similar graphs that are intended.
    pub struct Meant;

    let x = Input(shape = [64]);
    let rows = Input(shape = [2, 3]);
    let n = Input(shape = [WIDTH]);
    // A bottleneck, a shared layer, and one whose output is read twice.
    let h = Dense(32, activation = relu)(Dense(8)(x));
    let tower = Dense(32);
    let both = add([tower(h), tower(tower(h))]);
    // A bias with another reader, a normalization of another tensor, and no bias at all.
    let biased = Dense(3)(h);
    let normal = BatchNormalization()(biased);
    let read = multiply([normal, biased]);
    let turned = BatchNormalization(axis = 1)(Dense(4)(rows));
    let plain = BatchNormalization()(Dense(4, use_bias = false)(h));
    // Bounded logits, a gate, a square, and a softmax over three.
    let bounded = softmax(tanh(Dense(3)(h)));
    let gate = multiply([sigmoid(Dense(3)(h)), read]);
    let square = multiply([gate, gate]);
    // Frozen, but the gradient passes on to an earlier layer; and a Dense with its own weights.
    let frozen = Dense(3, trainable = false)(square);
    let filter = Dense(3, kernel_initializer = ones, trainable = false)(x);
    // Shapes that only rustc knows are not judged.
    let unknown = Flatten()(Dense(WIDTH)(Dense(WIDTH)(n)));
    let all = concatenate([frozen, filter, bounded, plain, Flatten()(turned), unknown, both]);
    let y = Dense(2)(Dropout(0.5)(all));

    Model(inputs = [x, rows, n], outputs = y)
}

model! {
    /// Images whose rows and columns are used.
    pub struct Images;

    let image = Input(shape = [12, 12, 3]);
    let wide = Input(shape = [12, 6, 3]);
    // A Dense for every pixel, between convolutions; and a class for each pixel.
    let h = Dense(4, activation = relu)(Conv2D(4, 3, padding = same)(image));
    let h = Conv2D(4, 3, padding = same, activation = relu)(h);
    let classes = Dense(2, activation = softmax)(h);
    let mean = GlobalAveragePooling2D()(Dense(4, activation = relu)(Conv2D(4, 3)(image)));
    // Images of different widths can only be joined along this axis.
    let both = concatenate([image, wide], axis = 2);
    let channels = concatenate([image, h], axis = 3);
    // Windows that cover their input, or leave out as many as between them.
    let (a, b, c) = (MaxPooling2D(2)(both), MaxPooling2D((2, 3))(both), AveragePooling2D(1, strides = 5)(both));
    let y = concatenate([Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(channels), mean]);

    Model(inputs = [image, wide], outputs = [classes, Dense(2)(y)])
}

model! {
    /// Masks that are read, handed on, or dropped on purpose by a layer without another effect. Only the last is
    /// reported, and allowed.
    #[nn(allow(dropped_mask))]
    pub struct Masks;

    let x = Input(shape = [4, 3]);
    let h = Masking()(x);
    let h = add([Dropout(0.5)(h), LayerNormalization()(TimeDistributed(Dense(3))(h))]);
    let plain = Reshape([4, 3])(h);
    let mean = GlobalAveragePooling1D()(BatchNormalization()(h));
    let y = Dense(2)(concatenate([LSTM(2)(h), mean, GlobalMaxPooling1D()(plain)]));

    Model(inputs = x, outputs = y)
}

model! {
    /// The same without the layer that drops the mask.
    pub struct MasksRead;

    let x = Input(shape = [4, 3]);
    let h = Masking()(x);
    let h = multiply([Dropout(0.5)(h), LayerNormalization()(TimeDistributed(Dense(3))(h)), Softmax()(h)]);
    let mean = GlobalAveragePooling1D()(BatchNormalization()(h));
    let y = Dense(2)(concatenate([Bidirectional(LSTM(2))(h), mean]));

    Model(inputs = x, outputs = y)
}

#[test]
fn what_is_meant_works() {
    const { assert!(Masks::PARAMETERS > 0 && MasksRead::PARAMETERS > 0 && Images::PARAMETERS > 0) };
    assert_eq!(Meant::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError).warnings(), []);
}

model! {
    pub struct Outputs;

    let x = Input(shape = [4]);
    let class = Dense(3, activation = softmax)(x);
    let yes = Dense(1, activation = sigmoid)(x);
    let logits = Flatten()(Dense(3)(Reshape([4, 1])(x)));
    let other = Dense(2, activation = tanh)(x);

    Model(inputs = x, outputs = [class, yes, logits, other])
}

/// The names of the lints of training, with the first words of the message.
fn said<L: Losses<<Outputs as Model>::Outputs>>(losses: L) -> Vec<String> {
    let model = Outputs::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), losses);
    let of = |warning: &nn::Warning| warning.message.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    model.warnings().iter().map(|warning| format!("{}: {}", warning.lint, of(warning))).collect()
}

#[test]
fn lints_of_training() {
    let cross = CategoricalCrossentropy::default();
    let yes = BinaryCrossentropy::default();
    let logits = CategoricalCrossentropy { from_logits: true, ..cross };
    assert_eq!(said((cross, yes, logits, MeanSquaredError)), [""; 0]);
    assert_eq!(said((cross, (), (), ())), [""; 0]);
    assert_eq!(
        said((logits, BinaryCrossentropy { from_logits: true, ..yes }, cross, cross)),
        [
            "activation_under_from_logits: the output `class`",
            "activation_under_from_logits: the output `yes`",
            "linear_without_from_logits: the output `logits`",
        ]
    );
    assert_eq!(said(MeanSquaredError), ["mse_on_softmax: the output `class`"]);
    assert_eq!(said(()), ["output_without_loss: no output of"]);
    let named = OutputsOutputs { class: MeanSquaredError, yes, logits, other: () };
    assert_eq!(said(named), ["mse_on_softmax: the output `class`"]);
}

model! {
    #[nn(allow(mse_on_softmax))]
    pub struct Allowed;

    let x = Input(shape = [4]);
    let class = Dense(3, activation = softmax)(x);

    Model(inputs = x, outputs = class)
}

model! {
    /// The inner model gives the head of its output.
    pub struct Around;

    let x = Input(shape = [4]);
    let y = Allowed()(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn a_lint_of_training_is_allowed_by_name() {
    let warnings = |losses| Allowed::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), losses).warnings();
    assert_eq!(warnings(MeanSquaredError), []);
    let around = Around::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let text = around.warnings()[0].to_string();
    assert!(text.starts_with("the output `y` ends in a softmax, and its loss is `mean_squared_error`\n  = help: "));
    assert!(text.ends_with("`#[nn(allow(mse_on_softmax))]` on the struct silences this"));
}
