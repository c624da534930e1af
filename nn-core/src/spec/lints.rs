//! Lints: warnings of `model!` and of `compile` about code that compiles but is probably a mistake, and how to silence
//! them.
//!
//! A lint of the graph is a compiler warning on the token to blame. Technically it warns of a use of one of the
//! constants below, which are deprecated only for this purpose. So rustc writes the first words, with the path of the
//! lint:
//!
//! ```text
//! warning: use of deprecated constant `nn::lints::softmax_over_one`: nn lint, nothing is deprecated: a softmax over one
//!          number is always 1
//! ```
//!
//! A lint of training depends on the losses, which `compile` gets at run time: `from_logits` is a field. The compiler
//! cannot see it, so `compile` finds these lints. `Compiled::warnings` returns them, and the first `fit` prints them
//! to standard error, unless it is silent. Lints about data are printed when the data is read, once in a run, whatever
//! `verbose` says.
//!
//! # Silencing lints
//!
//! Name them on the struct, lints of the graph and of training alike:
//!
//! ```text
//! model! {
//!     #[nn(allow(dropout_on_output, mse_on_softmax))]
//!     pub struct Digits;
//!     …
//! }
//! ```
//!
//! A name that is not a lint is an error. `#[allow(deprecated)]` on the struct or around it silences all lints of the
//! graph, and `#[deny(deprecated)]` there makes them errors. `Fit::verbose(0)` prints no lints of training.
//!
//! # The lints of the graph
//!
//! [`activation_after_softmax`], [`stacked_activations`], [`softmax_over_one`], [`dense_after_dense`],
//! [`bias_before_batch_normalization`], [`dropout_on_output`], [`dropout_of_nothing`], [`dropout_of_everything`],
//! [`frozen_with_nothing_upstream`], [`frozen_without_weights`], [`reshape_without_effect`], [`merge_with_itself`],
//! [`dropped_mask`], [`pooling_drops_border`], [`dense_on_image`], [`concatenate_over_space`]
//!
//! # The lints of training
//!
//! [`activation_under_from_logits`], [`linear_without_from_logits`], [`mse_on_softmax`], [`output_without_loss`],
//! [`labels_outside_domain`], [`weights_not_finite`]

/// A lint: its constant, which the warning uses.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Lint;

/// The lint that `HEEDS_MASK` of a user's own layer decides. Only rustc knows its value, so an expansion uses the
/// constant of the type, which is deprecated if the value is `false`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Own<const HEEDS_MASK: bool>;

#[allow(missing_docs, non_upper_case_globals)]
impl Own<true> {
    pub const dropped_mask: Lint = Lint;
}

#[allow(missing_docs, non_upper_case_globals)]
impl Own<false> {
    #[deprecated(note = "nn lint, nothing is deprecated: \
        this layer drops the mask of its input: what follows takes masked steps for data\n\
        = help: a layer of your own hands the mask on with `masking: Masking::Passes`\n\
        = help: or read the mask before, by a recurrent layer or `GlobalAveragePooling1D`\n\
        = help: `#[nn(allow(dropped_mask))]` on the struct silences this")]
    pub const dropped_mask: Lint = Lint;
}

