// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Recognises a handwritten digit.
// pub struct Digits;
//
// let pixels = Input(shape = [64]);
// let x = Dense(64, activation = relu)(pixels);
// let x = Dense(64, activation = relu)(x);
// let digit = Dense(10, activation = softmax)(x);
//
// Model(inputs = pixels, outputs = digit)

/// Recognises a handwritten digit.
///
/// ```mermaid
/// flowchart TD
///     pixels(["pixels<br/>(64,)"])
///     dense["Dense(64, activation = relu)<br/>(64,)"]
///     dense_1["Dense(64, activation = relu)<br/>(64,)"]
///     digit["Dense(10, activation = softmax)<br/>(10,)"]
///     pixels --> dense
///     dense --> dense_1
///     dense_1 --> digit
///     digit --> out_digit(["digit"])
/// ```
#[derive(::core::fmt::Debug, ::core::cmp::PartialEq)]
#[allow(clippy::derive_partial_eq_without_eq)]
#[repr(C)]
pub struct Digits<T: ::nn::Scalar = ::core::primitive::f32> {
    /// `Dense(64, activation = relu)` on `(64,)`.
    pub dense: ::nn::layers::DenseWeights<T, 64, 64, 1>,
    /// `Dense(64, activation = relu)` on `(64,)`.
    pub dense_1: ::nn::layers::DenseWeights<T, 64, 64, 1>,
    /// `Dense(10, activation = softmax)` on `(64,)`.
    pub digit: ::nn::layers::DenseWeights<T, 64, 10, 1>,
}

/// The inputs of [`Digits`] by name.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct DigitsInputs<A> {
    /// Shape `(64,)`.
    pub pixels: A,
}

/// One value for each output of [`Digits`] by name: losses, loss weights, targets, metrics or predictions.
#[derive(
    ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default, ::core::cmp::PartialEq,
)]
#[allow(dead_code, clippy::derive_partial_eq_without_eq)]
pub struct DigitsOutputs<A> {
    /// Shape `(10,)`.
    pub digit: A,
}

/// The graph of [`Digits`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __DigitsGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __DigitsGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[64])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[10])];
    #[allow(non_upper_case_globals)]
    const description: &'static ::core::primitive::str = "Input#1 (64,)\ndense: Dense units=64 of Input#1\nrelu#1 of dense\ndense_1: Dense units=64 of relu#1\nrelu#2 of dense_1\ndigit: Dense units=10 of relu#2\nsoftmax#1 of digit\noutputs softmax#1";
}

