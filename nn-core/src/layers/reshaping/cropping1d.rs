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

use super::frame;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// Removes steps at both ends of a sequence.
    #[example = "let y = Cropping1D((1, 2))(x); // [20, 8] → [17, 8]"]
    /// `Q` is the number of steps of the output.
    pub struct Cropping1D<Q> {
        /// The steps to remove at the beginning and at the end: a number for both, or two.
        cropping: Pairs = [1],
    }

    pub rule {
        /// The steps before the first step that stays.
        before,
        /// The steps of the output.
        steps,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// The place and the name of the argument.
const ARGUMENT: (usize, &str) = (arg::cropping, "cropping");

/// Returns the shape of the cropped input.
///
/// # Errors
/// If the input is not a sequence of shape (steps, features), or if nothing of it is left.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let ends = match frame::of_steps(args.cropping(), ARGUMENT) {
        Ok(ends) => ends,
        Err(error) => return Err(error),
    };
    if x.rank() != 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let Some(steps) = frame::cropped(x.dim(0), ends) else {
        return Err(frame::nothing_left(arg::cropping, "steps", x.dim(0), ends));
    };
    let fields = Fields { before: ends.0, steps };
    match frame::checked(x.with_dim(0, steps), ARGUMENT) {
        Ok(output) => Ok(Inferred::new(output, &Consts { Q: steps }.list()).with(&fields.list())),
        Err(error) => Err(error),
    }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::frame::Frame;
    pub use super::SPEC::Cropping1D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<const Q: usize> Cropping1D<Q> {
        /// Returns the place of the output in the input, which has `large` steps.
        pub(in crate::layers::reshaping) fn frame(&self, large: usize, channels: usize) -> Frame {
            Frame {
                height: 1,
                top: 0,
                row: self.steps * channels,
                left: self.before * channels,
                large_row: large * channels,
                large: large * channels,
            }
        }
    }

    impl<T: Scalar + Element, const Q: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Cropping1D<Q> {
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
            self.frame(P, R).crop(flat(x), flat_mut(y));
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
                self.frame(P, R).add_padded(flat(dy), flat_mut(dx));
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
            check_layer::<SMatrix<f64, 5, 7>, _>(&Cropping1D::<3> { before: 3, steps: 3 });
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 1, 5>::new(1., 2., 3., 4., 5.)];
            let mut y = [SMatrix::<f32, 1, 2>::repeat(f32::NAN)];
            let layer = Cropping1D::<2> { before: 1, steps: 2 };
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
        found.map(|found| (found.output(0), found.value("before"))).map_err(|error| error.to_string())
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
