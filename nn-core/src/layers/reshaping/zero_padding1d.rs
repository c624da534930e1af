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

use super::frame;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Value, layer, rule};

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

    pub rule {
        /// The steps before the first step of the input.
        before,
        /// The steps of the input.
        steps,
    }

    pub const SPEC: LayerSpec {
        folding: Folding::Padding,
        infer: rule!(infer),
    }
}

/// The place and the name of the argument.
const ARGUMENT: (usize, &str) = (arg::padding, "padding");

/// Returns the shape of the padded input.
///
/// # Errors
/// If the input is not a sequence of shape (steps, features), or if the output would have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let ends = match frame::of_steps(args.padding(), ARGUMENT) {
        Ok(ends) => ends,
        Err(error) => return Err(error),
    };
    if x.rank() != 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let steps = frame::padded(x.dim(0), ends);
    let fields = Fields { before: ends.0, steps: x.dim(0) };
    match frame::checked(x.with_dim(0, steps), ARGUMENT) {
        Ok(output) => Ok(Inferred::new(output, &Consts { Q: steps }.list()).with(&fields.list())),
        Err(error) => Err(error),
    }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::frame::Frame;
    pub use super::SPEC::ZeroPadding1D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<const Q: usize> ZeroPadding1D<Q> {
        /// Returns the place of the input in the output, which has `large` steps.
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

    impl<T: Scalar + Element, const Q: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>>
        for ZeroPadding1D<Q>
    {
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
            self.frame(Q, R).pad(flat(x), flat_mut(y));
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
                self.frame(Q, R).add_cropped(flat(dy), flat_mut(dx));
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&ZeroPadding1D::<7> { before: 3, steps: 3 });
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 2>::new(1., 3., 2., 4.)];
            let mut y = [SMatrix::<f32, 2, 5>::repeat(f32::NAN)];
            let layer = ZeroPadding1D::<5> { before: 1, steps: 2 };
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
        found.map(|found| (found.output(0), found.value("before"))).map_err(|error| error.to_string())
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
