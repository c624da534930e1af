// What `model!` writes for the graph of `reader.rs` as well: its folded form.

/// The folded form of [`Reader`], for predictions only: what [`fold`](::nn::Model::fold) gives, with layers folded into each other.
#[allow(dead_code)]
///
/// ```mermaid
/// flowchart TD
///     question(["question<br/>(8,)"])
///     text(["text<br/>(12,)"])
///     dense["Dense(16, activation = relu, kernel_regularizer = l2(0.01))<br/>(16,)"]
///     answer["Dense(10, activation = softmax)<br/>(10,)"]
///     certain["Dense(1, activation = sigmoid)<br/>(1,)"]
///     question --> dense
///     text --> dense
///     dense --> answer
///     answer --> certain
///     question --> certain
///     answer --> out_answer(["answer"])
///     certain --> out_certain(["certain"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct ReaderFolded<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Dense(16, activation = relu, kernel_regularizer = l2(0.01))` on `(8,)`, `(12,)`.
    pub dense: ::nn::layers::DenseWeights<T, 20, 16, 1>,
    /// `Dense(10, activation = softmax)` on `(16,)`.
    pub answer: ::nn::layers::DenseWeights<T, 16, 10, 1>,
    /// `Dense(1, activation = sigmoid)` on `(10,)`, `(8,)`.
    pub certain: ::nn::layers::DenseWeights<T, 18, 1, 1>,
}

/// The graph of [`ReaderFolded`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __ReaderFoldedGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __ReaderFoldedGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[8]), ::nn::Shape::new(&[12])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[10]), ::nn::Shape::new(&[1])];
}

