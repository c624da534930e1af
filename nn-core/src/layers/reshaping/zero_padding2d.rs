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

use super::frame;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Value, layer, rule};

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

    pub rule {
        /// The rows above the input.
        top,
        /// The columns left of the input.
        left,
        /// The rows of the input.
        height,
        /// The columns of the input.
        width,
        /// The columns of the output.
        large_width,
    }

    pub const SPEC: LayerSpec {
        folding: Folding::Padding,
        infer: rule!(infer),
    }
}

/// The place and the name of the argument.
const ARGUMENT: (usize, &str) = (arg::padding, "padding");

/// Returns the shape of the padded input.
///
/// # Errors
/// If the input is not an image of shape (height, width, channels), or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (rows, columns) = match frame::of_image(args.padding(), ARGUMENT) {
        Ok(ends) => ends,
        Err(error) => return Err(error),
    };
    if x.rank() != 3 {
        let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let (height, width) = (frame::padded(x.dim(0), rows), frame::padded(x.dim(1), columns));
    let fields = Fields { top: rows.0, left: columns.0, height: x.dim(0), width: x.dim(1), large_width: width };
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
    pub use super::SPEC::ZeroPadding2D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<const Q: usize> ZeroPadding2D<Q> {
        /// Returns the place of the input in the output, which has `large` pixels.
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

    impl<T: Scalar + Element, const Q: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>>
        for ZeroPadding2D<Q>
    {
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
            self.frame(Q, R).pad(flat(x), flat_mut(y));
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
                self.frame(Q, R).add_cropped(flat(dy), flat_mut(dx));
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
            // (2, 3, 5) in (4, 7, 5)
            let layer = ZeroPadding2D::<28> { top: 0, left: 3, height: 2, width: 3, large_width: 7 };
            check_layer::<SMatrix<f64, 5, 6>, _>(&layer);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 4>::new(1., 2., 3., 4.)];
            let mut y = [SMatrix::<f32, 1, 12>::repeat(f32::NAN)];
            let layer = ZeroPadding2D::<12> { top: 1, left: 1, height: 2, width: 2, large_width: 4 };
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
