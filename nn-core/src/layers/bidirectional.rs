//! Bidirectional: a recurrent layer and its mirror image, which reads the sequence from the end.
//!
//! ```text
//! f = layer(x)                              from the first step to the last
//! b = mirror(x)                             from the last step to the first, and then turned round, with return_sequences
//!
//! y = f above b    concat    df = upper half of dy    db = lower half
//!     f + b        sum       df = dy                  db = dy
//!     f ⊙ b        mul       df = b ⊙ dy              db = f ⊙ dy
//!     (f + b) / 2  ave       df = dy / 2              db = dy / 2
//!     f, b         None      df, db
//! ```
//!
//! dx and the gradients of the weights come from the two layers.
//!
//! Shapes: the shapes of the layer, with twice the units for `concat`. With `return_state` the last states follow:
//! first the layer's, then its mirror image's. The two have separate weights, `forward` and `backward`. As in Keras, a
//! masked step has output zero in both with `return_sequences`, whatever `zero_output_for_mask` says. Without it, the
//! output is the one of the last step that counts.
//!
//! Source: Schuster and Paliwal, *Bidirectional recurrent neural networks*, IEEE Transactions on Signal Processing 45
//! (1997);
//! <https://keras.io/api/layers/recurrent_layers/bidirectional/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Arity, Folding, Inferred, LayerSpec, MAX_OUTPUTS, Masking, Streaming, Value, layer, rule};

layer! {
    /// A recurrent layer and its mirror image, which reads the sequence from the end.
    #[example = "let y = Bidirectional(LSTM(32))(x); // [20, 8] → [64]"]
    #[example = "let y = Bidirectional(GRU(32, return_sequences = true), merge_mode = sum)(x); // [20, 8] → [20, 32]"]
    /// `L` is the recurrent layer. It reads steps of `F` features, and has `U` units in each direction. `MODE` is the
    /// index of the merge mode. The output has `O` rows and `P` columns. `STATES` is the number of last states that are
    /// outputs.
    pub struct Bidirectional<MODE, F, U, O, P, STATES> {
        /// The layer that reads forwards. Its mirror image has the same arguments.
        pub layer: Layer<L>,
        /// Joins the two outputs. `None` returns both.
        merge_mode: Choice { CONCAT = "concat", SUM = "sum", MUL = "mul", AVE = "ave", NONE = "None" },
    }

    pub const SPEC: LayerSpec {
        inputs: Arity { min: 1, max: 5 },
        call_keywords: &["initial_state"],
        masking: Masking::Reads { passes: None, both: Some((arg::merge_mode, merge_mode::NONE)) },
        has_cache: true,
        has_scratch: true,
        folding: Folding::Around { sets: 2, features: consts::F },
        streaming: Streaming::Refuses("it reads the steps from the last to the first"),
        infer: rule!(infer),
        inner: Some(rule!(inner)),
        around: &["SimpleRNN", "LSTM", "GRU", "RNN"],
    }

    impl Train;
}

/// Returns the inputs of the layer that reads forwards: the sequence, and the first half of the initial states.
///
/// # Errors
/// If the number of initial states is odd.
pub const fn inner(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let states = inputs.len() - 1;
    if states % 2 == 1 {
        let message = Text::new().str("expected initial states of both directions, `[h, h_back]` or ");
        return Err(ShapeError::input(
            Code::InputCount,
            states,
            message.str("`[h, c, h_back, c_back]`, but got ").size(states),
        ));
    }
    Ok(Inferred::many(inputs.split_at(1 + states / 2).0, &[]))
}

/// Returns the merged outputs of both directions, or both outputs. If the layer has `return_state`, its last states
/// and those of its mirror image follow.
///
/// The type is `Bidirectional<_, merge_mode, features, units, rows of y, columns of y, states>`.
///
/// # Errors
/// If the layer inside is not recurrent, or if the initial states of both directions have different shapes.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (layer, mode) = (args.layer(), args.merge_mode());
    let (y, states) = (layer.output(0), layer.outputs().len() - 1);
    if inputs[0].rank() != 2 || y.rank() == 0 || y.rank() > 2 || states > 2 {
        let message = Text::new().str("expected a recurrent layer: `SimpleRNN`, `LSTM`, `GRU` or `RNN`");
        return Err(ShapeError::argument(Code::LayerInside, arg::layer, message));
    }
    // The rule of the layer has checked the first half of the initial states.
    let (mut i, half) = (1 + (inputs.len() - 1) / 2, (inputs.len() - 1) / 2);
    while i < inputs.len() {
        if !inputs[i].equals(&inputs[i - half]) {
            let message = Text::new().str("expected an initial state of shape ").shape(&inputs[i - half]);
            return Err(ShapeError::input(Code::ShapeMismatch, i, message.str(", but got ").shape(&inputs[i])));
        }
        i += 1;
    }
    let units = y.rows();
    let merged = if mode == merge_mode::CONCAT { y.with_last(units.saturating_mul(2)) } else { y };
    let (mut outputs, mut count) = ([merged; MAX_OUTPUTS], if mode == merge_mode::NONE { 2 } else { 1 });
    i = 0;
    while i < 2 * states {
        outputs[count] = layer.output(1 + i % states);
        count += 1;
        i += 1;
    }
    let consts =
        Consts { MODE: mode, F: inputs[0].dim(1), U: units, O: merged.rows(), P: y.cols(), STATES: 2 * states };
    Ok(Inferred::many(outputs.split_at(count).0, &consts.list()))
}

