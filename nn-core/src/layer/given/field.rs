//! [`Field`]: the fields of a layer's struct, from the arguments of a graph.

use super::{Argument, Written, find};
use crate::spec::{Inferred, LayerSpec};
use crate::weights::constraints::Constraint;
use crate::weights::initializers::Initializer;
use crate::weights::regularizers::Regularizer;

/// A field of a layer's struct, with its value from a graph.
pub struct Field<T>(core::marker::PhantomData<T>);

/// Implements `read` for the types of fields.
macro_rules! fields {
    ($($type:ty: $($pattern:pat => $value:expr),+;)*) => {
        $(impl Field<$type> {
            /// Returns the given value, or the default.
            ///
            /// # Panics
            /// If there is neither; the shape rule has refused such a call before.
            pub const fn read(
                spec: &LayerSpec,
                given: &[Argument],
                _: &Inferred,
                name: &str,
                default: Option<$type>,
            ) -> $type {
                match (find(spec, given, name), default) {
                    $((Some($pattern), _) => $value,)+
                    (_, Some(default)) => default,
                    _ => panic!("an argument is missing"),
                }
            }
        })*
    };
}

fields! {
    f64: Written::Float(x) => x, Written::Int(n) => n as f64;
    bool: Written::Flag(flag) => flag;
    Initializer: Written::Initializer(value) => value;
    Regularizer: Written::Regularizer(value) => value;
    Constraint: Written::Constraint(value) => value;
}

impl Field<usize> {
    /// Returns the value that the shape rule found.
    pub const fn read(_: &LayerSpec, _: &[Argument], found: &Inferred, name: &str, _: Option<usize>) -> usize {
        found.value(name)
    }
}
