//! AveragePooling1D: the mean in each window of a sequence.
//!
//! ```text
//! y[t, f] = Σ x[t · s + i, f] / n        over the cells i of the window
//!
//! dx[t · s + i, f] += dy / n
//! ```
//!
//! with strides `s` and the `n` cells of the window that are inside the input. With `same` padding, windows at the
//! border have fewer of them: the padding does not count.
//!
//! Shapes: input `(steps, features)`, output `(steps', features)`. As in Keras, a mask is ignored and ends here.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/average_pooling1d/>

use super::windows::{Pool, PoolGeometry, channels_first};
use crate::layers::conv::conv1d::slide::SLIDE;
use crate::layers::conv::windows::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Streaming, Value, found, layer, rule};

layer! {
    /// The mean in each window of a sequence.
    #[example = "let y = AveragePooling1D(2)(x); // [20, 8] → [10, 8]"]
    #[example = "let y = AveragePooling1D(3, strides = 2, padding = same)(x); // [20, 8] → [10, 8]"]
    /// `Q` is the number of steps of the output.
    #[doc(alias = "AvgPool1D")]
    #[doc(alias = "AvgPool1d")]
    pub struct AveragePooling1D<Q> {
        /// The steps of the window.
        pool_size: Sizes = Shape::new(&[2]),
        /// The steps from one window to the next; the window's size if absent.
        strides: Option<Sizes>,
        /// `same` gives an output for every part of the input; windows at the border are then cut.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
    }

    /// The sizes of the windows, of the input and of the output.
    pub rule geometry: PoolGeometry;

    pub const SPEC: LayerSpec { streaming: Streaming::Window {
            size: arg::pool_size,
            strides: arg::strides,
            dilation: None,
            padding: arg::padding,
            causal: None,
            by: &SLIDE,
        }, infer: rule!(infer) }
}

/// Maps `(steps, features)` to `(steps', features)`; the type is `AveragePooling1D<steps'>`.
///
/// # Errors
/// - If the input is not a sequence of shape `(steps, features)`, or smaller than a window without padding.
/// - For `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 1))"));
    }
    let pool = Pool {
        axes: Axes::Steps,
        pool_size: (args.pool_size(), arg::pool_size),
        strides: (args.strides(), arg::strides),
        same: args.padding() == padding::SAME,
    };
    let (output, geometry) = found!(pool.windows(&inputs[0]));
    Ok(Inferred::new(output, &Consts { Q: geometry.places() }.list()).with(&geometry.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::AveragePooling1D;
    use crate::layers::pooling::reduce::{self, pooling};

    pooling! {
        impl Layer for AveragePooling1D<const Q>: (C, P) -> Q {
            windows: |layer| layer.geometry.windows(C),
            forward: mean,
            backward: add_mean,
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
            let sizes = [[2, 2, 0], [3, 1, 0], [3, 2, 1]];
            for [window, stride, before] in sizes {
                let geometry = PoolGeometry::of_steps(5, 3, window, stride, before);
                check_layer::<SMatrix<f64, 7, 5>, _>(&AveragePooling1D::<3> { geometry });
            }
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 3>::from_column_slice(&[1., 8., 3., 6., 7., 4.])];
            let mut y = [SMatrix::<f32, 2, 2>::zeros()];
            // The second window has one cell inside.
            let layer = AveragePooling1D::<2> { geometry: PoolGeometry::of_steps(3, 2, 2, 2, 0) };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [2., 7., 7., 4.]);
            let dy = [SMatrix::<f32, 2, 2>::from_column_slice(&[4., 8., 3., 2.])];
            let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
            layer.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [3., 5., 3., 5., 4., 3.]);
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
        let (pool, stride) = (Value::Sizes(Shape::new(&[3])), Value::Size(2));
        assert_eq!(output(&[], &[27, 3]), Shape::new(&[13, 3]));
        assert_eq!(output(&[(arg::pool_size, pool)], &[28, 3]), Shape::new(&[9, 3]));
        let same = (arg::padding, Value::Choice(padding::SAME));
        assert_eq!(output(&[(arg::pool_size, pool), (arg::strides, stride), same], &[7, 3]), Shape::new(&[4, 3]));
        assert!(infer(&SPEC.with(&[]), &[Shape::new(&[1, 3])]).is_err());
        let first = SPEC.with(&[(arg::data_format, Value::Choice(data_format::CHANNELS_FIRST))]);
        assert!(infer(&first, &[Shape::new(&[4, 4, 4][..1 + 1])]).is_err());
    }
}
