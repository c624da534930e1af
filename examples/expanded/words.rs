// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Indices: a table whose rows a batch touches, one more in a model inside, and a mask.
// pub struct Words;
//
// let words = Input(shape = [6], dtype = u32);
// let table = Embedding(100, 8, mask_zero = true)(words);
// let mean = GlobalAveragePooling1D()(table);
// let kind = Dense(3, activation = softmax)(mean);
// let title = Titles()(words);
//
// Model(inputs = words, outputs = [kind, title])

/// Indices: a table whose rows a batch touches, one more in a model inside, and a mask.
///
/// ```mermaid
/// flowchart TD
///     words(["words<br/>(6,)"])
///     table["Embedding(100, 8, mask_zero = true)<br/>(6, 8)"]
///     mean["GlobalAveragePooling1D()<br/>(8,)"]
///     kind["Dense(3, activation = softmax)<br/>(3,)"]
///     title["Titles()<br/>(..)"]
///     words --> table
///     table --> mean
///     mean --> kind
///     words --> title
///     kind --> out_kind(["kind"])
///     title --> out_title(["title"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct Words<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Embedding(100, 8, mask_zero = true)` on `(6,)`.
    pub table: ::nn::layers::EmbeddingWeights<T, 100, 8>,
    /// `Dense(3, activation = softmax)` on `(8,)`.
    pub kind: ::nn::layers::DenseWeights<T, 8, 3, 1>,
    /// `Titles()` on `(6,)`.
    pub title: <__Words_TitleLayer as ::nn::Layer<T, ::nn::SVector<::core::primitive::u32, 6>>>::Weights,
}

/// The inputs of [`Words`] by name.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct WordsInputs<A> {
    /// Shape `(6,)`.
    pub words: A,
}

/// One value for each output of [`Words`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct WordsOutputs<A, B> {
    /// Shape `(3,)`.
    pub kind: A,
    /// Shape `(..)`.
    pub title: B,
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __Words_TitleLayer =
    <::nn::__private::Called<Titles, { !__WordsGraph::TITLE.outputs().is_empty() }> as ::nn::Component>::Layer;

/// The graph of [`Words`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __WordsGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __WordsGraph {
    const TITLE: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ::nn::spec::Call {
            layer: "title",
            inputs: &[("words", "an input")],
            shapes: &[::nn::Shape::new(&[6])],
            found: ::nn::spec::one(<<Titles as ::nn::Component>::Layer>::output_shape(&[::nn::Shape::new(&[6])])),
        },
        0usize,
    ));
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[6])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[3]), __WordsGraph::TITLE.output(0usize)];
}
