// What `model!` writes for the graph of `pair.rs` as well: its folded form.

/// The folded form of [`Pair`], for predictions only: what [`fold`](::nn::Model::fold) gives, with layers folded into each other.
#[allow(dead_code)]
///
/// ```mermaid
/// flowchart TD
///     a(["a<br/>(64,)"])
///     b(["b<br/>(64,)"])
///     tower["Digits()<br/>(..)"]
///     same["Dense(1, activation = sigmoid)<br/>(..)"]
///     a --> tower
///     b --> tower
///     tower --> same
///     tower --> same
///     same --> out_same(["same"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct PairFolded<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Digits()` on `(64,)`.
    pub tower: <__PairFolded_TowerPart as ::nn::Layer<T, ::nn::SVector<T, 64>>>::Weights,
    /// `Dense(1, activation = sigmoid)` on `(..)`, `(..)`.
    pub same: ::nn::layers::DenseWeights<
        T,
        { __PairGraph::SAME.constant(0usize) },
        { __PairGraph::SAME.constant(1usize) },
        { __PairGraph::SAME.constant(2usize) },
    >,
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __PairFolded_TowerForm = ::nn::__private::Called<
    Digits,
    { !__PairGraph::TOWER.outputs().is_empty() && !__PairGraph::TOWER_1.outputs().is_empty() },
    { <Digits as ::nn::Component>::FOLDS },
>;

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __PairFolded_TowerPart = <__PairFolded_TowerForm as ::nn::Component>::Layer<
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
pub type __PairFolded_TowerPart1 = <__PairFolded_TowerForm as ::nn::Component>::Layer<
    { __PairGraph::TOWER_1.constant_or_zero(0usize) },
    { __PairGraph::TOWER_1.constant_or_zero(1usize) },
    { __PairGraph::TOWER_1.constant_or_zero(2usize) },
    { __PairGraph::TOWER_1.constant_or_zero(3usize) },
    { __PairGraph::TOWER_1.constant_or_zero(4usize) },
    { __PairGraph::TOWER_1.constant_or_zero(5usize) },
    { __PairGraph::TOWER_1.constant_or_zero(6usize) },
    { __PairGraph::TOWER_1.constant_or_zero(7usize) },
>;

/// The graph of [`PairFolded`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __PairFoldedGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __PairFoldedGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[64]), ::nn::Shape::new(&[64])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[__PairGraph::SAME.output(0usize)];
    #[allow(non_upper_case_globals, trivial_numeric_casts, unused_braces, unused_parens, clippy::identity_op)]
    const description_pieces: &'static [::nn::spec::description::Piece] = &[
        ::nn::spec::description::Piece::Known("folded\n"),
        ::nn::spec::description::Piece::Known(__PairGraph::description),
    ];
    #[allow(non_upper_case_globals)]
    const description_text: ::nn::text::Text<{ ::nn::spec::description::length(Self::description_pieces) }> =
        ::nn::spec::description::text(Self::description_pieces);
    #[allow(non_upper_case_globals)]
    const description: &'static ::core::primitive::str = Self::description_text.as_str();
}