#[allow(long_running_const_eval)]
const _: () = {
    #[allow(unused_imports)]
    use ::core::{prelude::v1::*, primitive::*};
    #[allow(unused_imports)]
    use ::nn::__private::locals::{functions::*, local as answer, local as certain, local as question, local as text};

    #[allow(unused_imports)]
    use ::nn::{
        Buffer, Component, Graph, Inline, Layer, Model, Part, Pass, SMatrix, SVector, Scalar, Shape, Storage, Weights,
        activations::{Activate, Relu, Sigmoid, Softmax},
        arena::{part, part_mut, parts, samples, samples_mut},
        layers::{Concatenate, Dense, DenseWeights, Dropout},
    };

    #[allow(dead_code)]
    impl __ReaderFoldedGraph {
        /// The graph as a layer of another one.
        pub const fn new() -> Self {
            __ReaderFoldedGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn output_shapes(
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            ::nn::spec::model_outputs(
                "ReaderFolded",
                __ReaderFoldedGraph::INPUT_SHAPES,
                __ReaderFoldedGraph::OUTPUT_SHAPES,
                inputs,
            )
        }

        /// The shape of its only output, if these are the shapes of its inputs.
        pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
            ::nn::spec::only_output("ReaderFolded", Self::output_shapes(inputs))
        }
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __ReaderFoldedGraph {
        const rows: &'static [::nn::summary::Row] = &[
            ::nn::summary::Row {
                name: "question",
                kind: "InputLayer",
                output: ::nn::Shape::new(&[8]),
                parameters: 0,
                inputs: &[],
                macs: 0,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "text",
                kind: "InputLayer",
                output: ::nn::Shape::new(&[12]),
                parameters: 0,
                inputs: &[],
                macs: 0,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "dense",
                kind: "Dense",
                output: ::nn::Shape::new(&[16]),
                parameters: <DenseWeights<f32, 20, 16, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["question", "text"],
                macs: <::nn::layers::Joined<Dense<20, 16, 1>> as ::nn::Layer<
                    f32,
                    (SVector<f32, 8>, SVector<f32, 12>),
                >>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "answer",
                kind: "Dense",
                output: ::nn::Shape::new(&[10]),
                parameters: <DenseWeights<f32, 16, 10, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["dense"],
                macs: <Dense<16, 10, 1> as ::nn::Layer<f32, SVector<f32, 16>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "certain",
                kind: "Dense",
                output: ::nn::Shape::new(&[1]),
                parameters: <DenseWeights<f32, 18, 1, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["answer", "question"],
                macs: <::nn::layers::Joined<Dense<18, 1, 1>> as ::nn::Layer<
                    f32,
                    (SVector<f32, 10>, SVector<f32, 8>),
                >>::MACS,
                memory: 0,
            },
        ];
        const summary_length: usize = ::nn::summary::length("ReaderFolded", __ReaderFoldedGraph::rows);
    }

    #[allow(dead_code)]
    impl ReaderFolded<f32> {
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
            #[doc = r" Fresh weights, made in place on the heap."] pub fn boxed(rng : &
            mut dyn ::nn::__private::Rng) -> ::nn::__private::Box < Self > { < Self as
            ::nn::Model > ::boxed(rng) }
        }

        /// Fresh weights, by value. Refused at compile time for a model that is too large for a stack.
        pub fn new(rng: &mut dyn ::nn::__private::Rng) -> Self {
            <Self as ::nn::Model>::new(rng)
        }
    }

    #[allow(dead_code)]
    impl<T: ::nn::Scalar> ReaderFolded<T> {
        /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
        /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
        #[inline]
        pub fn call<'x>(
            &self,
            x: impl ::core::convert::Into<ReaderInputs<&'x SVector<T, 8>, &'x SVector<T, 12>>>,
        ) -> ReaderOutputs<SVector<T, 10>, SVector<T, 1>> {
            const { ::nn::model::assert_arena::<Self>() }
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// The prediction for one sample, with the activations in memory that the caller keeps.
        #[inline]
        pub fn call_in<'x>(
            &self,
            x: impl ::core::convert::Into<ReaderInputs<&'x SVector<T, 8>, &'x SVector<T, 12>>>,
            arena: &mut ::nn::Arena<Self>,
        ) -> ReaderOutputs<SVector<T, 10>, SVector<T, 1>> {
            const { ::nn::model::assert_outputs::<(SVector<T, 10>, SVector<T, 1>)>() }
            let x = ::core::convert::Into::into(x);
            let mut y0 = ::nn::tensor::zeroed::<SVector<T, 10>>();
            let mut y1 = ::nn::tensor::zeroed::<SVector<T, 1>>();
            ::nn::model::call_in::<Self>(
                &__ReaderFoldedGraph,
                self,
                (::core::slice::from_ref(x.question), ::core::slice::from_ref(x.text)),
                (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
                arena,
            );
            ReaderOutputs { answer: y0, certain: y1 }
        }
    }

    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for ReaderFolded<T> {
        const LAYERS: usize = <DenseWeights<T, 20, 16, 1> as Weights<T>>::LAYERS
            + <DenseWeights<T, 16, 10, 1> as Weights<T>>::LAYERS
            + <DenseWeights<T, 18, 1, 1> as Weights<T>>::LAYERS;
        const NON_TRAINABLE: usize = <DenseWeights<T, 20, 16, 1> as Weights<T>>::NON_TRAINABLE
            + <DenseWeights<T, 16, 10, 1> as Weights<T>>::NON_TRAINABLE
            + <DenseWeights<T, 18, 1, 1> as Weights<T>>::NON_TRAINABLE;
        const PARTS: &'static [Part] = &[
            Part::layer::<T, DenseWeights<T, 20, 16, 1>>("dense"),
            Part::layer::<T, DenseWeights<T, 16, 10, 1>>("answer"),
            Part::layer::<T, DenseWeights<T, 18, 1, 1>>("certain"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for ReaderFolded<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    /// The activations of a prediction with [`ReaderFolded`].
    pub struct ReaderFoldedScratch<T: Scalar, B: Storage> {
        activations: B::Of<[T; 26]>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for ReaderFoldedScratch<T, B> {
        const ZEROED: Self = ReaderFoldedScratch { activations: Buffer::ZEROED };

        fn with_capacity(capacity: usize) -> Self {
            ReaderFoldedScratch { activations: Buffer::with_capacity(capacity) }
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for ReaderFolded<T> {
        type Layer = __ReaderFoldedGraph;
        const MODEL: bool = true;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, (SVector<T, 8>, SVector<T, 12>)> for __ReaderFoldedGraph {
        type Output = (SVector<T, 10>, SVector<T, 1>);
        type Weights = ReaderFolded<T>;
        type Scratch<B: Storage> = ReaderFoldedScratch<T, B>;
        type Cache<B: Storage> = ReaderFoldedScratch<T, B>;
        const MACS: usize = <::nn::layers::Joined<Dense<20, 16, 1>> as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::MACS
            + <Dense<16, 10, 1> as Layer<T, SVector<T, 16>>>::MACS
            + <::nn::layers::Joined<Dense<18, 1, 1>> as Layer<T, (SVector<T, 10>, SVector<T, 8>)>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <::nn::layers::Joined<Dense<20, 16, 1>> as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::WORK,
            <Dense<16, 10, 1> as Layer<T, SVector<T, 16>>>::WORK,
            <::nn::layers::Joined<Dense<18, 1, 1>> as Layer<T, (SVector<T, 10>, SVector<T, 8>)>>::WORK,
        ]);
        const HEADS: &'static [::nn::activations::Head] =
            &[::nn::activations::Head::Other, ::nn::layer::head::<T, SVector<T, 1>, _>(&Activate(Sigmoid))];
        const CONSTRAINS: bool = false;
        fn init(&self, w: &mut ReaderFolded<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, (SVector<T, 8>, SVector<T, 12>)>::init(
                &::nn::layers::Joined(Dense::<20, 16, 1> {
                    kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                    ..Dense::<20, 16, 1>::DEFAULT
                }),
                &mut w.dense,
                rng,
            );
            Layer::<T, SVector<T, 16>>::init(&Dense::<16, 10, 1>::DEFAULT, &mut w.answer, rng);
            Layer::<T, (SVector<T, 10>, SVector<T, 8>)>::init(
                &::nn::layers::Joined(Dense::<18, 1, 1>::DEFAULT),
                &mut w.certain,
                rng,
            );
        }

        fn forward<B: Storage>(
            &self,
            w: &ReaderFolded<T>,
            x: (&[SVector<T, 8>], &[SVector<T, 12>]),
            y: (&mut [SVector<T, 10>], &mut [SVector<T, 1>]),
            pass: Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.0.len();
            let (Pass::Inference(m) | Pass::Training(m, _)) = pass;
            let y0 = part_mut(&mut m.activations, n, 0..16);
            ::nn::layers::Joined(Dense::<20, 16, 1> {
                kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                ..Dense::<20, 16, 1>::DEFAULT
            })
            .activated::<T, (SVector<T, 8>, SVector<T, 12>), _>(
                &w.dense,
                (x.0, x.1),
                samples_mut(y0),
                &Activate(Relu),
            );
            let [x0, y0] = parts(&mut m.activations, n, [0..16, 16..26]);
            Dense::<16, 10, 1>::DEFAULT.forward::<B>(
                &w.answer,
                samples::<SVector<T, 16>>(x0),
                samples_mut(y0),
                Pass::Inference(&mut ()),
            );
            let x0 = part_mut(&mut m.activations, n, 16..26);
            Activate(Softmax).forward::<B>(&(), samples::<SVector<T, 10>>(x0), &mut *y.0, Pass::Inference(&mut ()));
            let y0 = part_mut(&mut m.activations, n, 0..1);
            Layer::<T, (SVector<T, 10>, SVector<T, 8>)>::forward::<B>(
                &::nn::layers::Joined(Dense::<18, 1, 1>::DEFAULT),
                &w.certain,
                (&*y.0, x.0),
                samples_mut(y0),
                Pass::Inference(&mut ()),
            );
            let x0 = part_mut(&mut m.activations, n, 0..1);
            Activate(Sigmoid).forward::<B>(&(), samples::<SVector<T, 1>>(x0), &mut *y.1, Pass::Inference(&mut ()));
        }

        fn backward<B: Storage>(
            &self,
            w: &ReaderFolded<T>,
            x: (&[SVector<T, 8>], &[SVector<T, 12>]),
            y: (&[SVector<T, 10>], &[SVector<T, 1>]),
            dy: (&[SVector<T, 10>], &[SVector<T, 1>]),
            m: &mut Self::Cache<B>,
            dx: (Option<&mut [SVector<T, 8>]>, Option<&mut [SVector<T, 12>]>),
            dw: Option<&mut ReaderFolded<T>>,
        ) {
            const { ::nn::__private::fold::read_only() }
        }

        fn logits<B: Storage>(m: &Self::Scratch<B>, n: usize) -> (Option<&[SVector<T, 10>]>, Option<&[SVector<T, 1>]>) {
            (::core::option::Option::None, ::core::option::Option::Some(samples(part(&m.activations, n, 0..1))))
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, (SVector<T, 8>, SVector<T, 12>)> for __ReaderFoldedGraph {
        const NEW: Self = __ReaderFoldedGraph;
    }

    struct ReaderFoldedSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> ReaderFoldedSummary<T> {
        const TABLE: ::nn::text::Text<{ __ReaderFoldedGraph::summary_length }> = ::nn::summary::table(
            "ReaderFolded",
            __ReaderFoldedGraph::rows,
            <ReaderFolded<T> as Weights<T>>::NON_TRAINABLE,
            <ReaderFolded<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for ReaderFolded<T> {
        type Scalar = T;
        type Inputs = (SVector<T, 8>, SVector<T, 12>);
        type Outputs = (SVector<T, 10>, SVector<T, 1>);
        type Graph = __ReaderFoldedGraph;
        type Training = __ReaderFoldedGraph;
        ::nn::__with_heap! {
            type Predictions = ReaderOutputs < ::nn::__private::Vec < SVector < T, 10 >
            >, ::nn::__private::Vec < SVector < T, 1 > > >;
        }

        const NAME: &'static str = "ReaderFolded";
        const INPUT_NAMES: &'static [&'static str] = &["question", "text"];
        const OUTPUT_NAMES: &'static [&'static str] = &["answer", "certain"];
        const INPUT_SHAPES: &'static [Shape] = __ReaderFoldedGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __ReaderFoldedGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = ReaderFoldedSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __ReaderFoldedGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph ReaderFolded {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"question\" [label=\"question\\n(8,)\", style=dashed];\n  \"text\" [label=\"text\\n(12,)\", style=dashed];\n  \"dense\" [label=\"Dense(16, activation = relu, kernel_regularizer = l2(0.01))\\n(16,)\"];\n  \"answer\" [label=\"Dense(10, activation = softmax)\\n(10,)\"];\n  \"certain\" [label=\"Dense(1, activation = sigmoid)\\n(1,)\"];\n  \"question\" -> \"dense\";\n  \"text\" -> \"dense\";\n  \"dense\" -> \"answer\";\n  \"answer\" -> \"certain\";\n  \"question\" -> \"certain\";\n  \"output answer\" [label=\"answer\", style=dashed];\n  \"answer\" -> \"output answer\";\n  \"output certain\" [label=\"certain\", style=dashed];\n  \"certain\" -> \"output certain\";\n}\n";
        const ARENA_BYTES: usize =
            size_of::<<__ReaderFoldedGraph as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize =
            size_of::<<__ReaderFoldedGraph as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::Cache<Inline<1>>>();
        type Folded = ReaderFolded<T>;
        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
};
