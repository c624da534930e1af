//! Cropping2D: removes rows and columns at the edges of an image.
//!
//! ```text
//! y[r, c] = x[r + top, c + left]
//!
//! dx[r + top, c + left] += dy[r, c]
//! ```
//!
//! Shapes: input `(h, w, channels)`, output `(h - top - bottom, w - left - right, channels)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/cropping2d/>

use super::frame::{self, Frame};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, found, layer, rule};

layer! {
    /// Removes rows and columns at the edges of an image.
    #[example = "let y = Cropping2D(((1, 0), (2, 3)))(x); // [28, 28, 8] → [27, 23, 8]"]
    /// `Q` is the number of pixels of the output.
    pub struct Cropping2D<Q> {
        /// The rows and columns to remove: a number for all edges, two for rows and columns, or `((top, bottom),
        /// (left, right))`.
        cropping: Pairs = [0],
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
    }

    /// The place of the output in the input.
    pub rule frame: Frame;

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Returns the shape of the cropped input.
///
/// # Errors
/// If the input is not an image of shape (height, width, channels), or if nothing of it is left.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (output, frame) =
        found!(frame::cropping(Axes::Image, &inputs[0], args.cropping(), (arg::cropping, "cropping")));
    Ok(Inferred::new(output, &Consts { Q: output.cols() }.list()).with(&frame.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Cropping2D;
    use crate::layers::over_slices::over_slices;

    over_slices! {
        impl Layer for Cropping2D<const Q>: (C, P) -> Q {
            work: 0,
            forward: |layer, x, y| layer.frame.crop(C, x, y),
            backward: |layer, _x, _y, dy, dx| layer.frame.add_padded(C, dy, dx),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Pass};
        use crate::layers::Frame;
        use crate::tensor::storage::Inline;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            // (2, 3, 5) out of (4, 7, 5)
            let layer = Cropping2D::<6> {
                frame: Frame { top: 2, left: 3, height: 2, width: 3, large_height: 4, large_width: 7 },
            };
            check_layer::<SMatrix<f64, 5, 28>, _>(&layer);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 12>::from_fn(|_, p| p as f32)];
            let mut y = [SMatrix::<f32, 1, 4>::repeat(f32::NAN)];
            let layer = Cropping2D::<4> {
                frame: Frame { top: 1, left: 1, height: 2, width: 2, large_height: 3, large_width: 4 },
            };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [5., 6., 9., 10.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    /// Returns the output and a field.
    fn rule(cropping: &[i64], x: &[usize]) -> Result<(Shape, usize), String> {
        let found = infer(&SPEC.with(&[(arg::cropping, Value::ints(cropping))]), &[Shape::new(x)]);
        found.map(|found| (found.output(0), found.value("top"))).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[1], &[3, 5, 7]).unwrap(), (Shape::new(&[1, 3, 7]), 1));
        assert_eq!(rule(&[1, 2], &[3, 5, 7]).unwrap(), (Shape::new(&[1, 1, 7]), 1));
        assert_eq!(rule(&[0, 1, 2, 0], &[3, 5, 7]).unwrap(), (Shape::new(&[2, 3, 7]), 0));
    }

    #[test]
    fn errors() {
        let nothing = "the input has 5 columns, and `cropping` removes 6 of them: nothing is left";
        assert_eq!(rule(&[1, 3], &[3, 5, 7]).unwrap_err(), nothing);
        assert!(rule(&[u32::MAX as i64], &[3, 5, 7]).unwrap_err().contains("rows"));
        assert!(rule(&[1, 2, 3], &[3, 5, 7]).unwrap_err().ends_with("or `((top, bottom), (left, right))`"));
        assert_eq!(rule(&[1, 1, 1, -2], &[3, 5, 7]).unwrap_err(), "`cropping` must be at least 0, but has -2");
        assert_eq!(
            rule(&[1], &[3, 5]).unwrap_err(),
            "expected an image of shape (height, width, channels), but got (3, 5)"
        );
    }
}
