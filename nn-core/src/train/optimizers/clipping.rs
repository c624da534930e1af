//! [`Clipping`]: bounds on the gradients.

use crate::tensor::scalar::Scalar;
use core::ops::Range;
use nalgebra::ComplexField;

/// A bound on the gradients before a step. As in Keras, the rules exclude each other, and a bound of 0 or less means
/// no bound.
///
/// ```text
/// Norm(c)         g · c / max(‖g‖, c)     ‖g‖ of each variable
/// Value(c)        min(max(g, -c), c)      each number
/// GlobalNorm(c)   g · c / max(‖g‖, c)     ‖g‖ of all variables together
/// ```
///
/// `Norm` and `GlobalNorm` keep the direction; `Norm` keeps it only within each variable:
///
/// ```text
///   g = (3, 4), c = 2.5
///
///   4 |           o g
///     |
///   3 |
///     |       Value
///   2 |     o  o
///     |  Norm
///   1 |
///     |
///   0 +--------------
///     0   1   2   3
/// ```
///
/// Source: <https://keras.io/api/optimizers/>
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clipping {
    /// No bound.
    #[default]
    None,
    /// Keras's `clipnorm`: the largest Euclidean norm of the gradient of a variable.
    Norm(f64),
    /// Keras's `clipvalue`: the largest number, positive or negative.
    Value(f64),
    /// Keras's `global_clipnorm`: the largest Euclidean norm of the gradient of all variables.
    GlobalNorm(f64),
}

impl Clipping {
    /// Clips the gradient `g` of all weights. `parts` are the trainable ranges, each with the number of its variable;
    /// the ranges of one variable are neighbours. The rest of `g`, and a range outside of `g`, are ignored.
    ///
    /// NaN and infinity behave as in Keras: a norm that is not finite makes the whole gradient NaN under `GlobalNorm`.
    pub fn apply<T: Scalar>(self, g: &mut [T], parts: &[(usize, Range<usize>)]) {
        match self {
            Clipping::Norm(c) if c > 0.0 => {
                let mut rest = parts;
                while let [(number, _), ..] = rest {
                    let ranges = rest.iter().take_while(|part| part.0 == *number).count();
                    let (variable, others) = rest.split_at_checked(ranges).unwrap_or((rest, &[]));
                    rest = others;
                    let norm = norm(g, variable);
                    // A NaN norm makes the gradient NaN.
                    if norm > c || norm.is_nan() {
                        scale(g, variable, c / norm);
                    }
                }
            }
            Clipping::Value(c) if c > 0.0 => {
                let (low, high) = (T::of(-c), T::of(c));
                for (_, range) in parts {
                    for g in g.get_mut(range.clone()).unwrap_or_default() {
                        // Not `clamp`: a NaN stays NaN.
                        if *g > high {
                            *g = high;
                        } else if *g < low {
                            *g = low;
                        }
                    }
                }
            }
            Clipping::GlobalNorm(c) if c > 0.0 => {
                let norm = norm(g, parts);
                if norm > c || norm.is_nan() {
                    scale(g, parts, if norm.is_finite() { c / norm } else { f64::NAN });
                }
            }
            _ => {}
        }
    }
}

/// Returns `√ Σ g²`, in `f64`, which neither overflows nor loses small numbers.
fn norm<T: Scalar>(g: &[T], parts: &[(usize, Range<usize>)]) -> f64 {
    let squares = |g: &[T]| g.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>();
    ComplexField::sqrt(parts.iter().map(|(_, range)| squares(g.get(range.clone()).unwrap_or_default())).sum::<f64>())
}

fn scale<T: Scalar>(g: &mut [T], parts: &[(usize, Range<usize>)], factor: f64) {
    let factor = T::of(factor);
    for (_, range) in parts {
        g.get_mut(range.clone()).unwrap_or_default().iter_mut().for_each(|g| *g *= factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two variables, and an untrained one between them.
    fn clip(clipping: Clipping) -> [f64; 5] {
        let mut g = [3.0, 4.0, 100.0, -6.0, 8.0];
        clipping.apply(&mut g, &[(0, 0..2), (1, 3..5)]);
        g
    }

    #[test]
    fn formulas() {
        let g = [3.0, 4.0, 100.0, -6.0, 8.0];
        assert_eq!(clip(Clipping::None), g);
        assert_eq!(clip(Clipping::Norm(5.0)), [3.0, 4.0, 100.0, -3.0, 4.0]);
        assert_eq!(clip(Clipping::Norm(10.0)), g);
        assert_eq!(clip(Clipping::Value(3.5)), [3.0, 3.5, 100.0, -3.5, 3.5]);
        let global = clip(Clipping::GlobalNorm(2.0));
        for (got, g) in global.into_iter().zip(g) {
            let expected = if g == 100.0 { g } else { g * 2.0 / 125_f64.sqrt() };
            assert!((got - expected).abs() < 1e-15, "expected {expected}, got {got}");
        }
        assert_eq!(clip(Clipping::GlobalNorm(12.0)), g);
    }

    #[test]
    fn a_variable_in_parts_has_one_norm() {
        let mut g = [3.0, 7.0, 4.0, 1.0];
        Clipping::Norm(2.5).apply(&mut g, &[(0, 0..1), (0, 2..3), (1, 3..4)]);
        assert_eq!(g, [1.5, 7.0, 2.0, 1.0]);
    }

    #[test]
    fn no_bound_as_in_keras() {
        for clipping in [Clipping::Norm(0.0), Clipping::Value(-1.0), Clipping::GlobalNorm(0.0)] {
            assert_eq!(clip(clipping), clip(Clipping::None), "{clipping:?}");
        }
    }

    #[test]
    fn zeros_stay() {
        for clipping in [Clipping::Norm(1.0), Clipping::Value(1.0), Clipping::GlobalNorm(1.0)] {
            let mut g = [0.0_f32; 3];
            clipping.apply(&mut g, &[(0, 0..1), (1, 1..3)]);
            assert_eq!(g, [0.0; 3]);
        }
    }

    #[test]
    fn not_finite_as_in_keras() {
        let clip = |clipping: Clipping, bad: f32| {
            let mut g = [1.0, bad, 3.0];
            clipping.apply(&mut g, &[(0, 0..2), (1, 2..3)]);
            g.map(|g| (!g.is_nan()).then_some(g))
        };
        let infinity = f32::INFINITY;
        assert_eq!(clip(Clipping::Norm(2.0), f32::NAN), [None, None, Some(2.0)]);
        assert_eq!(clip(Clipping::Norm(2.0), infinity), [Some(0.0), None, Some(2.0)]);
        assert_eq!(clip(Clipping::Value(2.0), f32::NAN), [Some(1.0), None, Some(2.0)]);
        assert_eq!(clip(Clipping::Value(2.0), infinity), [Some(1.0), Some(2.0), Some(2.0)]);
        assert_eq!(clip(Clipping::GlobalNorm(2.0), f32::NAN), [None; 3]);
        assert_eq!(clip(Clipping::GlobalNorm(2.0), infinity), [None; 3]);
    }

    #[test]
    fn squares_do_not_overflow() {
        let mut g = [3e30_f32, 4e30, 0.0];
        Clipping::Norm(5.0).apply(&mut g, &[(0, 0..2), (1, 2..3)]);
        assert!((g[0] - 3.0).abs() < 1e-6 && (g[1] - 4.0).abs() < 1e-6, "{g:?}");
    }
}
