//! Projected: a recurrent layer on steps that its kernel has been multiplied with before.
//!
//! ```text
//! z[t] = p[t] + V · h        where the layer itself has z[t] = W · x[t] + b + V · h
//! ```
//!
//! A graph has no name for it. A frozen model has it behind an `Embedding`, whose table then holds `W · E[i] + b` for every index.

use crate::spec::{ArgSpec, Arity, LayerSpec, Masking};

/// Around a recurrent layer of 0 features. Its constants are the rows of all gates and the units.
pub const PROJECTED: LayerSpec = LayerSpec {
    name: "Projected",
    module: "recurrent",
    args: &[ArgSpec::layer()],
    inputs: Arity { min: 1, max: 3 },
    masking: Masking::Reads { passes: None },
    consts: 2,
    has_scratch: true,
    ..LayerSpec::BASE
};

#[cfg(feature = "compute")]
pub(in super::super) mod compute {
    use crate::fold::read_only;
    use crate::layer::{Layer, Pass, Work};
    use crate::layers::recurrent::{Parts, Recurrent, Sequence};
    use crate::scalar::Scalar;
    use crate::storage::Storage;
    use crate::tensor::{FloatTensors, Tensors};
    use rand::Rng;

    /// A recurrent layer of `U` units on steps that have the `G` rows of all its gates; see its page. It has no kernel, and is for
    /// predictions only.
    #[derive(Clone, Copy, Debug)]
    pub struct Projected<L, const G: usize, const U: usize>(L);

    impl<L, const G: usize, const U: usize> Projected<L, G, U> {
        /// A layer of 0 features.
        pub const fn new(layer: L) -> Self {
            Projected(layer)
        }
    }

    impl<T, X, L, const G: usize, const U: usize> Layer<T, X> for Projected<L, G, U>
    where
        T: Scalar,
        X: Sequence<T, G, U, Rows<0>: Sequence<T, 0, U>>,
        L: Recurrent<T, 0, U> + Layer<T, X::Rows<0>, Output: FloatTensors<T>>,
    {
        type Output = <L as Layer<T, X::Rows<0>>>::Output;
        type Weights = <L as Recurrent<T, 0, U>>::Weights;
        type Scratch<B: Storage> = <L as Recurrent<T, 0, U>>::Scratch<B, X::Rows<0>>;
        type Cache<B: Storage> = Self::Scratch<B>;
        const MACS: usize = X::STEPS * L::STEP_MACS;
        const WORK: Work = Work::BySample(X::STEPS * L::STEP_MACS);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.0.start(w, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: X::Batch<'_>,
            mut y: <Self::Output as Tensors>::BatchMut<'_>,
            pass: Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
        ) {
            let (Pass::Inference(scratch) | Pass::Training(scratch, _)) = pass;
            let flat = Self::Output::flat_mut(Self::Output::reborrow(&mut y), 0);
            let Parts { x, states, mask } = X::parts(x);
            let (n, states) = (x.len() / (X::STEPS * G), [states[0], states[1]]);
            let pre = |pre: &mut [T]| pre.copy_from_slice(x);
            let last = self.0.run_from::<B, X::Rows<0>>(self.0.options(), w, n, pre, states, mask, flat, scratch);
            for i in 1..Self::Output::COUNT {
                Self::Output::flat_mut(Self::Output::reborrow(&mut y), i).copy_from_slice(last[i - 1]);
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &Self::Weights,
            _: X::Batch<'_>,
            _: <Self::Output as Tensors>::Batch<'_>,
            _: <Self::Output as Tensors>::Batch<'_>,
            _: &mut Self::Cache<B>,
            _: X::Gradients<'_>,
            _: Option<&mut Self::Weights>,
        ) {
            const { read_only() }
        }
    }
}
