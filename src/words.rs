//! The words of a graph that are no items elsewhere, for editors: what is shown for `Input` in a `model!`.

pub use crate::layers::*;

/// An input: `Input(shape = [28, 28])`, with the shape of one sample. `dtype = u32` is for indices, `sparse = true` for
/// samples that are lists of their ones ([`MultiHot`](crate::MultiHot)), `name = ".."` for a name other than that of
/// its `let`.
#[derive(Debug)]
pub struct Input;

/// The end of a graph: `Model(inputs = [a, b], outputs = y)`; in its middle, the layers between some tensors, to be
/// called again.
#[derive(Debug)]
pub struct Model;

/// Layers one after the other: `Sequential([Input(shape = [64]), Dense(10)])` is a graph, and without the `Input` a
/// part of one.
#[derive(Debug)]
pub struct Sequential;

/// An activation as a layer: `Activation(relu)(x)`.
#[derive(Debug)]
pub struct Activation;

/// A part of a graph, or a tensor that an error left without a shape.
#[derive(Debug)]
pub struct Unknown;

/// A tensor whose shape only the compiler knows. rustc has no such constants in types yet, and need not know of this
/// one.
#[cfg(rust_analyzer)]
pub struct Tensor<T, const SHAPE: &'static [usize]>(core::marker::PhantomData<T>);

/// The tensors of every rank, with the shape of one sample.
macro_rules! tensors {
    ($($name:ident [$($dim:ident)*])*) => {
        $(
            /// A tensor, with its type of scalar (`f32`, where the model is generic) and the shape of one sample.
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

/// What may be called in place of a layer: `add([a, b])`, `relu(x)`.
pub mod calls {
    pub use crate::activations::names::*;
    pub use crate::layers::{add, average, concatenate, dot, maximum, minimum, multiply, subtract};
}

/// Values that a graph names otherwise than Rust does, to complete their names.
macro_rules! values {
    ($($module:ident [$($name:ident)*])*) => {
        $(
            /// Names of values.
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
