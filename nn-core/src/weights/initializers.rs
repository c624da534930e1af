//! Initial values of weights.
//!
//! The names and defaults are Keras's. `fan_in` is the number of inputs that one output sees, `fan_out` the number of
//! outputs that one input reaches.
//!
//! | in a graph, with the defaults | values |
//! |---|---|
//! | `zeros` | 0 |
//! | `ones` | 1 |
//! | `constant(value = 0)` | `value` |
//! | `random_normal(mean = 0, stddev = 0.05)` | normal |
//! | `random_uniform(minval = -0.05, maxval = 0.05)` | uniform from `minval` to `maxval` |
//! | `truncated_normal(mean = 0, stddev = 0.05)` | normal, within two standard deviations of the mean |
//! | `glorot_uniform` | uniform within `±√(6 / (fan_in + fan_out))` |
//! | `glorot_normal` | truncated normal of variance `2 / (fan_in + fan_out)` |
//! | `he_uniform` | uniform within `±√(6 / fan_in)` |
//! | `he_normal` | truncated normal of variance `2 / fan_in` |
//! | `lecun_uniform` | uniform within `±√(3 / fan_in)` |
//! | `lecun_normal` | truncated normal of variance `1 / fan_in` |
//! | `orthogonal(gain = 1)` | a random orthogonal matrix times `gain` |
//! | `identity(gain = 1)` | the identity matrix times `gain` |
//!
//! Source: <https://keras.io/api/layers/initializers/>

use crate::spec::ValueSpec;

/// The initializers, as a graph names them.
pub const INITIALIZERS: &[ValueSpec] = &[
    spec(&["zeros", "Zeros", "zero"], "initializers::Initializer::Zeros", &[]),
    spec(&["ones", "Ones", "one"], "initializers::Initializer::Ones", &[]),
    spec(&["constant", "Constant"], "initializers::Initializer::Constant", &[("value", 0.0)]),
    spec(
        &["random_normal", "RandomNormal", "normal"],
        "initializers::Initializer::RandomNormal",
        &[("mean", 0.0), ("stddev", 0.05)],
    ),
    spec(
        &["random_uniform", "RandomUniform", "uniform"],
        "initializers::Initializer::RandomUniform",
        &[("minval", -0.05), ("maxval", 0.05)],
    ),
    spec(
        &["truncated_normal", "TruncatedNormal"],
        "initializers::Initializer::TruncatedNormal",
        &[("mean", 0.0), ("stddev", 0.05)],
    ),
    spec(&["glorot_uniform", "GlorotUniform"], "initializers::Initializer::GlorotUniform", &[]),
    spec(&["glorot_normal", "GlorotNormal"], "initializers::Initializer::GlorotNormal", &[]),
    spec(&["he_uniform", "HeUniform"], "initializers::Initializer::HeUniform", &[]),
    spec(&["he_normal", "HeNormal"], "initializers::Initializer::HeNormal", &[]),
    spec(&["lecun_uniform", "LecunUniform"], "initializers::Initializer::LecunUniform", &[]),
    spec(&["lecun_normal", "LecunNormal"], "initializers::Initializer::LecunNormal", &[]),
    spec(&["orthogonal", "Orthogonal"], "initializers::Initializer::Orthogonal", &[("gain", 1.0)]),
    spec(&["identity", "Identity"], "initializers::Initializer::Identity", &[("gain", 1.0)]),
];