#[allow(long_running_const_eval)]
const _: () = {
    #[allow(unused_imports)]
    use ::core::{prelude::v1::*, primitive::*};
    #[allow(unused_imports)]
    use ::nn::__private::locals::{functions::*, local as digit, local as pixels};
    #[allow(unused_imports)]
    use ::nn::{
        Activates, Component, Ends, Graph, Inline, Layer, Memory, Model, Part, Pass, SMatrix, SVector, Scalar, Shape,
        Storage, Train, Weights,
        activations::{Activate, Relu, Softmax},
        arena::{part, part_mut, parts, samples, samples_mut},
        layers::{Dense, DenseWeights},
    };

    #[allow(dead_code)]
    impl __DigitsGraph {
        /// The graph as a layer of another one, which has no arguments.
        pub const fn __made(_: &[::nn::layer::given::Argument], _: &::nn::spec::Inferred) -> Self {
            __DigitsGraph
        }

        /// The shapes of its outputs, if these are the shapes of its inputs.
        pub const fn __infer(
            given: &[::nn::layer::given::Argument],
            inputs: &[::nn::Shape],
        ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
            let outputs =
                ::nn::spec::model_outputs("Digits", __DigitsGraph::INPUT_SHAPES, __DigitsGraph::OUTPUT_SHAPES, inputs);
            ::nn::layer::given::of_model(given, outputs)
        }

        /// How many constants the weights have.
        pub const __WEIGHT_CONSTS: ::core::primitive::usize = 0;
    }

    #[allow(dead_code, non_upper_case_globals)]
    impl __DigitsGraph {
        const rows: &'static [::nn::summary::Row] = &[
            ::nn::summary::Row::input("pixels", ::nn::Shape::new(&[64])),
            ::nn::layer::row::<Dense<64, 64, 1>, SVector<f32, 64>>(
                "dense",
                "Dense",
                ::nn::Shape::new(&[64]),
                &["pixels"],
            ),
            ::nn::layer::row::<Dense<64, 64, 1>, SVector<f32, 64>>(
                "dense_1",
                "Dense",
                ::nn::Shape::new(&[64]),
                &["dense"],
            ),
            ::nn::layer::row::<Dense<64, 10, 1>, SVector<f32, 64>>(
                "digit",
                "Dense",
                ::nn::Shape::new(&[10]),
                &["dense_1"],
            ),
        ];
        const summary_length: usize = ::nn::summary::length("Digits", __DigitsGraph::rows);
    }

    ::nn::__private::inherent!(Digits);
    #[allow(dead_code)]
    impl<T: ::nn::Scalar> Digits<T> {
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
        pub fn call<__X: ?::core::marker::Sized>(&self, x: &__X) -> SVector<T, 10>
        where
            SVector<T, 64>: ::nn::data::SampleFrom<__X>,
        {
            const { Self::__CALL_FITS }
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// Returns the outputs for one sample, with the activations in the memory `arena`.
        #[inline]
        pub fn call_in<__X: ?::core::marker::Sized>(&self, x: &__X, arena: &mut ::nn::Arena<Self>) -> SVector<T, 10>
        where
            SVector<T, 64>: ::nn::data::SampleFrom<__X>,
        {
            const { ::nn::model::assert_outputs::<(SVector<T, 10>,)>() }
            let mut y = ::nn::tensor::zeroed::<SVector<T, 10>>();
            ::nn::model::call_in::<Self>(
                &__DigitsGraph,
                self,
                <SVector<T, 64> as ::nn::data::SampleFrom<__X>>::samples(x),
                ::core::slice::from_mut(&mut y),
                arena,
            );
            y
        }
    }

    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] DigitsInputs { pixels : A S0 Y0 }
    );
    ::nn::__private::named!(
        #[diagnostic::do_not_recommend] DigitsOutputs { digit : A S0 Y0 }
    );
    #[automatically_derived]
    // SAFETY: `repr(C)`, and every field is `Weights<T>`: nothing but scalars.
    unsafe impl<T: Scalar> Weights<T> for Digits<T> {
        const PARTS: &'static [Part] = &[
            Part::layer::<T, DenseWeights<T, 64, 64, 1>>("dense"),
            Part::layer::<T, DenseWeights<T, 64, 64, 1>>("dense_1"),
            Part::layer::<T, DenseWeights<T, 64, 10, 1>>("digit"),
        ];
    }

    #[automatically_derived]
    impl<T: Scalar> ::core::clone::Clone for Digits<T> {
        fn clone(&self) -> Self {
            const { ::nn::model::assert_clone::<Self>() }
            ::nn::model::clone(self)
        }

        fn clone_from(&mut self, source: &Self) {
            ::nn::__private::fold::copy(source, self);
        }
    }

    ::nn::__private::buffers! {
        #[doc = " The activations of a prediction with [`Digits`]."] pub struct
        DigitsScratch < T : Scalar, B : Storage; > { activations : B::Of < [T; 128] >, }
    }

    ::nn::__private::buffers! {
        #[doc =
        " What a training step of [`Digits`] keeps: activations, their gradients, and what layers remember."]
        pub struct DigitsCache < T : Scalar, B : Storage; > { dense_relu : B::Of <
        SVector < T, 64 > >, dense_1_relu : B::Of < SVector < T, 64 > >, digit : B::Of <
        SVector < T, 10 > >, d_dense_relu : B::Of < SVector < T, 64 > >, d_dense_1_relu :
        B::Of < SVector < T, 64 > >, d_digit : B::Of < SVector < T, 10 > >, }
    }

    #[automatically_derived]
    impl<T: Scalar> Component for Digits<T> {
        type Layer<
            const __A: ::core::primitive::usize,
            const __B: ::core::primitive::usize,
            const __C: ::core::primitive::usize,
            const __D: ::core::primitive::usize,
            const __E: ::core::primitive::usize,
            const __F: ::core::primitive::usize,
            const __G: ::core::primitive::usize,
            const __H: ::core::primitive::usize,
        > = __DigitsGraph;
        const FOLDS: bool = true;
        const GRAPH_TEXT: &'static str = __DigitsGraph::description;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Layer<T, SVector<T, 64>> for __DigitsGraph {
        type Output = SVector<T, 10>;
        type Weights = Digits<T>;
        type Scratch<B: Storage> = DigitsScratch<T, B>;
        type Cache<B: Storage> = DigitsCache<T, B>;
        const MACS: usize = <Dense<64, 64, 1> as Layer<T, SVector<T, 64>>>::MACS
            + <Dense<64, 64, 1> as Layer<T, SVector<T, 64>>>::MACS
            + <Dense<64, 10, 1> as Layer<T, SVector<T, 64>>>::MACS;
        const WORK: ::nn::layer::Work = ::nn::layer::Work::sum(&[
            <Dense<64, 64, 1> as Layer<T, SVector<T, 64>>>::WORK,
            <Dense<64, 64, 1> as Layer<T, SVector<T, 64>>>::WORK,
            <Dense<64, 10, 1> as Layer<T, SVector<T, 64>>>::WORK,
        ]);
        fn init(&self, w: &mut Digits<T>, rng: &mut dyn ::nn::__private::Rng) {
            Layer::<T, SVector<T, 64>>::init(&Dense::<64, 64, 1>::DEFAULT, &mut w.dense, rng);
            Layer::<T, SVector<T, 64>>::init(&Dense::<64, 64, 1>::DEFAULT, &mut w.dense_1, rng);
            Layer::<T, SVector<T, 64>>::init(&Dense::<64, 10, 1>::DEFAULT, &mut w.digit, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Digits<T>,
            x: &[SVector<T, 64>],
            y: &mut [SVector<T, 10>],
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let n = x.len().min(B::CAPACITY);
            match pass {
                Pass::Inference(Memory { own: m, .. }) => {
                    let y0 = part_mut(&mut m.activations, n, 0..64);
                    Dense::<64, 64, 1>::DEFAULT.forward_activated::<B, _>(
                        &w.dense,
                        x,
                        samples_mut(y0),
                        Pass::inference(&mut ()),
                        &Activate(Relu),
                    );
                    let [x0, y0] = parts(&mut m.activations, n, [0..64, 64..128]);
                    Dense::<64, 64, 1>::DEFAULT.forward_activated::<B, _>(
                        &w.dense_1,
                        samples::<SVector<T, 64>>(x0),
                        samples_mut(y0),
                        Pass::inference(&mut ()),
                        &Activate(Relu),
                    );
                    let [x0, y0] = parts(&mut m.activations, n, [64..128, 0..10]);
                    Dense::<64, 10, 1>::DEFAULT.forward::<B>(
                        &w.digit,
                        samples::<SVector<T, 64>>(x0),
                        samples_mut(y0),
                        Pass::inference(&mut ()),
                    );
                    let x0 = part_mut(&mut m.activations, n, 0..10);
                    Activate(Softmax).forward::<B>(
                        &(),
                        samples::<SVector<T, 10>>(x0),
                        &mut *y,
                        Pass::inference(&mut ()),
                    );
                }

                Pass::Training(Memory { own: m, .. }, mut mode) => {
                    Dense::<64, 64, 1>::DEFAULT.forward_activated::<B, _>(
                        &w.dense,
                        x,
                        &mut m.dense_relu[..n],
                        Pass::training(&mut (), mode.reborrow()),
                        &Activate(Relu),
                    );
                    Dense::<64, 64, 1>::DEFAULT.forward_activated::<B, _>(
                        &w.dense_1,
                        &m.dense_relu[..n],
                        &mut m.dense_1_relu[..n],
                        Pass::training(&mut (), mode.reborrow()),
                        &Activate(Relu),
                    );
                    Dense::<64, 10, 1>::DEFAULT.forward::<B>(
                        &w.digit,
                        &m.dense_1_relu[..n],
                        &mut m.digit[..n],
                        Pass::training(&mut (), mode.reborrow()),
                    );
                    Activate(Softmax).forward::<B>(
                        &(),
                        &m.digit[..n],
                        &mut *y,
                        Pass::training(&mut (), mode.reborrow()),
                    );
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Digits<T>,
            x: &[SVector<T, 64>],
            y: &[SVector<T, 10>],
            dy: &[SVector<T, 10>],
            m: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SVector<T, 64>]>,
            dw: Option<&mut Digits<T>>,
        ) {
            Ends::<T, SVector<T, 64>>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
        }
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Train<T, SVector<T, 64>> for __DigitsGraph {
        const CONSTRAINS: bool = false;
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> Ends<T, SVector<T, 64>> for __DigitsGraph {
        const HEADS: &'static [::nn::activations::Head] =
            &[::nn::layer::head::<T, SVector<T, 10>, _>(&Activate(Softmax))];
        fn logits<B: Storage>(m: &Self::Scratch<B>, n: usize) -> Option<&[SVector<T, 10>]> {
            let n = n.min(B::CAPACITY);
            ::core::option::Option::Some(samples(part(&m.activations, n, 0..10)))
        }

        fn backward_from<B: Storage>(
            &self,
            logit_mask: ::nn::losses::LogitMask,
            w: &Digits<T>,
            x: &[SVector<T, 64>],
            y: &[SVector<T, 10>],
            dy: &[SVector<T, 10>],
            Memory { own: m, .. }: Memory<'_, T, Self::Cache<B>>,
            mut dx: Option<&mut [SVector<T, 64>]>,
            mut dw: Option<&mut Digits<T>>,
        ) {
            let n = x.len().min(B::CAPACITY);
            ::nn::tensor::clear(&mut m.d_dense_relu[..n]);
            ::nn::tensor::clear(&mut m.d_dense_1_relu[..n]);
            ::nn::tensor::clear(&mut m.d_digit[..n]);
            if logit_mask & 1 == 0 {
                Activate(Softmax).backward::<B>(
                    &(),
                    &m.digit[..n],
                    y,
                    dy,
                    Memory::new(&mut ()),
                    Some(&mut m.d_digit[..n]),
                    None,
                );
            } else {
                ::nn::tensor::add(&mut m.d_digit[..n], dy);
            }

            Dense::<64, 10, 1>::DEFAULT.backward::<B>(
                &w.digit,
                &m.dense_1_relu[..n],
                &m.digit[..n],
                &m.d_digit[..n],
                Memory::new(&mut ()),
                Some(&mut m.d_dense_1_relu[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.digit),
            );
            Activate(Relu).backward_in_place(&m.dense_1_relu[..n], &mut m.d_dense_1_relu[..n]);
            Dense::<64, 64, 1>::DEFAULT.backward::<B>(
                &w.dense_1,
                &m.dense_relu[..n],
                &m.dense_1_relu[..n],
                &m.d_dense_1_relu[..n],
                Memory::new(&mut ()),
                Some(&mut m.d_dense_relu[..n]),
                dw.as_deref_mut().map(|dw| &mut dw.dense_1),
            );
            Activate(Relu).backward_in_place(&m.dense_relu[..n], &mut m.d_dense_relu[..n]);
            Dense::<64, 64, 1>::DEFAULT.backward::<B>(
                &w.dense,
                x,
                &m.dense_relu[..n],
                &m.d_dense_relu[..n],
                Memory::new(&mut ()),
                dx.as_deref_mut(),
                dw.as_deref_mut().map(|dw| &mut dw.dense),
            );
        }

        fn training_logits<B: Storage>(m: &Self::Cache<B>, n: usize) -> Option<&[SVector<T, 10>]> {
            let n = n.min(B::CAPACITY);
            ::core::option::Option::Some(&m.digit[..n])
        }
    }

    #[automatically_derived]
    impl<T: Scalar> Graph<T, SVector<T, 64>> for __DigitsGraph {
        const NEW: Self = __DigitsGraph;
    }

    struct DigitsSummary<T>(::core::marker::PhantomData<T>);
    impl<T: Scalar> DigitsSummary<T> {
        const TABLE: ::nn::text::Text<{ __DigitsGraph::summary_length }> = ::nn::summary::table(
            "Digits",
            __DigitsGraph::rows,
            <Digits<T> as Weights<T>>::NON_TRAINABLE,
            <Digits<T> as Weights<T>>::COUNT,
            size_of::<T>(),
        );
    }

    #[automatically_derived]
    impl<T: Scalar> Model for Digits<T> {
        type Scalar = T;
        type Inputs = SVector<T, 64>;
        type Outputs = SVector<T, 10>;
        type Graph = __DigitsGraph;
        type Training = __DigitsGraph;
        ::nn::__with_heap! {
            type Predictions = ::nn::__private::Vec < SVector < T, 10 > >;
        }

        const NAME: &'static str = "Digits";
        const INPUT_NAMES: &'static [&'static str] = &["pixels"];
        const OUTPUT_NAMES: &'static [&'static str] = &["digit"];
        const INPUT_SHAPES: &'static [Shape] = __DigitsGraph::INPUT_SHAPES;
        const OUTPUT_SHAPES: &'static [Shape] = __DigitsGraph::OUTPUT_SHAPES;
        const SUMMARY: &'static str = DigitsSummary::<T>::TABLE.as_str();
        const COSTS: ::nn::summary::Costs =
            ::nn::summary::Costs { rows: __DigitsGraph::rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };

        const DOT: &'static str = "digraph Digits {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n  \"pixels\" [label=\"pixels\\n(64,)\", style=dashed];\n  \"dense\" [label=\"Dense(64, activation = relu)\\n(64,)\"];\n  \"dense_1\" [label=\"Dense(64, activation = relu)\\n(64,)\"];\n  \"digit\" [label=\"Dense(10, activation = softmax)\\n(10,)\"];\n  \"pixels\" -> \"dense\";\n  \"dense\" -> \"dense_1\";\n  \"dense_1\" -> \"digit\";\n  \"output digit\" [label=\"digit\", style=dashed];\n  \"digit\" -> \"output digit\";\n}\n";
        const ENDS: &'static [::nn::activations::Head] = &[::nn::activations::Head::Softmax];
        const ARENA_BYTES: usize = size_of::<<__DigitsGraph as Layer<T, SVector<T, 64>>>::Scratch<Inline<1>>>();
        const TRAIN_BYTES: usize = size_of::<<__DigitsGraph as Layer<T, SVector<T, 64>>>::Cache<Inline<1>>>();
        type Folded = Digits<T>;
        fn fold_into(&self, folded: &mut Self::Folded) {
            ::nn::__private::fold::copy(self, folded);
        }
    }
};

/// The folded form of [`Digits`], in which there is nothing to fold.
#[allow(dead_code)]
pub type DigitsFolded<T = ::core::primitive::f32> = Digits<T>;
