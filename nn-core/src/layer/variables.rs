//! Penalties on variables and their bounds, by the names of the arguments: `kernel_regularizer` is about `kernel`.
//! `layer!` builds its implementations of [`Train`](super::Train) from them.

use crate::spec::shape::Shape;
use crate::spec::text::{ends_with, str_eq};
use crate::tensor::scalar::Scalar;
use crate::weights::constraints::Constraint;
use crate::weights::initializers::Initializer;
use crate::weights::regularizers::Regularizer;
use crate::weights::{Part, Weights, count};

/// The place of a variable in the flat slice of weights.
#[derive(Clone, Copy, Debug)]
pub struct VariablePlace {
    start: usize,
    shape: Shape,
}

impl VariablePlace {
    fn of<'a, T: Scalar, W: Weights<T>>(&self, w: &'a W) -> &'a [T] {
        w.as_slice().get(self.start..self.start + self.shape.size()).unwrap_or(&[])
    }

    fn of_mut<'a, T: Scalar, W: Weights<T>>(&self, w: &'a mut W) -> &'a mut [T] {
        w.as_mut_slice().get_mut(self.start..self.start + self.shape.size()).unwrap_or(&mut [])
    }
}

/// Returns the variable that an argument is about: `kernel` for `kernel_regularizer`. Returns `None` for arguments of
/// other kinds, and if these weights lack the variable, such as `bias` with `use_bias = false`.
///
/// # Panics
/// If no weights can have such a variable.
pub const fn variable<T: Scalar, W: Weights<T>>(argument: &str) -> Option<VariablePlace> {
    let length = length_of_name(argument);
    if length == 0 {
        return None;
    }
    let (name, parts) = (argument.split_at(length).0, W::PARTS);
    let (mut i, mut start, mut all) = (0, 0, true);
    while i < parts.len() {
        match &parts[i] {
            Part::Variable { name: other, shape, .. } => {
                if names(name, other) {
                    return Some(VariablePlace { start, shape: *shape });
                }
                start += shape.size();
            }
            Part::Layer { parts, .. } => {
                start += count(parts);
                all = false;
            }
            Part::Nothing => all = false,
        }
        i += 1;
    }
    assert!(!all, "an argument that ends in `_regularizer` or `_constraint` begins with the name of a variable");
    None
}

/// Whether the beginning of an argument is the name of this variable. In Keras, `depthwise_regularizer` is about
/// `depthwise_kernel`, and about `kernel` in a layer that has no other.
const fn names(argument: &str, variable: &str) -> bool {
    let (length, kernel) = (argument.len(), "_kernel");
    if variable.len() == length + kernel.len() && ends_with(variable, kernel) {
        return str_eq(variable.split_at(length).0, argument);
    }
    str_eq(argument, variable) || str_eq(argument, "depthwise") && str_eq(variable, "kernel")
}

/// Whether an argument is a bound on a variable.
pub const fn bounds(argument: &str) -> bool {
    ends_with(argument, "_constraint")
}

/// Returns the length of the variable's name in the name of an argument; 0 if there is none.
const fn length_of_name(argument: &str) -> usize {
    if bounds(argument) {
        argument.len() - "_constraint".len()
    } else if ends_with(argument, "_regularizer") {
        argument.len() - "_regularizer".len()
    } else {
        0
    }
}

/// A field of a layer's struct. Only a penalty and a bound have an effect; other fields do nothing.
pub trait OfVariable {
    /// Returns the penalty on the variable, and adds its gradient to `dw`.
    #[inline(always)]
    fn regularize<T: Scalar, W: Weights<T>>(&self, place: Option<VariablePlace>, w: &W, dw: Option<&mut W>) -> T {
        let (_, _, _) = (place, w, dw);
        T::ZERO
    }

    /// Moves the variable into its bounds.
    #[inline(always)]
    fn constrain<T: Scalar, W: Weights<T>>(&self, place: Option<VariablePlace>, w: &mut W) {
        let (_, _) = (place, w);
    }
}

impl OfVariable for f64 {}
impl OfVariable for &[f64] {}
impl OfVariable for bool {}
impl OfVariable for usize {}
impl OfVariable for Initializer {}

impl OfVariable for Regularizer {
    #[inline]
    fn regularize<T: Scalar, W: Weights<T>>(&self, place: Option<VariablePlace>, w: &W, dw: Option<&mut W>) -> T {
        match place {
            Some(place) => self.apply(place.of::<T, W>(w), dw.map(|dw| place.of_mut::<T, W>(dw))),
            None => T::ZERO,
        }
    }
}

impl OfVariable for Constraint {
    #[inline]
    fn constrain<T: Scalar, W: Weights<T>>(&self, place: Option<VariablePlace>, w: &mut W) {
        if let Some(place) = place {
            self.apply(place.of_mut::<T, W>(w), place.shape.dims());
        }
    }
}
