//! Flatten: makes all axes of a sample one.
//!
//! ```text
//! y[k] = x[k]        in row-major order, which is the order in memory
//!
//! dx += dy
//! ```
//!
//! Shapes: input `(a, b, ..)`, output `(a · b · ..,)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/flatten/>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Makes all axes of a sample one.
    #[example = "let y = Flatten()(x); // [28, 28, 1] → [784]"]
    /// `N` is the number of scalars of a sample.
    pub struct Flatten<N> {
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
    }

    pub const SPEC: LayerSpec { copies: true, streaming: Streaming::Refuses("it joins the steps of a sequence; `TimeDistributed(Flatten())` joins the positions of each step"), infer: rule!(infer) }
}

/// Returns one axis with all scalars; the type is `Flatten<size>`.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let size = inputs[0].size();
    Ok(Inferred::new(Shape::new(&[size]), &Consts { N: size }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Flatten;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::{SMatrix, SVector};

    impl<T: Scalar + Element, const N: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Flatten<N> {
        type Output = SVector<T, N>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        #[inline]
        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SVector<T, N>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!(R * P == N) }
            flat_mut(y).copy_from_slice(flat(x));
        }

        #[inline]
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SVector<T, N>],
            dy: &[SVector<T, N>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x, so dx += dy
            if let Some(dx) = dx {
                for (dx, &dy) in flat_mut(dx).iter_mut().zip(flat(dy)) {
                    *dx += dy;
                }
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Flatten::<15>);
        }

        #[test]
        fn position_after_position() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 3., 5., 2., 4., 6.)];
            let mut y = [SVector::<f32, 6>::zeros()];
            Flatten::<6>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 2., 3., 4., 5., 6.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis() {
        assert_eq!(infer(&[], &[Shape::new(&[5, 7, 3])]).unwrap(), Inferred::new(Shape::new(&[105]), &[105]));
        assert_eq!(infer(&[], &[Shape::new(&[])]).unwrap().output(0), Shape::new(&[1]));
    }
}
