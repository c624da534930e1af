// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Whether two pictures show the same digit: a model is a layer, and one that is called twice shares its weights.
// pub struct Pair;
//
// let a = Input(shape = [64]);
// let b = Input(shape = [64]);
// let tower = Digits();
// let both = concatenate([tower(a), tower(b)]);
// let same = Dense(1, activation = sigmoid)(both);
//
// Model(inputs = [a, b], outputs = same)

/// Whether two pictures show the same digit: a model is a layer, and one that is called twice shares its weights.
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
#[derive(Debug, PartialEq)]
#[repr(C)]
pub struct Pair<T: ::nn::Scalar = f32> {
    /// `Digits()` on `(64,)`.
    pub tower: <PairTowerLayer as ::nn::Layer<T, ::nn::SVector<T, 64>>>::Weights,
    /// `Dense(1, activation = sigmoid)` on `(..)`.
    pub same: ::nn::layers::DenseWeights<
        T,
        { PairGraph::SAME.constant(0usize) },
        { PairGraph::SAME.constant(1usize) },
        { PairGraph::SAME.constant(2usize) },
    >,
}

/// The inputs of [`Pair`] by name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct PairInputs<A, B> {
    /// Shape `(64,)`.
    pub a: A,
    /// Shape `(64,)`.
    pub b: B,
}

/// One value for each output of [`Pair`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(dead_code)]
pub struct PairOutputs<A> {
    /// Shape `(..)`.
    pub same: A,
}

#[doc(hidden)]
pub type PairTowerLayer = <::nn::__private::Called<
    Digits,
    { !PairGraph::TOWER.outputs().is_empty() && !PairGraph::TOWER_1.outputs().is_empty() },
> as ::nn::Component>::Layer;

/// The graph of [`Pair`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct PairGraph;

#[allow(dead_code)]
impl PairGraph {
    const TOWER: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ::nn::spec::Call {
            layer: "tower",
            inputs: &[("a", "an input")],
            shapes: &[::nn::Shape::new(&[64])],
            found: ::nn::spec::one(<<Digits as ::nn::Component>::Layer>::output_shape(&[::nn::Shape::new(&[64])])),
        },
        0usize,
    ));
    const TOWER_1: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ::nn::spec::Call {
            layer: "tower",
            inputs: &[("b", "an input")],
            shapes: &[::nn::Shape::new(&[64])],
            found: ::nn::spec::one(<<Digits as ::nn::Component>::Layer>::output_shape(&[::nn::Shape::new(&[64])])),
        },
        0usize,
    ));
    const BOTH: ::nn::spec::Inferred = ({ ::nn::spec::Call::inferred })(({ ::nn::spec::Call::input })(
        ({ ::nn::spec::Call::input })(
            ::nn::spec::Call {
                layer: "both",
                inputs: &[("tower(a)", "the output of `Digits()`"), ("tower(b)", "the output of `Digits()`")],
                shapes: &[PairGraph::TOWER.output(0usize), PairGraph::TOWER_1.output(0usize)],
                found: ::nn::layers::concatenate::infer(
                    &[::nn::spec::Value::Int(-1i64)],
                    &[PairGraph::TOWER.output(0usize), PairGraph::TOWER_1.output(0usize)],
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
                shapes: &[PairGraph::BOTH.output(0usize)],
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
                    &[PairGraph::BOTH.output(0usize)],
                ),
            },
            0usize,
        ),
        0usize,
    ));
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[64]), ::nn::Shape::new(&[64])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[PairGraph::SAME.output(0usize)];
    /// The graph as a layer of another one.
    pub const fn new() -> Self {
        PairGraph
    }

    /// The shapes of its outputs, if these are the shapes of its inputs.
    pub const fn output_shapes(
        inputs: &[::nn::Shape],
    ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
        ::nn::spec::model_outputs("Pair", PairGraph::INPUT_SHAPES, PairGraph::OUTPUT_SHAPES, inputs)
    }

    /// The shape of its only output, if these are the shapes of its inputs.
    pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
        ::nn::spec::only_output("Pair", Self::output_shapes(inputs))
    }
}

