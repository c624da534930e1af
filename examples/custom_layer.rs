//! A layer and an activation of one's own.
//!
//! ```sh
//! cargo run --release --example custom_layer
//! cargo test --example custom_layer           # checks their gradients
//! ```
//!
//! The layer multiplies each feature by a factor that it learns. A penalty draws the factors to zero, so after training
//! the factors of the pixels tell which of them the model looks at.

mod common;

use common::outcome::{Claims, seed};
use nn::prelude::*;
use std::process::ExitCode;

/// In a graph, what is no built-in is written with a path.
pub mod my {
    use nn::Code;
    use nn::activations::Elementwise;
    use nn::layer::Work;
    use nn::prelude::*;
    use nn::text::Text;
    use rand::Rng;

    nn::weights! {
        /// The weights of a [`Scale`] of `N` features. The names are those in weight files: `scale.factors`.
        pub struct ScaleWeights<T, const N: usize> {
            /// One factor per feature.
            factors: SVector<T, N> => [N],
        }
    }

    /// `y = s ⊙ x`: a learned factor for each of `N` features, the same at every position.
    ///
    /// The layer is its settings; the weights are apart.
    pub struct Scale<const N: usize> {
        penalty: f64,
    }

    impl<const N: usize> Scale<N> {
        /// What `my::Scale::<N>()` in a graph calls. Arguments without a name would be arguments here.
        #[allow(clippy::new_without_default)] // A graph has no use for `Default`.
        pub const fn new() -> Self {
            Scale { penalty: 0.0 }
        }

        /// The loss grows by `penalty · Σ |s|`. What `my::Scale::<N>(penalty = 0.1)` calls.
        pub const fn penalty(mut self, penalty: f64) -> Self {
            self.penalty = penalty;
            self
        }

        /// The shape rule. rustc evaluates it; an error is a compile error on the call in the graph.
        pub const fn output_shape(inputs: &[Shape]) -> Result<Shape, ShapeError> {
            let x = inputs[0];
            if x.rows() != N {
                let expected = Text::new().str("expected ").size(N).str(" features, but got the shape ").shape(&x);
                return Err(ShapeError::input(Code::ShapeMismatch, 0, expected));
            }
            Ok(x)
        }
    }

    /// In a graph, a layer stands for itself; a model would stand for its graph.
    impl<T: nn::Scalar, X: nn::Tensors, const N: usize> nn::Ends<T, X> for Scale<N> where Self: nn::Layer<T, X> {}

    impl<const N: usize> nn::Component for Scale<N> {
        type Layer = Self;
    }

    impl<T: Scalar, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for Scale<N> {
        type Output = SMatrix<T, N, P>;
        type Weights = ScaleWeights<T, N>;
        // Backward needs only `x`, which the model keeps for it.
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const MACS: usize = N * P;
        // Every sample is scaled as if it were the only one: threads may share a batch.
        const WORK: Work = Work::BySample(N * P);

        fn init(&self, w: &mut Self::Weights, _: &mut dyn Rng) {
            w.factors.fill(T::ONE);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, N, P>],
            y: &mut [SMatrix<T, N, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            // A sample has a column for each position.
            for (x, y) in x.iter().zip(y) {
                for (x, mut y) in x.column_iter().zip(y.column_iter_mut()) {
                    // y = s ⊙ x
                    for i in 0..N {
                        y[i] = w.factors[i] * x[i];
                    }
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, N, P>],
            _: &[SMatrix<T, N, P>],
            dy: &[SMatrix<T, N, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, N, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = s ⊙ x, so dx += s ⊙ dy and ds += x ⊙ dy. Both are added: `x` may be read by others, and the layer may be
            // called elsewhere.
            if let Some(dx) = dx {
                for (dx, dy) in dx.iter_mut().zip(dy) {
                    for (mut dx, dy) in dx.column_iter_mut().zip(dy.column_iter()) {
                        for i in 0..N {
                            dx[i] += w.factors[i] * dy[i];
                        }
                    }
                }
            }
            if let Some(dw) = dw {
                for (x, dy) in x.iter().zip(dy) {
                    for (x, dy) in x.column_iter().zip(dy.column_iter()) {
                        for i in 0..N {
                            dw.factors[i] += x[i] * dy[i];
                        }
                    }
                }
            }
        }
    }

    impl<T: Scalar, const N: usize, const P: usize> nn::Train<T, SMatrix<T, N, P>> for Scale<N> {
        fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
            // L = penalty · Σ |s|, so ds += penalty · sign(s)
            let penalty = T::of(self.penalty);
            if let Some(dw) = dw {
                for i in 0..N {
                    let s = w.factors[i];
                    dw.factors[i] += if s == T::ZERO { T::ZERO } else { penalty * s.signum() };
                }
            }
            penalty * w.factors.iter().map(|s| s.abs()).sum::<T>()
        }
    }

    /// `max(x, 0)²`. Source: So et al., *Primer*, 2021, <https://arxiv.org/abs/2109.08668>
    pub struct SquaredRelu;

    impl Elementwise for SquaredRelu {
        fn value<T: Scalar>(&self, x: T) -> T {
            let x = if x > T::ZERO { x } else { T::ZERO };
            x * x
        }

        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::ZERO { T::of(2.0) * x } else { T::ZERO }
        }
    }
}

model! {
    /// Recognises a handwritten digit and says which pixels matter.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = my::Scale::<64>(penalty = 0.03, name = "scale")(pixels);
    let x = Dense(64, activation = my::SquaredRelu, kernel_regularizer = l2(0.001))(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);
    println!("{}", Digits::SUMMARY);

    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(Adam::default(), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    digits.fit(&training.images, &training.labels, Fit::new().epochs(40).seed(seed))?;
    let report = digits.evaluate(&test.images, &test.labels)?;
    println!("\ntest: {report}\n");

    // Weights are plain nalgebra matrices in public fields.
    let factors = digits.model().scale.factors.abs();
    let mean = training.images.iter().sum::<common::Image>() / training.images.len() as f32;
    let share = factors / factors.max();
    println!("{}", common::draw(&[(&mean, "the mean digit".into()), (&share, "the factors".into())]));
    let used = share.iter().filter(|&&share| share > 0.05).count();
    println!("\nit looks at {used} of 64 pixels; the other factors are below 5 % of the largest");

    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.9);
    claims.at_most("pixels that it looks at", used as f64, 48.0);
    Ok(claims.code())
}

/// The library checks its own layers in the same way: against central differences, at distinct prime dimensions.
#[cfg(test)]
mod tests {
    use super::*;
    use nn::activations::Activate;
    use nn_core::testing::check_layer;

    #[test]
    fn gradients() {
        check_layer::<SMatrix<f64, 5, 3>, _>(&my::Scale::<5>::new().penalty(0.1));
        check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(my::SquaredRelu));
    }

    #[test]
    fn another_number_of_features_is_refused() {
        let error = my::Scale::<5>::output_shape(&[Shape::new(&[3, 7])]).unwrap_err();
        assert_eq!(error.to_string(), "expected 5 features, but got the shape (3, 7)");
    }
}
