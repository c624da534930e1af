// What `model!` writes for this graph. `BLESS=1 cargo test -p nn-macros` writes it anew.
//
// /// Filters a sound, and tells its loudness at half the rate.
// #[nn(stream)]
// pub struct Filter;
//
// let sound = Input(shape = [64, 1]);
// let h = Conv1D(4, 3, padding = causal, activation = relu)(sound);
// let h = LSTM(4, return_sequences = true)(h);
// let out = Dense(1)(h);
// let loudness = MaxPooling1D(2)(out);
//
// Model(inputs = sound, outputs = [out, loudness])

/// The graph of [`FilterStream`]: what it computes, without its weights.
#[doc(hidden)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
pub struct __FilterStreamGraph;

#[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
impl __FilterStreamGraph {
    const INPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[1, 1])];
    const OUTPUT_SHAPES: &'static [::nn::Shape] = &[::nn::Shape::new(&[1, 1]), ::nn::Shape::new(&[1, 1])];
    #[allow(non_upper_case_globals, trivial_numeric_casts, unused_braces, unused_parens, clippy::identity_op)]
    const description_pieces: &'static [::nn::spec::description::Piece] = &[
        ::nn::spec::description::Piece::Known("folded\n"),
        ::nn::spec::description::Piece::Known(__FilterGraph::description),
    ];
    #[allow(non_upper_case_globals)]
    const description_text: ::nn::text::Text<{ ::nn::spec::description::length(Self::description_pieces) }> =
        ::nn::spec::description::text(Self::description_pieces);
    #[allow(non_upper_case_globals)]
    const description: &'static ::core::primitive::str = Self::description_text.as_str();
}

#[doc(hidden)]
#[allow(non_camel_case_types)]
pub type __FilterStreamModel<T> = Filter<T>;

