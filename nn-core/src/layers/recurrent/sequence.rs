//! The inputs of recurrent layers.

use crate::tensor::scalar::Scalar;
use crate::tensor::{Sample, Tensors, flat, flat_mut};
use nalgebra::{SMatrix, SVector};

/// The inputs of a recurrent layer: a sequence of steps of `F` features, or a tuple of the sequence and the initial
/// states of `U` units.
///
/// ```text
/// x    (x, h)    (x, h, c)
/// ```
///
/// [`Bidirectional`](crate::layers::Bidirectional) takes the initial states of both directions, first the forward
/// ones.
#[diagnostic::on_unimplemented(
    message = "a recurrent layer of {F} features and {U} units cannot be called on `{Self}`",
    note = "it takes a sequence, and the initial states of all of its states or none",
    note = "explained in nn::errors::nn0303"
)]
pub trait Sequence<T: Scalar, const F: usize, const U: usize>: Tensors {
    /// The number of steps.
    const STEPS: usize;
    /// The number of initial states.
    const STATES: usize;
    /// A sample with `N` scalars for each step, for the layer's memory.
    type Rows<const N: usize>: Sample<Element = T>;

    /// Returns the tensors as slices, without a mask.
    fn parts<'a>(batch: Self::Batch<'a>) -> SequenceParts<'a, T>;
    /// Returns the places where the gradients of the tensors are added.
    fn part_gradients<'a>(gradients: Self::Gradients<'a>) -> SequenceGradients<'a, T>;
}

/// The maximum number of initial states: an LSTM in both directions.
const MAX_STATES: usize = 4;

/// A batch as slices.
#[derive(Clone, Copy, Debug)]
pub struct SequenceParts<'a, T> {
    /// The sequence: `F` scalars for each step of each sample.
    pub x: &'a [T],
    /// The initial states: `U` scalars for each sample; empty for zero states.
    pub states: [&'a [T]; MAX_STATES],
    /// Whether a step counts, for each step of each sample; empty if all do.
    pub mask: &'a [u32],
}

/// The places where gradients are added, as slices.
#[derive(Debug)]
pub struct SequenceGradients<'a, T> {
    /// The gradient of the sequence.
    pub x: Option<&'a mut [T]>,
    /// The gradients of the initial states.
    pub states: [Option<&'a mut [T]>; MAX_STATES],
}

impl<'a, T> SequenceParts<'a, T> {
    /// Returns the parts with the mask of the sequence, if it has one.
    pub(in super::super) fn with_mask(self, mask: Option<&'a [u32]>) -> Self {
        SequenceParts { mask: mask.unwrap_or_default(), ..self }
    }

    /// Returns the parts with only `count` of the initial states, from number `first` on.
    pub(in super::super) fn with_states(mut self, first: usize, count: usize) -> Self {
        let mut states: [&[T]; MAX_STATES] = [&[]; MAX_STATES];
        for (to, from) in states.iter_mut().zip(self.states.into_iter().skip(first)).take(count) {
            *to = from;
        }
        self.states = states;
        self
    }
}

impl<T: Scalar, const F: usize, const U: usize, const S: usize> Sequence<T, F, U> for SMatrix<T, F, S> {
    const STEPS: usize = S;
    const STATES: usize = 0;
    type Rows<const N: usize> = SMatrix<T, N, S>;

    fn parts<'a>(batch: Self::Batch<'a>) -> SequenceParts<'a, T> {
        SequenceParts { x: flat(batch), states: [&[]; MAX_STATES], mask: &[] }
    }

    fn part_gradients<'a>(gradients: Self::Gradients<'a>) -> SequenceGradients<'a, T> {
        SequenceGradients { x: gradients.map(flat_mut), states: [const { None }; MAX_STATES] }
    }
}

/// Implements [`Sequence`] for tuples of a sequence and states.
macro_rules! tuples {
    ($($states:literal: $($state:ident $index:tt $slot:tt)*;)*) => {$(
        impl<T: Scalar, const F: usize, const U: usize, const S: usize> Sequence<T, F, U>
            for (SMatrix<T, F, S>, $($state<T, U>,)*)
        {
            const STEPS: usize = S;
            const STATES: usize = $states;
            type Rows<const N: usize> = SMatrix<T, N, S>;

            fn parts<'a>(batch: Self::Batch<'a>) -> SequenceParts<'a, T> {
                let mut states: [&[T]; MAX_STATES] = [&[]; MAX_STATES];
                $(states[$slot] = flat(batch.$index);)*
                SequenceParts { x: flat(batch.0), states, mask: &[] }
            }

            fn part_gradients<'a>(gradients: Self::Gradients<'a>) -> SequenceGradients<'a, T> {
                let mut states = [const { None }; MAX_STATES];
                $(states[$slot] = gradients.$index.map(flat_mut);)*
                SequenceGradients { x: gradients.0.map(flat_mut), states }
            }
        }
    )*};
}

tuples! {
    1: SVector 1 0;
    2: SVector 1 0 SVector 2 1;
    4: SVector 1 0 SVector 2 1 SVector 3 2 SVector 4 3;
}