#[allow(long_running_const_eval)]
const _: () = {
    #[allow(unused_imports)]
    use ::core::{prelude::v1::*, primitive::*};
    #[allow(unused_imports)]
    use ::nn::__private::locals::{functions::*, local as a, local as b, local as same};
    #[allow(unused_imports)]
    use ::nn::{
        Activates, Component, Ends, Graph, Inline, Layer, Memory, Model, Part, Pass, SMatrix, SVector, Scalar, Shape,
        Storage, Train, Weights,
        activations::{Activate, Sigmoid},
        arena::{part, part_mut, parts, samples, samples_mut},
        layers::{Concatenate, Dense, DenseWeights},
    };

    #[allow(dead_code)]
    type SampleOfTower<E> =
        SMatrix<E, { __PairGraph::TOWER.output(0usize).rows() }, { __PairGraph::TOWER.output(0usize).cols() }>;
    #[allow(dead_code)]
    type SampleOfTower1<E> =
        SMatrix<E, { __PairGraph::TOWER_1.output(0usize).rows() }, { __PairGraph::TOWER_1.output(0usize).cols() }>;
    #[allow(dead_code)]
    type SampleOfSame<E> =
        SMatrix<E, { __PairGraph::SAME.output(0usize).rows() }, { __PairGraph::SAME.output(0usize).cols() }>;
    #[allow(dead_code)]
    type LayerOfSame = Dense<
        { __PairGraph::SAME.constant(0usize) },
        { __PairGraph::SAME.constant(1usize) },
        { __PairGraph::SAME.constant(2usize) },
    >;
    #[allow(dead_code)]
    type WeightsOfSame<T> = DenseWeights<
        T,
        { __PairGraph::SAME.constant(0usize) },
        { __PairGraph::SAME.constant(1usize) },
        { __PairGraph::SAME.constant(2usize) },
    >;
    #[allow(dead_code)]
    impl __PairFoldedGraph {
        /// The graph as a layer of another one, which has no arguments.
        pub const fn __made(_: &[::nn::layer::given::Argument], _: &::nn::spec::Inferred) -> Self {
            __PairFoldedGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn __infer(
            given: &[::nn::layer::given::Argument],
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            let outputs = ::nn::spec::model_outputs(
                "PairFolded",
                __PairFoldedGraph::INPUT_SHAPES,
                __PairFoldedGraph::OUTPUT_SHAPES,
                inputs,
            );
            ::nn::layer::given::of_model(given, outputs)
        }

        /// How many constants the weights have.
        pub const __WEIGHT_CONSTS: ::core::primitive::usize = 0;
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __PairFoldedGraph {
        const rows: &'static [::nn::summary::Row] = &[
            ::nn::summary::Row::input("a", ::nn::Shape::new(&[64])),
            ::nn::summary::Row::input("b", ::nn::Shape::new(&[64])),
            ::nn::summary::Row {
                name: "tower",
                kind: "Digits",
                output: __PairGraph::TOWER.output(0usize),
                parameters:
                    <<__PairFolded_TowerPart as Layer<f32, SVector<f32, 64>>>::Weights as ::nn::Weights<f32>>::COUNT,
                inputs: &["a", "b"],
                macs: <__PairFolded_TowerPart as ::nn::Layer<f32, SVector<f32, 64>>>::MACS
                    + <__PairFolded_TowerPart1 as ::nn::Layer<f32, SVector<f32, 64>>>::MACS,
                memory: ::core::mem::size_of::<
                    <__PairFolded_TowerPart as ::nn::Layer<f32, SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
                >() + 4 * __PairGraph::TOWER_1.output(0usize).size()
                    + ::core::mem::size_of::<
                        <__PairFolded_TowerPart1 as ::nn::Layer<f32, SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
                    >(),
            },
            ::nn::layer::row::<::nn::layers::SplitInput<LayerOfSame>, (SampleOfTower<f32>, SampleOfTower1<f32>)>(
                "same",
                "Dense",
                __PairGraph::SAME.output(0usize),
                &["tower", "tower"],
            ),
        ];
        const summary_length: usize = ::nn::summary::length("PairFolded", __PairFoldedGraph::rows);
        const activations: ::nn::arena::Plan<3usize> = ::nn::arena::Plan::new(&[
            ::nn::arena::Lifetime::new(__PairGraph::TOWER.output(0usize).size(), 0, 2),
            ::nn::arena::Lifetime::new(__PairGraph::TOWER_1.output(0usize).size(), 1, 2),
            ::nn::arena::Lifetime::new(__PairGraph::SAME.output(0usize).size(), 2, 4),
        ]);
    }

    ::nn::__private::inherent!(PairFolded);
    #[allow(dead_code)]
    impl<T: ::nn::Scalar> PairFolded<T> {
        /// The shapes of the inputs: `Digits::<f32>::INPUT_SHAPES`.
        pub const INPUT_SHAPES: &'static [::nn::Shape] = <Self as ::nn::Model>::INPUT_SHAPES;
        /// The shapes of the outputs.
        pub const OUTPUT_SHAPES: &'static [::nn::Shape] = <Self as ::nn::Model>::OUTPUT_SHAPES;
        #[doc(hidden)]
        const __CALL_FITS: () = ::nn::model::assert_arena::<Self>();
        /// Returns the outputs for one sample.
        ///
        /// A sample is a matrix or an array of numbers: `SVector<f32, 64>` or `[f32; 64]`. Nothing is allocated:
        /// the activations (`ARENA_BYTES` bytes) are on the stack. A model whose activations are too large for a stack
        /// does not compile with this method; it has `predict` and `call_in`.
        #[inline]
        pub fn call<'x>(&self, x: impl ::nn::data::OneOfEach<'x, (SVector<T, 64>, SVector<T, 64>)>) -> SampleOfSame<T> {
            const { Self::__CALL_FITS }
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// Returns the outputs for one sample, with the activations in the memory `arena`.
        #[inline]
        pub fn call_in<'x>(
            &self,
            x: impl ::nn::data::OneOfEach<'x, (SVector<T, 64>, SVector<T, 64>)>,
            arena: &mut ::nn::Arena<Self>,
        ) -> SampleOfSame<T> {
            const { ::nn::model::assert_outputs::<(SampleOfSame<T>,)>() }
            let mut y = ::nn::tensor::zeroed::<SampleOfSame<T>>();
            ::nn::model::call_in::<Self>(
                &__PairFoldedGraph,
                self,
                ::nn::data::OneOfEach::batches(x),
                ::core::slice::from_mut(&mut y),
                arena,
            );
            y
        }
    }

    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for PairFolded<T> {
        const PARTS: &'static [Part] = &[
            Part::whole::<T, <__PairFolded_TowerPart as Layer<T, SVector<T, 64>>>::Weights>("tower"),
            Part::layer::<T, WeightsOfSame<T>>("same"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for PairFolded<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    ::nn::__private::buffers! {
        #[doc = " The activations of a prediction with [`PairFolded`]."] pub struct
        PairFoldedScratch < T : Scalar, B : Storage; > { activations : B::Of < [T;
        __PairFoldedGraph::activations.size()] >, tower_memory : < __PairFolded_TowerPart
        as Layer < T, SVector < T, 64 > >> ::Scratch < B >, tower_1_memory : <
        __PairFolded_TowerPart1 as Layer < T, SVector < T, 64 > >> ::Scratch < B >, }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for PairFolded<T> {
        type Layer<
            const __A: ::core::primitive::usize,
            const __B: ::core::primitive::usize,
            const __C: ::core::primitive::usize,
            const __D: ::core::primitive::usize,
            const __E: ::core::primitive::usize,
            const __F: ::core::primitive::usize,
            const __G: ::core::primitive::usize,
            const __H: ::core::primitive::usize,
        > = __PairFoldedGraph;
        const FOLDS: bool = true;
        const GRAPH_TEXT: &'static str = __PairFoldedGraph::description;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, (SVector<T, 64>, SVector<T, 64>)> for __PairFoldedGraph {
        type Output = SampleOfSame<T>;
        type Weights = PairFolded<T>;
        type Scratch<B: Storage> = PairFoldedScratch<T, B>;
        type Cache<B: Storage> = PairFoldedScratch<T, B>;
        const MACS: usize = <__PairFolded_TowerPart as Layer<T, SVector<T, 64>>>::MACS
            + <__PairFolded_TowerPart1 as Layer<T, SVector<T, 64>>>::MACS
            + <::nn::layers::SplitInput<LayerOfSame> as Layer<T, (SampleOfTower<T>, SampleOfTower1<T>)>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <__PairFolded_TowerPart as Layer<T, SVector<T, 64>>>::WORK,
            <__PairFolded_TowerPart1 as Layer<T, SVector<T, 64>>>::WORK,
            <::nn::layers::SplitInput<LayerOfSame> as Layer<T, (SampleOfTower<T>, SampleOfTower1<T>)>>::WORK,
        ]);
        fn init(&self, w: &mut PairFolded<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<T, 64>>::init(
                &const { __PairFolded_TowerPart::__made(&[], &__PairGraph::TOWER) },
                &mut w.tower,
                rng,
            );
            Layer::<T, (SampleOfTower<T>, SampleOfTower1<T>)>::init(
                &::nn::layers::SplitInput(LayerOfSame::DEFAULT),
                &mut w.same,
                rng,
            );
        }

        fn forward<B: Storage>(
            &self,
            w: &PairFolded<T>,
            x: (&[SVector<T, 64>], &[SVector<T, 64>]),
            y: &mut [SampleOfSame<T>],
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.0.len().min(B::CAPACITY);
            let (Pass::Inference(Memory { own: m, .. }) | Pass::Training(Memory { own: m, .. }, _)) = pass;
            let y0 = part_mut(&mut m.activations, n, const { __PairFoldedGraph::activations.range(0) });
            Layer::<T, SVector<T, 64>>::forward::<B>(
                &const { __PairFolded_TowerPart::__made(&[], &__PairGraph::TOWER) },
                &w.tower,
                x.0,
                samples_mut(y0),
                Pass::inference(&mut m.tower_memory),
            );
            let y0 = part_mut(&mut m.activations, n, const { __PairFoldedGraph::activations.range(1) });
            Layer::<T, SVector<T, 64>>::forward::<B>(
                &const { __PairFolded_TowerPart1::__made(&[], &__PairGraph::TOWER_1) },
                &w.tower,
                x.1,
                samples_mut(y0),
                Pass::inference(&mut m.tower_1_memory),
            );
            let [x0, x1, y0] = parts(
                &mut m.activations,
                n,
                [
                    const { __PairFoldedGraph::activations.range(0) },
                    const { __PairFoldedGraph::activations.range(1) },
                    const { __PairFoldedGraph::activations.range(2) },
                ],
            );
            Layer::<T, (SampleOfTower<T>, SampleOfTower1<T>)>::forward::<B>(
                &::nn::layers::SplitInput(LayerOfSame::DEFAULT),
                &w.same,
                (samples(x0), samples(x1)),
                samples_mut(y0),
                Pass::inference(&mut ()),
            );
            let x0 = part_mut(&mut m.activations, n, const { __PairFoldedGraph::activations.range(2) });
            Activate(Sigmoid).forward::<B>(&(), samples::<SampleOfSame<T>>(x0), &mut *y, Pass::inference(&mut ()));
        }

        fn backward<B: Storage>(
            &self,
            w: &PairFolded<T>,
            x: (&[SVector<T, 64>], &[SVector<T, 64>]),
            y: &[SampleOfSame<T>],
            dy: &[SampleOfSame<T>],
            m: Memory<'_, T, Self::Cache<B>>,
            dx: (Option<&mut [SVector<T, 64>]>, Option<&mut [SVector<T, 64>]>),
            dw: Option<&mut PairFolded<T>>,
        ) {
            const { ::nn::__private::fold::read_only() }
        }
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Train<T, (SVector<T, 64>, SVector<T, 64>)> for __PairFoldedGraph {
        const CONSTRAINS: bool = false;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Ends<T, (SVector<T, 64>, SVector<T, 64>)> for __PairFoldedGraph {
        const HEADS: &'static [::nn::activations::Head] =
            &[::nn::layer::head::<T, SampleOfSame<T>, _>(&Activate(Sigmoid))];
        fn logits<B: Storage>(m: &Self::Scratch<B>, n: usize) -> Option<&[SampleOfSame<T>]> {
            let n = n.min(B::CAPACITY);
            ::core::option::Option::Some(samples(part(
                &m.activations,
                n,
                const { __PairFoldedGraph::activations.range(2) },
            )))
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, (SVector<T, 64>, SVector<T, 64>)> for __PairFoldedGraph {
        const NEW: Self = __PairFoldedGraph;
    }

    struct PairFoldedSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> PairFoldedSummary<T> {
        const TABLE: ::nn::text::Text<{ __PairFoldedGraph::summary_length }> = ::nn::summary::table(
            "PairFolded",
            __PairFoldedGraph::rows,
            <PairFolded<T> as Weights<T>>::NON_TRAINABLE,
            <PairFolded<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for PairFolded<T> {
        type Scalar = T;
        type Inputs = (SVector<T, 64>, SVector<T, 64>);
        type Outputs = SampleOfSame<T>;
        type Graph = __PairFoldedGraph;
        type Training = __PairFoldedGraph;
        ::nn::__with_heap! {
            type Predictions = ::nn::__private::Vec < SampleOfSame < T > >;
        }

        const NAME: &'static str = "PairFolded";
        const INPUT_NAMES: &'static [&'static str] = &["a", "b"];
        const OUTPUT_NAMES: &'static [&'static str] = &["same"];
        const INPUT_SHAPES: &'static [Shape] = __PairFoldedGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __PairFoldedGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = PairFoldedSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __PairFoldedGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph PairFolded {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"a\" [label=\"a\\n(64,)\", style=dashed];\n  \"b\" [label=\"b\\n(64,)\", style=dashed];\n  \"tower\" [label=\"Digits()\\n(..)\"];\n  \"same\" [label=\"Dense(1, activation = sigmoid)\\n(..)\"];\n  \"a\" -> \"tower\";\n  \"b\" -> \"tower\";\n  \"tower\" -> \"same\";\n  \"tower\" -> \"same\";\n  \"output same\" [label=\"same\", style=dashed];\n  \"same\" -> \"output same\";\n}\n";
        const ARENA_BYTES: usize =
            size_of::<<__PairFoldedGraph as Layer<T, (SVector<T, 64>, SVector<T, 64>)>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize =
            size_of::<<__PairFoldedGraph as Layer<T, (SVector<T, 64>, SVector<T, 64>)>>::Cache<Inline<1>>>();
        type Folded = PairFolded<T>;
        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
};
