//! [`Stepwise`](compute::Stepwise): a recurrent layer in a stream, which reads one step in each call and keeps its
//! states.
//!
//! ```text
//! (h, c) = cell(x, h, c)    if the step counts
//! y      = h                else the output of the call before, or 0
//! ```
//!
//! The first call takes the initial states, if there are any.

use crate::spec::Streaming;

/// Returns the way of a recurrent layer with these flags through a stream.
pub(in crate::layers) const fn streaming(sequences: usize, backwards: usize) -> Streaming {
    Streaming::Recurrent { sequences, backwards, around: "Stepwise" }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use crate::kernels;
    use crate::layer::{Ends, Layer, Memory, Pass, State, Train, Work, states};
    use crate::layers::recurrent::cell::{Cell, Options};
    use crate::layers::recurrent::run::{Recurrent, SizesOf, last_states};
    use crate::layers::recurrent::sizes::{One, Outputs, Run, Sizes, Two};
    use crate::layers::recurrent::steps::Single;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::{Buffer, Storage};
    use crate::tensor::{FloatTensors, Tensors, copy};
    use crate::weights::fold::read_only;
    use nalgebra::SMatrix;
    use rand::Rng;

    states! {
        /// The states of a recurrent layer in a stream: `h`, or `h` and `c`.
        #[derive(Debug, PartialEq)]
        pub struct States<T, U, S> {
            states: SMatrix<T, U, S>,
            /// 0 before the first step, 1 before the first step that counts, then 2.
            begun: u32,
        }
    }

    /// The states of a cell of these sizes, and its step.
    pub trait Keeps<T: Scalar>: Sized {
        /// The states.
        type States: State + Buffer;

        /// Computes one step, writes the output to `y`, and returns the states. `first` are the initial states.
        #[allow(clippy::too_many_arguments)]
        fn step<'a, C: Cell<Sizes = Self>>(
            cell: &C,
            options: Options,
            w: &C::Weights<T>,
            x: &[T],
            first: [&[T]; 2],
            counts: bool,
            states: &'a mut Self::States,
            y: &mut [T],
        ) -> [&'a [T]; 2];
    }

    macro_rules! keeps {
        ($($states:ident $count:literal),*) => {$(
            impl<T: Scalar, const F: usize, const U: usize, const G: usize, const K: usize, const D: usize> Keeps<T>
                for Sizes<F, U, G, $states, K, D>
            {
                type States = States<T, U, $count>;

                #[inline]
                fn step<'a, C: Cell<Sizes = Self>>(
                    cell: &C,
                    options: Options,
                    w: &C::Weights<T>,
                    x: &[T],
                    first: [&[T]; 2],
                    counts: bool,
                    states: &'a mut Self::States,
                    y: &mut [T],
                ) -> [&'a [T]; 2] {
                    let (h, c) = states.states.as_mut_slice().split_at_mut(U);
                    if states.begun == 0 {
                        for (state, first) in [&mut *h, &mut *c].into_iter().zip(first) {
                            if !first.is_empty() {
                                copy(first, state);
                            }
                        }
                        states.begun = 1;
                    }
                    if counts {
                        let mut pre = [T::ZERO; G];
                        let (kernel, bias) = C::input::<T>(w);
                        kernels::affine::<T, F, G>(kernel, bias, x, &mut pre);
                        kernels::with_simd(Single::<T, C, U, G, K> { cell, w, pre: &mut pre, h: &mut *h, c: &mut *c });
                        states.begun = 2;
                    }
                    if states.begun == 2 && (counts || !options.zero_output) {
                        copy(h, y);
                    } else {
                        y.fill(T::ZERO);
                    }
                    [h, c]
                }
            }
        )*};
    }
    keeps!(One 1, Two 2);

    /// The recurrent layer `L` in a stream; see its page. It reads one step of one sample in each call, and its memory
    /// has the states. It only predicts.
    #[derive(Clone, Copy, Debug)]
    pub struct Stepwise<L>(pub L);

    impl<T, X, L> Layer<T, X> for Stepwise<L>
    where
        T: Scalar,
        X: Tensors,
        L: Recurrent<Returns: Outputs<T>>,
        SizesOf<L>: Run<T, X> + Keeps<T>,
    {
        type Output = <L::Returns as Outputs<T>>::Output;
        type Weights = <L::Cell as Cell>::Weights<T>;
        type Scratch<B: Storage> = <SizesOf<L> as Keeps<T>>::States;
        type Cache<B: Storage> = <SizesOf<L> as Keeps<T>>::States;
        const MACS: usize = <SizesOf<L> as Run<T, X>>::MACS;
        const WORK: Work = Work::BySample(Self::MACS);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.0.cell().start(w, rng);
        }

        #[inline]
        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: X::Batch<'_>,
            mut y: <Self::Output as Tensors>::BatchMut<'_>,
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let (Pass::Inference(memory) | Pass::Training(memory, _)) = pass;
            let counts = memory.mask(0).and_then(<[u32]>::first).is_none_or(|&counts| counts != 0);
            let (cell, x) = (self.0.cell(), <SizesOf<L> as Run<T, X>>::parts(x));
            let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
            let first = [x.states[0], x.states[1]];
            let last = <SizesOf<L> as Keeps<T>>::step(cell, self.0.options(), w, x.x, first, counts, memory.own, flat);
            last_states::<T, Self::Output>(last, y);
        }

        fn backward<B: Storage>(
            &self,
            _: &Self::Weights,
            _: X::Batch<'_>,
            _: <Self::Output as Tensors>::Batch<'_>,
            _: <Self::Output as Tensors>::Batch<'_>,
            _: Memory<'_, T, Self::Cache<B>>,
            _: X::Gradients<'_>,
            _: Option<&mut Self::Weights>,
        ) {
            const { read_only() }
        }
    }

    impl<T, X, L> Train<T, X> for Stepwise<L>
    where
        T: Scalar,
        X: Tensors,
        L: Recurrent<Returns: Outputs<T>>,
        SizesOf<L>: Run<T, X> + Keeps<T>,
    {
    }

    impl<T, X, L> Ends<T, X> for Stepwise<L>
    where
        T: Scalar,
        X: Tensors,
        L: Recurrent<Returns: Outputs<T>>,
        SizesOf<L>: Run<T, X> + Keeps<T>,
    {
    }
}
