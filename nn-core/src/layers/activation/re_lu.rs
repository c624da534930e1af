//! ReLU: the rectified linear unit, with a limit, a slope and a threshold.
//!
//! ```text
//! y = min(x, max_value)                   if x > threshold
//!     negative_slope · (x - threshold)    else
//!
//! dx += dy                                if threshold < x ≤ max_value
//!       0                                 if x > threshold and x > max_value
//!       negative_slope · dy               if x < threshold
//! ```
//!
//! The derivative at a kink is Keras's. At the threshold it is 0, or `negative_slope` if neither `max_value` nor
//! `threshold` is given. At `max_value` it is 1, or 0 if `max_value` is 6 and `threshold` is 0.
//!
//! Shapes: output as input, any shape. With the defaults this is `Activation(relu)`.
//!
//! Source: <https://keras.io/api/layers/activation_layers/relu/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The rectified linear unit, with a limit, a slope and a threshold.
    #[example = "let y = ReLU()(x); // [64] → [64]"]
    #[example = "let y = ReLU(max_value = 6.0, negative_slope = 0.1)(x); // [64] → [64]"]
    #[doc(alias = "ReLU6")]
    pub struct ReLU {
        /// The largest output. None is infinity.
        pub max_value: Option<Float> = f64::INFINITY,
        /// The slope up to the threshold.
        pub negative_slope: Float = 0.0,
        /// The start of the positive part.
        pub threshold: Float = 0.0,
    }

    pub const SPEC: LayerSpec {
        masking: Masking::Passes,
        folding: Folding::Position,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If an argument is negative.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let values = [
        (arg::max_value, args.max_value()),
        (arg::negative_slope, args.negative_slope()),
        (arg::threshold, args.threshold()),
    ];
    let mut i = 0;
    while i < values.len() {
        if let (place, Some(value)) = values[i]
            && value < 0.0
        {
            let message = Text::new().str("`").str(SPEC.args[place].name).str("` must not be negative");
            return Err(ShapeError::argument(Code::OutOfRange, place, message));
        }
        i += 1;
    }
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::ReLU;
    use crate::activations::Elementwise;
    use crate::layers::elementwise::elementwise_layer;
    use crate::tensor::scalar::Scalar;

    impl Elementwise for ReLU {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            let (max, threshold) = (T::of(self.max_value), T::of(self.threshold));
            if x > threshold {
                if x > max { max } else { x }
            } else if self.negative_slope == 0.0 {
                // Not a product, because 0 · -∞ is NaN. A NaN stays NaN.
                if x <= threshold { T::ZERO } else { x }
            } else {
                T::of(self.negative_slope) * (x - threshold)
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            let (max, threshold) = (T::of(self.max_value), T::of(self.threshold));
            if x > threshold {
                // Keras computes the case of 6 as relu6, whose derivative at 6 is 0.
                let relu6 = self.max_value == 6.0 && self.threshold == 0.0;
                if x > max || (relu6 && x == max) { T::ZERO } else { T::ONE }
            } else {
                // Keras computes the part below as -negative_slope · relu(threshold - x), with derivative 0 at the
                // threshold, or as leaky_relu, whose derivative there is the slope.
                let leaky = self.max_value == f64::INFINITY && self.threshold == 0.0;
                if x < threshold || leaky { T::of(self.negative_slope) } else { T::ZERO }
            }
        }
    }

    elementwise_layer!(ReLU);

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        const ALL: ReLU = ReLU { max_value: 0.7, negative_slope: 0.1, threshold: 0.2 };

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&ReLU::DEFAULT);
            check_layer::<SMatrix<f64, 5, 3>, _>(&ALL);
        }

        #[test]
        fn the_formula() {
            assert_eq!([-1.0f64, 0.0, 0.5, 9.0].map(|x| ReLU::DEFAULT.value(x)), [0.0, 0.0, 0.5, 9.0]);
            let y = [-0.8, 0.2, 0.5, 0.7, 9.0].map(|x: f64| ALL.value(x));
            assert_eq!(y, [-0.1, 0.0, 0.5, 0.7, 0.7]);
            assert_eq!([0.1, 0.2, 0.7, 9.0].map(|x: f64| ALL.derivative(x, 0.0)), [0.1, 0.0, 1.0, 0.0]);
            let leaky = ReLU { negative_slope: 0.1, ..ReLU::DEFAULT };
            assert_eq!([-1.0, 0.0, 1.0].map(|x: f64| leaky.derivative(x, 0.0)), [0.1, 0.1, 1.0]);
            let six = ReLU { max_value: 6.0, ..ReLU::DEFAULT };
            assert_eq!([5.0, 6.0, 7.0].map(|x: f64| six.derivative(x, 0.0)), [1.0, 0.0, 0.0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn arguments_are_not_negative() {
        let shape = Shape::new(&[4, 3]);
        let sloping = |slope| SPEC.with(&[(arg::negative_slope, Value::Float(slope))]);
        let inferred = infer(&sloping(0.1), &[shape]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (shape, &[][..]));
        let error = infer(&sloping(-0.1), &[shape]).unwrap_err();
        assert_eq!(error.to_string(), "`negative_slope` must not be negative");
    }
}
