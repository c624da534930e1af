//! AddLoss: returns its input, and adds the sum of its numbers to the loss of the sample.
//!
//! The statement `add_loss(x);` of a graph is this layer.
//!
//! ```text
//! y = x
//! loss += 1/N · Σ x        over all numbers of all samples; N is the number of samples of the batch
//!
//! dx += dy + 1/N
//! ```
//!
//! A sample adds the sum of its numbers, as in Keras 3, and a batch the mean of its samples, as in every other loss.
//! Sample weights do not count. `Rescaling(0.1)` in front of the layer weights the loss.
//!
//! Source: <https://keras.io/api/layers/base_layer/#addloss-method>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Returns its input, and adds the sum of its numbers to the loss of the sample.
    #[example = "let y = AddLoss()(x); // [8] → [8]"]
    pub struct AddLoss {}

    pub const SPEC: LayerSpec {
        has_cache: true,
        has_scratch: true,
        adds_loss: true,
        masking: Masking::Passes,
        folding: Folding::Identity,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }

    impl Train;
}

/// Returns the shape of the input.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::AddLoss;
    use crate::layer::{Layer, Memory, Pass, Train};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::{SMatrix, SVector};

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for AddLoss {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        /// The loss.
        type Scratch<B: Storage> = B::One<SVector<T, 1>>;
        /// The loss, and its gradient: in a prediction it has none.
        type Cache<B: Storage> = B::One<SVector<T, 2>>;

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, B::One<SVector<T, 1>>, B::One<SVector<T, 2>>>,
        ) {
            flat_mut(y).copy_from_slice(flat(x));
            let share = T::of(B::STEPS as f64 / x.len().max(1) as f64);
            let sum = flat(x).iter().fold(T::ZERO, |sum, &x| sum + x);
            match pass {
                Pass::Inference(Memory { own, .. }) => own[0] = sum * share,
                Pass::Training(Memory { own, .. }, mode) => {
                    own[0] = sum * share;
                    own[1] = if mode.has_noise() { share } else { T::ZERO };
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            Memory { own: loss, .. }: Memory<'_, T, B::One<SVector<T, 2>>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x and loss += 1/N · Σ x, so dx += dy + 1/N
            if let Some(dx) = dx {
                crate::tensor::add(dx, dy);
                let share = loss[1];
                flat_mut(dx).iter_mut().for_each(|dx| *dx += share);
            }
        }
    }

    impl<T: Scalar + Element, const R: usize, const P: usize> Train<T, SMatrix<T, R, P>> for AddLoss {
        fn activity<B: Storage>(&self, loss: &B::One<SVector<T, 1>>) -> T {
            loss[0]
        }

        fn training_activity<B: Storage>(&self, loss: &B::One<SVector<T, 2>>) -> T {
            loss[0]
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::Mode;
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn the_loss_is_a_mean_over_samples_and_has_a_gradient() {
            let x = [[2.0, -3.0], [0.5, 4.0]].map(SVector::<f64, 2>::from);
            let (mut y, mut dx, mut loss) = (x, [SVector::zeros(); 2], <Heap as Storage>::One::with_capacity(1));
            let mut rng = StdRng::seed_from_u64(1);
            AddLoss {}.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut loss, Mode::new(&mut rng)));
            assert_eq!((y, loss[0]), (x, 1.75));
            for expected in [1.5, 3.0] {
                let (dy, memory) = ([SVector::<f64, 2>::repeat(1.0); 2], Memory::new(&mut loss));
                AddLoss {}.backward::<Heap>(&(), &x, &y, &dy, memory, Some(&mut dx), None);
                assert_eq!(dx, [SVector::<f64, 2>::repeat(expected); 2]);
            }
        }
    }
}