#[allow(dead_code, non_upper_case_globals)]
impl PairGraph {
    const rows: &'static [::nn::summary::Row] = &[
        ::nn::summary::Row {
            name: "a",
            kind: "InputLayer",
            output: ::nn::Shape::new(&[64]),
            parameters: 0,
            inputs: &[],
            macs: 0,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "b",
            kind: "InputLayer",
            output: ::nn::Shape::new(&[64]),
            parameters: 0,
            inputs: &[],
            macs: 0,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "tower",
            kind: "Digits",
            output: PairGraph::TOWER.output(0usize),
            parameters:
                <<PairTowerLayer as ::nn::Layer<f32, ::nn::SVector<f32, 64>>>::Weights as ::nn::Weights<f32>>::COUNT,
            inputs: &["a", "b"],
            macs: <PairTowerLayer as ::nn::Layer<f32, ::nn::SVector<f32, 64>>>::MACS
                + <PairTowerLayer as ::nn::Layer<f32, ::nn::SVector<f32, 64>>>::MACS,
            memory: ::core::mem::size_of::<
                <PairTowerLayer as ::nn::Layer<f32, ::nn::SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
            >() + 4 * PairGraph::TOWER_1.output(0usize).size()
                + ::core::mem::size_of::<
                    <PairTowerLayer as ::nn::Layer<f32, ::nn::SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
                >(),
        },
        ::nn::summary::Row {
            name: "both",
            kind: "Concatenate",
            output: PairGraph::BOTH.output(0usize),
            parameters: 0,
            inputs: &["tower", "tower"],
            macs: <::nn::layers::Concatenate<
                { PairGraph::BOTH.constant(0usize) },
                { PairGraph::BOTH.constant(1usize) },
                { PairGraph::BOTH.constant(2usize) },
            > as ::nn::Layer<
                f32,
                (
                    ::nn::SMatrix<
                        f32,
                        { PairGraph::TOWER.output(0usize).rows() },
                        { PairGraph::TOWER.output(0usize).cols() },
                    >,
                    ::nn::SMatrix<
                        f32,
                        { PairGraph::TOWER_1.output(0usize).rows() },
                        { PairGraph::TOWER_1.output(0usize).cols() },
                    >,
                ),
            >>::MACS,
            memory: 0,
        },
        ::nn::summary::Row {
            name: "same",
            kind: "Dense",
            output: PairGraph::SAME.output(0usize),
            parameters: <::nn::layers::DenseWeights<
                f32,
                { PairGraph::SAME.constant(0usize) },
                { PairGraph::SAME.constant(1usize) },
                { PairGraph::SAME.constant(2usize) },
            > as ::nn::Weights<f32>>::COUNT,
            inputs: &["both"],
            macs: <::nn::layers::Dense<
                { PairGraph::SAME.constant(0usize) },
                { PairGraph::SAME.constant(1usize) },
                { PairGraph::SAME.constant(2usize) },
            > as ::nn::Layer<
                f32,
                ::nn::SMatrix<
                    f32,
                    { PairGraph::BOTH.output(0usize).rows() },
                    { PairGraph::BOTH.output(0usize).cols() },
                >,
            >>::MACS,
            memory: 0,
        },
    ];
    const summary_length: usize = ::nn::summary::length("Pair", PairGraph::rows);
    const activations: ::nn::arena::Plan<4usize> = ::nn::arena::Plan::new(&[
        ::nn::arena::Life::new(PairGraph::TOWER.output(0usize).size(), 0, 2),
        ::nn::arena::Life::new(PairGraph::TOWER_1.output(0usize).size(), 1, 2),
        ::nn::arena::Life::new(PairGraph::BOTH.output(0usize).size(), 2, 3),
        ::nn::arena::Life::new(PairGraph::SAME.output(0usize).size(), 3, 5),
    ]);
}

#[allow(dead_code)]
impl Pair<f32> {
    /// A table of the layers, as Keras prints it.
    pub const SUMMARY: &'static str = <Self as ::nn::Model>::SUMMARY;
    /// How many weights it has.
    pub const PARAMETERS: usize = <Self as ::nn::Model>::PARAMETERS;
    /// How many bytes its weights take.
    pub const PARAMETER_BYTES: usize = <Self as ::nn::Model>::PARAMETER_BYTES;
    /// How many bytes of activations one prediction needs, beside its inputs and outputs.
    pub const ARENA_BYTES: usize = <Self as ::nn::Model>::ARENA_BYTES;
    /// How many bytes a training step needs for each sample, beside weights, inputs and outputs.
    pub const TRAIN_BYTES: usize = <Self as ::nn::Model>::TRAIN_BYTES;
    /// Multiply-accumulates of one prediction.
    pub const MACS: usize = <Self as ::nn::Model>::MACS;
    /// What each layer costs in a prediction: a table of flash, RAM and multiply-accumulates.
    pub const COSTS: ::nn::summary::Costs = <Self as ::nn::Model>::COSTS;
    /// The graph for Graphviz.
    pub const fn dot() -> &'static str {
        <Self as ::nn::Model>::DOT
    }

    ::nn::__with_heap! {
        #[doc = r" Fresh weights, made in place on the heap."] pub fn boxed(rng : & mut
        dyn ::nn::__private::Rng) -> ::nn::__private::Box < Self > { < Self as
        ::nn::Model > ::boxed(rng) }
    }

    /// Fresh weights, by value. Refused at compile time for a model that is too large for a stack.
    pub fn new(rng: &mut dyn ::nn::__private::Rng) -> Self {
        <Self as ::nn::Model>::new(rng)
    }
}

#[allow(dead_code)]
impl<T: ::nn::Scalar> Pair<T> {
    /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
    /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
    #[inline]
    pub fn call<'x>(
        &self,
        x: impl ::core::convert::Into<PairInputs<&'x ::nn::SVector<T, 64>, &'x ::nn::SVector<T, 64>>>,
    ) -> ::nn::SMatrix<T, { PairGraph::SAME.output(0usize).rows() }, { PairGraph::SAME.output(0usize).cols() }> {
        const { ::nn::model::assert_arena::<Self>() }
        self.call_in(x, &mut ::nn::Arena::new())
    }

    /// The prediction for one sample, with the activations in memory that the caller keeps.
    #[inline]
    pub fn call_in<'x>(
        &self,
        x: impl ::core::convert::Into<PairInputs<&'x ::nn::SVector<T, 64>, &'x ::nn::SVector<T, 64>>>,
        arena: &mut ::nn::Arena<Self>,
    ) -> ::nn::SMatrix<T, { PairGraph::SAME.output(0usize).rows() }, { PairGraph::SAME.output(0usize).cols() }> {
        const {
            ::nn::model::assert_outputs::<(
                ::nn::SMatrix<T, { PairGraph::SAME.output(0usize).rows() }, { PairGraph::SAME.output(0usize).cols() }>,
            )>()
        }

        let x = ::core::convert::Into::into(x);
        let mut y = ::nn::tensor::zeroed::<
            ::nn::SMatrix<T, { PairGraph::SAME.output(0usize).rows() }, { PairGraph::SAME.output(0usize).cols() }>,
        >();
        ::nn::model::call_in::<Self>(
            &PairGraph,
            self,
            (::core::slice::from_ref(x.a), ::core::slice::from_ref(x.b)),
            ::core::slice::from_mut(&mut y),
            arena,
        );
        y
    }
}
