//! AdaptiveAveragePooling1D: the mean in each part of a sequence, for a given number of parts.
//!
//! ```text
//! y[t, f] = Σ x[i, f] / n        over ⌊t · steps / steps'⌋ ≤ i < ⌈(t + 1) · steps / steps'⌉
//!
//! dx[i, f] += dy / n
//! ```
//!
//! with the `n` cells of the window. Neighbouring windows may share cells. As in Keras, a mask is ignored and ends
//! here.
//!
//! Shapes: input `(steps, features)`, output `(steps', features)`.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/adaptive_average_pooling1d/>

use super::windows::{channels_first, sequence};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, found, layer, rule};

layer! {
    /// The mean in each part of a sequence, for a given number of parts.
    #[example = "let y = AdaptiveAveragePooling1D(5)(x); // [20, 8] → [5, 8]"]
    /// `Q` is the number of steps of the output.
    #[doc(alias = "AdaptiveAvgPool1d")]
    pub struct AdaptiveAveragePooling1D<Q> {
        /// The steps of the output.
        output_size: Sizes,
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(steps, features)` to `(steps', features)`; the type is `AdaptiveAveragePooling1D<steps'>`.
///
/// # Errors
/// If the input is not a sequence of shape `(steps, features)`, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 1))"));
    }
    found!(sequence(&x));
    let (_, steps) = found!(Axes::Steps.pair(&args.output_size(), arg::output_size, "output_size"));
    Ok(Inferred::new(x.with_dim(0, steps), &Consts { Q: steps }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::AdaptiveAveragePooling1D;
    use crate::layers::pooling::reduce::{self, Windows, pooling};
    use crate::layers::pooling::windows::Axis;

    pooling! {
        impl Layer for AdaptiveAveragePooling1D<const Q>: (C, P) -> Q {
            windows: |_layer| Windows::over_steps(Axis::equal(P, Q), C),
            forward: mean,
            backward: add_mean,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Memory, Pass};
        use crate::tensor::storage::Inline;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 7, 5>, _>(&AdaptiveAveragePooling1D::<3>::DEFAULT);
            check_layer::<SMatrix<f64, 7, 3>, _>(&AdaptiveAveragePooling1D::<5>::DEFAULT);
            check_layer::<SMatrix<f64, 19, 3>, _>(&AdaptiveAveragePooling1D::<1>::DEFAULT);
        }

        #[test]
        fn the_formula() {
            // Both windows have the third step.
            let x = [SMatrix::<f32, 1, 5>::new(1., 4., 4., 6., 2.)];
            let mut y = [SMatrix::<f32, 1, 2>::zeros()];
            let layer = AdaptiveAveragePooling1D::<2>::DEFAULT;
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [3., 4.]);
            let (dy, mut dx) = ([SMatrix::<f64, 1, 2>::new(3., 6.)], [SMatrix::<f64, 1, 5>::repeat(1.)]);
            let (x, y) = ([x[0].cast::<f64>()], [y[0].cast::<f64>()]);
            layer.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [2., 2., 4., 3., 3.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let size = SPEC.with(&[(arg::output_size, Value::Size(4))]);
        assert_eq!(infer(&size, &[Shape::new(&[7, 3])]).unwrap().output(0), Shape::new(&[4, 3]));
        assert!(infer(&size, &[Shape::new(&[5, 7, 3])]).is_err());
        let size = SPEC.with(&[(arg::output_size, Value::Sizes(Shape::new(&[2, 2])))]);
        assert!(infer(&size, &[Shape::new(&[5, 3])]).is_err());
        let first = SPEC.with(&[
            (arg::output_size, Value::Size(4)),
            (arg::data_format, Value::Choice(data_format::CHANNELS_FIRST)),
        ]);
        assert!(infer(&first, &[Shape::new(&[4, 4, 4][..1 + 1])]).is_err());
    }
}
