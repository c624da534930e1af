// What `model!` writes for the graph of `pair.rs` as well: its memory and its passes.

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
    type SampleOfBoth<E> =
        SMatrix<E, { __PairGraph::BOTH.output(0usize).rows() }, { __PairGraph::BOTH.output(0usize).cols() }>;
    #[allow(dead_code)]
    type SampleOfSame<E> =
        SMatrix<E, { __PairGraph::SAME.output(0usize).rows() }, { __PairGraph::SAME.output(0usize).cols() }>;
    #[allow(dead_code)]
    type LayerOfBoth = Concatenate<
        { __PairGraph::BOTH.constant(0usize) },
        { __PairGraph::BOTH.constant(1usize) },
        { __PairGraph::BOTH.constant(2usize) },
    >;
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
    impl __PairGraph {
        /// The graph as a layer of another one, which has no arguments.
        pub const fn __made(_: &[::nn::layer::given::Argument], _: &::nn::spec::Inferred) -> Self {
            __PairGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn __infer(
            given: &[::nn::layer::given::Argument],
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            let outputs =
                ::nn::spec::model_outputs("Pair", __PairGraph::INPUT_SHAPES, __PairGraph::OUTPUT_SHAPES, inputs);
            ::nn::layer::given::of_model(given, outputs)
        }

        /// How many constants the weights have.
        pub const __WEIGHT_CONSTS: ::core::primitive::usize = 0;
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __PairGraph {
        const rows: &'static [::nn::summary::Row] = &[
            ::nn::summary::Row::input("a", ::nn::Shape::new(&[64])),
            ::nn::summary::Row::input("b", ::nn::Shape::new(&[64])),
            ::nn::summary::Row {
                name: "tower",
                kind: "Digits",
                output: __PairGraph::TOWER.output(0usize),
                parameters: <<__Pair_TowerLayer as Layer<f32, SVector<f32, 64>>>::Weights as ::nn::Weights<f32>>::COUNT,
                inputs: &["a", "b"],
                macs: <__Pair_TowerLayer as ::nn::Layer<f32, SVector<f32, 64>>>::MACS
                    + <__Pair_TowerLayer1 as ::nn::Layer<f32, SVector<f32, 64>>>::MACS,
                memory: ::core::mem::size_of::<
                    <__Pair_TowerLayer as ::nn::Layer<f32, SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
                >() + 4 * __PairGraph::TOWER_1.output(0usize).size()
                    + ::core::mem::size_of::<
                        <__Pair_TowerLayer1 as ::nn::Layer<f32, SVector<f32, 64>>>::Scratch<::nn::Inline<1>>,
                    >(),
            },
            ::nn::layer::row::<LayerOfBoth, (SampleOfTower<f32>, SampleOfTower1<f32>)>(
                "both",
                "Concatenate",
                __PairGraph::BOTH.output(0usize),
                &["tower", "tower"],
            ),
            ::nn::layer::row::<LayerOfSame, SampleOfBoth<f32>>(
                "same",
                "Dense",
                __PairGraph::SAME.output(0usize),
                &["both"],
            ),
        ];
        const summary_length: usize = ::nn::summary::length("Pair", __PairGraph::rows);
        const activations: ::nn::arena::Plan<4usize> = ::nn::arena::Plan::new(&[
            ::nn::arena::Lifetime::new(__PairGraph::TOWER.output(0usize).size(), 0, 2),
            ::nn::arena::Lifetime::new(__PairGraph::TOWER_1.output(0usize).size(), 1, 2),
            ::nn::arena::Lifetime::new(__PairGraph::BOTH.output(0usize).size(), 2, 3),
            ::nn::arena::Lifetime::new(__PairGraph::SAME.output(0usize).size(), 3, 5),
        ]);
    }

    ::nn::__private::inherent!(Pair);
    #[allow(dead_code)]
    impl<T: ::nn::Scalar> Pair<T> {
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
                &__PairGraph,
                self,
                ::nn::data::OneOfEach::batches(x),
                ::core::slice::from_mut(&mut y),
                arena,
            );
            y
        }
    }

    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] PairInputs { a : A S0 Y0, b : B S1 Y1 }
    );
    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] PairOutputs { same : A S0 Y0 }
    );
    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for Pair<T> {
        const PARTS: &'static [Part] = &[
            Part::whole::<T, <__Pair_TowerLayer as Layer<T, SVector<T, 64>>>::Weights>("tower"),
            Part::layer::<T, WeightsOfSame<T>>("same"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for Pair<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    ::nn::__private::buffers! {
        #[doc = " The activations of a prediction with [`Pair`]."] pub struct PairScratch
        < T : Scalar, B : Storage; > { activations : B::Of < [T; __PairGraph::activations
        .size()] >, tower_memory : < __Pair_TowerLayer as Layer < T, SVector < T, 64 > >>
        ::Scratch < B >, tower_1_memory : < __Pair_TowerLayer1 as Layer < T, SVector < T,
        64 > >> ::Scratch < B >, }
    }

    ::nn::__private::buffers! {
        #[doc =
        " What a training step of [`Pair`] keeps: activations, their gradients, and what layers remember."]
        pub struct PairCache < T : Scalar, B : Storage; > { tower : B::Of < SampleOfTower
        < T > >, tower_1 : B::Of < SampleOfTower1 < T > >, both : B::Of < SampleOfBoth <
        T > >, same : B::Of < SampleOfSame < T > >, d_tower : B::Of < SampleOfTower < T >
        >, tower_memory : < __Pair_TowerLayer as Layer < T, SVector < T, 64 > >> ::Cache
        < B >, d_tower_1 : B::Of < SampleOfTower1 < T > >, tower_1_memory : <
        __Pair_TowerLayer1 as Layer < T, SVector < T, 64 > >> ::Cache < B >, d_both :
        B::Of < SampleOfBoth < T > >, d_same : B::Of < SampleOfSame < T > >, }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for Pair<T> {
        type Layer<
            const __A: ::core::primitive::usize,
            const __B: ::core::primitive::usize,
            const __C: ::core::primitive::usize,
            const __D: ::core::primitive::usize,
            const __E: ::core::primitive::usize,
            const __F: ::core::primitive::usize,
            const __G: ::core::primitive::usize,
            const __H: ::core::primitive::usize,
        > = __PairGraph;
        const FOLDS: bool = true;
        const GRAPH_TEXT: &'static str = __PairGraph::description;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, (SVector<T, 64>, SVector<T, 64>)> for __PairGraph {
        type Output = SampleOfSame<T>;
        type Weights = Pair<T>;
        type Scratch<B: Storage> = PairScratch<T, B>;
        type Cache<B: Storage> = PairCache<T, B>;
        const MACS: usize = <__Pair_TowerLayer as Layer<T, SVector<T, 64>>>::MACS
            + <__Pair_TowerLayer1 as Layer<T, SVector<T, 64>>>::MACS
            + <LayerOfBoth as Layer<T, (SampleOfTower<T>, SampleOfTower1<T>)>>::MACS
            + <LayerOfSame as Layer<T, SampleOfBoth<T>>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <__Pair_TowerLayer as Layer<T, SVector<T, 64>>>::WORK,
            <__Pair_TowerLayer1 as Layer<T, SVector<T, 64>>>::WORK,
            <LayerOfBoth as Layer<T, (SampleOfTower<T>, SampleOfTower1<T>)>>::WORK,
            <LayerOfSame as Layer<T, SampleOfBoth<T>>>::WORK,
        ]);
        fn init(&self, w: &mut Pair<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<T, 64>>::init(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &mut w.tower,
                rng,
            );
            Layer::<T, SampleOfBoth<T>>::init(&LayerOfSame::DEFAULT, &mut w.same, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Pair<T>,
            x: (&[SVector<T, 64>], &[SVector<T, 64>]),
            y: &mut [SampleOfSame<T>],
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.0.len().min(B::CAPACITY);
            match pass {
                Pass::Inference(Memory { own: m, .. }) => {
                    let y0 = part_mut(&mut m.activations, n, const { __PairGraph::activations.range(0) });
                    Layer::<T, SVector<T, 64>>::forward::<B>(
                        &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                        &w.tower,
                        x.0,
                        samples_mut(y0),
                        Pass::inference(&mut m.tower_memory),
                    );
                    let y0 = part_mut(&mut m.activations, n, const { __PairGraph::activations.range(1) });
                    Layer::<T, SVector<T, 64>>::forward::<B>(
                        &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                        &w.tower,
                        x.1,
                        samples_mut(y0),
                        Pass::inference(&mut m.tower_1_memory),
                    );
                    let [x0, x1, y0] = parts(
                        &mut m.activations,
                        n,
                        [
                            const { __PairGraph::activations.range(0) },
                            const { __PairGraph::activations.range(1) },
                            const { __PairGraph::activations.range(2) },
                        ],
                    );
                    Layer::<T, (SampleOfTower<T>, SampleOfTower1<T>)>::forward::<B>(
                        &LayerOfBoth::DEFAULT,
                        &(),
                        (samples(x0), samples(x1)),
                        samples_mut(y0),
                        Pass::inference(&mut ()),
                    );
                    let [x0, y0] = parts(
                        &mut m.activations,
                        n,
                        [const { __PairGraph::activations.range(2) }, const { __PairGraph::activations.range(3) }],
                    );
                    LayerOfSame::DEFAULT.forward::<B>(
                        &w.same,
                        samples::<SampleOfBoth<T>>(x0),
                        samples_mut(y0),
                        Pass::inference(&mut ()),
                    );
                    let x0 = part_mut(&mut m.activations, n, const { __PairGraph::activations.range(3) });
                    Activate(Sigmoid).forward::<B>(
                        &(),
                        samples::<SampleOfSame<T>>(x0),
                        &mut *y,
                        Pass::inference(&mut ()),
                    );
                }

                Pass::Training(Memory { own: m, .. }, mut mode) => {
                    Layer::<T, SVector<T, 64>>::forward::<B>(
                        &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                        &w.tower,
                        x.0,
                        &mut m.tower[..n],
                        Pass::training(
                            &mut m.tower_memory,
                            mode.layer(
                                0,
                                <<__Pair_TowerLayer as Layer<T, SVector<T, 64>>>::Weights as Weights<T>>::LAYERS,
                            ),
                        ),
                    );
                    Layer::<T, SVector<T, 64>>::forward::<B>(
                        &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                        &w.tower,
                        x.1,
                        &mut m.tower_1[..n],
                        Pass::training(
                            &mut m.tower_1_memory,
                            mode.layer(
                                0,
                                <<__Pair_TowerLayer as Layer<T, SVector<T, 64>>>::Weights as Weights<T>>::LAYERS,
                            ),
                        ),
                    );
                    Layer::<T, (SampleOfTower<T>, SampleOfTower1<T>)>::forward::<B>(
                        &LayerOfBoth::DEFAULT,
                        &(),
                        (&m.tower[..n], &m.tower_1[..n]),
                        &mut m.both[..n],
                        Pass::training(&mut (), mode.reborrow()),
                    );
                    LayerOfSame::DEFAULT.forward::<B>(
                        &w.same,
                        &m.both[..n],
                        &mut m.same[..n],
                        Pass::training(&mut (), mode.reborrow()),
                    );
                    Activate(Sigmoid).forward::<B>(
                        &(),
                        &m.same[..n],
                        &mut *y,
                        Pass::training(&mut (), mode.reborrow()),
                    );
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Pair<T>,
            x: (&[SVector<T, 64>], &[SVector<T, 64>]),
            y: &[SampleOfSame<T>],
            dy: &[SampleOfSame<T>],
            m: Memory<'_, T, Self::Cache<B>>,
            dx: (Option<&mut [SVector<T, 64>]>, Option<&mut [SVector<T, 64>]>),
            dw: Option<&mut Pair<T>>,
        ) {
            Ends::<T, (SVector<T, 64>, SVector<T, 64>)>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
        }
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Train<T, (SVector<T, 64>, SVector<T, 64>)> for __PairGraph {
        const CONSTRAINS: bool = <__Pair_TowerLayer as Train<T, SVector<T, 64>>>::CONSTRAINS;
        fn update<B: Storage>(&self, w: &mut Pair<T>, m: &Self::Cache<B>) {
            Train::<T, SVector<T, 64>>::update::<B>(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &mut w.tower,
                &m.tower_memory,
            );
            Train::<T, SVector<T, 64>>::update::<B>(
                &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                &mut w.tower,
                &m.tower_1_memory,
            );
        }

        fn training_activity<B: Storage>(&self, m: &Self::Cache<B>) -> T {
            let mut loss = T::ZERO;
            loss += Train::<T, SVector<T, 64>>::training_activity::<B>(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &m.tower_memory,
            );
            loss += Train::<T, SVector<T, 64>>::training_activity::<B>(
                &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                &m.tower_1_memory,
            );
            loss
        }

        fn constrain(&self, w: &mut Pair<T>) {
            Train::<T, SVector<T, 64>>::constrain(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &mut w.tower,
            );
        }

        fn activity<B: Storage>(&self, m: &Self::Scratch<B>) -> T {
            let mut loss = T::ZERO;
            loss += Train::<T, SVector<T, 64>>::activity::<B>(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &m.tower_memory,
            );
            loss += Train::<T, SVector<T, 64>>::activity::<B>(
                &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                &m.tower_1_memory,
            );
            loss
        }

        fn regularize(&self, w: &Pair<T>, mut dw: ::core::option::Option<&mut Pair<T>>) -> T {
            let mut loss = T::ZERO;
            loss += Train::<T, SVector<T, 64>>::regularize(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &w.tower,
                dw.as_deref_mut().map(|dw| &mut dw.tower),
            );
            loss
        }
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Ends<T, (SVector<T, 64>, SVector<T, 64>)> for __PairGraph {
        const HEADS: &'static [::nn::activations::Head] =
            &[::nn::layer::head::<T, SampleOfSame<T>, _>(&Activate(Sigmoid))];
        fn logits<B: Storage>(m: &Self::Scratch<B>, n: usize) -> Option<&[SampleOfSame<T>]> {
            let n = n.min(B::CAPACITY);
            ::core::option::Option::Some(samples(part(&m.activations, n, const { __PairGraph::activations.range(3) })))
        }

        fn backward_from<B: Storage>(
            &self,
            logit_mask: ::nn::losses::LogitMask,
            w: &Pair<T>,
            x: (&[SVector<T, 64>], &[SVector<T, 64>]),
            y: &[SampleOfSame<T>],
            dy: &[SampleOfSame<T>],
            Memory { own: m, .. }: Memory<'_, T, Self::Cache<B>>,
            mut dx: (Option<&mut [SVector<T, 64>]>, Option<&mut [SVector<T, 64>]>),
            mut dw: Option<&mut Pair<T>>,
        ) {
            let n = x.0.len().min(B::CAPACITY);
            ::nn::tensor::clear(&mut m.d_tower[..n]);
            ::nn::tensor::clear(&mut m.d_tower_1[..n]);
            ::nn::tensor::clear(&mut m.d_both[..n]);
            ::nn::tensor::clear(&mut m.d_same[..n]);
            if logit_mask & 1 == 0 {
                Activate(Sigmoid).backward::<B>(
                    &(),
                    &m.same[..n],
                    y,
                    dy,
                    Memory::new(&mut ()),
                    Some(&mut m.d_same[..n]),
                    None,
                );
            } else {
                ::nn::tensor::add(&mut m.d_same[..n], dy);
            }

            LayerOfSame::DEFAULT.backward::<B>(
                &w.same,
                &m.both[..n],
                &m.same[..n],
                &m.d_same[..n],
                Memory::new(&mut ()),
                Some(&mut m.d_both[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.same),
            );
            Layer::<T, (SampleOfTower<T>, SampleOfTower1<T>)>::backward::<B>(
                &LayerOfBoth::DEFAULT,
                &(),
                (&m.tower[..n], &m.tower_1[..n]),
                &m.both[..n],
                &m.d_both[..n],
                Memory::new(&mut ()),
                (Some(&mut m.d_tower[..n]), Some(&mut m.d_tower_1[..n])),
                None,
            );
            Layer::<T, SVector<T, 64>>::backward::<B>(
                &const { __Pair_TowerLayer1::__made(&[], &__PairGraph::TOWER_1) },
                &w.tower,
                x.1,
                &m.tower_1[..n],
                &m.d_tower_1[..n],
                Memory::new(&mut m.tower_1_memory),
                dx.1.as_deref_mut(),
                dw.as_deref_mut().map(|dw| &mut dw.tower),
            );
            Layer::<T, SVector<T, 64>>::backward::<B>(
                &const { __Pair_TowerLayer::__made(&[], &__PairGraph::TOWER) },
                &w.tower,
                x.0,
                &m.tower[..n],
                &m.d_tower[..n],
                Memory::new(&mut m.tower_memory),
                dx.0.as_deref_mut(),
                dw.as_deref_mut().map(|dw| &mut dw.tower),
            );
        }

        fn training_logits<B: Storage>(m: &Self::Cache<B>, n: usize) -> Option<&[SampleOfSame<T>]> {
            let n = n.min(B::CAPACITY);
            ::core::option::Option::Some(&m.same[..n])
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, (SVector<T, 64>, SVector<T, 64>)> for __PairGraph {
        const NEW: Self = __PairGraph;
    }

    struct PairSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> PairSummary<T> {
        const TABLE: ::nn::text::Text<{ __PairGraph::summary_length }> = ::nn::summary::table(
            "Pair",
            __PairGraph::rows,
            <Pair<T> as Weights<T>>::NON_TRAINABLE,
            <Pair<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for Pair<T> {
        type Scalar = T;
        type Inputs = (SVector<T, 64>, SVector<T, 64>);
        type Outputs = SampleOfSame<T>;
        type Graph = __PairGraph;
        type Training = __PairGraph;
        ::nn::__with_heap! {
            type Predictions = ::nn::__private::Vec < SampleOfSame < T > >;
        }

        const NAME: &'static str = "Pair";
        const INPUT_NAMES: &'static [&'static str] = &["a", "b"];
        const OUTPUT_NAMES: &'static [&'static str] = &["same"];
        const INPUT_SHAPES: &'static [Shape] = __PairGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __PairGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = PairSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __PairGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph Pair {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"a\" [label=\"a\\n(64,)\", style=dashed];\n  \"b\" [label=\"b\\n(64,)\", style=dashed];\n  \"tower\" [label=\"Digits()\\n(..)\"];\n  \"both\" [label=\"concatenate([tower(a), tower(b)])\\n(..)\"];\n  \"same\" [label=\"Dense(1, activation = sigmoid)\\n(..)\"];\n  \"a\" -> \"tower\";\n  \"b\" -> \"tower\";\n  \"tower\" -> \"both\";\n  \"tower\" -> \"both\";\n  \"both\" -> \"same\";\n  \"output same\" [label=\"same\", style=dashed];\n  \"same\" -> \"output same\";\n}\n";
        const ENDS: &'static [::nn::activations::Head] = &[::nn::activations::Head::Sigmoid];
        const ARENA_BYTES: usize =
            size_of::<<__PairGraph as Layer<T, (SVector<T, 64>, SVector<T, 64>)>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize =
            size_of::<<__PairGraph as Layer<T, (SVector<T, 64>, SVector<T, 64>)>>::Cache<Inline<1>>>();
        type Folded = PairFolded<T>;
        fn fold_into(&self, folded: &mut PairFolded<T>) {
            __PairFolded_TowerForm::fold::<T, _>(&self.tower, &mut folded.tower);
            ::nn::__private::fold::copy(&self.same, &mut folded.same);
        }
    }
};
