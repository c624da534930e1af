//! The names of variables in an expansion, and functions of these names.

/// Defines `LOCALS`, and a function for each name.
macro_rules! locals {
    ($($name:ident)*) => {
        /// The names of all variables of an expansion, except those made from names in its graph.
        pub const LOCALS: &[&str] = &[$(stringify!($name)),*];

        /// Functions with these names, which an expansion imports. Without them, a pattern `x` would mean a user's
        /// constant `x`; a pattern never means a function.
        pub mod functions {
            $(
                #[doc(hidden)]
                pub const fn $name() {}
            )*
        }
    };
}

locals! {
    after arena batch capacity due dw dx dy folded given gradients heads inputs inside logit_mask logits loss losses m m0 m1 m2 m3 m4 m5 m6
    m7 m8 m9 m10 m11 mask mode n name named output outputs pass predictions report rng rows s samples source start
    state states targets tuple value visit w wanted weighting workspace x x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 y
    y0 y1 y2 y3 y4 y5 y6 y7 y8 y9 y10 y11
}

/// A function that expansions rename to inputs and outputs.
pub const fn local() {}
