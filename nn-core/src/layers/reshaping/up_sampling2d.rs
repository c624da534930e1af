//! UpSampling2D: makes an image larger: copies of its pixels, or numbers between them.
//!
//! ```text
//! nearest:   y[r, c] = x[⌊r / s⌋, ⌊c / s'⌋]
//! bilinear:  y[r, c] = (1 - v) (1 - h) x[i, j] + (1 - v) h x[i, j + 1] + v (1 - h) x[i + 1, j] + v h x[i + 1, j + 1]
//!            with i + v = (r + 0.5) / s - 0.5 and j + h = (c + 0.5) / s' - 0.5, and the edges continued
//! bicubic:   y[r, c] = Σ w(i + v - a) · w(j + h - b) · x[a, b]        over the 16 pixels (a, b) around
//!            with w(d) = 1.5 |d|³ - 2.5 d² + 1 up to |d| = 1, then -0.5 |d|³ + 2.5 d² - 4 |d| + 2 up to 2;
//!            the weights of pixels inside the image are divided by their sum along each axis
//!
//! dx of each pixel on the right += its factor · dy[r, c]
//! ```
//!
//! Shapes: input `(h, w, channels)`, output `(h · s, w · s', channels)` with `size = (s, s')`. Pixels have their
//! positions in their centres, as in Keras. TensorFlow computes in `f32`, and takes bicubic weights from a table of
//! 1024 distances; JAX computes these formulas. Keras also has `lanczos3` and `lanczos5`, which need sines and are left
//! out.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/up_sampling2d/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// Makes an image larger: copies of its pixels, or numbers between them.
    #[example = "let y = UpSampling2D(2)(x); // [14, 14, 8] → [28, 28, 8]"]
    #[example = "let y = UpSampling2D((2, 3), interpolation = bilinear)(x); // [14, 14, 8] → [28, 42, 8]"]
    /// `Q` is the number of pixels of the output. `METHOD` is 0 for copies, 1 for bilinear, and 2 for bicubic numbers.
    #[doc(alias = "Upsample")]
    #[doc(alias = "Resizing")]
    pub struct UpSampling2D<Q, METHOD> {
        /// The factors of rows and columns.
        size: Sizes = Shape::new(&[2]),
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// `nearest` copies pixels; `bilinear` and `bicubic` compute numbers between them.
        interpolation: Choice { NEAREST = "nearest", BILINEAR = "bilinear", BICUBIC = "bicubic" },
    }

    pub rule {
        /// The rows of the input.
        height,
        /// The columns of the input.
        width,
        /// The factor of the rows.
        rows,
        /// The factor of the columns.
        columns,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(h, w, channels)` to `(h · s, w · s', channels)`.
///
/// # Errors
/// If the input is not an image, if `size` has more than two numbers, or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let size = args.size();
    let (rows, columns) = match size.dims() {
        [both] => (*both, *both),
        [rows, columns] => (*rows, *columns),
        _ => {
            let message =
                Text::new().str("`size` expects one number, or two for rows and columns, but got ").shape(&size);
            return Err(ShapeError::argument(Code::ArgumentType, arg::size, message));
        }
    };
    if rows == 0 || columns == 0 {
        let message = Text::new().str("`size` must be at least 1, but is ").shape(&size);
        return Err(ShapeError::argument(Code::NotPositive, arg::size, message));
    }
    if x.rank() != 3 {
        let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let output = Shape::new(&[x.dim(0).saturating_mul(rows), x.dim(1).saturating_mul(columns), x.dim(2)]);
    if output.size() > u32::MAX as usize {
        let message = Text::new().str("`size` is too large: the output has the shape ").shape(&output);
        return Err(ShapeError::argument(Code::TooLarge, arg::size, message));
    }
    let consts = Consts { Q: output.cols(), METHOD: args.interpolation() };
    let fields = Fields { height: x.dim(0), width: x.dim(1), rows, columns };
    Ok(Inferred::new(output, &consts.list()).with(&fields.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::resize::Resize;
    pub use super::SPEC::UpSampling2D;
    use super::interpolation::{BICUBIC, BILINEAR};
    use crate::layers::over_slices::over_slices;

    impl<const Q: usize, const METHOD: usize> UpSampling2D<Q, METHOD> {
        /// The multiply-accumulates of a scalar of the output.
        const MACS: usize = match METHOD {
            BILINEAR => 3,
            BICUBIC => 16,
            _ => 0,
        };

        /// Returns the sizes.
        pub(in crate::layers::reshaping) const fn resize(&self, channels: usize) -> Resize {
            let UpSampling2D { height, width, rows, columns } = *self;
            Resize { height, width, rows, columns, channels }
        }
    }

    over_slices! {
        impl Layer for UpSampling2D<const Q, const METHOD>: (C, P) -> Q {
            macs: Self::MACS * C * Q,
            work: Self::MACS * C * Q,
            forward: |layer, x, y| match METHOD {
                BILINEAR => layer.resize(C).interpolate(x, y),
                BICUBIC => layer.resize(C).interpolate_cubic(x, y),
                _ => layer.resize(C).repeat(x, y),
            },
            backward: |layer, _x, _y, dy, dx| match METHOD {
                BILINEAR => layer.resize(C).add_interpolated(dy, dx),
                BICUBIC => layer.resize(C).add_interpolated_cubic(dy, dx),
                _ => layer.resize(C).add_repeated(dy, dx),
            },
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Pass};
        use crate::tensor::storage::Inline;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            type X = SMatrix<f64, 5, 6>;
            check_layer::<X, _>(&UpSampling2D::<36, 0> { height: 2, width: 3, rows: 3, columns: 2 });
            check_layer::<X, _>(&UpSampling2D::<36, 1> { height: 2, width: 3, rows: 3, columns: 2 });
            check_layer::<X, _>(&UpSampling2D::<30, 1> { height: 6, width: 1, rows: 1, columns: 5 });
            check_layer::<X, _>(&UpSampling2D::<36, 2> { height: 2, width: 3, rows: 3, columns: 2 });
            check_layer::<X, _>(&UpSampling2D::<30, 2> { height: 6, width: 1, rows: 1, columns: 5 });
        }

        #[test]
        fn copies() {
            let x = [SMatrix::<f32, 1, 2>::new(1., 2.)];
            let mut y = [SMatrix::<f32, 1, 12>::repeat(f32::NAN)];
            let layer = UpSampling2D::<12, 0> { height: 1, width: 2, rows: 2, columns: 3 };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 1., 1., 2., 2., 2., 1., 1., 1., 2., 2., 2.]);
        }

        /// The centres lie at -0.25, 0.25, 0.75 and 1.25.
        #[test]
        fn between_pixels() {
            let x = [SMatrix::<f32, 1, 2>::new(1., 2.)];
            let mut y = [SMatrix::<f32, 1, 4>::repeat(f32::NAN)];
            let layer = UpSampling2D::<4, 1> { height: 1, width: 2, rows: 1, columns: 2 };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 1.25, 1.75, 2.]);
        }

        /// A cubic through equal numbers is constant, and through a line it is the line, away from the edges.
        #[test]
        fn cubics() {
            let x = [SMatrix::<f64, 1, 6>::new(1., 2., 3., 4., 5., 6.)];
            let mut y = [SMatrix::<f64, 1, 12>::repeat(f64::NAN)];
            let layer = UpSampling2D::<12, 2> { height: 1, width: 6, rows: 1, columns: 2 };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice()[3..9], [2.25, 2.75, 3.25, 3.75, 4.25, 4.75]);
            // The first two pixels are at distances 0.25 and 1.25; the other two places are outside.
            let (near, far) = (0.8671875, -0.0703125);
            assert!((y[0][0] - (near + 2. * far) / (near + far)).abs() < 1e-15, "{}", y[0][0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(size: &[usize], x: &[usize]) -> Result<Inferred, String> {
        let args = SPEC.with(&[(arg::size, Value::Sizes(Shape::new(size)))]);
        infer(&args, &[Shape::new(x)]).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        let found = rule(&[2, 3], &[5, 7, 2]).unwrap();
        assert_eq!((found.output(0), found.consts()), (Shape::new(&[10, 21, 2]), &[210, 0][..]));
        assert_eq!((found.value("rows"), found.value("columns"), found.value("width")), (2, 3, 7));
        assert_eq!(rule(&[3], &[5, 7, 2]).unwrap().output(0), Shape::new(&[15, 21, 2]));
    }

    #[test]
    fn errors() {
        let two = "`size` expects one number, or two for rows and columns, but got (1, 2, 3)";
        assert_eq!(rule(&[1, 2, 3], &[5, 7, 2]).unwrap_err(), two);
        assert_eq!(rule(&[0, 2], &[5, 7, 2]).unwrap_err(), "`size` must be at least 1, but is (0, 2)");
        assert!(rule(&[2], &[5, 7]).unwrap_err().starts_with("expected an image"));
        assert!(rule(&[usize::MAX], &[5, 7, 2]).unwrap_err().starts_with("`size` is too large"));
    }
}
