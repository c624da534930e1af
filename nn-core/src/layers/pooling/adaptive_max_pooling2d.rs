//! AdaptiveMaxPooling2D: the largest value in each part of an image, for a given number of parts.
//!
//! ```text
//! y[r, c, f] = max x[i, j, f]        over ⌊r · h / h'⌋ ≤ i < ⌈(r + 1) · h / h'⌉
//!                                    and  ⌊c · w / w'⌋ ≤ j < ⌈(c + 1) · w / w'⌉
//!
//! dx[i, j, f] += dy        at the first largest cell of each window
//! ```
//!
//! Neighbouring windows may share cells. If several cells are the largest, the one in the first column gets the
//! gradient, and of these the one in the first row: Keras on TensorFlow takes the maximum of each column first. NaN in
//! a window makes its output NaN, and the first NaN gets the gradient. Keras on TensorFlow skips NaN.
//!
//! Shapes: input `(h, w, channels)`, output `(h', w', channels)`.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/adaptive_max_pooling2d/>

use super::windows::{PoolParts, channels_first};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, found, layer, rule};

layer! {
    /// The largest value in each part of an image, for a given number of parts.
    #[example = "let y = AdaptiveMaxPooling2D(7)(x); // [28, 30, 3] → [7, 7, 3]"]
    #[example = "let y = AdaptiveMaxPooling2D((2, 3))(x); // [28, 30, 3] → [2, 3, 3]"]
    /// `Q` is the number of places of the output.
    #[doc(alias = "AdaptiveMaxPool2d")]
    pub struct AdaptiveMaxPooling2D<Q> {
        /// The height and width of the output.
        output_size: Sizes,
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
    }

    /// The sizes of the input and of the output.
    pub rule parts: PoolParts;

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(h, w, channels)` to `(h', w', channels)`; the type is `AdaptiveMaxPooling2D<h' · w'>`.
///
/// # Errors
/// If the input is not an image of shape `(h, w, channels)`, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 3, 1))"));
    }
    let (output, parts) = found!(PoolParts::of(&x, (args.output_size(), arg::output_size)));
    Ok(Inferred::new(output, &Consts { Q: output.cols() }.list()).with(&parts.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::AdaptiveMaxPooling2D;
    use crate::layers::pooling::reduce::{self, Windows, pooling};

    pooling! {
        impl Layer for AdaptiveMaxPooling2D<const Q>: (C, P) -> Q {
            windows: |layer| Windows { columns_first: true, ..layer.parts.windows(C) },
            forward: maximum,
            backward: add_first_maximum,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Memory, Pass};
        use crate::layers::PoolParts;
        use crate::tensor::storage::Inline;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            for (output_height, output_width) in [(3, 2), (2, 3), (1, 6), (6, 1)] {
                let layer = AdaptiveMaxPooling2D::<6> {
                    parts: PoolParts { input_height: 5, input_width: 3, output_height, output_width },
                };
                check_layer::<SMatrix<f64, 7, 15>, _>(&layer);
            }
        }

        #[test]
        fn the_formula() {
            let layer = AdaptiveMaxPooling2D::<1> {
                parts: PoolParts { input_height: 2, input_width: 2, output_height: 1, output_width: 1 },
            };
            // The first largest is in the second row of the first column.
            let x = [SMatrix::<f32, 1, 4>::new(1., 3., 3., 2.)];
            let mut y = [SMatrix::<f32, 1, 1>::zeros()];
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].x, 3.);
            let (dy, mut dx) = ([SMatrix::<f32, 1, 1>::new(5.)], [SMatrix::<f32, 1, 4>::repeat(1.)]);
            layer.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [1., 1., 6., 1.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let size = SPEC.with(&[(arg::output_size, Value::Sizes(Shape::new(&[2, 9])))]);
        assert_eq!(infer(&size, &[Shape::new(&[5, 7, 3])]).unwrap().output(0), Shape::new(&[2, 9, 3]));
        let size = SPEC.with(&[(arg::output_size, Value::Size(4))]);
        assert_eq!(infer(&size, &[Shape::new(&[5, 7, 3])]).unwrap().output(0), Shape::new(&[4, 4, 3]));
        assert!(infer(&size, &[Shape::new(&[5, 3])]).is_err());
        let size = SPEC.with(&[(arg::output_size, Value::Sizes(Shape::new(&[2, 2, 2])))]);
        assert!(infer(&size, &[Shape::new(&[5, 7, 3])]).is_err());
        let first = SPEC.with(&[
            (arg::output_size, Value::Size(4)),
            (arg::data_format, Value::Choice(data_format::CHANNELS_FIRST)),
        ]);
        assert!(infer(&first, &[Shape::new(&[4, 4, 4][..2 + 1])]).is_err());
    }
}
