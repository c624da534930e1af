//! MaxPooling2D: the largest value in each window of an image.
//!
//! ```text
//! y[r, c, f] = max x[r · s + i, c · s' + j, f]        over the cells (i, j) of the window
//!
//! dx[r · s + i, c · s' + j, f] += dy        at the first largest cell of each window
//! ```
//!
//! with strides `s`. With `same` padding, windows at the border have only their cells inside the input. If several
//! cells are the largest, the first one in row-major order gets the gradient, as in TensorFlow. It is found again from
//! `x`, so no memory is kept. NaN in a window makes its output NaN, and the first NaN gets the gradient. Keras on
//! TensorFlow skips NaN.
//!
//! Shapes: input `(h, w, channels)`, output `(h', w', channels)`.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/max_pooling2d/>

use super::windows::{Pool, PoolGeometry, channels_first};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, found, layer, rule};

layer! {
    /// The largest value in each window of an image.
    #[example = "let y = MaxPooling2D(2)(x); // [28, 28, 3] → [14, 14, 3]"]
    #[example = "let y = MaxPooling2D((3, 2), strides = 2, padding = same)(x); // [27, 28, 3] → [14, 14, 3]"]
    /// `Q` is the number of places of the output.
    #[doc(alias = "MaxPool2D")]
    #[doc(alias = "MaxPool2d")]
    pub struct MaxPooling2D<Q> {
        /// The height and width of the window.
        pool_size: Sizes = Shape::new(&[2]),
        /// The rows and columns from one window to the next; the window's size if absent.
        strides: Option<Sizes>,
        /// `same` gives an output for every part of the input; windows at the border are then cut.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
    }

    /// The sizes of the windows, of the input and of the output.
    pub rule geometry: PoolGeometry;

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(h, w, channels)` to `(h', w', channels)`; the type is `MaxPooling2D<h' · w'>`.
///
/// # Errors
/// - If the input is not an image of shape `(h, w, channels)`, or smaller than a window without padding.
/// - For `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 3, 1))"));
    }
    let pool = Pool {
        axes: Axes::Image,
        pool_size: (args.pool_size(), arg::pool_size),
        strides: (args.strides(), arg::strides),
        same: args.padding() == padding::SAME,
    };
    let (output, geometry) = found!(pool.windows(&inputs[0]));
    Ok(Inferred::new(output, &Consts { Q: geometry.places() }.list()).with(&geometry.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::MaxPooling2D;
    use crate::layers::pooling::reduce::{self, pooling};

    pooling! {
        impl Layer for MaxPooling2D<const Q>: (C, P) -> Q {
            windows: |layer| layer.geometry.windows(C),
            forward: maximum,
            backward: add_first_maximum,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Memory, Pass};
        use crate::layers::PoolGeometry;
        use crate::tensor::storage::Inline;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            let sizes = [[2, 2, 2, 2, 0, 0], [3, 2, 2, 1, 0, 0], [3, 3, 2, 2, 1, 1]];
            for [window_height, window_width, stride_height, stride_width, padding_top, padding_left] in sizes {
                let geometry = PoolGeometry {
                    input_height: 5,
                    input_width: 3,
                    output_height: 3,
                    output_width: 2,
                    window_height,
                    window_width,
                    stride_height,
                    stride_width,
                    padding_top,
                    padding_left,
                };
                check_layer::<SMatrix<f64, 7, 15>, _>(&MaxPooling2D::<6> { geometry });
            }
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 4>::from_column_slice(&[1., 8., 3., 6., 3., 2., 2., 4.])];
            let mut y = [SMatrix::<f32, 2, 1>::zeros()];
            let geometry = PoolGeometry {
                input_height: 2,
                input_width: 2,
                output_height: 1,
                output_width: 1,
                window_height: 2,
                window_width: 2,
                stride_height: 2,
                stride_width: 2,
                ..PoolGeometry::NONE
            };
            let layer = MaxPooling2D::<1> { geometry };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [3., 8.]);
            let (dy, mut dx) = ([SMatrix::<f32, 2, 1>::new(5., 7.)], [SMatrix::<f32, 2, 4>::repeat(1.)]);
            layer.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [1., 8., 6., 1., 1., 1., 1., 1.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let output =
            |given: &[(usize, Value)], x: &[usize]| infer(&SPEC.with(given), &[Shape::new(x)]).unwrap().output(0);
        let (pool, stride) = (Value::Sizes(Shape::new(&[3, 2])), Value::Sizes(Shape::new(&[2])));
        assert_eq!(output(&[], &[28, 27, 3]), Shape::new(&[14, 13, 3]));
        assert_eq!(output(&[(arg::pool_size, pool)], &[28, 27, 3]), Shape::new(&[9, 13, 3]));
        let same = (arg::padding, Value::Choice(padding::SAME));
        assert_eq!(output(&[(arg::pool_size, pool), (arg::strides, stride), same], &[7, 5, 3]), Shape::new(&[4, 3, 3]));
        assert!(infer(&SPEC.with(&[]), &[Shape::new(&[28, 1, 3])]).is_err());
        let first = SPEC.with(&[(arg::data_format, Value::Choice(data_format::CHANNELS_FIRST))]);
        assert!(infer(&first, &[Shape::new(&[4, 4, 4][..2 + 1])]).is_err());
    }
}