const _: () = {
    #[allow(unused_imports)]
    use ::core::{prelude::v1::*, primitive::*};
    #[allow(unused_imports)]
    use ::nn::__private::locals::{functions::*, local as loudness, local as out, local as sound};

    #[allow(unused_imports)]
    use ::nn::{
        Activates, Component, Ends, Graph, Inline, Layer, Memory, Model, Part, Pass, SMatrix, SVector, Scalar, Shape,
        Storage, Train, Weights,
        activations::{Activate, Relu, Sigmoid, Tanh},
        arena::{part, part_mut, parts, samples, samples_mut},
        layers::{Conv1D, Conv1DWeights, Dense, DenseWeights, LSTM, LSTMWeights, MaxPooling1D, Slide},
    };

    #[allow(dead_code, non_upper_case_globals)]
    impl __FilterStreamGraph {}
    ::nn::__private::buffers! {
        #[doc = " The activations of a prediction with [`FilterStream`]."] pub struct
        FilterStreamScratch < T : Scalar, B : Storage; > { activations : B::Of < [T; 8]
        >, }
    }

    type B = Inline<1>;
    ::nn::__private::states! {
        #[doc =
        " The memory that a stream keeps from step to step, for [`FilterStream`]."] pub
        struct FilterStreamState < T > { conv1d_window_memory : < Slide < 1, 3, 3 > as
        Layer < T, SVector < T, 1 > >> ::Scratch < B >, lstm_memory : <
        ::nn::layers::Stepwise < LSTM < 4, 4, 16, 1, 1, 0, 0 > > as Layer < T, SVector <
        T, 4 > >> ::Scratch < B >, loudness_window_memory : < Slide < 1, 2, 2 > as Layer
        < T, SVector < T, 1 > >> ::Scratch < B >, }
    }

    #[automatically_derived]
    #[allow(unused_variables, unused_mut)]
    impl<T: Scalar> ::nn::stream::Streams for __FilterStreamModel<T> {
        type Step = SVector<T, 1>;
        type StepOutputs = FilterOutputs<SVector<T, 1>, ::core::option::Option<SVector<T, 1>>>;
        type State = FilterStreamState<T>;
        #[inline]
        fn next_step(
            &self,
            x: <SVector<T, 1> as ::nn::Tensors>::Batch<'_>,
            s: &mut FilterStreamState<T>,
        ) -> FilterOutputs<SVector<T, 1>, ::core::option::Option<SVector<T, 1>>> {
            type B = Inline<1>;
            const { ::nn::model::assert_outputs::<(SVector<T, 1>, SVector<T, 1>)>() }
            let mut y0 = ::nn::tensor::zeroed::<SVector<T, 1>>();
            let mut y1 = ::nn::tensor::zeroed::<SVector<T, 1>>();
            let mut due = [false; 1usize];
            {
                let (w, y, n) = (self, (::core::slice::from_mut(&mut y0), ::core::slice::from_mut(&mut y1)), 1);
                let m = &mut <FilterStreamScratch<T, B> as ::nn::Buffer>::with_capacity(1);
                let y0 = part_mut(&mut m.activations, n, 0..3);
                (Slide::<1, 3, 3> { first: 0, stride: 1, apart: 1 }).forward::<B>(
                    &(),
                    x,
                    samples_mut(y0),
                    Pass::inference(&mut s.conv1d_window_memory),
                );
                let [x0, y0] = parts(&mut m.activations, n, [0..3, 4..8]);
                (Conv1D::<3, 1, 3, 4, 1, 1> {
                    geometry: ::nn::layers::Geometry {
                        image_height: 1,
                        image_width: 3,
                        channels: 1,
                        place_height: 1,
                        place_width: 1,
                        filters: 4,
                        window_height: 1,
                        window_width: 3,
                        stride_height: 1,
                        stride_width: 1,
                        dilation_height: 1,
                        dilation_width: 1,
                        padding_top: 0,
                        padding_left: 0,
                        groups: 1,
                    },
                    ..Conv1D::<3, 1, 3, 4, 1, 1>::DEFAULT
                })
                .forward_activated::<B, _>(
                    &w.conv1d,
                    samples::<SMatrix<T, 1, 3>>(x0),
                    samples_mut(y0),
                    Pass::inference(&mut ()),
                    &Activate(Relu),
                );
                let [x0, y0] = parts(&mut m.activations, n, [4..8, 0..4]);
                Layer::<T, SVector<T, 4>>::forward::<B>(
                    &::nn::layers::Stepwise(LSTM::<4, 4, 16, 1, 1, 0, 0>::DEFAULT),
                    &w.lstm,
                    samples(x0),
                    samples_mut(y0),
                    Pass::inference(&mut s.lstm_memory),
                );
                let x0 = part_mut(&mut m.activations, n, 0..4);
                Dense::<4, 1, 1>::DEFAULT.forward::<B>(
                    &w.out,
                    samples::<SVector<T, 4>>(x0),
                    &mut *y.0,
                    Pass::inference(&mut ()),
                );
                let y0 = part_mut(&mut m.activations, n, 6..8);
                (Slide::<1, 2, 2> { first: 1, stride: 2, apart: 1 }).forward::<B>(
                    &(),
                    &*y.0,
                    samples_mut(y0),
                    Pass::inference(&mut s.loudness_window_memory),
                );
                due[0] = s.loudness_window_memory.is_due();
                if due[0] {
                    let x0 = part_mut(&mut m.activations, n, 6..8);
                    (MaxPooling1D::<1> {
                        geometry: ::nn::layers::PoolGeometry {
                            input_height: 1,
                            input_width: 2,
                            output_height: 1,
                            output_width: 1,
                            window_height: 1,
                            window_width: 2,
                            stride_height: 1,
                            stride_width: 1,
                            padding_top: 0,
                            padding_left: 0,
                        },
                    })
                    .forward::<B>(
                        &(),
                        samples::<SMatrix<T, 1, 2>>(x0),
                        &mut *y.1,
                        Pass::inference(&mut ()),
                    );
                }
            }

            FilterOutputs {
                out: y0,
                loudness: if due[0] { ::core::option::Option::Some(y1) } else { ::core::option::Option::None },
            }
        }
    }
};
