// What `model!` writes for the graph of `words.rs` as well: its folded form.

/// The folded form of [`Words`], for predictions only: what [`fold`](::nn::Model::fold) gives, with layers folded into each other.
#[allow(dead_code)]
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
pub struct WordsFolded<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Embedding(100, 8, mask_zero = true)` on `(6,)`.
    pub table: ::nn::layers::EmbeddingWeights<T, 100, 8>,
    /// `Dense(3, activation = softmax)` on `(8,)`.
    pub kind: ::nn::layers::DenseWeights<T, 8, 3, 1>,
    /// `Titles()` on `(6,)`.
    pub title: <__WordsFolded_TitlePart as ::nn::Layer<T, ::nn::SVector<::core::primitive::u32, 6>>>::Weights,
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __WordsFolded_TitleForm = ::nn::__private::Called<
    Titles,
    { !__WordsGraph::TITLE.outputs().is_empty() },
    { <Titles as ::nn::Component>::MODEL },
>;

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __WordsFolded_TitlePart = <__WordsFolded_TitleForm as ::nn::Component>::Layer;

/// The graph of [`WordsFolded`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __WordsFoldedGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __WordsFoldedGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[6])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[3]), __WordsGraph::TITLE.output(0usize)];
}

#[allow(long_running_const_eval)]
const _: () = {
    #[allow(unused_imports)]
    use ::core::{prelude::v1::*, primitive::*};
    #[allow(unused_imports)]
    use ::nn::__private::locals::{functions::*, local as kind, local as title, local as words};

    #[allow(unused_imports)]
    use ::nn::{
        Buffer, Component, Graph, Inline, Layer, Model, Part, Pass, SMatrix, SVector, Scalar, Shape, Storage, Weights,
        activations::{Activate, Softmax},
        arena::{part, part_mut, parts, samples, samples_mut},
        layers::{Dense, DenseWeights, Embedding, EmbeddingWeights, GlobalAveragePooling1D, NotZero},
    };

    #[allow(dead_code)]
    type SampleOfTitle<E> =
        SMatrix<E, { __WordsGraph::TITLE.output(0usize).rows() }, { __WordsGraph::TITLE.output(0usize).cols() }>;
    #[allow(dead_code)]
    impl __WordsFoldedGraph {
        /// The graph as a layer of another one.
        pub const fn new() -> Self {
            __WordsFoldedGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn output_shapes(
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            ::nn::spec::model_outputs(
                "WordsFolded",
                __WordsFoldedGraph::INPUT_SHAPES,
                __WordsFoldedGraph::OUTPUT_SHAPES,
                inputs,
            )
        }

        /// The shape of its only output, if these are the shapes of its inputs.
        pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
            ::nn::spec::only_output("WordsFolded", Self::output_shapes(inputs))
        }
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __WordsFoldedGraph {
        const rows: &'static [::nn::summary::Row] = &[
            ::nn::summary::Row {
                name: "words",
                kind: "InputLayer",
                output: ::nn::Shape::new(&[6]),
                parameters: 0,
                inputs: &[],
                macs: 0,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "table",
                kind: "Embedding",
                output: ::nn::Shape::new(&[6, 8]),
                parameters: <EmbeddingWeights<f32, 100, 8> as ::nn::Weights<f32>>::COUNT,
                inputs: &["words"],
                macs: <Embedding<100, 8, 6> as ::nn::Layer<f32, SVector<u32, 6>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "mean",
                kind: "GlobalAveragePooling1D",
                output: ::nn::Shape::new(&[8]),
                parameters: 0,
                inputs: &["table"],
                macs: <GlobalAveragePooling1D as ::nn::Layer<f32, (SMatrix<f32, 8, 6>, SVector<u32, 6>)>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "kind",
                kind: "Dense",
                output: ::nn::Shape::new(&[3]),
                parameters: <DenseWeights<f32, 8, 3, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["mean"],
                macs: <Dense<8, 3, 1> as ::nn::Layer<f32, SVector<f32, 8>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "title",
                kind: "Titles",
                output: __WordsGraph::TITLE.output(0usize),
                parameters:
                    <<__WordsFolded_TitlePart as Layer<f32, SVector<u32, 6>>>::Weights as ::nn::Weights<f32>>::COUNT,
                inputs: &["words"],
                macs: <__WordsFolded_TitlePart as ::nn::Layer<f32, SVector<u32, 6>>>::MACS,
                memory: ::core::mem::size_of::<
                    <__WordsFolded_TitlePart as ::nn::Layer<f32, SVector<u32, 6>>>::Scratch<::nn::Inline<1>>,
                >(),
            },
        ];
        const summary_length: usize = ::nn::summary::length("WordsFolded", __WordsFoldedGraph::rows);
    }

    #[allow(dead_code)]
    impl WordsFolded<f32> {
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
    impl<T: ::nn::Scalar> WordsFolded<T> {
        /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
        /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
        #[inline]
        pub fn call(&self, x: &SVector<u32, 6>) -> WordsOutputs<SVector<T, 3>, SampleOfTitle<T>> {
            const { ::nn::model::assert_arena::<Self>() }
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// The prediction for one sample, with the activations in memory that the caller keeps.
        #[inline]
        pub fn call_in(
            &self,
            x: &SVector<u32, 6>,
            arena: &mut ::nn::Arena<Self>,
        ) -> WordsOutputs<SVector<T, 3>, SampleOfTitle<T>> {
            const { ::nn::model::assert_outputs::<(SVector<T, 3>, SampleOfTitle<T>)>() }
            let mut y0 = ::nn::tensor::zeroed::<SVector<T, 3>>();
            let mut y1 = ::nn::tensor::zeroed::<SampleOfTitle<T>>();
            ::nn::model::call_in::<Self>(
                &__WordsFoldedGraph,
                self,
                ::core::slice::from_ref(x),
                (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
                arena,
            );
            WordsOutputs { kind: y0, title: y1 }
        }
    }

    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for WordsFolded<T> {
        const LAYERS: usize = <EmbeddingWeights<T, 100, 8> as Weights<T>>::LAYERS
            + <DenseWeights<T, 8, 3, 1> as Weights<T>>::LAYERS
            + <<__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::Weights as Weights<T>>::LAYERS;
        const NON_TRAINABLE: usize = <EmbeddingWeights<T, 100, 8> as Weights<T>>::NON_TRAINABLE
            + <DenseWeights<T, 8, 3, 1> as Weights<T>>::NON_TRAINABLE
            + <<__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::Weights as Weights<T>>::NON_TRAINABLE;
        const PARTS: &'static [Part] = &[
            Part::layer::<T, EmbeddingWeights<T, 100, 8>>("table"),
            Part::layer::<T, DenseWeights<T, 8, 3, 1>>("kind"),
            Part::layer::<T, <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::Weights>("title"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for WordsFolded<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    /// The activations of a prediction with [`WordsFolded`].
    pub struct WordsFoldedScratch<T: Scalar, B: Storage> {
        activations: B::Of<[T; 56]>,
        indices: B::Of<[u32; 6]>,
        title_memory: <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::Scratch<B>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for WordsFoldedScratch<T, B> {
        const ZEROED: Self =
            WordsFoldedScratch { activations: Buffer::ZEROED, indices: Buffer::ZEROED, title_memory: Buffer::ZEROED };

        fn with_capacity(capacity: usize) -> Self {
            WordsFoldedScratch {
                activations: Buffer::with_capacity(capacity),
                indices: Buffer::with_capacity(capacity),
                title_memory: Buffer::with_capacity(capacity),
            }
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for WordsFolded<T> {
        type Layer = __WordsFoldedGraph;
        const MODEL: bool = true;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, SVector<u32, 6>> for __WordsFoldedGraph {
        type Output = (SVector<T, 3>, SampleOfTitle<T>);
        type Weights = WordsFolded<T>;
        type Scratch<B: Storage> = WordsFoldedScratch<T, B>;
        type Cache<B: Storage> = WordsFoldedScratch<T, B>;
        const MACS: usize = <Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::MACS
            + <NotZero as Layer<T, SVector<u32, 6>>>::MACS
            + <GlobalAveragePooling1D as Layer<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>>::MACS
            + <Dense<8, 3, 1> as Layer<T, SVector<T, 8>>>::MACS
            + <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::WORK,
            <NotZero as Layer<T, SVector<u32, 6>>>::WORK,
            <GlobalAveragePooling1D as Layer<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>>::WORK,
            <Dense<8, 3, 1> as Layer<T, SVector<T, 8>>>::WORK,
            <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::WORK,
        ]);
        const HEADS: &'static [::nn::activations::Head] = &[
            ::nn::layer::head::<T, SVector<T, 3>, _>(&Activate(Softmax)),
            <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::HEADS[0],
        ];
        const BOUNDS: &'static [usize] = &[::nn::layer::least_bound(&[
            (<Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
            (<NotZero as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
            (<__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
        ])];
        const CONSTRAINS: bool = false;
        fn init(&self, w: &mut WordsFolded<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<u32, 6>>::init(&Embedding::<100, 8, 6>::DEFAULT, &mut w.table, rng);
            Layer::<T, SVector<T, 8>>::init(&Dense::<8, 3, 1>::DEFAULT, &mut w.kind, rng);
            Layer::<T, SVector<u32, 6>>::init(&__WordsFolded_TitlePart::new(), &mut w.title, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &WordsFolded<T>,
            x: &[SVector<u32, 6>],
            y: (&mut [SVector<T, 3>], &mut [SampleOfTitle<T>]),
            pass: Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.len();
            let (Pass::Inference(m) | Pass::Training(m, _)) = pass;
            let y0 = part_mut(&mut m.activations, n, 0..48);
            Embedding::<100, 8, 6>::DEFAULT.forward::<B>(&w.table, x, samples_mut(y0), Pass::Inference(&mut ()));
            let y0 = part_mut(&mut m.indices, n, 0..6);
            Layer::<T, SVector<u32, 6>>::forward::<B>(
                &NotZero::DEFAULT,
                &(),
                x,
                samples_mut(y0),
                Pass::Inference(&mut ()),
            );
            let [x0, y0] = parts(&mut m.activations, n, [0..48, 48..56]);
            let x1 = part_mut(&mut m.indices, n, 0..6);
            Layer::<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>::forward::<B>(
                &GlobalAveragePooling1D::DEFAULT,
                &(),
                (samples(x0), samples(x1)),
                samples_mut(y0),
                Pass::Inference(&mut ()),
            );
            let [x0, y0] = parts(&mut m.activations, n, [48..56, 0..3]);
            Dense::<8, 3, 1>::DEFAULT.forward::<B>(
                &w.kind,
                samples::<SVector<T, 8>>(x0),
                samples_mut(y0),
                Pass::Inference(&mut ()),
            );
            let x0 = part_mut(&mut m.activations, n, 0..3);
            Activate(Softmax).forward::<B>(&(), samples::<SVector<T, 3>>(x0), &mut *y.0, Pass::Inference(&mut ()));
            Layer::<T, SVector<u32, 6>>::forward::<B>(
                &__WordsFolded_TitlePart::new(),
                &w.title,
                x,
                &mut *y.1,
                Pass::Inference(&mut m.title_memory),
            );
        }

        fn backward<B: Storage>(
            &self,
            w: &WordsFolded<T>,
            x: &[SVector<u32, 6>],
            y: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            dy: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            m: &mut Self::Cache<B>,
            dx: Option<&mut [SVector<u32, 6>]>,
            dw: Option<&mut WordsFolded<T>>,
        ) {
            const { ::nn::__private::fold::read_only() }
        }

        fn logits<B: Storage>(
            m: &Self::Scratch<B>,
            n: usize,
        ) -> (Option<&[SVector<T, 3>]>, Option<&[SampleOfTitle<T>]>) {
            (
                ::core::option::Option::Some(samples(part(&m.activations, n, 0..3))),
                <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::logits::<B>(&m.title_memory, n),
            )
        }

        fn mask<'a, B: Storage>(
            x: &'a [SVector<u32, 6>],
            m: &'a Self::Scratch<B>,
            n: usize,
            output: usize,
        ) -> Option<&'a [u32]> {
            match output {
                1 => <__WordsFolded_TitlePart as Layer<T, SVector<u32, 6>>>::mask::<B>(x, &m.title_memory, n, 0),

                _ => None,
            }
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, SVector<u32, 6>> for __WordsFoldedGraph {
        const NEW: Self = __WordsFoldedGraph;
    }

    struct WordsFoldedSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> WordsFoldedSummary<T> {
        const TABLE: ::nn::text::Text<{ __WordsFoldedGraph::summary_length }> = ::nn::summary::table(
            "WordsFolded",
            __WordsFoldedGraph::rows,
            <WordsFolded<T> as Weights<T>>::NON_TRAINABLE,
            <WordsFolded<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for WordsFolded<T> {
        type Scalar = T;
        type Inputs = SVector<u32, 6>;
        type Outputs = (SVector<T, 3>, SampleOfTitle<T>);
        type Graph = __WordsFoldedGraph;
        type Training = __WordsFoldedGraph;
        ::nn::__with_heap! {
            type Predictions = WordsOutputs < ::nn::__private::Vec < SVector < T, 3 > >,
            ::nn::__private::Vec < SampleOfTitle < T > > >;
        }

        const NAME: &'static str = "WordsFolded";
        const INPUT_NAMES: &'static [&'static str] = &["words"];
        const OUTPUT_NAMES: &'static [&'static str] = &["kind", "title"];
        const INPUT_SHAPES: &'static [Shape] = __WordsFoldedGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __WordsFoldedGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = WordsFoldedSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __WordsFoldedGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph WordsFolded {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"words\" [label=\"words\\n(6,)\", style=dashed];\n  \"table\" [label=\"Embedding(100, 8, mask_zero = true)\\n(6, 8)\"];\n  \"mean\" [label=\"GlobalAveragePooling1D()\\n(8,)\"];\n  \"kind\" [label=\"Dense(3, activation = softmax)\\n(3,)\"];\n  \"title\" [label=\"Titles()\\n(..)\"];\n  \"words\" -> \"table\";\n  \"table\" -> \"mean\";\n  \"mean\" -> \"kind\";\n  \"words\" -> \"title\";\n  \"output kind\" [label=\"kind\", style=dashed];\n  \"kind\" -> \"output kind\";\n  \"output title\" [label=\"title\", style=dashed];\n  \"title\" -> \"output title\";\n}\n";
        const ARENA_BYTES: usize = size_of::<<__WordsFoldedGraph as Layer<T, SVector<u32, 6>>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize = size_of::<<__WordsFoldedGraph as Layer<T, SVector<u32, 6>>>::Cache<Inline<1>>>();
        type Folded = WordsFolded<T>;
        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
};
