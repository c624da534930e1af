//! PReLU: the rectified linear unit with a learned slope below zero.
//!
//! ```text
//! y = x                if x > 0
//!     alpha ⊙ x        else
//!
//! dx += dy             if x > 0
//!       alpha ⊙ dy     if x < 0        (0 at x = 0, as in Keras)
//! dalpha += dy ⊙ x     if x < 0, summed over samples and over shared axes
//! ```
//!
//! Shapes: output as input, any shape of up to four axes. `alpha` has a slope for every scalar of a sample, and length
//! 1 along `shared_axes`. As in Keras, `shared_axes` counts the batch: 1 is the first axis of a sample. After a
//! `Conv2D`, `shared_axes = [1, 2]` gives each channel its own slope.
//!
//! Source: He et al., *Delving deep into rectifiers*, ICCV (2015);
//! <https://keras.io/api/layers/activation_layers/prelu/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The rectified linear unit with a learned slope below zero.
    #[example = "let y = PReLU(shared_axes = [1])(x); // [20, 8] → [20, 8]"]
    /// The slopes are `R × P` and have the last `RANK` of the axes `(.., D1, D2, R)`. The input has `(.., I1, I2, _)`.
    pub struct PReLU<R, P, D1, D2, RANK, I1, I2> {
        /// The initial values of the slopes.
        pub alpha_initializer: Initializer = Zeros,
        /// A penalty on the slopes.
        pub alpha_regularizer: Regularizer,
        /// A bound on the slopes.
        pub alpha_constraint: Constraint,
        /// The axes along which all positions share a slope: 1 is the first axis of a sample.
        shared_axes: Ints = [],
    }

    pub const SPEC: LayerSpec {
        weights: PReLUWeights<R, P, D1, D2, RANK>,
        masking: Masking::Passes,
        streaming: Streaming::Shared { axes: arg::shared_axes },
        infer: rule!(infer),
    }
}

/// The maximum number of axes of an input.
const AXES: usize = 4;

