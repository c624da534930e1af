//! Bounds on weights, applied after every step of the optimizer.
//!
//! ```text
//! max_norm:      w · clip(‖w‖, 0, max) / (ε + ‖w‖)
//! unit_norm:     w / (ε + ‖w‖)
//! min_max_norm:  w · (rate · clip(‖w‖, min, max) + (1 - rate) · ‖w‖) / (ε + ‖w‖)
//! non_neg:       max(w, 0)
//! ```
//!
//! | in a graph, with the defaults | bound |
//! |---|---|
//! | `max_norm(max_value = 2, axis = 0)` | the norm is at most `max_value` |
//! | `non_neg` | no weight is negative |
//! | `unit_norm(axis = 0)` | the norm is 1 |
//! | `min_max_norm(min_value = 0, max_value = 1, rate = 1, axis = 0)` | the norm is drawn into a range |
//!
//! ‖w‖ is the Euclidean norm along `axis` of the variable's shape in Keras, or along several axes. For a Dense kernel
//! `(in, out)` and axis 0, it is the norm of the weights of one output. For a Conv2D kernel `(rows, columns, in, out)`,
//! `axis = [0, 1, 2]` gives the norm of one filter. ε is 10⁻⁷.
//!
//! Source: <https://keras.io/api/layers/constraints/>

use crate::spec::ValueSpec;

/// The constraints, as a graph names them.
pub const CONSTRAINTS: &[ValueSpec] = &[
    ValueSpec {
        names: &["max_norm", "MaxNorm"],
        path: "constraints::Constraint::MaxNorm",
        fields: &[("max_value", 2.0), ("axis", 0.0)],
        ..ValueSpec::BASE
    },
    ValueSpec {
        names: &["non_neg", "NonNeg"],
        path: "constraints::Constraint::NonNeg",
        fields: &[],
        ..ValueSpec::BASE
    },
    ValueSpec {
        names: &["unit_norm", "UnitNorm"],
        path: "constraints::Constraint::UnitNorm",
        fields: &[("axis", 0.0)],
        ..ValueSpec::BASE
    },
    ValueSpec {
        names: &["min_max_norm", "MinMaxNorm"],
        path: "constraints::Constraint::MinMaxNorm",
        fields: &[("min_value", 0.0), ("max_value", 1.0), ("rate", 1.0), ("axis", 0.0)],
        ..ValueSpec::BASE
    },
];

#[cfg(feature = "compute")]
pub use compute::Constraint;

#[cfg(feature = "compute")]
mod compute {
    use crate::tensor::scalar::Scalar;

    /// Keras's `epsilon()`.
    const EPSILON: f64 = 1e-7;

