//! Items for the words of a graph, such as `Input`, so that editors can show their documentation.

pub use crate::layers::*;

/// An input with the shape of one sample: `Input(shape = [28, 28])`. `dtype = u32` is for indices. `sparse = true` is
/// for samples that list their ones ([`MultiHot`](crate::MultiHot)). `name = ".."` replaces the name of the `let`.
#[derive(Debug)]
pub struct Input;

/// The end of a graph: `Model(inputs = [a, b], outputs = y)`. In a `let`, it is a layer: the calls between these
/// tensors.
#[derive(Debug)]
pub struct Model;

/// A chain of layers: `Sequential([Input(shape = [64]), Dense(10)])` is a graph. Without the `Input` it is a layer.
#[derive(Debug)]
pub struct Sequential;

/// An activation as a layer: `Activation(relu)(x)`.
#[derive(Debug)]
pub struct Activation;

/// A part of a graph, or a tensor whose shape is unknown because of an error.
#[derive(Debug)]
pub struct Unknown;

/// A tensor with a shape that only rustc knows. Stable Rust has no such constants in types, so the type does not hold
/// it.
#[cfg(rust_analyzer)]
pub struct Tensor<T, const SHAPE: &'static [usize]>(core::marker::PhantomData<T>);

/// Declares the tensor types of every rank, with the shape of one sample.
macro_rules! tensors {
    ($($name:ident [$($dim:ident)*])*) => {
        $(
            /// A tensor with its scalar type (`f32` for a generic model) and the shape of one sample.
            #[derive(Debug)]
            pub struct $name<T, $(const $dim: usize),*>(core::marker::PhantomData<T>);
        )*
    };
}

tensors! {
    Tensor0 []
    Tensor1 [A]
    Tensor2 [A B]
    Tensor3 [A B C]
    Tensor4 [A B C D]
    Tensor5 [A B C D E]
    Tensor6 [A B C D E F]
}

/// The functions of a graph: `add([a, b])`, `relu(x)`.
pub mod calls {
    pub use crate::activations::names::*;
    pub use crate::layers::merging::{add, average, concatenate, dot, maximum, minimum, multiply, subtract};
}

/// Names that a graph spells differently from Rust, so that editors can complete them.
macro_rules! values {
    ($($module:ident [$($name:ident)*])*) => {
        $(
            /// The names of these values.
            pub mod $module {
                $(
                    /// A value.
                    pub mod $name {}
                )*
            }
        )*

        #[cfg(test)]
        const VALUES: &[(&str, &[&str])] = &[$((stringify!($module), &[$(stringify!($name)),*])),*];
    };
}

values! {
    initializers [
        zeros ones constant random_normal random_uniform truncated_normal glorot_uniform glorot_normal he_uniform he_normal
        lecun_uniform lecun_normal orthogonal identity
    ]
    regularizers [l1 l2 l1_l2]
    constraints [max_norm non_neg unit_norm min_max_norm]
}

#[cfg(test)]
mod tests {
    use crate::constraints::CONSTRAINTS;
    use crate::initializers::INITIALIZERS;
    use crate::regularizers::REGULARIZERS;

    #[test]
    fn every_value_can_be_completed() {
        let known = [("initializers", INITIALIZERS), ("regularizers", REGULARIZERS), ("constraints", CONSTRAINTS)];
        let known = known.map(|(module, specs)| (module, specs.iter().map(|spec| spec.names[0]).collect::<Vec<_>>()));
        let offered: Vec<_> = super::VALUES.iter().map(|(module, names)| (*module, names.to_vec())).collect();
        assert_eq!(offered, known);
    }
}
