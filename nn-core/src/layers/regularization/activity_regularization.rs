//! ActivityRegularization: returns its input, and adds a penalty on it to the loss.
//!
//! ```text
//! y = x
//! loss += 1/N · (l1 · Σ|x| + l2 · Σx²)        N is the number of samples of the batch, as in Keras 3
//!
//! dx += dy + 1/N · (l1 · sign(x) + 2 · l2 · x)
//! ```
//!
//! `Dense(64, activity_regularizer = l2(0.01))` is a Dense, its activation, and this layer.
//!
//! Source: <https://keras.io/api/layers/regularization_layers/activity_regularization/>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Returns its input, and adds a penalty on it to the loss.
    #[example = "let y = ActivityRegularization(l2 = 0.01)(x); // [8] → [8]"]
    pub struct ActivityRegularization {
        /// The factor of the sum of absolute values.
        pub l1: Float = 0.0,
        /// The factor of the sum of squares.
        pub l2: Float = 0.0,
    }

    pub const SPEC: LayerSpec {
        has_cache: true,
        has_scratch: true,
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
    pub use super::SPEC::ActivityRegularization;
    use crate::layer::{Layer, Memory, Pass, Train};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights::regularizers::Regularizer;
    use nalgebra::{SMatrix, SVector};

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for ActivityRegularization {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        /// The penalty.
        type Scratch<B: Storage> = B::One<SVector<T, 1>>;
        /// The penalty, and 1 if it has a gradient: in a prediction it has none.
        type Cache<B: Storage> = B::One<SVector<T, 2>>;

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, B::One<SVector<T, 1>>, B::One<SVector<T, 2>>>,
        ) {
            flat_mut(y).copy_from_slice(flat(x));
            let sum = Regularizer { l1: self.l1, l2: self.l2 }.apply(flat(x), None);
            let penalty = sum * T::of(B::STEPS as f64) / T::of(x.len().max(1) as f64);
            match pass {
                Pass::Inference(Memory { own, .. }) => own[0] = penalty,
                Pass::Training(Memory { own, .. }, mode) => {
                    let counts = if mode.has_noise() { T::ONE } else { T::ZERO };
                    (own[0], own[1]) = (penalty, counts);
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            Memory { own: penalty, .. }: Memory<'_, T, B::One<SVector<T, 2>>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x and loss += 1/N · penalty(x), so dx += dy + 1/N · penalty'(x)
            if let Some(dx) = dx {
                crate::tensor::add(dx, dy);
                if penalty[1] != T::ZERO {
                    let n = x.len().max(1) as f64 / B::STEPS as f64;
                    Regularizer { l1: self.l1 / n, l2: self.l2 / n }.apply(flat(x), Some(flat_mut(dx)));
                }
            }
        }
    }

    impl<T: Scalar + Element, const R: usize, const P: usize> Train<T, SMatrix<T, R, P>> for ActivityRegularization {
        fn activity<B: Storage>(&self, penalty: &B::One<SVector<T, 1>>) -> T {
            penalty[0]
        }

        fn training_activity<B: Storage>(&self, penalty: &B::One<SVector<T, 2>>) -> T {
            penalty[0]
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::Mode;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn without_a_penalty_it_passes_on() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&ActivityRegularization::DEFAULT);
        }

        #[test]
        fn the_penalty_is_a_mean_over_samples_and_has_a_gradient() {
            let layer = ActivityRegularization { l1: 0.5, l2: 0.25 };
            let x = [[2.0, -2.0], [0.0, 1.0]].map(SVector::<f64, 2>::from);
            let (mut y, mut dx, mut penalty) = (x, [SVector::zeros(); 2], <Heap as Storage>::One::with_capacity(1));
            let mut rng = StdRng::seed_from_u64(1);
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut penalty, Mode::new(&mut rng)));
            assert_eq!((y, penalty[0]), (x, (0.5 * 5.0 + 0.25 * 9.0) / 2.0));
            layer.backward::<Heap>(
                &(),
                &x,
                &y,
                &[SVector::<f64, 2>::repeat(1.0); 2],
                Memory::new(&mut penalty),
                Some(&mut dx),
                None,
            );
            assert_eq!(dx, [[1.75, 0.25], [1.0, 1.5]].map(SVector::from));
        }
    }
}