#[cfg(feature = "compute")]
mod folded;
#[cfg(feature = "compute")]
mod merge;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::Bidirectional;
    pub use super::merge::*;
    use super::merge_mode::{CONCAT, NONE};
    use crate::layer::{Layer, Memory, Pass, Train, Work};
    use crate::layers::recurrent::run::SizesOf;
    use crate::layers::recurrent::{Cell, Recurrent, Run, Sequence, SequenceGradients, Size};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{FloatTensors, Tensors, first_mut, flat, flat_mut};
    use crate::weights::{self, Part, Weights};
    use nalgebra::SMatrix;
    use rand::Rng;

    /// The weights of a [`Bidirectional`]: of the layer, and of its mirror image.
    #[repr(C)]
    #[derive(Debug, PartialEq)]
    pub struct BidirectionalWeights<W> {
        /// The weights of the layer that reads forwards.
        pub forward: W,
        /// The weights of the layer that reads backwards.
        pub backward: W,
    }

    impl<W: Clone> Clone for BidirectionalWeights<W> {
        fn clone(&self) -> Self {
            const { weights::assert_clone::<Self>() }
            BidirectionalWeights { forward: self.forward.clone(), backward: self.backward.clone() }
        }

        fn clone_from(&mut self, source: &Self) {
            self.forward.clone_from(&source.forward);
            self.backward.clone_from(&source.backward);
        }
    }

    // SAFETY: `repr(C)`, and both fields are `Weights<T>`.
    unsafe impl<T: Scalar, W: Weights<T>> Weights<T> for BidirectionalWeights<W> {
        const PARTS: &'static [Part] = &[Part::layer::<T, W>("forward"), Part::layer::<T, W>("backward")];
    }

    impl<
        T: Scalar,
        X: Sequence<T, F, U>,
        L: Recurrent,
        const MODE: usize,
        const F: usize,
        const U: usize,
        const O: usize,
        const P: usize,
        const STATES: usize,
    > Layer<T, X> for Bidirectional<L, MODE, F, U, O, P, STATES>
    where
        Merge<MODE, STATES>: Merged<T, U, O, P>,
        SizesOf<L>: Run<T, X>,
    {
        type Output = <Merge<MODE, STATES> as Merged<T, U, O, P>>::Output;
        type Weights = BidirectionalWeights<<L::Cell as Cell>::Weights<T>>;
        /// The memory of one layer, then of the other; the outputs of both.
        type Scratch<B: Storage> =
            (<SizesOf<L> as Run<T, X>>::Scratch<B>, B::Of<SMatrix<T, U, P>>, B::Of<SMatrix<T, U, P>>);
        /// The memory of both layers; the outputs of both, and the gradient of one after the other.
        type Cache<B: Storage> = (
            <SizesOf<L> as Run<T, X>>::Cache<B>,
            <SizesOf<L> as Run<T, X>>::Cache<B>,
            B::Of<SMatrix<T, U, P>>,
            B::Of<SMatrix<T, U, P>>,
            B::Of<SMatrix<T, U, P>>,
        );
        const MACS: usize = 2 * <SizesOf<L> as Run<T, X>>::MACS;
        const WORK: Work = Work::BySample(2 * <SizesOf<L> as Run<T, X>>::MACS);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.layer.cell().start(&mut w.forward, rng);
            self.layer.cell().start(&mut w.backward, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: X::Batch<'_>,
            mut y: <Self::Output as Tensors>::BatchMut<'_>,
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            const {
                assert!(O == if MODE == CONCAT { 2 * U } else { U } && (P == 1 || P == X::STEPS));
                assert!(STATES == 0 || STATES == 2 * <SizesOf<L> as Size>::STATES);
                assert!(
                    X::STATES == 0 || X::STATES == 2 * <SizesOf<L> as Size>::STATES,
                    "all initial states of both directions, or none"
                );
            }
            let (x, half) = (X::parts(x).with_mask(pass.mask(0)), X::STATES / 2);
            let n = x.x.len() / (X::STEPS * F);
            // f = layer(x), b = mirror(x)
            let mut run = |direction: usize,
                           w: &<L::Cell as Cell>::Weights<T>,
                           out: &mut [SMatrix<T, U, P>],
                           pass: Pass<'_, '_, T, _, _>| {
                let (cell, options) = (self.layer.cell(), Self::options(self.layer.options(), direction));
                let x = x.with_states(direction * half, half);
                let last = <SizesOf<L> as Run<T, X>>::run::<B, _>(cell, options, w, x, flat_mut(out), pass);
                Self::last_states::<T, Self::Output>(direction, last, Self::Output::reborrow(&mut y));
            };
            let (f, b) = match pass {
                Pass::Inference(Memory { own: (scratch, f, b), .. }) => {
                    let (f, b) = (first_mut(f, n), first_mut(b, n));
                    run(0, &w.forward, f, Pass::inference(scratch));
                    run(1, &w.backward, b, Pass::inference(scratch));
                    (f, b)
                }
                Pass::Training(Memory { own: (forward, backward, f, b, _), .. }, mut mode) => {
                    let (f, b) = (first_mut(f, n), first_mut(b, n));
                    run(0, &w.forward, f, Pass::training(forward, mode.reborrow()));
                    run(1, &w.backward, b, Pass::training(backward, mode));
                    (f, b)
                }
            };
            Self::outputs::<T, Self::Output>(flat(f), flat(b), y);
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: X::Batch<'_>,
            _: <Self::Output as Tensors>::Batch<'_>,
            dy: <Self::Output as Tensors>::Batch<'_>,
            memory: Memory<'_, T, Self::Cache<B>>,
            dx: X::Gradients<'_>,
            dw: Option<&mut Self::Weights>,
        ) {
            let (x, half) = (X::parts(x).with_mask(memory.mask(0)), X::STATES / 2);
            let (forward, backward, f, b, d) = memory.own;
            let n = x.x.len() / (X::STEPS * F);
            let mut dx = X::part_gradients(dx);
            let (dforward, dbackward) = dw.map(|dw| (&mut dw.forward, &mut dw.backward)).unzip();
            let (f, b, d) = (flat(first_mut(f, n)), flat(first_mut(b, n)), flat_mut(first_mut(d, n)));
            let both = [(&w.forward, forward, dforward, b), (&w.backward, backward, dbackward, f)];
            for (direction, (w, cache, dw, other)) in both.into_iter().enumerate() {
                // y = merge(f, b), so the mode turns dy into df and db
                if MODE == NONE {
                    Self::turn(direction, Self::Output::flat(dy, direction), d);
                } else {
                    Self::split(direction, Self::Output::flat(dy, 0), other, d);
                }
                let mut dlast: [&[T]; 2] = [&[]; 2];
                for (i, dlast) in dlast.iter_mut().enumerate().take(STATES / 2) {
                    *dlast = Self::Output::flat(dy, Self::SEQUENCES + direction * <SizesOf<L> as Size>::STATES + i);
                }
                let mut states = [const { None }; 4];
                for (to, from) in states.iter_mut().zip(dx.states.iter_mut().skip(direction * half)).take(half) {
                    *to = from.take();
                }
                let dx = SequenceGradients { x: dx.x.as_deref_mut(), states };
                let options = Self::options(self.layer.options(), direction);
                let x = x.with_states(direction * half, half);
                <SizesOf<L> as Run<T, X>>::run_back::<B, _>(self.layer.cell(), options, w, x, d, dlast, cache, dx, dw);
            }
        }
    }

    impl<
        T: Scalar,
        X: Sequence<T, F, U>,
        L: Recurrent,
        const MODE: usize,
        const F: usize,
        const U: usize,
        const O: usize,
        const P: usize,
        const STATES: usize,
    > Train<T, X> for Bidirectional<L, MODE, F, U, O, P, STATES>
    where
        Merge<MODE, STATES>: Merged<T, U, O, P>,
        SizesOf<L>: Run<T, X>,
    {
        fn constrain(&self, w: &mut Self::Weights) {
            self.layer.cell().bound(&mut w.forward);
            self.layer.cell().bound(&mut w.backward);
        }

        fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
            let (forward, backward) = dw.map(|dw| (&mut dw.forward, &mut dw.backward)).unzip();
            self.layer.cell().penalty(&w.forward, forward) + self.layer.cell().penalty(&w.backward, backward)
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
