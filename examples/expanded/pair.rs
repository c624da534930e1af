// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Whether two pictures show the same digit: a model is a layer, and one that is called twice shares its
// /// weights.
// pub struct Pair;
//
// let a = Input(shape = [64]);
// let b = Input(shape = [64]);
// let tower = Digits();
// let both = concatenate([tower(a), tower(b)]);
// let same = Dense(1, activation = sigmoid)(both);
//
// Model(inputs = [a, b], outputs = same)

/// Whether two pictures show the same digit: a model is a layer, and one that is called twice shares its
/// weights.
///
/// ```mermaid
/// flowchart TD
///     a(["a<br/>(64,)"])
///     b(["b<br/>(64,)"])
///     tower["Digits()<br/>(..)"]
///     both["concatenate([tower(a), tower(b)])<br/>(..)"]
///     same["Dense(1, activation = sigmoid)<br/>(..)"]
///     a --> tower
///     b --> tower
///     tower --> both
///     tower --> both
///     both --> same
///     same --> out_same(["same"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct Pair<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Digits()` on `(64,)`.
    pub tower: <__Pair_TowerLayer as ::nn::Layer<T, ::nn::SVector<T, 64>>>::Weights,
    /// `Dense(1, activation = sigmoid)` on `(..)`.
    pub same: ::nn::layers::DenseWeights<
        T,
        { __PairGraph::SAME.constant(0usize) },
        { __PairGraph::SAME.constant(1usize) },
        { __PairGraph::SAME.constant(2usize) },
    >,
}

/// The inputs of [`Pair`] by name.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct PairInputs<A, B> {
    /// Shape `(64,)`.
    pub a: A,
    /// Shape `(64,)`.
    pub b: B,
}

/// One value for each output of [`Pair`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct PairOutputs<A> {
    /// Shape `(..)`.
    pub same: A,
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __Pair_TowerForm = ::nn::__private::Called<
    Digits,
    { !__PairGraph::TOWER.outputs().is_empty() && !__PairGraph::TOWER_1.outputs().is_empty() },
>;

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __Pair_TowerLayer = <__Pair_TowerForm as ::nn::Component>::Layer<
    { __PairGraph::TOWER.constant_or_zero(0usize) },
    { __PairGraph::TOWER.constant_or_zero(1usize) },
    { __PairGraph::TOWER.constant_or_zero(2usize) },
    { __PairGraph::TOWER.constant_or_zero(3usize) },
    { __PairGraph::TOWER.constant_or_zero(4usize) },
    { __PairGraph::TOWER.constant_or_zero(5usize) },
    { __PairGraph::TOWER.constant_or_zero(6usize) },
    { __PairGraph::TOWER.constant_or_zero(7usize) },
>;

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __Pair_TowerLayer1 = <__Pair_TowerForm as ::nn::Component>::Layer<
    { __PairGraph::TOWER_1.constant_or_zero(0usize) },
    { __PairGraph::TOWER_1.constant_or_zero(1usize) },
    { __PairGraph::TOWER_1.constant_or_zero(2usize) },
    { __PairGraph::TOWER_1.constant_or_zero(3usize) },
    { __PairGraph::TOWER_1.constant_or_zero(4usize) },
    { __PairGraph::TOWER_1.constant_or_zero(5usize) },
    { __PairGraph::TOWER_1.constant_or_zero(6usize) },
    { __PairGraph::TOWER_1.constant_or_zero(7usize) },
>;

/// The graph of [`Pair`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __PairGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __PairGraph {
    const TOWER: ::nn::spec::Inferred =
        ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::complete })(({ ::nn::spec::Call::input })(
            ::nn::spec::Call {
                layer: "tower",
                inputs: &[("a", "an input")],
                shapes: &[::nn::Shape::new(&[64])],
                found: ::nn::spec::only_output(
                    "Digits",
                    <<Digits as ::nn::Component>::Layer<0, 0, 0, 0, 0, 0, 0, 0>>::__infer(
                        &[],
                        &[::nn::Shape::new(&[64])],
                    ),
                ),
            },
            0usize,
        )));
    const TOWER_1: ::nn::spec::Inferred = ({ ::nn::spec::weights_shared })(
        "tower",
        __PairGraph::TOWER
            .consts()
            .split_at(<<Digits as ::nn::Component>::Layer<0, 0, 0, 0, 0, 0, 0, 0>>::__WEIGHT_CONSTS)
            .0,
        ::nn::Shape::new(&[64]),
        ::nn::Shape::new(&[64]),
        ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::complete })(({ ::nn::spec::Call::input })(
            ::nn::spec::Call {
                layer: "tower",
                inputs: &[("b", "an input")],
                shapes: &[::nn::Shape::new(&[64])],
                found: ::nn::spec::only_output(
                    "Digits",
                    <<Digits as ::nn::Component>::Layer<0, 0, 0, 0, 0, 0, 0, 0>>::__infer(
                        &[],
                        &[::nn::Shape::new(&[64])],
                    ),
                ),
            },
            0usize,
        ))),
    );
    const BOTH: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ({ ::nn::spec::Call::input })(
            ::nn::spec::Call {
                layer: "both",
                inputs: &[("tower(a)", "the output of `Digits()`"), ("tower(b)", "the output of `Digits()`")],
                shapes: &[__PairGraph::TOWER.output(0usize), __PairGraph::TOWER_1.output(0usize)],
                found: ::nn::layers::merging::concatenate::infer(
                    &[::nn::spec::Value::Int(-1i64)],
                    &[__PairGraph::TOWER.output(0usize), __PairGraph::TOWER_1.output(0usize)],
                ),
            },
            0usize,
        ),
        1usize,
    ));
    const SAME: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::argument })(
        ({ ::nn::spec::Call::input })(
            ::nn::spec::Call {
                layer: "same",
                inputs: &[("both", "the output of `concatenate([tower(a), tower(b)])`")],
                shapes: &[__PairGraph::BOTH.output(0usize)],
                found: ::nn::layers::dense::infer(
                    &[
                        ::nn::spec::Value::Size(1),
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Flag(true),
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                        ::nn::spec::Value::Absent,
                    ],
                    &[__PairGraph::BOTH.output(0usize)],
                ),
            },
            0usize,
        ),
        0usize,
    ));
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[64]), ::nn::Shape::new(&[64])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[__PairGraph::SAME.output(0usize)];
    #[allow(non_upper_case_globals, trivial_numeric_casts, unused_braces, unused_parens, clippy::identity_op)]
    const description_pieces: &'static [::nn::spec::description::Piece] = &[
        ::nn::spec::description::Piece::Known("Input#1 (64,)\nInput#2 (64,)\ntower: "),
        ::nn::spec::description::Piece::Component {
            kind: "Digits",
            arguments: const { &::nn::layer::given::described(<Digits as ::nn::Component>::ARGUMENTS, &[]) }.as_str(),
            graph: <Digits as ::nn::Component>::GRAPH_TEXT,
        },
        ::nn::spec::description::Piece::Known(
            " of Input#1\ntower@2 of Input#2\nConcatenate#1 of tower, tower@2\nsame: Dense units=1 of Concatenate#1\nsigmoid#1 of same\noutputs sigmoid#1",
        ),
    ];
    #[allow(non_upper_case_globals)]
    const description_text: ::nn::text::Text<{ ::nn::spec::description::length(Self::description_pieces) }> =
        ::nn::spec::description::text(Self::description_pieces);
    #[allow(non_upper_case_globals)]
    const description: &'static ::core::primitive::str = Self::description_text.as_str();
}
