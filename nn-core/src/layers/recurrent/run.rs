//! [`Recurrent`]: a recurrent layer that can be run in either direction.

use super::cell::Options;
use super::sequence::{PartGradients, Parts, Sequence};
use crate::layer::Pass;
use crate::scalar::Scalar;
use crate::storage::{Buffer, Storage};
use crate::weights::Weights;
use rand::Rng;

/// A recurrent layer of `F` features and `U` units, over slices and in either direction: what
/// [`Bidirectional`](crate::layers::Bidirectional) needs of it.
///
/// The methods are those of [`Layer`](crate::Layer), with the same conventions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no recurrent layer",
    note = "`Bidirectional` takes a `SimpleRNN`, an `LSTM` or a `GRU`",
    note = "explained in nn::errors::nn0316"
)]
pub trait Recurrent<T: Scalar, const F: usize, const U: usize> {
    /// The weights.
    type Weights: Weights<T>;
    /// Working memory of a prediction.
    type Scratch<B: Storage, X: Sequence<T, F, U>>: Buffer;
    /// What a training pass leaves for the backward pass.
    type Cache<B: Storage, X: Sequence<T, F, U>>: Buffer;
    /// How many states it has.
    const STATES: usize;
    /// The rows of all its gates.
    const ROWS: usize;
    /// Multiply-accumulates of one step.
    const STEP_MACS: usize;

    /// Its direction, and what it does with masked steps and while training.
    fn options(&self) -> Options;

    /// Sets fresh weights.
    fn start(&self, w: &mut Self::Weights, rng: &mut dyn Rng);