macro_rules! lints {
    ($($(#[$doc:meta])* $name:ident: $note:literal)*) => {
        $(
            $(#[$doc])*
            #[deprecated(note = $note)]
            #[allow(non_upper_case_globals)]
            pub const $name: Lint = Lint;
        )*

        /// The names of all lints.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// The texts of all lints, in the order of their names. An expansion writes a text anew if it has numbers.
        #[doc(hidden)]
        pub const NOTES: &[&str] = &[$($note),*];
    };
}

lints! {
    /// An activation on the output of a softmax.
    ///
    /// ```text
    /// let x = Dense(10, activation = softmax)(x);
    /// let y = Activation(sigmoid)(x);          // here
    /// ```
    ///
    /// A softmax returns probabilities that sum to 1. Another activation on top breaks that; a second softmax makes
    /// them almost equal.
    activation_after_softmax: "nn lint, nothing is deprecated: \
        an activation is applied to the output of a softmax\n\
        = help: apply the softmax last, and once\n\
        = help: `#[nn(allow(activation_after_softmax))]` on the struct silences this"

    /// An activation directly on the output of another activation.
    ///
    /// ```text
    /// let x = Dense(64, activation = relu)(x);
    /// let y = Activation(relu)(x);             // here
    /// ```
    ///
    /// Usually one activation was meant to replace the other. `tanh` or `softsign` under a softmax is not reported: it
    /// bounds the logits.
    stacked_activations: "nn lint, nothing is deprecated: \
        an activation is applied to the output of another activation\n\
        = help: remove one of the two, or put a layer with weights between them\n\
        = help: `#[nn(allow(stacked_activations))]` on the struct silences this"

    /// A softmax over a single number.
    ///
    /// ```text
    /// let y = Dense(1, activation = softmax)(x);   // here
    /// ```
    ///
    /// The output is 1 for every input, and no layer before it learns. For one probability, use a sigmoid.
    softmax_over_one: "nn lint, nothing is deprecated: \
        a softmax over one number is always 1\n\
        = help: use `sigmoid` for one probability, or as many units as there are classes\n\
        = help: `#[nn(allow(softmax_over_one))]` on the struct silences this"

    /// A Dense without an activation directly under another Dense.
    ///
    /// ```text
    /// let x = Dense(64)(x);                    // here
    /// let y = Dense(10)(x);
    /// ```
    ///
    /// Two linear layers compute only one linear function: the activation was forgotten. A bottleneck is not reported,
    /// that is a first Dense with fewer units than both its inputs and the outputs: it factorizes a large layer. Nor
    /// are shared, frozen or regularized layers.
    dense_after_dense: "nn lint, nothing is deprecated: \
        without an activation this `Dense` and the next one compute no more than one\n\
        = help: `Dense(.., activation = relu)`\n\
        = help: `#[nn(allow(dense_after_dense))]` on the struct silences this"

    /// A layer with a bias directly under a BatchNormalization.
    ///
    /// ```text
    /// let x = Dense(64)(x);                    // here
    /// let y = BatchNormalization()(x);
    /// ```
    ///
    /// The normalization subtracts the mean and with it the bias: the bias has no effect. The offset is `beta`.
    bias_before_batch_normalization: "nn lint, nothing is deprecated: \
        the `BatchNormalization` after this layer takes its bias out again\n\
        = help: `use_bias = false` saves those weights\n\
        = help: `#[nn(allow(bias_before_batch_normalization))]` on the struct silences this"

    /// A Dropout, or other noise, whose output is an output of the model.
    ///
    /// ```text
    /// let y = Dropout(0.5)(Dense(10)(x));      // here
    /// Model(inputs = x, outputs = y)
    /// ```
    ///
    /// While training, the loss then judges noise: a prediction that was set to 0 is not a mistake of the model.
    dropout_on_output: "nn lint, nothing is deprecated: \
        the output of the model is disturbed at random while it trains\n\
        = help: put the noise before the last layer with weights\n\
        = help: `#[nn(allow(dropout_on_output))]` on the struct silences this"

    /// A Dropout with the rate 0.
    ///
    /// ```text
    /// let y = Dropout(0.0)(x);                 // here
    /// ```
    dropout_of_nothing: "nn lint, nothing is deprecated: \
        a rate of 0 drops nothing: the layer has no effect\n\
        = help: remove the layer, or choose a rate such as 0.2\n\
        = help: `#[nn(allow(dropout_of_nothing))]` on the struct silences this"

    /// A Dropout with the rate 1.
    ///
    /// ```text
    /// let y = Dropout(1.0)(x);                 // here
    /// ```
    ///
    /// While training, the next layer sees only zeros. Keras's rate is the dropped part, not the kept part.
    dropout_of_everything: "nn lint, nothing is deprecated: \
        a rate of 1 drops everything: what follows learns from zeros\n\
        = help: the rate is the part that is dropped, such as 0.2\n\
        = help: `#[nn(allow(dropout_of_everything))]` on the struct silences this"

    /// A frozen layer with nothing before it that learns.
    ///
    /// ```text
    /// let x = Dense(64, trainable = false)(pixels);   // here
    /// let y = Dense(10)(x);
    /// ```
    ///
    /// Its weights keep their initial values: random ones, if no weights are loaded. No layer before it changes, so
    /// its output for a sample is the same in every epoch and could be computed once. Not reported are models as
    /// layers and Embeddings (frozen for their loaded weights), BatchNormalization (freezing it has other effects),
    /// and layers with an initializer of their own.
    frozen_with_nothing_upstream: "nn lint, nothing is deprecated: \
        nothing before this frozen layer learns: its output never changes\n\
        = help: if its weights are loaded, compute its output once and train on that; if not, they stay random\n\
        = help: `#[nn(allow(frozen_with_nothing_upstream))]` on the struct silences this"

    /// `trainable = false` for a layer that has no weights.
    ///
    /// ```text
    /// let y = Flatten(trainable = false)(x);   // here
    /// ```
    frozen_without_weights: "nn lint, nothing is deprecated: \
        this layer has no weights: freezing it has no effect\n\
        = help: `trainable = false` belongs to the layer whose weights should stay\n\
        = help: `#[nn(allow(frozen_without_weights))]` on the struct silences this"

    /// A Flatten, Reshape or Permute whose output is its input.
    ///
    /// ```text
    /// let x = Input(shape = [64]);
    /// let y = Flatten()(x);                    // here
    /// ```
    ///
    /// A layer that drops a mask is not reported: that is an effect, and [`dropped_mask`] reports it.
    reshape_without_effect: "nn lint, nothing is deprecated: \
        the output of this layer is its input, in the same shape\n\
        = help: remove the layer\n\
        = help: `#[nn(allow(reshape_without_effect))]` on the struct silences this"

    /// Add, Subtract, Average, Maximum or Minimum of one tensor with itself.
    ///
    /// ```text
    /// let y = subtract([x, x]);                // here
    /// ```
    ///
    /// The difference of a tensor with itself is 0; the others give the tensor again, or twice the tensor. Probably
    /// another tensor was meant. `multiply`, `dot` and `concatenate` of a tensor with itself make sense, and are not
    /// reported.
    merge_with_itself: "nn lint, nothing is deprecated: \
        this merges a tensor with itself\n\
        = help: was another tensor meant?\n\
        = help: `#[nn(allow(merge_with_itself))]` on the struct silences this"

    /// A layer that neither reads the mask of its input nor hands it on.
    ///
    /// ```text
    /// let x = Embedding(1000, 16, mask_zero = true)(words);
    /// let y = GlobalMaxPooling1D()(x);         // here
    /// ```
    ///
    /// The next layers take the masked steps for data: the vector of index 0, or the zeros of a `Masking`. Keras warns
    /// of it, too. Layers that keep the steps hand a mask on; recurrent layers and `GlobalAveragePooling1D` read it. A
    /// model that is called on a tensor with a mask does not see it. A layer of your own reads it with
    /// [`Memory::mask`](crate::Memory::mask), and hands it on with `masking: Masking::Passes`. A layer that reads the
    /// mask and ends it says `masking: Masking::Reads { passes: None, both: None }`, and is not reported.
    dropped_mask: "nn lint, nothing is deprecated: \
        this layer drops the mask of its input: what follows takes masked steps for data\n\
        = help: read the mask before, by a recurrent layer or `GlobalAveragePooling1D`\n\
        = help: `#[nn(allow(dropped_mask))]` on the struct silences this"

    /// A pooling whose windows leave out rows, columns or steps at the end.
    ///
    /// ```text
    /// let x = Conv2D(64, 3)(x);                // (23, 23, 64)
    /// let y = MaxPooling2D(2)(x);              // here: 11 windows of 2 rows leave out the last row
    /// ```
    ///
    /// Nothing reads the cells after the last whole window, as in Keras. The warning says how many they are. Gaps that
    /// strides larger than the window leave everywhere are not reported.
    pooling_drops_border: "nn lint, nothing is deprecated: \
        the windows of this pooling do not cover their input\n\
        = help: `padding = same` adds windows that are cut at the border\n\
        = help: `#[nn(allow(pooling_drops_border))]` on the struct silences this"

    /// A Dense on an image, whose output stays an image until the end of the model or until a Flatten.
    ///
    /// ```text
    /// let image = Input(shape = [28, 28, 1]);
    /// let y = Dense(10, activation = softmax)(image);   // here: (28, 28, 10), a softmax for each pixel
    /// ```
    ///
    /// A Dense works on the last axis only: it gives every pixel the same weights. Usually a vector was meant. Not
    /// reported is a Dense behind convolutions whose output has the height and width of an input, for a class for each
    /// pixel, and one whose pixels another convolution or a pooling reads.
    dense_on_image: "nn lint, nothing is deprecated: \
        this `Dense` works on the last axis of an image only, at every pixel by itself\n\
        = help: `Flatten()` before it makes one vector of the image\n\
        = help: `#[nn(allow(dense_on_image))]` on the struct silences this"

    /// A Concatenate of images along their rows or columns.
    ///
    /// ```text
    /// let y = concatenate([a, b], axis = 1);   // here: (28, 28, 16) twice gives (56, 28, 16)
    /// ```
    ///
    /// Examples for channels-first images write `axis = 1` for the channels. Here, as in Keras by default, channels are
    /// the last axis. Images of different sizes are not reported: only this axis can join them.
    concatenate_over_space: "nn lint, nothing is deprecated: \
        this puts images below or beside each other; their channels are the last axis\n\
        = help: `axis = -1`, the default, joins the channels\n\
        = help: `#[nn(allow(concatenate_over_space))]` on the struct silences this"

    /// A softmax or sigmoid output with a loss whose `from_logits` is true.
    ///
    /// ```text
    /// let y = Dense(10, activation = softmax)(x);
    /// model.compile(.., CategoricalCrossentropy { from_logits: true, ..Default::default() })
    /// ```
    ///
    /// The loss takes probabilities for logits and applies the function once more. Even without `from_logits`, the
    /// loss works on the logits if the output ends in the matching activation.
    activation_under_from_logits: "a lint of training"

    /// An output without an activation under a cross-entropy whose `from_logits` is false.
    ///
    /// ```text
    /// let y = Dense(10)(x);
    /// model.compile(.., CategoricalCrossentropy::default())
    /// ```
    ///
    /// The loss takes numbers of any size for probabilities.
    linear_without_from_logits: "a lint of training"

    /// A softmax output under the mean squared error.
    ///
    /// ```text
    /// let y = Dense(10, activation = softmax)(x);
    /// model.compile(.., MeanSquaredError)
    /// ```
    ///
    /// Its gradient almost vanishes if the prediction is confidently wrong. A cross-entropy does not have this
    /// problem.
    mse_on_softmax: "a lint of training"

    /// `()` for the losses of all outputs: the model cannot learn.
    ///
    /// ```text
    /// model.compile(.., ())
    /// ```
    ///
    /// If only some outputs have no loss, `()` stands for each, which is no accident and is not reported. If the only
    /// output has no loss, training is an error, unless this lint is allowed.
    output_without_loss: "a lint of training"

    /// Labels that a loss cannot judge.
    ///
    /// ```text
    /// model.compile(.., BinaryCrossentropy::default());
    /// model.fit(&x, &[1.0, 2.0, 2.0], ..)      // labels 1 and 2
    /// ```
    ///
    /// The model trains, but its loss is meaningless: here it has no lower bound. Each loss says which labels it can
    /// judge ([`Loss::domain`](crate::train::losses::Loss::domain)). Every call that trains or evaluates checks the
    /// data, and the warning is printed once in a run. `Fit::strict` makes it an error.
    labels_outside_domain: "a lint of training"

    /// Weights in a file that are NaN or infinite.
    ///
    /// ```text
    /// model.load_weights("diverged.safetensors")
    /// ```
    ///
    /// A model with such weights predicts NaN and cannot learn. The warning is printed when the file is read;
    /// `include_weights!` refuses such a file.
    weights_not_finite: "a lint of training"
}