const fn spec(names: &'static [&'static str], path: &'static str, fields: &'static [(&'static str, f64)]) -> ValueSpec {
    ValueSpec { names, path, fields, ..ValueSpec::BASE }
}

#[cfg(feature = "compute")]
pub use compute::{Fans, Initializer};

#[cfg(feature = "compute")]
mod compute {
    use crate::tensor::scalar::Scalar;
    use rand::{Rng, RngExt};
    use rand_distr::StandardNormal;

    /// The number of inputs that one output sees, and of outputs that one input reaches.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Fans {
        /// The inputs of one output.
        pub fan_in: usize,
        /// The outputs of one input.
        pub fan_out: usize,
    }

    impl Fans {
        /// Creates fans from both numbers.
        pub const fn new(fan_in: usize, fan_out: usize) -> Self {
            Fans { fan_in, fan_out }
        }
    }

    /// The initial values of a variable.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Initializer {
        /// All 0.
        Zeros,
        /// All 1.
        Ones,
        /// All `value`.
        Constant {
            /// The value.
            value: f64,
        },
        /// Normal with `mean` and `stddev`.
        RandomNormal {
            /// The mean.
            mean: f64,
            /// The standard deviation.
            stddev: f64,
        },
        /// Uniform from `minval` to `maxval`.
        RandomUniform {
            /// The lower end.
            minval: f64,
            /// The upper end.
            maxval: f64,
        },
        /// Normal; values farther than two standard deviations from the mean are drawn again.
        TruncatedNormal {
            /// The mean.
            mean: f64,
            /// The standard deviation before truncation.
            stddev: f64,
        },
        /// Uniform within `±√(6 / (fan_in + fan_out))`.
        GlorotUniform,
        /// Truncated normal of variance `2 / (fan_in + fan_out)`.
        GlorotNormal,
        /// Uniform within `±√(6 / fan_in)`.
        HeUniform,
        /// Truncated normal of variance `2 / fan_in`.
        HeNormal,
        /// Uniform within `±√(3 / fan_in)`.
        LecunUniform,
        /// Truncated normal of variance `1 / fan_in`.
        LecunNormal,
        /// A random orthogonal matrix times `gain`. The last axis is one side; all axes before it form the other.
        Orthogonal {
            /// The factor.
            gain: f64,
        },
        /// The identity matrix times `gain`.
        Identity {
            /// The factor.
            gain: f64,
        },
    }

    /// The standard deviation of a standard normal truncated at ±2. Variance scaling divides by it, to reach the
    /// requested variance after truncation.
    const TRUNCATED_STDDEV: f64 = 0.879_625_661_034_239_8;

    impl Initializer {
        /// Fills a variable of this Keras shape.
        // A layer's initializer is a constant. With inlining, firmware keeps only the code of that initializer.
        #[cfg_attr(not(feature = "std"), inline(always))]
        pub fn fill<T: Scalar>(&self, out: &mut [T], shape: &[usize], fans: Fans, rng: &mut dyn Rng) {
            let (fan_in, fan_out) = (fans.fan_in.max(1) as f64, fans.fan_out.max(1) as f64);
            match *self {
                Initializer::Zeros => out.fill(T::ZERO),
                Initializer::Ones => out.fill(T::ONE),
                Initializer::Constant { value } => out.fill(T::of(value)),
                Initializer::RandomNormal { mean, stddev } => each(out, || mean + stddev * normal(rng)),
                Initializer::RandomUniform { minval, maxval } => {
                    each(out, || minval + (maxval - minval) * rng.random::<f64>())
                }
                Initializer::TruncatedNormal { mean, stddev } => each(out, || mean + stddev * truncated_normal(rng)),
                Initializer::GlorotUniform => uniform(out, 6.0 / (fan_in + fan_out), rng),
                Initializer::GlorotNormal => scaled_normal(out, 2.0 / (fan_in + fan_out), rng),
                Initializer::HeUniform => uniform(out, 6.0 / fan_in, rng),
                Initializer::HeNormal => scaled_normal(out, 2.0 / fan_in, rng),
                Initializer::LecunUniform => uniform(out, 3.0 / fan_in, rng),
                Initializer::LecunNormal => scaled_normal(out, 1.0 / fan_in, rng),
                Initializer::Orthogonal { gain } => orthogonal(out, shape, gain, rng),
                Initializer::Identity { gain } => {
                    let columns = shape.last().copied().unwrap_or(1).max(1);
                    for (k, value) in out.iter_mut().enumerate() {
                        *value = T::of(if k / columns == k % columns { gain } else { 0.0 });
                    }
                }
            }
        }
    }

    fn each<T: Scalar>(out: &mut [T], mut draw: impl FnMut() -> f64) {
        for value in out {
            *value = T::of(draw());
        }
    }

    fn uniform<T: Scalar>(out: &mut [T], limit_squared: f64, rng: &mut dyn Rng) {
        let limit = libm::sqrt(limit_squared);
        each(out, || limit * (2.0 * rng.random::<f64>() - 1.0));
    }

    fn scaled_normal<T: Scalar>(out: &mut [T], variance: f64, rng: &mut dyn Rng) {
        let stddev = libm::sqrt(variance) / TRUNCATED_STDDEV;
        each(out, || stddev * truncated_normal(rng));
    }

    fn normal(rng: &mut dyn Rng) -> f64 {
        rng.sample(StandardNormal)
    }

    fn truncated_normal(rng: &mut dyn Rng) -> f64 {
        loop {
            let x = normal(rng);
            if x.abs() <= 2.0 {
                return x;
            }
        }
    }

    /// Fills `out` with a uniformly distributed random orthogonal matrix. It makes normal rows (or columns, if they
    /// are fewer) orthonormal by modified Gram-Schmidt, twice for precision. The result is the `Q` of a QR
    /// factorisation whose `R` has a positive diagonal, as in Keras. It is written out because that needs no memory
    /// besides `out`.
    fn orthogonal<T: Scalar>(out: &mut [T], shape: &[usize], gain: f64, rng: &mut dyn Rng) {
        let columns = shape.last().copied().unwrap_or(1).max(1);
        let rows = out.len() / columns;
        // The index of element `k < length` of vector `v < count` in the row-major matrix.
        let (count, length) = (rows.min(columns), rows.max(columns));
        let at = move |v: usize, k: usize| if rows <= columns { v * columns + k } else { k * columns + v };
        // No index panics: firmware is linked with a proof of that.
        let element = |out: &[T], v: usize, k: usize| out.get(at(v, k)).copied().unwrap_or(T::ZERO);
        let change = |out: &mut [T], v: usize, k: usize, change: &mut dyn FnMut(&mut T)| {
            out.get_mut(at(v, k)).into_iter().for_each(change);
        };
        for v in 0..count {
            loop {
                for k in 0..length {
                    change(out, v, k, &mut |w| *w = T::of(normal(rng)));
                }
                for _ in 0..2 {
                    for u in 0..v {
                        let along: T = (0..length).map(|k| element(out, u, k) * element(out, v, k)).sum();
                        for k in 0..length {
                            let part = along * element(out, u, k);
                            change(out, v, k, &mut |w| *w -= part);
                        }
                    }
                }
                let norm: T = (0..length).map(|k| element(out, v, k) * element(out, v, k)).sum::<T>().sqrt();
                // A draw (almost) inside the span of the others has lost its digits, so draw again.
                if norm > T::of(1e-3) {
                    for k in 0..length {
                        change(out, v, k, &mut |w| *w /= norm);
                    }
                    break;
                }
            }
        }
        for value in out {
            *value *= T::of(gain);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use rand::{SeedableRng, rngs::StdRng};
        use std::vec;

        fn moments(initializer: Initializer) -> (f64, f64, f64) {
            let mut out = vec![0.0; 200 * 300];
            initializer.fill(&mut out, &[200, 300], Fans::new(200, 300), &mut StdRng::seed_from_u64(1));
            let mean = out.iter().sum::<f64>() / 60_000.0;
            let variance = out.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 60_000.0;
            (mean, variance, out.iter().fold(0.0, |m, x| x.abs().max(m)))
        }

        #[test]
        fn variances_and_limits() {
            for (initializer, mean, variance, limit) in [
                (Initializer::GlorotUniform, 0.0, 2.0 / 500.0, (6.0 / 500.0f64).sqrt()),
                (Initializer::GlorotNormal, 0.0, 2.0 / 500.0, 2.0 * (2.0 / 500.0f64).sqrt() / TRUNCATED_STDDEV),
                (Initializer::HeUniform, 0.0, 2.0 / 200.0, (6.0 / 200.0f64).sqrt()),
                (Initializer::HeNormal, 0.0, 2.0 / 200.0, 2.0 * (2.0 / 200.0f64).sqrt() / TRUNCATED_STDDEV),
                (Initializer::LecunUniform, 0.0, 1.0 / 200.0, (3.0 / 200.0f64).sqrt()),
                (Initializer::LecunNormal, 0.0, 1.0 / 200.0, 2.0 * (1.0 / 200.0f64).sqrt() / TRUNCATED_STDDEV),
                (Initializer::RandomNormal { mean: 3.0, stddev: 0.05 }, 3.0, 0.0025, 4.0),
                (Initializer::RandomUniform { minval: 1.0, maxval: 2.0 }, 1.5, 1.0 / 12.0, 2.0),
                (
                    Initializer::TruncatedNormal { mean: 0.0, stddev: 1.0 },
                    0.0,
                    TRUNCATED_STDDEV * TRUNCATED_STDDEV,
                    2.0,
                ),
            ] {
                let (m, v, l) = moments(initializer);
                assert!(
                    (m - mean).abs() < 0.01 && (v / variance - 1.0).abs() < 0.03 && l <= limit,
                    "{initializer:?}: {m} {v} {l}"
                );
            }
        }

        #[test]
        fn orthogonal_rows_or_columns() {
            for (rows, columns) in [(3, 7), (7, 3), (5, 5)] {
                let mut q = vec![0.0; rows * columns];
                Initializer::Orthogonal { gain: 2.0 }.fill(
                    &mut q,
                    &[rows, columns],
                    Fans::new(1, 1),
                    &mut StdRng::seed_from_u64(1),
                );
                let q = nalgebra::DMatrix::from_row_slice(rows, columns, &q);
                let product = if rows <= columns { &q * q.transpose() } else { q.transpose() * &q };
                let n = rows.min(columns);
                assert!((product - nalgebra::DMatrix::identity(n, n) * 4.0).norm() < 1e-12);
            }
        }

        #[test]
        fn constants() {
            let mut out = [f32::NAN; 6];
            let mut rng = StdRng::seed_from_u64(1);
            Initializer::Identity { gain: 2.0 }.fill(&mut out, &[2, 3], Fans::new(2, 3), &mut rng);
            assert_eq!(out, [2., 0., 0., 0., 2., 0.]);
            Initializer::Constant { value: 0.5 }.fill(&mut out, &[6], Fans::new(6, 6), &mut rng);
            assert_eq!(out, [0.5; 6]);
        }
    }
}
