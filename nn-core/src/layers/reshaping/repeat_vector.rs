//! RepeatVector: repeats a vector at every step of a sequence.
//!
//! ```text
//! y[p] = x        for each of the n positions p
//!
//! dx += Σₚ dy[p]
//! ```
//!
//! Shapes: input `(features,)`, output `(n, features)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/repeat_vector/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Repeats a vector at every step of a sequence.
    #[example = "let y = RepeatVector(20)(x); // [8] → [20, 8]"]
    /// `N` is the number of steps.
    pub struct RepeatVector<N> {
        /// The number of steps.
        n: Size,
    }

    pub const SPEC: LayerSpec { streaming: Streaming::Refuses("it repeats one vector for all steps of a sequence"), infer: rule!(infer) }
}

/// Maps `(features,)` to `(n, features)`; the type is `RepeatVector<n>`.
///
/// # Errors
/// If the input is not a vector.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (n, x) = (Args(args).n(), inputs[0]);
    if x.rank() != 1 {
        return Err(ShapeError::input(
            Code::WrongRank,
            0,
            Text::new().str("expected one axis, (features,), but got ").shape(&x),
        ));
    }
    Ok(Inferred::new(Shape::new(&[n, x.dim(0)]), &Consts { N: n }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::RepeatVector;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::{SMatrix, SVector};

    impl<T: Scalar + Element, const N: usize, const R: usize> Layer<T, SVector<T, R>> for RepeatVector<N> {
        type Output = SMatrix<T, R, N>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SVector<T, R>],
            y: &mut [SMatrix<T, R, N>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                for y in y.as_mut_slice().chunks_exact_mut(R) {
                    y.copy_from_slice(x.as_slice());
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SVector<T, R>],
            _: &[SMatrix<T, R, N>],
            dy: &[SMatrix<T, R, N>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SVector<T, R>]>,
            _: Option<&mut ()>,
        ) {
            // y[p] = x, so dx += Σₚ dy[p]
            let Some(dx) = dx else { return };
            for (dx, dy) in flat_mut(dx).chunks_exact_mut(R).zip(flat(dy).chunks_exact(R * N)) {
                crate::kernels::add_rows::<T, R>(dx, dy);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SVector<f64, 5>, _>(&RepeatVector::<3>);
        }

        #[test]
        fn the_formula() {
            let mut y = [SMatrix::<f32, 2, 3>::zeros()];
            let x = [SVector::<f32, 2>::new(1., 2.)];
            RepeatVector::<3>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 2., 1., 2., 1., 2.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let args = SPEC.with(&[(arg::n, Value::Size(7))]);
        assert_eq!(infer(&args, &[Shape::new(&[3])]).unwrap(), Inferred::new(Shape::new(&[7, 3]), &[7]));
        assert!(infer(&args, &[Shape::new(&[2, 3])]).is_err());
    }
}
