//! GlobalMaxPooling2D: the largest value over all pixels of an image.
//!
//! ```text
//! y[f] = max x[r, c, f]
//!
//! dx[r, c, f] += dy[f] / k        at the k pixels where x[r, c, f] = y[f], else nothing
//! ```
//!
//! Shapes: input `(h, w, channels)`; output `(channels,)`, or `(1, 1, channels)` with `keepdims`. NaN in any pixel
//! makes its channel NaN.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/global_max_pooling2d/>

use super::windows::{channels_first, over_image};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// The largest value over all pixels of an image.
    #[example = "let y = GlobalMaxPooling2D()(x); // [28, 28, 8] → [8]"]
    #[example = "let y = GlobalMaxPooling2D(keepdims = true)(x); // [28, 28, 8] → [1, 1, 8]"]
    #[doc(alias = "GlobalMaxPool2D")]
    pub struct GlobalMaxPooling2D {
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
        /// Keeps the axes of the rows and the columns, with length 1.
        keepdims: Flag = false,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(h, w, channels)` to `(channels,)`.
///
/// # Errors
/// If the input is not an image, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 3, 1))"));
    }
    over_image(&inputs[0], args.keepdims())
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GlobalMaxPooling2D;
    use crate::layers::pooling::reduce::{self, Windows, pooling};

    pooling! {
        impl Layer for GlobalMaxPooling2D: (C, P) -> 1 {
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
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 6>, _>(&GlobalMaxPooling2D);
            check_layer::<SMatrix<f64, 19, 7>, _>(&GlobalMaxPooling2D);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 4>::from_column_slice(&[1., 8., 3., 6., 3., 2., 2., 8.])];
            let mut y = [SMatrix::<f32, 2, 1>::zeros()];
            GlobalMaxPooling2D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [3., 8.]);
            let (dy, mut dx) = ([SMatrix::<f32, 2, 1>::new(4., 6.)], [SMatrix::<f32, 2, 4>::repeat(1.)]);
            GlobalMaxPooling2D.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [1., 4., 3., 1., 3., 1., 1., 4.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let x = Shape::new(&[5, 7, 3]);
        assert_eq!(infer(&SPEC.with(&[]), &[x]).unwrap().output(0), Shape::new(&[3]));
        let kept = SPEC.with(&[(arg::keepdims, Value::Flag(true))]);
        assert_eq!(infer(&kept, &[x]).unwrap().output(0), Shape::new(&[1, 1, 3]));
        let first = SPEC.with(&[(arg::data_format, Value::Choice(data_format::CHANNELS_FIRST))]);
        assert!(infer(&first, &[x]).is_err());
        assert!(infer(&SPEC.with(&[]), &[Shape::new(&[5, 3])]).is_err());
    }
}
