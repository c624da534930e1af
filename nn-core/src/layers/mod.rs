//! The layers, one page each, to be read from top to bottom: maths, specification, shape rule, weights, forward,
//! backward, tests.
//!
//! A page has two halves. The first ([`SPEC`](dense::SPEC) and `infer`) is pure data and `const fn`; `nn-macros` runs it on the host.
//! The second, `mod compute`, is the run time and is left out of the host's build, which therefore needs no nalgebra.

use crate::spec::LayerSpec;

/// The list of layers: the only place besides its own page that a new layer touches.
macro_rules! layers {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// The specifications of all layers.
        pub const LAYERS: &[&LayerSpec] = &[$(&$module::SPEC),*];

        #[cfg(test)]
        const MODULES: &[&str] = &[$(stringify!($module)),*];

        #[cfg(feature = "compute")]
        pub use self::{$($module::compute::*),*};
    };
}

layers! {
    activity_regularization,
    add,
    average,
    batch_normalization,
    bidirectional,
    concatenate,
    dense,
    dot,
    dropout,
    elu,
    embedding,
    flatten,
    gaussian_noise,
    global_average_pooling1d,
    global_max_pooling1d,
    gru,
    layer_normalization,
    leaky_re_lu,
    lstm,
    masking,
    maximum,
    minimum,
    multiply,
    p_re_lu,
    permute,
    re_lu,
    repeat_vector,
    reshape,
    rnn,
    simple_rnn,
    softmax,
    subtract,
    time_distributed,
}

// What several pages share.
#[cfg(feature = "compute")]
mod elementwise;
#[cfg(feature = "compute")]
mod joined;
mod merge;
pub mod recurrent;
#[cfg(all(feature = "compute", feature = "alloc"))]
mod sparse;
#[cfg(feature = "compute")]
mod strides;

#[cfg(feature = "compute")]
pub use joined::{Joined, Parts};
#[cfg(feature = "compute")]
pub use recurrent::projected::compute::Projected;
#[cfg(all(feature = "compute", feature = "alloc"))]
pub use sparse::Sparse;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Masking;

    /// An expansion names a rule by the path of its module, so that has to be the page of a layer, which is public.
    #[test]
    fn every_rule_is_on_the_public_page_of_its_layer() {
        let makers = LAYERS.iter().filter_map(|spec| match spec.masking {
            Masking::Makes { by: other, .. }
            | Masking::Around { outside: other }
            | Masking::Merges { absent: other, .. } => Some(other),
            _ => None,
        });
        let further = [&masking::ANY, &masking::JOIN, &masking::EVERYWHERE, &masking::ZERO_ELSE, &masking::OR_ELSE];
        for spec in LAYERS.iter().copied().chain(makers).chain(further) {
            assert!(MODULES.contains(&spec.module), "{} is on no page of the list", spec.name);
            for rule in [Some(spec.infer), spec.inner].into_iter().flatten() {
                let module = rule.module.strip_prefix("nn_core::layers::");
                assert_eq!(module, Some(spec.module), "the rule `{}` of {} is elsewhere", rule.name, spec.name);
            }
        }
    }
}
