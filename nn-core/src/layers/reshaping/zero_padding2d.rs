//! ZeroPadding2D: puts rows and columns of zeros around an image.
//!
//! ```text
//! y[r, c] = x[r - top, c - left]        0 outside of x
//!
//! dx[r, c] += dy[r + top, c + left]
//! ```
//!
//! Shapes: input `(h, w, channels)`, output `(h + top + bottom, w + left + right, channels)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/zero_padding2d/>

use super::frame::{self, Frame};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Value, found, layer, rule};

layer! {
    /// Puts rows and columns of zeros around an image.
    #[example = "let y = ZeroPadding2D(((1, 0), (2, 3)))(x); // [28, 28, 8] → [29, 33, 8]"]
    /// `Q` is the number of pixels of the output.
    #[doc(alias = "ZeroPad2d")]
    pub struct ZeroPadding2D<Q> {
        /// The rows and columns of zeros: a number for all edges, two for rows and columns, or `((top, bottom),
        /// (left, right))`.
        padding: Pairs = [1],
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
    }

    /// The place of the input in the output.
    pub rule frame: Frame;

    pub const SPEC: LayerSpec {
        folding: Folding::Padding,
        infer: rule!(infer),
    }
}

/// Returns the shape of the padded input.
///
/// # Errors
/// If the input is not an image of shape (height, width, channels), or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (output, frame) = found!(frame::padding(Axes::Image, &inputs[0], args.padding(), (arg::padding, "padding")));
    Ok(Inferred::new(output, &Consts { Q: output.cols() }.list()).with(&frame.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::ZeroPadding2D;
    use crate::layers::over_slices::over_slices;

    over_slices! {
        impl Layer for ZeroPadding2D<const Q>: (C, P) -> Q {
            work: 0,
            forward: |layer, x, y| layer.frame.pad(C, x, y),
            backward: |layer, _x, _y, dy, dx| layer.frame.add_cropped(C, dy, dx),
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
            // (2, 3, 5) in (4, 7, 5)
            let layer = ZeroPadding2D::<28> {
                frame: Frame { top: 0, left: 3, height: 2, width: 3, large_height: 4, large_width: 7 },
            };
            check_layer::<SMatrix<f64, 5, 6>, _>(&layer);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 4>::new(1., 2., 3., 4.)];
            let mut y = [SMatrix::<f32, 1, 12>::repeat(f32::NAN)];
            let layer = ZeroPadding2D::<12> {
                frame: Frame { top: 1, left: 1, height: 2, width: 2, large_height: 3, large_width: 4 },
            };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [0., 0., 0., 0., 0., 1., 2., 0., 0., 3., 4., 0.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    /// Returns the output and a field.
    fn rule(padding: &[i64], x: &[usize]) -> Result<(Shape, usize), String> {
        let found = infer(&SPEC.with(&[(arg::padding, Value::ints(padding))]), &[Shape::new(x)]);
        found.map(|found| (found.output(0), found.value("top"))).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[2], &[3, 5, 7]).unwrap(), (Shape::new(&[7, 9, 7]), 2));
        assert_eq!(rule(&[1, 2], &[3, 5, 7]).unwrap(), (Shape::new(&[5, 9, 7]), 1));
        assert_eq!(rule(&[0, 1, 2, 3], &[3, 5, 7]).unwrap(), (Shape::new(&[4, 10, 7]), 0));
    }

    #[test]
    fn errors() {
        assert!(rule(&[u32::MAX as i64], &[3, 5, 7]).unwrap_err().starts_with("`padding` is too large"));
        assert!(rule(&[1, 2, 3], &[3, 5, 7]).unwrap_err().ends_with("or `((top, bottom), (left, right))`"));
        assert_eq!(rule(&[1, 1, 1, -2], &[3, 5, 7]).unwrap_err(), "`padding` must be at least 0, but has -2");
        assert_eq!(
            rule(&[1], &[3, 5]).unwrap_err(),
            "expected an image of shape (height, width, channels), but got (3, 5)"
        );
    }
}
