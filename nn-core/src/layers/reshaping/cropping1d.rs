//! Cropping1D: removes steps at both ends of a sequence.
//!
//! ```text
//! y[k] = x[k + before]
//!
//! dx[k + before] += dy[k]
//! ```
//!
//! Shapes: input `(steps, features)`, output `(steps - before - after, features)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/cropping1d/>

use super::frame::{self, Frame};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Streaming, Value, found, layer, rule};

layer! {
    /// Removes steps at both ends of a sequence.
    #[example = "let y = Cropping1D((1, 2))(x); // [20, 8] → [17, 8]"]
    /// `Q` is the number of steps of the output.
    pub struct Cropping1D<Q> {
        /// The steps to remove at the beginning and at the end: a number for both, or two.
        cropping: Pairs = [1],
    }

    /// The place of the output in the input.
    pub rule frame: Frame;

    pub const SPEC: LayerSpec { streaming: Streaming::Refuses("the end of a stream is not known"), infer: rule!(infer) }
}

/// Returns the shape of the cropped input.
///
/// # Errors
/// If the input is not a sequence of shape (steps, features), or if nothing of it is left.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (output, frame) =
        found!(frame::cropping(Axes::Steps, &inputs[0], args.cropping(), (arg::cropping, "cropping")));
    Ok(Inferred::new(output, &Consts { Q: output.cols() }.list()).with(&frame.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Cropping1D;
    use crate::layers::over_slices::over_slices;

    over_slices! {
        impl Layer for Cropping1D<const Q>: (C, P) -> Q {
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
            check_layer::<SMatrix<f64, 5, 7>, _>(&Cropping1D::<3> {
                frame: Frame { left: 3, height: 1, width: 3, large_height: 1, large_width: 7, ..Frame::NONE },
            });
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 5>::new(1., 2., 3., 4., 5.)];
            let mut y = [SMatrix::<f32, 1, 2>::repeat(f32::NAN)];
            let layer = Cropping1D::<2> {
                frame: Frame { left: 1, height: 1, width: 2, large_height: 1, large_width: 5, ..Frame::NONE },
            };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [2., 3.]);
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
        found.map(|found| (found.output(0), found.value("left"))).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[2], &[7, 5]).unwrap(), (Shape::new(&[3, 5]), 2));
        assert_eq!(rule(&[1, 2], &[7, 5]).unwrap(), (Shape::new(&[4, 5]), 1));
        assert_eq!(rule(&[0, 0], &[7, 5]).unwrap(), (Shape::new(&[7, 5]), 0));
    }

    #[test]
    fn errors() {
        let nothing = "the input has 3 steps, and `cropping` removes 3 of them: nothing is left";
        assert_eq!(rule(&[1, 2], &[3, 5]).unwrap_err(), nothing);
        assert!(rule(&[u32::MAX as i64], &[3, 5]).is_err());
        let two = "`cropping` expects a whole number, or two: one before the steps and one behind them";
        assert_eq!(rule(&[1, 2, 3, 4], &[3, 5]).unwrap_err(), two);
        assert_eq!(rule(&[1, -2], &[3, 5]).unwrap_err(), "`cropping` must be at least 0, but has -2");
        assert!(rule(&[i64::MAX, i64::MAX], &[3, 5]).unwrap_err().contains("too large"));
        assert_eq!(rule(&[1], &[3]).unwrap_err(), "expected a sequence of shape (steps, features), but got (3,)");
    }
}
