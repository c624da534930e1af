//! [`Fixed`]: activations that their type determines.

use super::Activation;

/// An activation without parameters. Its only value is a constant.
///
/// The weights of a recurrent layer carry the types of its activations. If these have no parameters, `step` of the
/// weights therefore computes with the activations of the graph. An activation of your own may implement it:
///
/// ```
/// use nn_core::activations::{Elementwise, Fixed};
/// use nn_core::Scalar;
///
/// /// y = x³
/// #[derive(Clone, Copy)]
/// struct Cube;
///
/// impl Elementwise for Cube {
///     fn value<T: Scalar>(&self, x: T) -> T {
///         x * x * x
///     }
///
///     fn derivative<T: Scalar>(&self, x: T, _y: T) -> T {
///         T::of(3.0) * x * x
///     }
/// }
///
/// impl Fixed for Cube {
///     const VALUE: Self = Cube;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the weights alone do not say which function `{Self}` is",
    label = "`step` of these weights does not exist",
    note = "call `step` of the layer, which has the parameters: `layer.step(&weights, &x, &mut state)`",
    note = "an activation of your own without parameters implements `nn::activations::Fixed`"
)]
pub trait Fixed: Activation + Copy + 'static {
    /// The activation.
    const VALUE: Self;
}

macro_rules! fixed {
    ($($name:ident),* $(,)?) => {
        $(impl Fixed for super::$name {
            const VALUE: Self = super::$name;
        })*

        /// The names of all fixed activations.
        #[cfg(test)]
        const FIXED: &[&str] = &[$(stringify!($name)),*];
    };
}

fixed! {
    Exponential,
    Gelu,
    GeluTanh,
    HardSigmoid,
    HardSilu,
    HardTanh,
    Linear,
    LogSigmoid,
    LogSoftmax,
    Mish,
    Relu,
    Relu6,
    Selu,
    Sigmoid,
    Silu,
    Softmax,
    Softplus,
    Softsign,
    SparsePlus,
    SparseSigmoid,
    Tanh,
    TanhShrink,
}

/// The list contains every activation of the library that has no parameters.
#[test]
fn the_list_is_complete() {
    use std::vec::Vec;
    let plain = super::ACTIVATIONS.iter().filter(|spec| spec.fields.is_empty());
    let names: Vec<&str> = plain.map(|spec| spec.path.trim_start_matches("activations::")).collect();
    assert_eq!(FIXED, names);
}
