// What `model!` writes for the graph of `words.rs` as well: its memory and its passes.

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
    impl __WordsGraph {
        /// The graph as a layer of another one.
        pub const fn new() -> Self {
            __WordsGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn output_shapes(
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            ::nn::spec::model_outputs("Words", __WordsGraph::INPUT_SHAPES, __WordsGraph::OUTPUT_SHAPES, inputs)
        }

        /// The shape of its only output, if these are the shapes of its inputs.
        pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
            ::nn::spec::only_output("Words", Self::output_shapes(inputs))
        }
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __WordsGraph {
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
                parameters: <<__Words_TitleLayer as Layer<f32, SVector<u32, 6>>>::Weights as ::nn::Weights<f32>>::COUNT,
                inputs: &["words"],
                macs: <__Words_TitleLayer as ::nn::Layer<f32, SVector<u32, 6>>>::MACS,
                memory: ::core::mem::size_of::<
                    <__Words_TitleLayer as ::nn::Layer<f32, SVector<u32, 6>>>::Scratch<::nn::Inline<1>>,
                >(),
            },
        ];
        const summary_length: usize = ::nn::summary::length("Words", __WordsGraph::rows);
    }

    #[allow(dead_code)]
    impl Words<f32> {
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
    impl<T: ::nn::Scalar> Words<T> {
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
                &__WordsGraph,
                self,
                ::core::slice::from_ref(x),
                (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
                arena,
            );
            WordsOutputs { kind: y0, title: y1 }
        }
    }

    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] WordsInputs { words : A S0 Y0 }
    );
    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] WordsOutputs { kind : A S0 Y0, title : B S1 Y1 }
    );
    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for Words<T> {
        const LAYERS: usize = <EmbeddingWeights<T, 100, 8> as Weights<T>>::LAYERS
            + <DenseWeights<T, 8, 3, 1> as Weights<T>>::LAYERS
            + <<__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Weights as Weights<T>>::LAYERS;
        const NON_TRAINABLE: usize = <EmbeddingWeights<T, 100, 8> as Weights<T>>::NON_TRAINABLE
            + <DenseWeights<T, 8, 3, 1> as Weights<T>>::NON_TRAINABLE
            + <<__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Weights as Weights<T>>::NON_TRAINABLE;
        const PARTS: &'static [Part] = &[
            Part::layer::<T, EmbeddingWeights<T, 100, 8>>("table"),
            Part::layer::<T, DenseWeights<T, 8, 3, 1>>("kind"),
            Part::layer::<T, <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Weights>("title"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for Words<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    /// The activations of a prediction with [`Words`].
    pub struct WordsScratch<T: Scalar, B: Storage> {
        activations: B::Of<[T; 56]>,
        indices: B::Of<[u32; 6]>,
        title_memory: <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Scratch<B>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for WordsScratch<T, B> {
        const ZEROED: Self =
            WordsScratch { activations: Buffer::ZEROED, indices: Buffer::ZEROED, title_memory: Buffer::ZEROED };

        fn with_capacity(capacity: usize) -> Self {
            WordsScratch {
                activations: Buffer::with_capacity(capacity),
                indices: Buffer::with_capacity(capacity),
                title_memory: Buffer::with_capacity(capacity),
            }
        }
    }

    /// What a training step of [`Words`] keeps: activations, their gradients, and what layers remember.
    pub struct WordsCache<T: Scalar, B: Storage> {
        table: B::Of<SMatrix<T, 8, 6>>,
        words_not_zero: B::Of<SVector<u32, 6>>,
        mean: B::Of<SVector<T, 8>>,
        kind: B::Of<SVector<T, 3>>,
        d_table: B::Of<SMatrix<T, 8, 6>>,
        d_mean: B::Of<SVector<T, 8>>,
        d_kind: B::Of<SVector<T, 3>>,
        title_memory: <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Cache<B>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for WordsCache<T, B> {
        const ZEROED: Self = WordsCache {
            table: Buffer::ZEROED,
            words_not_zero: Buffer::ZEROED,
            mean: Buffer::ZEROED,
            kind: Buffer::ZEROED,
            d_table: Buffer::ZEROED,
            d_mean: Buffer::ZEROED,
            d_kind: Buffer::ZEROED,
            title_memory: Buffer::ZEROED,
        };

        fn with_capacity(capacity: usize) -> Self {
            WordsCache {
                table: Buffer::with_capacity(capacity),
                words_not_zero: Buffer::with_capacity(capacity),
                mean: Buffer::with_capacity(capacity),
                kind: Buffer::with_capacity(capacity),
                d_table: Buffer::with_capacity(capacity),
                d_mean: Buffer::with_capacity(capacity),
                d_kind: Buffer::with_capacity(capacity),
                title_memory: Buffer::with_capacity(capacity),
            }
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for Words<T> {
        type Layer = __WordsGraph;
        const MODEL: bool = true;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, SVector<u32, 6>> for __WordsGraph {
        type Output = (SVector<T, 3>, SampleOfTitle<T>);
        type Weights = Words<T>;
        type Scratch<B: Storage> = WordsScratch<T, B>;
        type Cache<B: Storage> = WordsCache<T, B>;
        const MACS: usize = <Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::MACS
            + <NotZero as Layer<T, SVector<u32, 6>>>::MACS
            + <GlobalAveragePooling1D as Layer<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>>::MACS
            + <Dense<8, 3, 1> as Layer<T, SVector<T, 8>>>::MACS
            + <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::WORK,
            <NotZero as Layer<T, SVector<u32, 6>>>::WORK,
            <GlobalAveragePooling1D as Layer<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>>::WORK,
            <Dense<8, 3, 1> as Layer<T, SVector<T, 8>>>::WORK,
            <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::WORK,
        ]);
        const HEADS: &'static [::nn::activations::Head] = &[
            ::nn::layer::head::<T, SVector<T, 3>, _>(&Activate(Softmax)),
            <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::HEADS[0],
        ];
        const BOUNDS: &'static [usize] = &[::nn::layer::least_bound(&[
            (<Embedding<100, 8, 6> as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
            (<NotZero as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
            (<__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::BOUNDS, 0),
        ])];
        const CONSTRAINS: bool = <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::CONSTRAINS;
        fn init(&self, w: &mut Words<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<u32, 6>>::init(&Embedding::<100, 8, 6>::DEFAULT, &mut w.table, rng);
            Layer::<T, SVector<T, 8>>::init(&Dense::<8, 3, 1>::DEFAULT, &mut w.kind, rng);
            Layer::<T, SVector<u32, 6>>::init(&__Words_TitleLayer::new(), &mut w.title, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Words<T>,
            x: &[SVector<u32, 6>],
            y: (&mut [SVector<T, 3>], &mut [SampleOfTitle<T>]),
            pass: Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.len();
            match pass {
                Pass::Inference(m) => {
                    let y0 = part_mut(&mut m.activations, n, 0..48);
                    Embedding::<100, 8, 6>::DEFAULT.forward::<B>(
                        &w.table,
                        x,
                        samples_mut(y0),
                        Pass::Inference(&mut ()),
                    );
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
                    Activate(Softmax).forward::<B>(
                        &(),
                        samples::<SVector<T, 3>>(x0),
                        &mut *y.0,
                        Pass::Inference(&mut ()),
                    );
                    Layer::<T, SVector<u32, 6>>::forward::<B>(
                        &__Words_TitleLayer::new(),
                        &w.title,
                        x,
                        &mut *y.1,
                        Pass::Inference(&mut m.title_memory),
                    );
                }

                Pass::Training(m, mut mode) => {
                    Embedding::<100, 8, 6>::DEFAULT.forward::<B>(
                        &w.table,
                        x,
                        &mut m.table[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Layer::<T, SVector<u32, 6>>::forward::<B>(
                        &NotZero::DEFAULT,
                        &(),
                        x,
                        &mut m.words_not_zero[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Layer::<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>::forward::<B>(
                        &GlobalAveragePooling1D::DEFAULT,
                        &(),
                        (&m.table[..n], &m.words_not_zero[..n]),
                        &mut m.mean[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Dense::<8, 3, 1>::DEFAULT.forward::<B>(
                        &w.kind,
                        &m.mean[..n],
                        &mut m.kind[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Activate(Softmax).forward::<B>(
                        &(),
                        &m.kind[..n],
                        &mut *y.0,
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Layer::<T, SVector<u32, 6>>::forward::<B>(
                        &__Words_TitleLayer::new(),
                        &w.title,
                        x,
                        &mut *y.1,
                        Pass::Training(
                            &mut m.title_memory,
                            mode.layer(
                                2,
                                <<__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::Weights as Weights<T>>::LAYERS,
                            ),
                        ),
                    );
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Words<T>,
            x: &[SVector<u32, 6>],
            y: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            dy: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            m: &mut Self::Cache<B>,
            dx: Option<&mut [SVector<u32, 6>]>,
            dw: Option<&mut Words<T>>,
        ) {
            Layer::<T, SVector<u32, 6>>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
        }

        fn logits<B: Storage>(
            m: &Self::Scratch<B>,
            n: usize,
        ) -> (Option<&[SVector<T, 3>]>, Option<&[SampleOfTitle<T>]>) {
            (
                ::core::option::Option::Some(samples(part(&m.activations, n, 0..3))),
                <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::logits::<B>(&m.title_memory, n),
            )
        }

        fn mask<'a, B: Storage>(
            x: &'a [SVector<u32, 6>],
            m: &'a Self::Scratch<B>,
            n: usize,
            output: usize,
        ) -> Option<&'a [u32]> {
            match output {
                1 => <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::mask::<B>(x, &m.title_memory, n, 0),

                _ => None,
            }
        }

        fn backward_from<B: Storage>(
            &self,
            seeds: ::nn::losses::Seeds,
            w: &Words<T>,
            x: &[SVector<u32, 6>],
            y: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            dy: (&[SVector<T, 3>], &[SampleOfTitle<T>]),
            m: &mut Self::Cache<B>,
            mut dx: Option<&mut [SVector<u32, 6>]>,
            mut dw: Option<&mut Words<T>>,
        ) {
            let n = x.len();
            ::nn::tensor::clear(&mut m.d_table[..n]);
            ::nn::tensor::clear(&mut m.d_mean[..n]);
            ::nn::tensor::clear(&mut m.d_kind[..n]);
            Layer::<T, SVector<u32, 6>>::backward_from::<B>(
                &__Words_TitleLayer::new(),
                (seeds >> 1 & 1) << 0,
                &w.title,
                x,
                y.1,
                dy.1,
                &mut m.title_memory,
                None,
                dw.as_deref_mut().map(|dw| &mut dw.title),
            );
            if seeds & 1 == 0 {
                Activate(Softmax).backward::<B>(&(), &m.kind[..n], y.0, dy.0, &mut (), Some(&mut m.d_kind[..n]), None);
            } else {
                ::nn::tensor::add(&mut m.d_kind[..n], dy.0);
            }

            Dense::<8, 3, 1>::DEFAULT.backward::<B>(
                &w.kind,
                &m.mean[..n],
                &m.kind[..n],
                &m.d_kind[..n],
                &mut (),
                Some(&mut m.d_mean[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.kind),
            );
            Layer::<T, (SMatrix<T, 8, 6>, SVector<u32, 6>)>::backward::<B>(
                &GlobalAveragePooling1D::DEFAULT,
                &(),
                (&m.table[..n], &m.words_not_zero[..n]),
                &m.mean[..n],
                &m.d_mean[..n],
                &mut (),
                (Some(&mut m.d_table[..n]), None),
                None,
            );
            Embedding::<100, 8, 6>::DEFAULT.backward::<B>(
                &w.table,
                x,
                &m.table[..n],
                &m.d_table[..n],
                &mut (),
                None,
                dw.as_deref_mut().map(|dw| &mut dw.table),
            );
        }

        fn training_logits<B: Storage>(
            m: &Self::Cache<B>,
            n: usize,
        ) -> (Option<&[SVector<T, 3>]>, Option<&[SampleOfTitle<T>]>) {
            (
                ::core::option::Option::Some(&m.kind[..n]),
                <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::training_logits::<B>(&m.title_memory, n),
            )
        }

        fn training_mask<'a, B: Storage>(
            x: &'a [SVector<u32, 6>],
            m: &'a Self::Cache<B>,
            n: usize,
            output: usize,
        ) -> Option<&'a [u32]> {
            match output {
                1 => <__Words_TitleLayer as Layer<T, SVector<u32, 6>>>::training_mask::<B>(x, &m.title_memory, n, 0),

                _ => None,
            }
        }

        fn touched<B: Storage>(
            &self,
            x: &[SVector<u32, 6>],
            m: &Self::Cache<B>,
            visit: &mut dyn FnMut(::core::ops::Range<usize>),
        ) {
            let n = x.len();
            let start = ::core::mem::offset_of!(Words<T>, table) / size_of::<T>();
            let mut inside = |rows: ::core::ops::Range<usize>| visit(start + rows.start..start + rows.end);
            Layer::<T, SVector<u32, 6>>::touched::<B>(&Embedding::<100, 8, 6>::DEFAULT, x, &(), &mut inside);
            let start = ::core::mem::offset_of!(Words<T>, title) / size_of::<T>();
            let mut inside = |rows: ::core::ops::Range<usize>| visit(start + rows.start..start + rows.end);
            Layer::<T, SVector<u32, 6>>::touched::<B>(&__Words_TitleLayer::new(), x, &m.title_memory, &mut inside);
        }

        fn update<B: Storage>(&self, w: &mut Words<T>, m: &Self::Cache<B>) {
            Layer::<T, SVector<u32, 6>>::update::<B>(&__Words_TitleLayer::new(), &mut w.title, &m.title_memory);
        }

        fn training_activity<B: Storage>(&self, m: &Self::Cache<B>) -> T {
            let mut loss = T::ZERO;
            loss += Layer::<T, SVector<u32, 6>>::training_activity::<B>(&__Words_TitleLayer::new(), &m.title_memory);
            loss
        }

        fn constrain(&self, w: &mut Words<T>) {
            Layer::<T, SVector<u32, 6>>::constrain(&__Words_TitleLayer::new(), &mut w.title);
        }

        fn activity<B: Storage>(&self, m: &Self::Scratch<B>) -> T {
            let mut loss = T::ZERO;
            loss += Layer::<T, SVector<u32, 6>>::activity::<B>(&__Words_TitleLayer::new(), &m.title_memory);
            loss
        }

        fn regularize(&self, w: &Words<T>, mut dw: ::core::option::Option<&mut Words<T>>) -> T {
            let mut loss = T::ZERO;
            loss += Layer::<T, SVector<u32, 6>>::regularize(
                &Embedding::<100, 8, 6>::DEFAULT,
                &w.table,
                dw.as_deref_mut().map(|dw| &mut dw.table),
            );
            loss += Layer::<T, SVector<T, 8>>::regularize(
                &Dense::<8, 3, 1>::DEFAULT,
                &w.kind,
                dw.as_deref_mut().map(|dw| &mut dw.kind),
            );
            loss += Layer::<T, SVector<u32, 6>>::regularize(
                &__Words_TitleLayer::new(),
                &w.title,
                dw.as_deref_mut().map(|dw| &mut dw.title),
            );
            loss
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, SVector<u32, 6>> for __WordsGraph {
        const NEW: Self = __WordsGraph;
    }

    struct WordsSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> WordsSummary<T> {
        const TABLE: ::nn::text::Text<{ __WordsGraph::summary_length }> = ::nn::summary::table(
            "Words",
            __WordsGraph::rows,
            <Words<T> as Weights<T>>::NON_TRAINABLE,
            <Words<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for Words<T> {
        type Scalar = T;
        type Inputs = SVector<u32, 6>;
        type Outputs = (SVector<T, 3>, SampleOfTitle<T>);
        type Graph = __WordsGraph;
        type Training = __WordsGraph;
        ::nn::__with_heap! {
            type Predictions = WordsOutputs < ::nn::__private::Vec < SVector < T, 3 > >,
            ::nn::__private::Vec < SampleOfTitle < T > > >;
        }

        const NAME: &'static str = "Words";
        const INPUT_NAMES: &'static [&'static str] = &["words"];
        const OUTPUT_NAMES: &'static [&'static str] = &["kind", "title"];
        const INPUT_SHAPES: &'static [Shape] = __WordsGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __WordsGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = WordsSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __WordsGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph Words {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"words\" [label=\"words\\n(6,)\", style=dashed];\n  \"table\" [label=\"Embedding(100, 8, mask_zero = true)\\n(6, 8)\"];\n  \"mean\" [label=\"GlobalAveragePooling1D()\\n(8,)\"];\n  \"kind\" [label=\"Dense(3, activation = softmax)\\n(3,)\"];\n  \"title\" [label=\"Titles()\\n(..)\"];\n  \"words\" -> \"table\";\n  \"table\" -> \"mean\";\n  \"mean\" -> \"kind\";\n  \"words\" -> \"title\";\n  \"output kind\" [label=\"kind\", style=dashed];\n  \"kind\" -> \"output kind\";\n  \"output title\" [label=\"title\", style=dashed];\n  \"title\" -> \"output title\";\n}\n";
        const ENDS: &'static [::nn::lints::End] = &[::nn::lints::End::Softmax, ::nn::lints::End::Other];
        const ARENA_BYTES: usize = size_of::<<__WordsGraph as Layer<T, SVector<u32, 6>>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize = size_of::<<__WordsGraph as Layer<T, SVector<u32, 6>>>::Cache<Inline<1>>>();
        type Folded = WordsFolded<T>;
        fn fold_into(&self, folded: &mut WordsFolded<T>) {
            ::nn::__private::fold::copy(&self.table, &mut folded.table);
            ::nn::__private::fold::copy(&self.kind, &mut folded.kind);
            __WordsFolded_TitleForm::fold::<T, _>(&self.title, &mut folded.title);
        }
    }
};
