//! A user's own layer.
//!
//! ```sh
//! cargo run --release --example custom_layer
//! cargo test --example custom_layer --features testing    # checks its gradients
//! ```
//!
//! The layer multiplies each feature by a learned factor. A penalty draws the factors to zero. So after training, the
//! factors of the pixels show which of them the model uses.

mod common;

use common::outcome::{Claims, seed};
use nn::prelude::*;
use std::process::ExitCode;

/// A graph names layers outside the library with a path.
pub mod my {
    use nn::layer::*;

    nn::layer! {
        /// `y = s ⊙ x`: a learned factor for each of `N` features, the same at every position.
        pub struct Scale<N> {
            /// A penalty on the factors. It needs no more code, because its name says which variable it is for.
            pub factors_regularizer: Regularizer,
        }

        pub const SPEC: LayerSpec { weights: ScaleWeights<N>, masking: Masking::Passes, infer: rule!(infer) }
    }

    nn::weights! {
        /// The weights of a [`Scale`] of `N` features. Weight files have the same names: `scale.factors`.
        pub struct ScaleWeights<T, const N: usize> {
            /// One factor per feature.
            factors: SVector<T, N> => [N],
        }
    }

    /// The shape rule. rustc evaluates it; an error is a compile error at the call in the graph.
    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &Consts { N: inputs[0].rows() }.list()))
    }

    impl<T: Scalar, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for Scale<N> {
        type Output = SMatrix<T, N, P>;
        type Weights = ScaleWeights<T, N>;
        // Backward needs only `x`, which the model keeps.
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        // Every sample is scaled independently, so threads may share a batch.
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
            for (x, y) in x.iter().zip(y) {
                // y = s ⊙ x
                *y = SMatrix::from_fn(|i, p| w.factors[i] * x[(i, p)]);
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
            // y = s ⊙ x, so dx += s ⊙ dy and ds += x ⊙ dy. Both are added, because `x` may have other readers and the
            // layer other calls.
            for (dx, dy) in dx.into_iter().flatten().zip(dy) {
                *dx += SMatrix::from_fn(|i, p| w.factors[i] * dy[(i, p)]);
            }
            if let Some(dw) = dw {
                x.iter().zip(dy).for_each(|(x, dy)| dw.factors += x.component_mul(dy).column_sum());
            }
        }
    }
}

model! {
    /// Recognises a handwritten digit and shows which pixels matter.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = my::Scale(factors_regularizer = l1(0.03), name = "scale")(pixels);
    let x = Dense(64, activation = relu, kernel_regularizer = l2(0.001))(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<ExitCode> {
    let (training, test) = common::load(seed());
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(seed()))
        .compile(Adam::default(), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    digits.fit(&training.images, &training.labels, Fit::new().epochs(40).seed(seed()))?;
    let report = digits.evaluate(&test.images, &test.labels)?;

    // Weights are plain nalgebra matrices in public fields.
    let factors = digits.model().scale.factors.abs();
    println!("{}", common::draw(&[(&(factors / factors.max()), "the factors".into())]));
    let used = factors.iter().filter(|&&factor| factor > 0.05 * factors.max()).count();
    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.9);
    claims.at_most("pixels that it looks at", used as f64, 48.0);
    Ok(claims.code())
}

/// Checks the layer as the library checks its own: with central differences, at distinct prime dimensions.
#[cfg(all(test, feature = "testing"))]
#[test]
fn gradients() {
    let factors_regularizer = nn::regularizers::Regularizer { l1: 0.1, l2: 0.2 };
    nn::testing::check_layer::<SMatrix<f64, 5, 3>, _>(&my::Scale::<5> { factors_regularizer });
}
