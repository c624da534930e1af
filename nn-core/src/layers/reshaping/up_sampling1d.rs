//! UpSampling1D: repeats each step of a sequence.
//!
//! ```text
//! y[k] = x[⌊k / size⌋]
//!
//! dx[j] += Σ dy[k]        over the size steps k of step j
//! ```
//!
//! Shapes: input `(steps, features)`, output `(steps · size, features)`.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/up_sampling1d/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Repeats each step of a sequence.
    #[example = "let y = UpSampling1D(3)(x); // [20, 8] → [60, 8]"]
    /// `Q` is the number of steps of the output.
    #[doc(alias = "Upsample")]
    pub struct UpSampling1D<Q> {
        /// The number of times that each step occurs.
        size: Size = 2,
    }

    pub const SPEC: LayerSpec { streaming: Streaming::Refuses("it makes several steps of one"), infer: rule!(infer) }
}

/// Maps `(steps, features)` to `(steps · size, features)`.
///
/// # Errors
/// If the input is not a sequence, or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (size, x) = (Args(args).size(), inputs[0]);
    if x.rank() != 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let output = x.with_dim(0, x.dim(0).saturating_mul(size));
    if output.size() > u32::MAX as usize {
        let message = Text::new().str("`size` is too large: the output has the shape ").shape(&output);
        return Err(ShapeError::argument(Code::TooLarge, arg::size, message));
    }
    Ok(Inferred::new(output, &Consts { Q: output.dim(0) }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::resize::Resize;
    pub use super::SPEC::UpSampling1D;
    use crate::layers::over_slices::over_slices;

    impl<const Q: usize> UpSampling1D<Q> {
        /// Returns the sizes of an input of `steps` steps.
        const fn resize(steps: usize, channels: usize) -> Resize {
            Resize { height: 1, width: steps, rows: 1, columns: Q / if steps == 0 { 1 } else { steps }, channels }
        }
    }

    over_slices! {
        impl Layer for UpSampling1D<const Q>: (C, P) -> Q {
            work: 0,
            forward: |_layer, x, y| {
                const { assert!(Q.is_multiple_of(P)) }
                Self::resize(P, C).repeat(x, y)
            },
            // y[k] = x[⌊k / size⌋], so dx[j] += Σ dy[k]
            backward: |_layer, _x, _y, dy, dx| Self::resize(P, C).add_repeated(dy, dx),
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&UpSampling1D::<6>);
            check_layer::<SMatrix<f64, 5, 3>, _>(&UpSampling1D::<3>);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 2>::new(1., 3., 2., 4.)];
            let mut y = [SMatrix::<f32, 2, 4>::repeat(f32::NAN)];
            UpSampling1D::<4>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 2., 1., 2., 3., 4., 3., 4.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(size: usize, x: &[usize]) -> Result<Shape, String> {
        let found = infer(&SPEC.with(&[(arg::size, Value::Size(size))]), &[Shape::new(x)]);
        found.map(|found| found.output(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(3, &[5, 2]).unwrap(), Shape::new(&[15, 2]));
        assert_eq!(rule(3, &[5]).unwrap_err(), "expected a sequence of shape (steps, features), but got (5,)");
        assert!(rule(usize::MAX, &[5, 2]).unwrap_err().starts_with("`size` is too large"));
    }
}
