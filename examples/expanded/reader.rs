// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Two inputs, two outputs, and an output that is also read inside.
// pub struct Reader;
//
// let question = Input(shape = [8]);
// let text = Input(shape = [12]);
// let both = concatenate([question, text]);
// let hidden = Dense(16, activation = relu, kernel_regularizer = l2(0.01))(both);
// let hidden = Dropout(0.2)(hidden);
// let answer = Dense(10, activation = softmax)(hidden);
// let certain = Dense(1, activation = sigmoid)(concatenate([answer, question]));
//
// Model(inputs = [question, text], outputs = [answer, certain])

/// Two inputs, two outputs, and an output that is also read inside.
///
/// ```mermaid
/// flowchart TD
///     question(["question<br/>(8,)"])
///     text(["text<br/>(12,)"])
///     both["concatenate([question, text])<br/>(20,)"]
///     dense["Dense(16, activation = relu, kernel_regularizer = l2(0.01))<br/>(16,)"]
///     dropout["Dropout(0.2)<br/>(16,)"]
///     answer["Dense(10, activation = softmax)<br/>(10,)"]
///     concatenate["concatenate([answer, question])<br/>(18,)"]
///     certain["Dense(1, activation = sigmoid)<br/>(1,)"]
///     question --> both
///     text --> both
///     both --> dense
///     dense --> dropout
///     dropout --> answer
///     answer --> concatenate
///     question --> concatenate
///     concatenate --> certain
///     answer --> out_answer(["answer"])
///     certain --> out_certain(["certain"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct Reader<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Dense(16, activation = relu, kernel_regularizer = l2(0.01))` on `(20,)`.
    pub dense: ::nn::layers::DenseWeights<T, 20, 16, 1>,
    /// `Dense(10, activation = softmax)` on `(16,)`.
    pub answer: ::nn::layers::DenseWeights<T, 16, 10, 1>,
    /// `Dense(1, activation = sigmoid)` on `(18,)`.
    pub certain: ::nn::layers::DenseWeights<T, 18, 1, 1>,
}

/// The inputs of [`Reader`] by name.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct ReaderInputs<A, B> {
    /// Shape `(8,)`.
    pub question: A,
    /// Shape `(12,)`.
    pub text: B,
}

/// One value for each output of [`Reader`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct ReaderOutputs<A, B> {
    /// Shape `(10,)`.
    pub answer: A,
    /// Shape `(1,)`.
    pub certain: B,
}

/// The graph of [`Reader`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __ReaderGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __ReaderGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[8]), ::nn::Shape::new(&[12])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[10]), ::nn::Shape::new(&[1])];
}