    /// Computes `y`, all steps of each sample or the last one, and gives the last states; where there is no second one, it is
    /// empty.
    fn run<'a, B: Storage, X: Sequence<T, F, U>>(
        &self,
        options: Options,
        w: &Self::Weights,
        x: Parts<'_, T>,
        y: &mut [T],
        pass: Pass<'a, '_, T, Self::Scratch<B, X>, Self::Cache<B, X>>,
    ) -> [&'a [T]; 2];

    /// A prediction of `n` samples whose input has met the kernel before: `pre` overwrites its argument with `W · x + b`, the
    /// gates of all steps of each sample. Of the weights it reads those that the state meets. An empty state is zero, an
    /// empty mask counts all steps.
    fn run_from<'a, B: Storage, X: Sequence<T, F, U>>(
        &self,
        options: Options,
        w: &Self::Weights,
        n: usize,
        pre: impl FnOnce(&mut [T]),
        states: [&[T]; 2],
        mask: &[u32],
        y: &mut [T],
        scratch: &'a mut Self::Scratch<B, X>,
    ) -> [&'a [T]; 2];

    /// Adds to `dx` and `dw`. `dlast` are the gradients of the last states; empty where they are zero.
    fn run_back<B: Storage, X: Sequence<T, F, U>>(
        &self,
        options: Options,
        w: &Self::Weights,
        x: Parts<'_, T>,
        dy: &[T],
        dlast: [&[T]; 2],
        cache: &mut Self::Cache<B, X>,
        dx: PartGradients<'_, T>,
        dw: Option<&mut Self::Weights>,
    );

    /// Keeps the weights within their bounds.
    fn bound(&self, w: &mut Self::Weights);

    /// The regularization loss of the weights; adds its gradient to `dw`.
    fn penalty(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T;
}

/// Implements [`Recurrent`], [`Layer`](crate::Layer) and what a folded model needs for a layer that is a [`Cell`](super::cell::Cell):
///
/// - the layer with its constants and its activations, and its weights with theirs;
/// - how many states it has, and the outputs in [`Outputs`](super::sequence::Outputs);
/// - its constants: `F`, `U`, the rows of all gates, the second state (`U` or 0), what the cell keeps, `P`, `STATE`, `D`;
/// - what has to hold between them.
macro_rules! recurrent_layer {
    (
        $layer:ident [$($constant:ident)*] [$($activation:ident)*], $weights:ident [$($shape:ident)*],
        $states:literal $outputs:ident,
        [$f:ident $u:ident $g:tt $c:tt $k:tt $p:ident $state:ident $d:ident],
        $check:expr
    ) => {
        impl<
            T: $crate::Scalar,
            $(const $constant: usize,)*
            $($activation: $crate::activations::Activation + 'static,)*
        > $crate::layers::recurrent::Recurrent<T, $f, $u> for $layer<$($constant,)* $($activation,)*>
        {
            type Weights = $weights<T, $($shape,)* $($activation,)*>;
            type Scratch<Mem: $crate::Storage, X: $crate::layers::recurrent::Sequence<T, $f, $u>> =
                $crate::layers::recurrent::memory::Scratch<Mem, T, X, $f, $u, $g, $c, $k>;
            type Cache<Mem: $crate::Storage, X: $crate::layers::recurrent::Sequence<T, $f, $u>> =
                $crate::layers::recurrent::memory::Cache<Mem, T, X, $f, $u, $g, $c, $k, $d>;
            const STATES: usize = $states;
            const ROWS: usize = $g;
            const STEP_MACS: usize = $g * ($f + $u);

            fn options(&self) -> $crate::layers::recurrent::cell::Options {
                $crate::layers::recurrent::cell::Options {
                    dropout: self.dropout,
                    recurrent_dropout: self.recurrent_dropout,
                    backwards: self.go_backwards,
                    zero_output: self.zero_output_for_mask,
                }
            }

            fn start(&self, w: &mut Self::Weights, rng: &mut dyn rand::Rng) {
                $crate::layers::recurrent::cell::Cell::start(self, w, rng);
            }

            fn run<'a, Mem: $crate::Storage, X: $crate::layers::recurrent::Sequence<T, $f, $u>>(
                &self,
                options: $crate::layers::recurrent::cell::Options,
                w: &Self::Weights,
                x: $crate::layers::recurrent::sequence::Parts<'_, T>,
                y: &mut [T],
                pass: $crate::Pass<'a, '_, T, Self::Scratch<Mem, X>, Self::Cache<Mem, X>>,
            ) -> [&'a [T]; 2] {
                const { assert!($check && ($p == 1 || $p == X::STEPS) && ($d == 0 || $d == $f)) }
                let n = x.x.len() / (X::STEPS * $f);
                let (mut memory, mode) = match pass {
                    $crate::Pass::Inference(memory) => (memory.own.slices(n), None),
                    $crate::Pass::Training(memory, mode) => (memory.own.slices(n), Some(mode)),
                };
                $crate::layers::recurrent::walk::forward::<T, Self, $f, $u, $g>(
                    self, options, w, X::STEPS, x, y, &mut memory, mode,
                );
                memory.states()
            }

            fn run_from<'a, Mem: $crate::Storage, X: $crate::layers::recurrent::Sequence<T, $f, $u>>(
                &self,
                options: $crate::layers::recurrent::cell::Options,
                w: &Self::Weights,
                n: usize,
                pre: impl FnOnce(&mut [T]),
                states: [&[T]; 2],
                mask: &[u32],
                y: &mut [T],
                scratch: &'a mut Self::Scratch<Mem, X>,
            ) -> [&'a [T]; 2] {
                let mut memory = scratch.slices(n);
                pre(memory.pre);
                $crate::layers::recurrent::walk::forward_from::<T, Self, $f, $u, $g>(
                    self, options, w, X::STEPS, states, mask, false, y, &mut memory,
                );
                memory.states()
            }

            fn run_back<Mem: $crate::Storage, X: $crate::layers::recurrent::Sequence<T, $f, $u>>(
                &self,
                options: $crate::layers::recurrent::cell::Options,
                w: &Self::Weights,
                x: $crate::layers::recurrent::sequence::Parts<'_, T>,
                dy: &[T],
                dlast: [&[T]; 2],
                cache: &mut Self::Cache<Mem, X>,
                dx: $crate::layers::recurrent::sequence::PartGradients<'_, T>,
                dw: Option<&mut Self::Weights>,
            ) {
                let n = x.x.len() / (X::STEPS * $f);
                $crate::layers::recurrent::walk::backward::<T, Self, $f, $u, $g>(
                    self, options, w, X::STEPS, x, dy, dlast, &mut cache.slices(n), dx, dw,
                );
            }

            fn bound(&self, w: &mut Self::Weights) {
                $crate::layers::recurrent::cell::Cell::bound(self, w);
            }

            fn penalty(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
                $crate::layers::recurrent::cell::Cell::penalty(self, w, dw)
            }
        }

        impl<T: $crate::Scalar, $(const $shape: usize,)* $($activation: 'static,)*> $crate::fold::Affine<T> for $weights<T, $($shape,)* $($activation,)*> {
            fn affine(&self, _: usize) -> (&[T], &[T]) {
                let bias = self.bias.as_slice();
                (self.kernel.as_slice(), &bias[..bias.len().min($g)])
            }

            fn affine_mut(&mut self, _: usize) -> (&mut [T], &mut [T]) {
                let bias = self.bias.as_mut_slice();
                let length = bias.len().min($g);
                (self.kernel.as_mut_slice(), &mut bias[..length])
            }

            fn apply(&self, x: &[T], y: &mut [T]) {
                let (kernel, bias) = self.affine(0);
                $crate::kernels::affine::<T, $f, $g>(kernel, bias, x, y);
            }
        }

        impl<
            T: $crate::Scalar,
            X: $crate::layers::recurrent::Sequence<T, $f, $u>,
            $(const $constant: usize,)*
            $($activation: $crate::activations::Activation + 'static,)*
        > $crate::Layer<T, X> for $layer<$($constant,)* $($activation,)*>
        where
            $crate::layers::recurrent::Returns<$state>: $crate::layers::recurrent::Outputs<T, $u, $p>,
        {
            type Output = <$crate::layers::recurrent::Returns<$state> as $crate::layers::recurrent::Outputs<T, $u, $p>>::$outputs;
            type Weights = $weights<T, $($shape,)* $($activation,)*>;
            type Scratch<Mem: $crate::Storage> =
                <Self as $crate::layers::recurrent::Recurrent<T, $f, $u>>::Scratch<Mem, X>;
            type Cache<Mem: $crate::Storage> =
                <Self as $crate::layers::recurrent::Recurrent<T, $f, $u>>::Cache<Mem, X>;
            const MACS: usize = X::STEPS * $g * ($f + $u);
            const WORK: $crate::layer::Work = $crate::layer::Work::BySample(X::STEPS * $g * ($f + $u));

            fn init(&self, w: &mut Self::Weights, rng: &mut dyn rand::Rng) {
                $crate::layers::recurrent::cell::Cell::start(self, w, rng);
            }

            fn forward<Mem: $crate::Storage>(
                &self,
                w: &Self::Weights,
                x: X::Batch<'_>,
                mut y: <Self::Output as $crate::Tensors>::BatchMut<'_>,
                pass: $crate::Pass<'_, '_, T, Self::Scratch<Mem>, Self::Cache<Mem>>,
            ) {
                use $crate::layers::recurrent::Recurrent;
                use $crate::tensor::{FloatTensors, Tensors};
                const { assert!(X::STATES == 0 || X::STATES == $states, "all initial states, or none") }
                let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
                let last = self.run::<Mem, X>(Recurrent::<T, $f, $u>::options(self), w, X::parts(x), flat, pass);
                for i in 1..Self::Output::COUNT {
                    Self::Output::flat_mut(Self::Output::reborrow(&mut y), i).copy_from_slice(last[i - 1]);
                }
            }

            fn backward<Mem: $crate::Storage>(
                &self,
                w: &Self::Weights,
                x: X::Batch<'_>,
                _: <Self::Output as $crate::Tensors>::Batch<'_>,
                dy: <Self::Output as $crate::Tensors>::Batch<'_>,
                memory: $crate::layer::Memory<'_, T, Self::Cache<Mem>>,
                dx: X::Gradients<'_>,
                dw: Option<&mut Self::Weights>,
            ) {
                use $crate::layers::recurrent::Recurrent;
                use $crate::tensor::{FloatTensors, Tensors};
                let mut dlast: [&[T]; 2] = [&[]; 2];
                for i in 1..Self::Output::COUNT {
                    dlast[i - 1] = Self::Output::flat(dy, i);
                }
                let (dy, dx) = (Self::Output::flat(dy, 0), X::part_gradients(dx));
                self.run_back::<Mem, X>(Recurrent::<T, $f, $u>::options(self), w, X::parts(x), dy, dlast, memory.own, dx, dw);
            }

            fn constrain(&self, w: &mut Self::Weights) {
                $crate::layers::recurrent::cell::Cell::bound(self, w);
            }

            fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
                $crate::layers::recurrent::cell::Cell::penalty(self, w, dw)
            }
        }

        impl<
            T: $crate::Scalar,
            X: $crate::layers::recurrent::Sequence<T, $f, $u>,
            $(const $constant: usize,)*
            $($activation: $crate::activations::Activation + 'static,)*
        > $crate::layers::recurrent::FromGates<T, X> for $layer<$($constant,)* $($activation,)*>
        where
            $crate::layers::recurrent::Returns<$state>: $crate::layers::recurrent::Outputs<T, $u, $p>,
        {
            fn forward_from<Mem: $crate::Storage>(
                &self,
                w: &Self::Weights,
                n: usize,
                gates: $crate::layers::recurrent::Parts<'_, T>,
                mut y: <Self::Output as $crate::Tensors>::BatchMut<'_>,
                scratch: &mut Self::Scratch<Mem>,
            ) {
                use $crate::layers::recurrent::Recurrent;
                use $crate::tensor::{FloatTensors, Tensors};
                let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
                let (options, states) = (Recurrent::<T, $f, $u>::options(self), [gates.states[0], gates.states[1]]);
                let pre = |pre: &mut [T]| pre.copy_from_slice(gates.x);
                let last = self.run_from::<Mem, X>(options, w, n, pre, states, gates.mask, flat, scratch);
                for i in 1..Self::Output::COUNT {
                    Self::Output::flat_mut(Self::Output::reborrow(&mut y), i).copy_from_slice(last[i - 1]);
                }
            }
        }
    };
}
pub(in super::super) use recurrent_layer;
