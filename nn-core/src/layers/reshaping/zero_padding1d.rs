//! ZeroPadding1D: puts steps of zeros before and behind a sequence.
//!
//! ```text
//! y[k] = x[k - before]        0 outside of x
//!
//! dx[k] += dy[k + before]
//! ```
//!
//! Shapes: input `(steps, features)`, output `(steps + before + after, features)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/zero_padding1d/>

use super::frame::{self, Frame};
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Streaming, Value, found, layer, rule};

layer! {
    /// Puts steps of zeros before and behind a sequence.
    #[example = "let y = ZeroPadding1D((1, 2))(x); // [20, 8] → [23, 8]"]
    /// `Q` is the number of steps of the output.
    #[doc(alias = "ConstantPad1d")]
    pub struct ZeroPadding1D<Q> {
        /// The steps of zeros before and behind: a number for both, or two.
        padding: Pairs = [1],
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
    }

    /// The place of the input in the output.
    pub rule frame: Frame;

    pub const SPEC: LayerSpec {
        folding: Folding::Padding,
        streaming: Streaming::Refuses("the end of a stream is not known; a Conv1D with `padding = causal` pads at its start"),
        infer: rule!(infer),
    }
}

/// Returns the shape of the padded input.
///
/// # Errors
/// If the input is not a sequence of shape (steps, features), or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (output, frame) = found!(frame::padding(Axes::Steps, &inputs[0], args.padding(), (arg::padding, "padding")));
    Ok(Inferred::new(output, &Consts { Q: output.cols() }.list()).with(&frame.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::ZeroPadding1D;
    use crate::layers::over_slices::over_slices;

    over_slices! {
        impl Layer for ZeroPadding1D<const Q>: (C, P) -> Q {
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&ZeroPadding1D::<7> {
                frame: Frame { left: 3, height: 1, width: 3, large_height: 1, large_width: 7, ..Frame::NONE },
            });
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 2>::new(1., 3., 2., 4.)];
            let mut y = [SMatrix::<f32, 2, 5>::repeat(f32::NAN)];
            let layer = ZeroPadding1D::<5> {
                frame: Frame { left: 1, height: 1, width: 2, large_height: 1, large_width: 5, ..Frame::NONE },
            };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [0., 0., 1., 2., 3., 4., 0., 0., 0., 0.]);
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
        found.map(|found| (found.output(0), found.value("left"))).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[2], &[3, 5]).unwrap(), (Shape::new(&[7, 5]), 2));
        assert_eq!(rule(&[1, 2], &[3, 5]).unwrap(), (Shape::new(&[6, 5]), 1));
        assert_eq!(rule(&[0, 0], &[3, 5]).unwrap(), (Shape::new(&[3, 5]), 0));
    }

    #[test]
    fn errors() {
        let large = "`padding` is too large: the output has the shape (8589934593, 5)";
        assert_eq!(rule(&[u32::MAX as i64], &[3, 5]).unwrap_err(), large);
        let two = "`padding` expects a whole number, or two: one before the steps and one behind them";
        assert_eq!(rule(&[1, 2, 3, 4], &[3, 5]).unwrap_err(), two);
        assert_eq!(rule(&[1, -2], &[3, 5]).unwrap_err(), "`padding` must be at least 0, but has -2");
        assert!(rule(&[i64::MAX, i64::MAX], &[3, 5]).unwrap_err().contains("too large"));
        assert_eq!(rule(&[1], &[3]).unwrap_err(), "expected a sequence of shape (steps, features), but got (3,)");
    }
}
