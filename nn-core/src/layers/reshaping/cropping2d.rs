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

use super::frame;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

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

    pub rule {
        /// The rows above the output.
        top,
        /// The columns left of the output.
        left,
        /// The rows of the output.
        height,
        /// The columns of the output.
        width,
        /// The columns of the input.
        large_width,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// The place and the name of the argument.
const ARGUMENT: (usize, &str) = (arg::cropping, "cropping");

/// Returns the shape of the cropped input.
///
/// # Errors
/// If the input is not an image of shape (height, width, channels), or if nothing of it is left.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (rows, columns) = match frame::of_image(args.cropping(), ARGUMENT) {
        Ok(ends) => ends,
        Err(error) => return Err(error),
    };
    if x.rank() != 3 {
        let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let Some(height) = frame::cropped(x.dim(0), rows) else {
        return Err(frame::nothing_left(arg::cropping, "rows", x.dim(0), rows));
    };
    let Some(width) = frame::cropped(x.dim(1), columns) else {
        return Err(frame::nothing_left(arg::cropping, "columns", x.dim(1), columns));
    };
    let fields = Fields { top: rows.0, left: columns.0, height, width, large_width: x.dim(1) };
    match frame::checked(Shape::new(&[height, width, x.dim(2)]), ARGUMENT) {
        Ok(output) => {
            let consts = Consts { Q: height.saturating_mul(width) };
            Ok(Inferred::new(output, &consts.list()).with(&fields.list()))
        }
        Err(error) => Err(error),
    }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::frame::Frame;
    pub use super::SPEC::Cropping2D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<const Q: usize> Cropping2D<Q> {
        /// Returns the place of the output in the input, which has `large` pixels.
        pub(in crate::layers::reshaping) fn frame(&self, large: usize, channels: usize) -> Frame {
            Frame {
                height: self.height,
                top: self.top,
                row: self.width * channels,
                left: self.left * channels,
                large_row: self.large_width * channels,
                large: large * channels,
            }
        }
    }

    impl<T: Scalar + Element, const Q: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Cropping2D<Q> {
        type Output = SMatrix<T, R, Q>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, Q>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            self.frame(P, R).crop(flat(x), flat_mut(y));
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, Q>],
            dy: &[SMatrix<T, R, Q>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            if let Some(dx) = dx {
                self.frame(P, R).add_padded(flat(dy), flat_mut(dx));
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
            // (2, 3, 5) out of (4, 7, 5)
            let layer = Cropping2D::<6> { top: 2, left: 3, height: 2, width: 3, large_width: 7 };
            check_layer::<SMatrix<f64, 5, 28>, _>(&layer);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 12>::from_fn(|_, p| p as f32)];
            let mut y = [SMatrix::<f32, 1, 4>::repeat(f32::NAN)];
            let layer = Cropping2D::<4> { top: 1, left: 1, height: 2, width: 2, large_width: 4 };
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
