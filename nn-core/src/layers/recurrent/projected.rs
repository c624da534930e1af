//! Projected: a recurrent layer whose steps are already multiplied by its kernel.
//!
//! ```text
//! z[t] = p[t] + V · h        where the layer itself has z[t] = W · x[t] + b + V · h
//! ```
//!
//! A graph has no name for it. A folded model has it behind an `Embedding`, whose table then holds `W · E[i] + b` for
//! every index. Around a `Bidirectional`, `p[t]` holds the gates of the layer that reads forwards above the gates of
//! its mirror image.

use crate::spec::{ArgSpec, Arity, Kind, LayerSpec, Masking};

/// The layer around a recurrent layer of 0 features, or around a `Bidirectional` of one. Its constants are the rows of
/// all gates and the units.
pub const PROJECTED: LayerSpec = LayerSpec {
    name: "Projected",
    module: "recurrent",
    args: &[ArgSpec::new("layer", Kind::Layer, false)],
    inputs: Arity { min: 1, max: 5 },
    masking: Masking::Reads { passes: None, both: None },
    consts: 2,
    has_scratch: true,
    ..LayerSpec::BASE
};

#[cfg(feature = "compute")]
pub(in super::super) mod compute {
    use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
    use crate::layers::recurrent::{Sequence, SequenceParts};
    use crate::tensor::Tensors;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::weights::fold::read_only;
    use rand::Rng;

    /// A recurrent layer, in one direction or in both, whose predictions can start from the gates.
    pub trait FromGates<T: Scalar, X: Tensors>: Layer<T, X> {
        /// Computes a prediction of `n` samples. The sequence `gates` is `W · x + b`: the rows of all gates for each
        /// step.
        fn forward_from<B: Storage>(
            &self,
            w: &Self::Weights,
            n: usize,
            gates: SequenceParts<'_, T>,
            y: <Self::Output as Tensors>::BatchMut<'_>,
            scratch: &mut Self::Scratch<B>,
        );
    }

    /// A recurrent layer of `U` units on steps that hold the `G` rows of all its gates; see its page. It has no
    /// kernel, and it only predicts.
    #[derive(Clone, Copy, Debug)]
    pub struct Projected<L, const G: usize, const U: usize>(L);

    impl<L, const G: usize, const U: usize> Projected<L, G, U> {
        /// Wraps a layer of 0 features.
        pub const fn new(layer: L) -> Self {
            Projected(layer)
        }
    }

    impl<T, X, L, const G: usize, const U: usize> Layer<T, X> for Projected<L, G, U>
    where
        T: Scalar,
        X: Sequence<T, G, U>,
        L: FromGates<T, X::Rows<0>>,
    {
        type Output = L::Output;
        type Weights = L::Weights;
        type Scratch<B: Storage> = L::Scratch<B>;
        type Cache<B: Storage> = L::Scratch<B>;
        const MACS: usize = L::MACS;
        const WORK: Work = L::WORK;

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.0.init(w, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: X::Batch<'_>,
            y: <Self::Output as Tensors>::BatchMut<'_>,
            pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let (Pass::Inference(memory) | Pass::Training(memory, _)) = pass;
            let gates = X::parts(x).with_mask(memory.mask(0));
            self.0.forward_from::<B>(w, gates.x.len() / (X::STEPS * G), gates, y, memory.own);
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
    impl<T, X, L, const G: usize, const U: usize> Train<T, X> for Projected<L, G, U>
    where
        T: Scalar,
        X: Sequence<T, G, U>,
        L: FromGates<T, X::Rows<0>>,
    {
    }

    impl<T, X, L, const G: usize, const U: usize> Ends<T, X> for Projected<L, G, U>
    where
        T: Scalar,
        X: Sequence<T, G, U>,
        L: FromGates<T, X::Rows<0>>,
    {
    }
}
