//! Identity: returns its input, unchanged.
//!
//! ```text
//! y = x
//!
//! dx += dy
//! ```
//!
//! Shapes: output as input, any shape. A prediction computes nothing, and a folded model has no such layer.
//!
//! Source: <https://keras.io/api/layers/core_layers/identity/>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Returns its input, unchanged.
    #[example = "let y = Identity()(x); // [28, 28, 8] → [28, 28, 8]"]
    pub struct Identity {}

    pub const SPEC: LayerSpec {
        masking: Masking::Passes,
        copies: true,
        folding: Folding::Identity,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// None.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Identity;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, add, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Identity {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        #[inline]
        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            flat_mut(y).copy_from_slice(flat(x));
        }

        #[inline]
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x, so dx += dy
            if let Some(dx) = dx {
                add(dx, dy);
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Identity);
        }

        #[test]
        fn unchanged() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 2., 3., 4., 5., 6.)];
            let mut y = [SMatrix::<f32, 2, 3>::zeros()];
            Identity.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_shape() {
        for shape in [Shape::new(&[]), Shape::new(&[3]), Shape::new(&[2, 3, 5, 7])] {
            assert_eq!(infer(&[], &[shape]).unwrap(), Inferred::new(shape, &[]));
        }
    }
}
