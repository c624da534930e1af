//! Penalties on variables and their bounds, by the names of the arguments: `kernel_regularizer` is about `kernel`. The
//! implementations of [`Train`](super::Train) that `layer!` writes are made of them.

use crate::spec::shape::Shape;
use crate::tensor::scalar::Scalar;
use crate::weights::constraints::Constraint;
use crate::weights::initializers::Initializer;
use crate::weights::regularizers::Regularizer;
use crate::weights::{Part, Weights};

/// A variable in the flat slice of weights.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    start: usize,
    shape: Shape,
}

impl Place {
    fn of<'a, T: Scalar, W: Weights<T>>(&self, w: &'a W) -> &'a [T] {
        w.as_slice().get(self.start..self.start + self.shape.size()).unwrap_or(&[])
    }

    fn of_mut<'a, T: Scalar, W: Weights<T>>(&self, w: &'a mut W) -> &'a mut [T] {
        w.as_mut_slice().get_mut(self.start..self.start + self.shape.size()).unwrap_or(&mut [])
    }
}

/// The variable that an argument is about: `kernel` for `kernel_regularizer`; `None` for arguments of other kinds, and if these
/// weights lack the variable, as they lack a `bias` with `use_bias = false`.
///
/// # Panics
/// If there is never such a variable.
pub const fn variable<T: Scalar, W: Weights<T>>(argument: &str) -> Option<Place> {
    let length = length_of_name(argument);
    if length == 0 {
        return None;
    }
    let (name, parts) = (argument.as_bytes().split_at(length).0, W::PARTS);
    let (mut i, mut start, mut all) = (0, 0, true);
    while i < parts.len() {
        match &parts[i] {
            Part::Variable { name: other, shape, .. } => {
                if equal(name, other.as_bytes()) {
                    return Some(Place { start, shape: *shape });
                }
                start += shape.size();
            }
            _ => all = false,
        }
        i += 1;
    }
    assert!(!all, "an argument that ends in `_regularizer` or `_constraint` begins with the name of a variable");
    None
}

/// Whether an argument is a bound on a variable.
pub const fn bounds(argument: &str) -> bool {
    ends_with(argument.as_bytes(), b"_constraint")
}

/// How long the name of the variable in the name of an argument is; 0 if there is none.
const fn length_of_name(argument: &str) -> usize {
    let bytes = argument.as_bytes();
    if bounds(argument) {
        bytes.len() - b"_constraint".len()
    } else if ends_with(bytes, b"_regularizer") {
        bytes.len() - b"_regularizer".len()
    } else {
        0
    }
}

const fn ends_with(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && equal(text.split_at(text.len() - end.len()).1, end)
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// A field of a layer's struct: only a penalty and a bound do anything.
pub trait OfVariable {
    /// The penalty on the variable; adds its gradient to `dw`.
    #[inline(always)]
    fn regularize<T: Scalar, W: Weights<T>>(&self, place: Option<Place>, w: &W, dw: Option<&mut W>) -> T {
        let (_, _, _) = (place, w, dw);
        T::ZERO
    }

    /// Keeps the variable within its bounds.
    #[inline(always)]
    fn constrain<T: Scalar, W: Weights<T>>(&self, place: Option<Place>, w: &mut W) {
        let (_, _) = (place, w);
    }
}

impl OfVariable for f64 {}
impl OfVariable for bool {}
impl OfVariable for usize {}
impl OfVariable for Initializer {}

impl OfVariable for Regularizer {
    #[inline]
    fn regularize<T: Scalar, W: Weights<T>>(&self, place: Option<Place>, w: &W, dw: Option<&mut W>) -> T {
        match place {
            Some(place) => self.apply(place.of::<T, W>(w), dw.map(|dw| place.of_mut::<T, W>(dw))),
            None => T::ZERO,
        }
    }
}

impl OfVariable for Constraint {
    #[inline]
    fn constrain<T: Scalar, W: Weights<T>>(&self, place: Option<Place>, w: &mut W) {
        if let Some(place) = place {
            self.apply(place.of_mut::<T, W>(w), place.shape.dims());
        }
    }
}
