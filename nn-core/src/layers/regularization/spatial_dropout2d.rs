//! SpatialDropout2D: sets random channels to zero while training, at all pixels.
//!
//! ```text
//! training:    m = 1 / (1 - rate) with probability 1 - rate, else 0        for each channel of each sample
//!              y = m ⊙ x at each pixel
//! prediction:  y = x
//!
//! dx += m ⊙ dy
//! ```
//!
//! Neighbouring pixels are alike behind a convolution, so a [`Dropout`](mod@super::dropout) of single numbers would
//! only slow training down. Shapes: output as input, `(height, width, channels)`.
//!
//! Source: Tompson et al., *Efficient object localization using convolutional networks*, CVPR (2015);
//! <https://keras.io/api/layers/regularization_layers/spatial_dropout2d/>

use super::spatial;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Sets random channels to zero while training, at all pixels.
    #[example = "let y = SpatialDropout2D(0.2)(x); // [14, 14, 8] → [14, 14, 8]"]
    #[doc(alias = "Dropout2d")]
    pub struct SpatialDropout2D {
        /// The fraction of channels that is set to zero, from 0 to 1.
        pub rate: Float,
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
    }

    pub const SPEC: LayerSpec {
        has_cache: true,
        masking: Masking::Passes,
        copies: true,
        folding: Folding::Identity,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If the rate is not from 0 to 1, or if the input is not an image of shape (height, width, channels).
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    spatial::infer(Args(args).rate(), arg::rate, inputs[0], 3, "an image of shape (height, width, channels)")
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::SpatialDropout2D;

    super::super::spatial::spatial_dropout!(SpatialDropout2D);

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layer::{Layer, Memory, Mode, Pass};
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use nalgebra::{SMatrix, SVector};
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&SpatialDropout2D { rate: 0.3 });
            check_layer::<SMatrix<f64, 5, 3>, _>(&SpatialDropout2D { rate: 1.0 });
        }

        #[test]
        fn drops_whole_channels() {
            type X = SMatrix<f64, 100, 7>;
            let (x, layer) = ([X::repeat(1.0), X::repeat(2.0)], SpatialDropout2D { rate: 0.25 });
            let (mut y, mut dx) = ([X::repeat(f64::NAN); 2], [X::zeros(); 2]);
            let mut m = <Heap as Storage>::Of::<SVector<f64, 100>>::with_capacity(2);
            let mut rng = StdRng::seed_from_u64(1);
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            for y in &y {
                assert!(y.column_iter().all(|column| column == y.column(0)));
                let dropped = y.column(0).iter().filter(|&&y| y == 0.0).count();
                assert!((15..35).contains(&dropped), "{dropped}");
            }
            assert!(y[0].column(0) != y[1].column(0) / 2.0, "each sample draws its own numbers");
            assert!(y[0].iter().all(|&y| y == 0.0 || y == 1.0 / 0.75));
            layer.backward::<Heap>(&(), &x, &y, &x, Memory::new(&mut m), Some(&mut dx), None);
            assert_eq!(dx, y);

            layer.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn shapes() {
        let rule = |rate: f64, x: &[usize]| infer(&SPEC.with(&[(arg::rate, Value::Float(rate))]), &[Shape::new(x)]);
        assert_eq!(rule(0.5, &[2, 5, 3]).unwrap(), Inferred::new(Shape::new(&[2, 5, 3]), &[]));
        assert_eq!(rule(1.5, &[2, 5, 3]).unwrap_err().to_string(), "expected a rate from 0 to 1");
        let error = rule(0.5, &[5, 3]).unwrap_err().to_string();
        assert_eq!(error, "expected an image of shape (height, width, channels), but got (5, 3)");
    }
}