/// Returns the shape of the input.
///
/// The type is `PReLU<rows, cols, D1, D2, RANK, I1, I2>`: the slopes are `rows × cols` and have the last `RANK` of the
/// axes `(.., D1, D2, rows)`. The input has the axes `(.., I1, I2, _)`, with 1 for a missing axis.
///
/// # Errors
/// If the input has no axis or more than four axes, or if a shared axis does not exist.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (x, mut alpha) = (inputs[0], inputs[0]);
    if x.rank() == 0 || x.rank() > AXES {
        let message = Text::new().str("expected from one to four axes, but got the shape ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    let (args, mut i) = (Args(args), 0);
    while i < args.shared_axes().len() {
        let shared = args.shared_axes()[i];
        match x.axis(shared) {
            Some(axis) => alpha = alpha.with_dim(axis, 1),
            None => return Err(ShapeError::no_axis(arg::shared_axes, shared, &x)),
        }
        i += 1;
    }
    let consts = Consts {
        R: alpha.rows(),
        P: alpha.cols(),
        D1: inner(&alpha, 3),
        D2: inner(&alpha, 2),
        RANK: x.rank(),
        I1: inner(&x, 3),
        I2: inner(&x, 2),
    };
    Ok(Inferred::new(x, &consts.list()))
}

/// Returns the axis this far from the end, or 1 if there is none.
const fn inner(shape: &Shape, from_end: usize) -> usize {
    if from_end <= shape.rank() { shape.dim(shape.rank() - from_end) } else { 1 }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::AXES;
    pub use super::SPEC::PReLU;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::layers::strides::Strides;
    use crate::spec::shape::Shape;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights::initializers::Fans;
    use crate::weights::{self, Part, Weights};
    use nalgebra::SMatrix;
    use rand::Rng;

    impl<
        const R: usize,
        const P: usize,
        const D1: usize,
        const D2: usize,
        const RANK: usize,
        const I1: usize,
        const I2: usize,
    > PReLU<R, P, D1, D2, RANK, I1, I2>
    {
        /// Returns the places of the slopes for the scalars of an input of `rows` × `cols`.
        #[inline(always)]
        const fn slopes(rows: usize, cols: usize) -> Strides<AXES> {
            let (input, alpha) = ([cols / (I1 * I2), I1, I2, rows], dims(R, P, D1, D2));
            let (mut ones, mut axis) = (0, 0);
            while axis < AXES {
                if alpha[axis] != input[axis] {
                    ones |= 1 << axis;
                }
                axis += 1;
            }
            Strides::repeat(input, ones)
        }
    }

    const fn dims(r: usize, p: usize, d1: usize, d2: usize) -> [usize; AXES] {
        [p / (d1 * d2), d1, d2, r]
    }

    /// The weights of a [`PReLU`].
    #[repr(C)]
    #[derive(Debug, PartialEq)]
    pub struct PReLUWeights<T, const R: usize, const P: usize, const D1: usize, const D2: usize, const RANK: usize> {
        /// The slopes below zero.
        pub alpha: SMatrix<T, R, P>,
    }

    impl<T: Clone, const R: usize, const P: usize, const D1: usize, const D2: usize, const RANK: usize> Clone
        for PReLUWeights<T, R, P, D1, D2, RANK>
    {
        fn clone(&self) -> Self {
            const { weights::assert_clone::<Self>() }
            PReLUWeights { alpha: self.alpha.clone() }
        }

        fn clone_from(&mut self, source: &Self) {
            weights::copy(&source.alpha, &mut self.alpha);
        }
    }

    // Written out because `weights!` has no shapes of variable rank.
    // SAFETY: `repr(C)`, and the only field is a matrix of `T`.
    unsafe impl<T: Scalar, const R: usize, const P: usize, const D1: usize, const D2: usize, const RANK: usize>
        Weights<T> for PReLUWeights<T, R, P, D1, D2, RANK>
    {
        const PARTS: &'static [Part] = &[Part::new("alpha", Shape::new(dims(R, P, D1, D2).split_at(AXES - RANK).1))];
    }

    impl<
        T: Scalar + Element,
        const R: usize,
        const P: usize,
        const D1: usize,
        const D2: usize,
        const RANK: usize,
        const I1: usize,
        const I2: usize,
        const RX: usize,
        const PX: usize,
    > Layer<T, SMatrix<T, RX, PX>> for PReLU<R, P, D1, D2, RANK, I1, I2>
    {
        type Output = SMatrix<T, RX, PX>;
        type Weights = PReLUWeights<T, R, P, D1, D2, RANK>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            let dims = dims(R, P, D1, D2);
            // Keras's fans of any variable: the last two axes, times the axes before them. A vector counts as both.
            let before = dims[0] * dims[1];
            let fans = if RANK == 1 { Fans::new(R, R) } else { Fans::new(before * D2, before * R) };
            self.alpha_initializer.fill(w.alpha.as_mut_slice(), &dims[AXES - RANK..], fans, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, RX, PX>],
            y: &mut [SMatrix<T, RX, PX>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            // y = x if x > 0, else alpha ⊙ x
            let (alpha, at) = (w.alpha.as_slice(), Self::slopes(RX, PX));
            for (x, y) in flat(x).chunks_exact(RX * PX).zip(flat_mut(y).chunks_exact_mut(RX * PX)) {
                for (k, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                    *y = if x > T::ZERO { x } else { alpha[at.place(k)] * x };
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, RX, PX>],
            _: &[SMatrix<T, RX, PX>],
            dy: &[SMatrix<T, RX, PX>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, RX, PX>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = x if x > 0, else alpha ⊙ x, so dx += dy or alpha ⊙ dy, and dalpha += dy ⊙ x
            let (alpha, at) = (w.alpha.as_slice(), Self::slopes(RX, PX));
            let samples = || flat(x).chunks_exact(RX * PX).zip(flat(dy).chunks_exact(RX * PX));
            if let Some(dx) = dx {
                for ((x, dy), dx) in samples().zip(flat_mut(dx).chunks_exact_mut(RX * PX)) {
                    for (k, ((dx, &dy), &x)) in dx.iter_mut().zip(dy).zip(x).enumerate() {
                        if x > T::ZERO {
                            *dx += dy;
                        } else if x < T::ZERO {
                            *dx += alpha[at.place(k)] * dy;
                        }
                    }
                }
            }
            if let Some(dw) = dw {
                let dalpha = dw.alpha.as_mut_slice();
                for (x, dy) in samples() {
                    for (k, (&dy, &x)) in dy.iter().zip(x).enumerate() {
                        if x < T::ZERO {
                            dalpha[at.place(k)] += dy * x;
                        }
                    }
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::weights::regularizers::Regularizer;

        /// A slope for each channel of a (2, 3, 5) sample.
        type Channels = PReLU<5, 1, 1, 1, 3, 2, 3>;

        #[test]
        fn gradients() {
            let alpha_regularizer = Regularizer { l1: 0.02, l2: 0.03 };
            check_layer::<SMatrix<f64, 5, 1>, _>(&PReLU::<5, 1, 1, 1, 1, 1, 1>::DEFAULT);
            check_layer::<SMatrix<f64, 5, 3>, _>(&PReLU::<5, 3, 1, 3, 2, 1, 3> { alpha_regularizer, ..PReLU::DEFAULT });
            check_layer::<SMatrix<f64, 5, 6>, _>(&Channels::DEFAULT);
            // Shared along the middle axis of (2, 3, 5).
            check_layer::<SMatrix<f64, 5, 6>, _>(&PReLU::<5, 2, 2, 1, 3, 2, 3>::DEFAULT);
        }

        #[test]
        fn the_formula() {
            let w = PReLUWeights { alpha: SMatrix::<f32, 5, 1>::from_column_slice(&[0.0, 1.0, 2.0, 3.0, 4.0]) };
            let x = [SMatrix::<f32, 5, 6>::from_fn(|r, c| if (r + c) % 2 == 0 { -1.0 } else { 7.0 })];
            let mut y = x;
            Channels::DEFAULT.forward::<crate::tensor::storage::Inline<1>>(&w, &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0], SMatrix::<f32, 5, 6>::from_fn(|r, c| if (r + c) % 2 == 0 { -(r as f32) } else { 7.0 }));
        }

        #[test]
        fn the_variable_has_keras_shape() {
            let mut shapes = std::vec::Vec::new();
            <PReLUWeights<f32, 5, 2, 2, 1, 3> as Weights<f32>>::variables(&crate::Path::ROOT, &mut |v| {
                shapes.push(v.shape)
            });
            assert_eq!(shapes, [Shape::new(&[2, 1, 5])]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(shared: &[i64], x: &[usize]) -> Result<Inferred, ShapeError> {
        infer(&SPEC.with(&[(arg::shared_axes, Value::ints(shared))]), &[Shape::new(x)])
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[], &[5]).unwrap(), Inferred::new(Shape::new(&[5]), &[5, 1, 1, 1, 1, 1, 1]));
        assert_eq!(rule(&[], &[3, 5]).unwrap().consts(), [5, 3, 1, 3, 2, 1, 3]);
        assert_eq!(rule(&[1, 2], &[2, 3, 5]).unwrap().consts(), [5, 1, 1, 1, 3, 2, 3]);
        assert_eq!(rule(&[2], &[2, 3, 5]).unwrap().consts(), [5, 2, 2, 1, 3, 2, 3]);
        assert!(rule(&[0], &[5]).is_err() && rule(&[], &[2, 2, 2, 2, 2]).is_err());
    }
}
