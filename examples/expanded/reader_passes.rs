// What `model!` writes for the graph of `reader.rs` as well: its memory and its passes.

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
    impl __ReaderGraph {
        /// The graph as a layer of another one.
        pub const fn new() -> Self {
            __ReaderGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn output_shapes(
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            ::nn::spec::model_outputs("Reader", __ReaderGraph::INPUT_SHAPES, __ReaderGraph::OUTPUT_SHAPES, inputs)
        }

        /// The shape of its only output, if these are the shapes of its inputs.
        pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
            ::nn::spec::only_output("Reader", Self::output_shapes(inputs))
        }
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __ReaderGraph {
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
                name: "both",
                kind: "Concatenate",
                output: ::nn::Shape::new(&[20]),
                parameters: 0,
                inputs: &["question", "text"],
                macs: <Concatenate<1, 20, 1> as ::nn::Layer<f32, (SVector<f32, 8>, SVector<f32, 12>)>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "dense",
                kind: "Dense",
                output: ::nn::Shape::new(&[16]),
                parameters: <DenseWeights<f32, 20, 16, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["both"],
                macs: <Dense<20, 16, 1> as ::nn::Layer<f32, SVector<f32, 20>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "dropout",
                kind: "Dropout",
                output: ::nn::Shape::new(&[16]),
                parameters: 0,
                inputs: &["dense"],
                macs: <Dropout as ::nn::Layer<f32, SVector<f32, 16>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "answer",
                kind: "Dense",
                output: ::nn::Shape::new(&[10]),
                parameters: <DenseWeights<f32, 16, 10, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["dropout"],
                macs: <Dense<16, 10, 1> as ::nn::Layer<f32, SVector<f32, 16>>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "concatenate",
                kind: "Concatenate",
                output: ::nn::Shape::new(&[18]),
                parameters: 0,
                inputs: &["answer", "question"],
                macs: <Concatenate<1, 18, 1> as ::nn::Layer<f32, (SVector<f32, 10>, SVector<f32, 8>)>>::MACS,
                memory: 0,
            },
            ::nn::summary::Row {
                name: "certain",
                kind: "Dense",
                output: ::nn::Shape::new(&[1]),
                parameters: <DenseWeights<f32, 18, 1, 1> as ::nn::Weights<f32>>::COUNT,
                inputs: &["concatenate"],
                macs: <Dense<18, 1, 1> as ::nn::Layer<f32, SVector<f32, 18>>>::MACS,
                memory: 0,
            },
        ];
        const summary_length: usize = ::nn::summary::length("Reader", __ReaderGraph::rows);
    }

    #[allow(dead_code)]
    impl Reader<f32> {
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
    impl<T: ::nn::Scalar> Reader<T> {
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
                &__ReaderGraph,
                self,
                (::core::slice::from_ref(x.question), ::core::slice::from_ref(x.text)),
                (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)),
                arena,
            );
            ReaderOutputs { answer: y0, certain: y1 }
        }
    }

    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] ReaderInputs { question : A S0 Y0, text : B S1 Y1
        }
    );
    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] ReaderOutputs { answer : A S0 Y0, certain : B S1
        Y1 }
    );
    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for Reader<T> {
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
    impl<T: Scalar> ::core::clone::Clone for Reader<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    /// The activations of a prediction with [`Reader`].
    pub struct ReaderScratch<T: Scalar, B: Storage> {
        activations: B::Of<[T; 36]>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for ReaderScratch<T, B> {
        const ZEROED: Self = ReaderScratch { activations: Buffer::ZEROED };

        fn with_capacity(capacity: usize) -> Self {
            ReaderScratch { activations: Buffer::with_capacity(capacity) }
        }
    }

    /// What a training step of [`Reader`] keeps: activations, their gradients, and what layers remember.
    pub struct ReaderCache<T: Scalar, B: Storage> {
        both: B::Of<SVector<T, 20>>,
        dense_relu: B::Of<SVector<T, 16>>,
        dropout: B::Of<SVector<T, 16>>,
        answer: B::Of<SVector<T, 10>>,
        concatenate: B::Of<SVector<T, 18>>,
        certain: B::Of<SVector<T, 1>>,
        d_both: B::Of<SVector<T, 20>>,
        d_dense_relu: B::Of<SVector<T, 16>>,
        d_dropout: B::Of<SVector<T, 16>>,
        dropout_memory: <Dropout as Layer<T, SVector<T, 16>>>::Cache<B>,
        d_answer: B::Of<SVector<T, 10>>,
        d_answer_softmax: B::Of<SVector<T, 10>>,
        d_concatenate: B::Of<SVector<T, 18>>,
        d_certain: B::Of<SVector<T, 1>>,
    }

    #[automatically_derived]
    impl<T: Scalar, B: Storage> Buffer for ReaderCache<T, B> {
        const ZEROED: Self = ReaderCache {
            both: Buffer::ZEROED,
            dense_relu: Buffer::ZEROED,
            dropout: Buffer::ZEROED,
            answer: Buffer::ZEROED,
            concatenate: Buffer::ZEROED,
            certain: Buffer::ZEROED,
            d_both: Buffer::ZEROED,
            d_dense_relu: Buffer::ZEROED,
            d_dropout: Buffer::ZEROED,
            dropout_memory: Buffer::ZEROED,
            d_answer: Buffer::ZEROED,
            d_answer_softmax: Buffer::ZEROED,
            d_concatenate: Buffer::ZEROED,
            d_certain: Buffer::ZEROED,
        };

        fn with_capacity(capacity: usize) -> Self {
            ReaderCache {
                both: Buffer::with_capacity(capacity),
                dense_relu: Buffer::with_capacity(capacity),
                dropout: Buffer::with_capacity(capacity),
                answer: Buffer::with_capacity(capacity),
                concatenate: Buffer::with_capacity(capacity),
                certain: Buffer::with_capacity(capacity),
                d_both: Buffer::with_capacity(capacity),
                d_dense_relu: Buffer::with_capacity(capacity),
                d_dropout: Buffer::with_capacity(capacity),
                dropout_memory: Buffer::with_capacity(capacity),
                d_answer: Buffer::with_capacity(capacity),
                d_answer_softmax: Buffer::with_capacity(capacity),
                d_concatenate: Buffer::with_capacity(capacity),
                d_certain: Buffer::with_capacity(capacity),
            }
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for Reader<T> {
        type Layer = __ReaderGraph;
        const MODEL: bool = true;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, (SVector<T, 8>, SVector<T, 12>)> for __ReaderGraph {
        type Output = (SVector<T, 10>, SVector<T, 1>);
        type Weights = Reader<T>;
        type Scratch<B: Storage> = ReaderScratch<T, B>;
        type Cache<B: Storage> = ReaderCache<T, B>;
        const MACS: usize = <Concatenate<1, 20, 1> as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::MACS
            + <Dense<20, 16, 1> as Layer<T, SVector<T, 20>>>::MACS
            + <Dropout as Layer<T, SVector<T, 16>>>::MACS
            + <Dense<16, 10, 1> as Layer<T, SVector<T, 16>>>::MACS
            + <Concatenate<1, 18, 1> as Layer<T, (SVector<T, 10>, SVector<T, 8>)>>::MACS
            + <Dense<18, 1, 1> as Layer<T, SVector<T, 18>>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <Concatenate<1, 20, 1> as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::WORK,
            <Dense<20, 16, 1> as Layer<T, SVector<T, 20>>>::WORK,
            <Dropout as Layer<T, SVector<T, 16>>>::WORK,
            <Dense<16, 10, 1> as Layer<T, SVector<T, 16>>>::WORK,
            <Concatenate<1, 18, 1> as Layer<T, (SVector<T, 10>, SVector<T, 8>)>>::WORK,
            <Dense<18, 1, 1> as Layer<T, SVector<T, 18>>>::WORK,
        ]);
        const HEADS: &'static [::nn::activations::Head] =
            &[::nn::activations::Head::Other, ::nn::layer::head::<T, SVector<T, 1>, _>(&Activate(Sigmoid))];
        const CONSTRAINS: bool = false;
        fn init(&self, w: &mut Reader<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<T, 20>>::init(
                &Dense::<20, 16, 1> {
                    kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                    ..Dense::<20, 16, 1>::DEFAULT
                },
                &mut w.dense,
                rng,
            );
            Layer::<T, SVector<T, 16>>::init(&Dense::<16, 10, 1>::DEFAULT, &mut w.answer, rng);
            Layer::<T, SVector<T, 18>>::init(&Dense::<18, 1, 1>::DEFAULT, &mut w.certain, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Reader<T>,
            x: (&[SVector<T, 8>], &[SVector<T, 12>]),
            y: (&mut [SVector<T, 10>], &mut [SVector<T, 1>]),
            pass: Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.0.len();
            match pass {
                Pass::Inference(m) => {
                    let y0 = part_mut(&mut m.activations, n, 0..20);
                    Layer::<T, (SVector<T, 8>, SVector<T, 12>)>::forward::<B>(
                        &Concatenate::<1, 20, 1>::DEFAULT,
                        &(),
                        (x.0, x.1),
                        samples_mut(y0),
                        Pass::Inference(&mut ()),
                    );
                    let [x0, y0] = parts(&mut m.activations, n, [0..20, 20..36]);
                    (Dense::<20, 16, 1> {
                        kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                        ..Dense::<20, 16, 1>::DEFAULT
                    })
                    .activated(
                        &w.dense,
                        samples::<SVector<T, 20>>(x0),
                        samples_mut(y0),
                        &Activate(Relu),
                    );
                    let [x0, y0] = parts(&mut m.activations, n, [20..36, 0..10]);
                    Dense::<16, 10, 1>::DEFAULT.forward::<B>(
                        &w.answer,
                        samples::<SVector<T, 16>>(x0),
                        samples_mut(y0),
                        Pass::Inference(&mut ()),
                    );
                    let x0 = part_mut(&mut m.activations, n, 0..10);
                    Activate(Softmax).forward::<B>(
                        &(),
                        samples::<SVector<T, 10>>(x0),
                        &mut *y.0,
                        Pass::Inference(&mut ()),
                    );
                    let y0 = part_mut(&mut m.activations, n, 0..18);
                    Layer::<T, (SVector<T, 10>, SVector<T, 8>)>::forward::<B>(
                        &Concatenate::<1, 18, 1>::DEFAULT,
                        &(),
                        (&*y.0, x.0),
                        samples_mut(y0),
                        Pass::Inference(&mut ()),
                    );
                    let [x0, y0] = parts(&mut m.activations, n, [0..18, 18..19]);
                    Dense::<18, 1, 1>::DEFAULT.forward::<B>(
                        &w.certain,
                        samples::<SVector<T, 18>>(x0),
                        samples_mut(y0),
                        Pass::Inference(&mut ()),
                    );
                    let x0 = part_mut(&mut m.activations, n, 18..19);
                    Activate(Sigmoid).forward::<B>(
                        &(),
                        samples::<SVector<T, 1>>(x0),
                        &mut *y.1,
                        Pass::Inference(&mut ()),
                    );
                }

                Pass::Training(m, mut mode) => {
                    Layer::<T, (SVector<T, 8>, SVector<T, 12>)>::forward::<B>(
                        &Concatenate::<1, 20, 1>::DEFAULT,
                        &(),
                        (x.0, x.1),
                        &mut m.both[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    (Dense::<20, 16, 1> {
                        kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                        ..Dense::<20, 16, 1>::DEFAULT
                    })
                    .activated(&w.dense, &m.both[..n], &mut m.dense_relu[..n], &Activate(Relu));
                    (Dropout { rate: 0.2f64 }).forward::<B>(
                        &(),
                        &m.dense_relu[..n],
                        &mut m.dropout[..n],
                        Pass::Training(&mut m.dropout_memory, mode.reborrow()),
                    );
                    Dense::<16, 10, 1>::DEFAULT.forward::<B>(
                        &w.answer,
                        &m.dropout[..n],
                        &mut m.answer[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Activate(Softmax).forward::<B>(
                        &(),
                        &m.answer[..n],
                        &mut *y.0,
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Layer::<T, (SVector<T, 10>, SVector<T, 8>)>::forward::<B>(
                        &Concatenate::<1, 18, 1>::DEFAULT,
                        &(),
                        (&*y.0, x.0),
                        &mut m.concatenate[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Dense::<18, 1, 1>::DEFAULT.forward::<B>(
                        &w.certain,
                        &m.concatenate[..n],
                        &mut m.certain[..n],
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                    Activate(Sigmoid).forward::<B>(
                        &(),
                        &m.certain[..n],
                        &mut *y.1,
                        Pass::Training(&mut (), mode.reborrow()),
                    );
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Reader<T>,
            x: (&[SVector<T, 8>], &[SVector<T, 12>]),
            y: (&[SVector<T, 10>], &[SVector<T, 1>]),
            dy: (&[SVector<T, 10>], &[SVector<T, 1>]),
            m: &mut Self::Cache<B>,
            dx: (Option<&mut [SVector<T, 8>]>, Option<&mut [SVector<T, 12>]>),
            dw: Option<&mut Reader<T>>,
        ) {
            Layer::<T, (SVector<T, 8>, SVector<T, 12>)>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
        }

        fn logits<B: Storage>(m: &Self::Scratch<B>, n: usize) -> (Option<&[SVector<T, 10>]>, Option<&[SVector<T, 1>]>) {
            (::core::option::Option::None, ::core::option::Option::Some(samples(part(&m.activations, n, 18..19))))
        }

        fn backward_from<B: Storage>(
            &self,
            seeds: ::nn::losses::Seeds,
            w: &Reader<T>,
            x: (&[SVector<T, 8>], &[SVector<T, 12>]),
            y: (&[SVector<T, 10>], &[SVector<T, 1>]),
            dy: (&[SVector<T, 10>], &[SVector<T, 1>]),
            m: &mut Self::Cache<B>,
            mut dx: (Option<&mut [SVector<T, 8>]>, Option<&mut [SVector<T, 12>]>),
            mut dw: Option<&mut Reader<T>>,
        ) {
            let n = x.0.len();
            let wanted = (dx.0.is_some(), dx.1.is_some());
            ::nn::tensor::clear(&mut m.d_both[..n]);
            ::nn::tensor::clear(&mut m.d_dense_relu[..n]);
            ::nn::tensor::clear(&mut m.d_dropout[..n]);
            ::nn::tensor::clear(&mut m.d_answer[..n]);
            m.d_answer_softmax[..n].copy_from_slice(dy.0);
            ::nn::tensor::clear(&mut m.d_concatenate[..n]);
            ::nn::tensor::clear(&mut m.d_certain[..n]);
            if seeds & 2 == 0 {
                Activate(Sigmoid).backward::<B>(
                    &(),
                    &m.certain[..n],
                    y.1,
                    dy.1,
                    &mut (),
                    Some(&mut m.d_certain[..n]),
                    None,
                );
            } else {
                ::nn::tensor::add(&mut m.d_certain[..n], dy.1);
            }

            Dense::<18, 1, 1>::DEFAULT.backward::<B>(
                &w.certain,
                &m.concatenate[..n],
                &m.certain[..n],
                &m.d_certain[..n],
                &mut (),
                Some(&mut m.d_concatenate[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.certain),
            );
            Layer::<T, (SVector<T, 10>, SVector<T, 8>)>::backward::<B>(
                &Concatenate::<1, 18, 1>::DEFAULT,
                &(),
                (y.0, x.0),
                &m.concatenate[..n],
                &m.d_concatenate[..n],
                &mut (),
                (Some(&mut m.d_answer_softmax[..n]), dx.0.as_deref_mut()),
                None,
            );
            Activate(Softmax).backward::<B>(
                &(),
                &m.answer[..n],
                y.0,
                &m.d_answer_softmax[..n],
                &mut (),
                Some(&mut m.d_answer[..n]),
                None,
            );
            Dense::<16, 10, 1>::DEFAULT.backward::<B>(
                &w.answer,
                &m.dropout[..n],
                &m.answer[..n],
                &m.d_answer[..n],
                &mut (),
                Some(&mut m.d_dropout[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.answer),
            );
            (Dropout { rate: 0.2f64 }).backward::<B>(
                &(),
                &m.dense_relu[..n],
                &m.dropout[..n],
                &m.d_dropout[..n],
                &mut m.dropout_memory,
                Some(&mut m.d_dense_relu[..n]),
                None,
            );
            Activate(Relu).backward_in_place(&m.dense_relu[..n], &mut m.d_dense_relu[..n]);
            (Dense::<20, 16, 1> {
                kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                ..Dense::<20, 16, 1>::DEFAULT
            })
            .backward::<B>(
                &w.dense,
                &m.both[..n],
                &m.dense_relu[..n],
                &m.d_dense_relu[..n],
                &mut (),
                if wanted.0 || wanted.1 { Some(&mut m.d_both[..n]) } else { None },
                dw.as_deref_mut().map(|dw| &mut dw.dense),
            );
            if wanted.0 || wanted.1 {
                Layer::<T, (SVector<T, 8>, SVector<T, 12>)>::backward::<B>(
                    &Concatenate::<1, 20, 1>::DEFAULT,
                    &(),
                    (x.0, x.1),
                    &m.both[..n],
                    &m.d_both[..n],
                    &mut (),
                    (dx.0.as_deref_mut(), dx.1.as_deref_mut()),
                    None,
                );
            }
        }

        fn training_logits<B: Storage>(
            m: &Self::Cache<B>,
            n: usize,
        ) -> (Option<&[SVector<T, 10>]>, Option<&[SVector<T, 1>]>) {
            (::core::option::Option::None, ::core::option::Option::Some(&m.certain[..n]))
        }

        fn regularize(&self, w: &Reader<T>, mut dw: ::core::option::Option<&mut Reader<T>>) -> T {
            let mut loss = T::ZERO;
            loss += Layer::<T, SVector<T, 20>>::regularize(
                &Dense::<20, 16, 1> {
                    kernel_regularizer: ::nn::regularizers::Regularizer { l2: 0.01f64, l1: 0f64 },
                    ..Dense::<20, 16, 1>::DEFAULT
                },
                &w.dense,
                dw.as_deref_mut().map(|dw| &mut dw.dense),
            );
            loss += Layer::<T, SVector<T, 16>>::regularize(
                &Dense::<16, 10, 1>::DEFAULT,
                &w.answer,
                dw.as_deref_mut().map(|dw| &mut dw.answer),
            );
            loss += Layer::<T, SVector<T, 18>>::regularize(
                &Dense::<18, 1, 1>::DEFAULT,
                &w.certain,
                dw.as_deref_mut().map(|dw| &mut dw.certain),
            );
            loss
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, (SVector<T, 8>, SVector<T, 12>)> for __ReaderGraph {
        const NEW: Self = __ReaderGraph;
    }

    struct ReaderSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> ReaderSummary<T> {
        const TABLE: ::nn::text::Text<{ __ReaderGraph::summary_length }> = ::nn::summary::table(
            "Reader",
            __ReaderGraph::rows,
            <Reader<T> as Weights<T>>::NON_TRAINABLE,
            <Reader<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for Reader<T> {
        type Scalar = T;
        type Inputs = (SVector<T, 8>, SVector<T, 12>);
        type Outputs = (SVector<T, 10>, SVector<T, 1>);
        type Graph = __ReaderGraph;
        type Training = __ReaderGraph;
        ::nn::__with_heap! {
            type Predictions = ReaderOutputs < ::nn::__private::Vec < SVector < T, 10 >
            >, ::nn::__private::Vec < SVector < T, 1 > > >;
        }

        const NAME: &'static str = "Reader";
        const INPUT_NAMES: &'static [&'static str] = &["question", "text"];
        const OUTPUT_NAMES: &'static [&'static str] = &["answer", "certain"];
        const INPUT_SHAPES: &'static [Shape] = __ReaderGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __ReaderGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = ReaderSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __ReaderGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph Reader {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"question\" [label=\"question\\n(8,)\", style=dashed];\n  \"text\" [label=\"text\\n(12,)\", style=dashed];\n  \"both\" [label=\"concatenate([question, text])\\n(20,)\"];\n  \"dense\" [label=\"Dense(16, activation = relu, kernel_regularizer = l2(0.01))\\n(16,)\"];\n  \"dropout\" [label=\"Dropout(0.2)\\n(16,)\"];\n  \"answer\" [label=\"Dense(10, activation = softmax)\\n(10,)\"];\n  \"concatenate\" [label=\"concatenate([answer, question])\\n(18,)\"];\n  \"certain\" [label=\"Dense(1, activation = sigmoid)\\n(1,)\"];\n  \"question\" -> \"both\";\n  \"text\" -> \"both\";\n  \"both\" -> \"dense\";\n  \"dense\" -> \"dropout\";\n  \"dropout\" -> \"answer\";\n  \"answer\" -> \"concatenate\";\n  \"question\" -> \"concatenate\";\n  \"concatenate\" -> \"certain\";\n  \"output answer\" [label=\"answer\", style=dashed];\n  \"answer\" -> \"output answer\";\n  \"output certain\" [label=\"certain\", style=dashed];\n  \"certain\" -> \"output certain\";\n}\n";
        const ENDS: &'static [::nn::lints::End] = &[::nn::lints::End::Softmax, ::nn::lints::End::Sigmoid];
        const ARENA_BYTES: usize =
            size_of::<<__ReaderGraph as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize =
            size_of::<<__ReaderGraph as Layer<T, (SVector<T, 8>, SVector<T, 12>)>>::Cache<Inline<1>>>();
        type Folded = ReaderFolded<T>;
        fn fold_into(&self, folded: &mut ReaderFolded<T>) {
            ::nn::__private::fold::copy(&self.dense, &mut folded.dense);
            ::nn::__private::fold::copy(&self.answer, &mut folded.answer);
            ::nn::__private::fold::copy(&self.certain, &mut folded.certain);
        }
    }
};