    /// A bound on a variable.
    ///
    /// Axes are `f64`, like every field of a value that a graph names; their fractions are dropped.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum Constraint {
        /// No bound.
        None,
        /// The norm is at most `max_value`.
        MaxNorm {
            /// The largest norm.
            max_value: f64,
            /// The axes along which the norm is taken.
            axis: &'static [f64],
        },
        /// No weight is negative.
        NonNeg,
        /// The norm is 1.
        UnitNorm {
            /// The axes along which the norm is taken.
            axis: &'static [f64],
        },
        /// The norm moves at `rate` towards the range from `min_value` to `max_value`.
        MinMaxNorm {
            /// The smallest norm.
            min_value: f64,
            /// The largest norm.
            max_value: f64,
            /// The speed: 1 reaches the range at once.
            rate: f64,
            /// The axes along which the norm is taken.
            axis: &'static [f64],
        },
    }

    impl Constraint {
        /// Applies the bound to a variable of this Keras shape.
        pub fn apply<T: Scalar>(&self, w: &mut [T], shape: &[usize]) {
            match *self {
                Constraint::None => {}
                Constraint::NonNeg => {
                    for w in w {
                        if *w < T::ZERO {
                            *w = T::ZERO;
                        }
                    }
                }
                Constraint::MaxNorm { max_value, axis } => {
                    along(w, shape, axis, |norm| norm.min(max_value) / (EPSILON + norm))
                }
                Constraint::UnitNorm { axis } => along(w, shape, axis, |norm| 1.0 / (EPSILON + norm)),
                Constraint::MinMaxNorm { min_value, max_value, rate, axis } => along(w, shape, axis, |norm| {
                    // Not `clamp`, which panics if the bounds are swapped.
                    let clipped = norm.max(min_value).min(max_value);
                    (rate * clipped + (1.0 - rate) * norm) / (EPSILON + norm)
                }),
            }
        }
    }

    /// Multiplies every run of weights along the axes by a function of its norm.
    fn along<T: Scalar>(w: &mut [T], shape: &[usize], axes: &[f64], factor: impl Fn(f64) -> f64) {
        // Negative axes count from the end. An axis that does not exist becomes the nearest one.
        let rank = shape.len();
        let place = |axis: f64| if axis < 0.0 { (rank as f64 + axis).max(0.0) } else { axis } as usize;
        let place = |axis: &f64| place(*axis).min(rank.saturating_sub(1));
        let taken = |axis: usize| axes.iter().any(|one| place(one) == axis);
        let first = axes.iter().map(place).min().unwrap_or(0);
        let last = axes.iter().map(place).max().unwrap_or(0);
        // Axes between two others are gaps: a run visits only their place 0, and starts at each of their places.
        let length: usize = shape.iter().take(last + 1).skip(first).product();
        let stride: usize = shape.iter().skip(last + 1).product();
        let gaps = (first..last).any(|axis| !taken(axis));
        // Whether the taken axes, or the gaps, are all at place 0 in an element of the block.
        let at_zero = |element: usize, of_taken: bool| {
            let mut rest = element;
            (first..=last).rev().all(|axis| {
                let size = shape.get(axis).copied().unwrap_or(1).max(1);
                let here = rest % size;
                rest /= size;
                here == 0 || taken(axis) != of_taken
            })
        };
        for block in w.chunks_exact_mut((length * stride).max(1)) {
            for start in 0..stride {
                for gap in (0..if gaps { length } else { 1 }).filter(|&gap| at_zero(gap, true)) {
                    let run = block.get_mut(start + gap * stride..).unwrap_or_default();
                    let counts = |element: usize| !gaps || at_zero(element, false);
                    let members = run.iter().step_by(stride.max(1)).enumerate().filter(|(k, _)| counts(*k));
                    let squares: f64 = members.map(|(_, w)| w.to_f64() * w.to_f64()).sum();
                    let factor = T::of(factor(libm::sqrt(squares)));
                    for (_, w) in run.iter_mut().step_by(stride.max(1)).enumerate().filter(|(k, _)| counts(*k)) {
                        *w *= factor;
                    }
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// Columns of norm 5 and 0.5.
        const W: [f64; 4] = [3.0, 0.3, -4.0, 0.4];

        fn applied(constraint: Constraint) -> [f64; 4] {
            let mut w = W;
            constraint.apply(&mut w, &[2, 2]);
            w
        }

        #[test]
        fn norms_along_the_inputs() {
            let close =
                |a: [f64; 4], b: [f64; 4]| assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} {b:?}");
            close(applied(Constraint::MaxNorm { max_value: 2.0, axis: &[0.0] }), [1.2, 0.3, -1.6, 0.4]);
            close(applied(Constraint::UnitNorm { axis: &[0.0] }), [0.6, 0.6, -0.8, 0.8]);
            let half = Constraint::MinMaxNorm { min_value: 1.0, max_value: 2.0, rate: 0.5, axis: &[0.0] };
            close(applied(half), [2.1, 0.45, -2.8, 0.6]);
            assert_eq!(applied(Constraint::NonNeg), [3.0, 0.3, 0.0, 0.4]);
            assert_eq!(applied(Constraint::None), W);
        }

        #[test]
        fn other_axes() {
            let mut w: [f64; 4] = [3.0, 4.0, 0.0, 2.0];
            Constraint::UnitNorm { axis: &[-1.0] }.apply(&mut w, &[2, 2]);
            assert!((w[0] - 0.6).abs() < 1e-6 && (w[1] - 0.8).abs() < 1e-6 && w[2] == 0.0 && (w[3] - 1.0).abs() < 1e-6);
        }

        /// All sets of axes of a kernel, against sums over its places.
        #[test]
        fn several_axes() {
            const SHAPE: [usize; 4] = [2, 3, 2, 3];
            // The axes of the bits of 1 to 15. A list made here would leak, which valgrind reports.
            const SETS: [&[f64]; 15] = [
                &[0.0],
                &[-3.0],
                &[0.0, -3.0],
                &[2.0],
                &[0.0, 2.0],
                &[-3.0, 2.0],
                &[0.0, -3.0, 2.0],
                &[-1.0],
                &[0.0, -1.0],
                &[-3.0, -1.0],
                &[0.0, -3.0, -1.0],
                &[2.0, -1.0],
                &[0.0, 2.0, -1.0],
                &[-3.0, 2.0, -1.0],
                &[0.0, -3.0, 2.0, -1.0],
            ];
            let w: [f64; 36] = core::array::from_fn(|i| (i * 7 % 11) as f64 - 5.25);
            let place = |i: usize, axis: usize| i / SHAPE[axis + 1..].iter().product::<usize>() % SHAPE[axis];
            for (set, axis) in (1..).zip(SETS) {
                let mut y = w;
                Constraint::UnitNorm { axis }.apply(&mut y, &SHAPE);
                for i in 0..36 {
                    let same = |j: &usize| (0..4).all(|axis| set >> axis & 1 == 1 || place(i, axis) == place(*j, axis));
                    let squares: f64 = (0..36).filter(same).map(|j| w[j] * w[j]).sum();
                    assert!((y[i] - w[i] / squares.sqrt()).abs() < 1e-6, "axes {set:04b} at {i}");
                }
            }
        }
    }
}
