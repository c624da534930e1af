//! GlobalMaxPooling1D: the largest value over the steps of a sequence.
//!
//! ```text
//! y[f] = maxₜ x[t, f]
//!
//! dx[t, f] += dy[f] / k        at the k steps where x[t, f] = y[f], else nothing
//! ```
//!
//! Shapes: input `(steps, features)`; output `(features,)`, or `(1, features)` with `keepdims`. As in Keras, a mask is
//! ignored and ends here. NaN in any step makes its feature NaN.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/global_max_pooling1d/>

use super::windows::{channels_first, over_steps};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// The largest value over the steps of a sequence.
    #[example = "let y = GlobalMaxPooling1D()(x); // [20, 8] → [8]"]
    #[doc(alias = "GlobalMaxPool1D")]
    pub struct GlobalMaxPooling1D {
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
        /// Keeps the axis of the steps, with length 1.
        keepdims: Flag = false,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(steps, features)` to `(features,)`.
///
/// # Errors
/// If the input is not a sequence, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 1))"));
    }
    over_steps(&inputs[0], args.keepdims())
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GlobalMaxPooling1D;
    use crate::layers::pooling::reduce::{self, Windows, pooling};

    pooling! {
        impl Layer for GlobalMaxPooling1D: (C, P) -> 1 {
            windows: |_layer| Windows::over_all(P, C),
            forward: maximum,
            backward: add_each_maximum,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Memory, Pass};
        use crate::tensor::storage::Inline;
        use nalgebra::{SMatrix, SVector};

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&GlobalMaxPooling1D);
        }

        #[test]
        fn ties_share_the_gradient() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 3., 3., 6., 2., 1.)];
            let mut y = [SVector::<f32, 2>::repeat(9.)];
            GlobalMaxPooling1D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y, [SVector::<f32, 2>::new(3., 6.)]);
            let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
            let dy = [SVector::<f32, 2>::new(2., 4.)];
            GlobalMaxPooling1D.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx, [SMatrix::<f32, 2, 3>::new(1., 2., 2., 5., 1., 1.)]);
        }
    }
}
