//! The layers. Arguments, defaults and examples are on the page of a struct, such as [`struct@Dense`]; formulas,
//! gradients and shapes are on the page of its module, such as [`mod@dense`].
//!
//! A source file has two halves. The first (`layer!` and `infer`) is pure data and `const fn`; the macro runs it on the
//! host. The second, `mod compute`, runs at run time.

use crate::spec::LayerSpec;

/// The list of layers: the only place besides its own page that a new layer changes. Most pages are in the folder of a
/// family; after its pages come the modules that they share.
macro_rules! layers {
    (
        $($module:ident),* $(,)?
        ; $($(#[$about:meta])* $family:ident { $($page:ident),* $(,)? $(; $($(#[$when:meta])* $shared:ident),*)? })*
    ) => {
        $(pub mod $module;)*
        $(
            $(#[$about])*
            pub mod $family {
                $(pub mod $page;)*
                $($($(#[$when])* pub(in crate::layers) mod $shared;)*)?
            }
        )*

        /// The specifications of all layers.
        pub const LAYERS: &[&LayerSpec] = &[$(&$module::SPEC,)* $($(&$family::$page::SPEC),*),*];

        #[cfg(test)]
        const MODULES: &[&str] = &[$(stringify!($module),)* $($(stringify!($page)),*),*];

        #[cfg(feature = "compute")]
        pub use self::{$($module::compute::*,)* $($family::{$($page::compute::*),*}),*};
    };
}

layers! {
    bidirectional,
    dense,
    embedding,
    gru,
    lstm,
    masking,
    rnn,
    simple_rnn,
    time_distributed;

    /// Activations with weights or arguments, as layers.
    activation { elu, leaky_re_lu, p_re_lu, re_lu, softmax }

    /// Convolutions.
    conv {
        conv1d, conv1d_transpose, conv2d, conv2d_transpose, depthwise_conv1d, depthwise_conv2d, separable_conv1d,
        separable_conv2d;
        geometry, windows, #[cfg(feature = "compute")] depthwise, #[cfg(feature = "compute")] grouped,
        #[cfg(feature = "compute")] page, #[cfg(feature = "compute")] product,
        #[cfg(feature = "compute")] whole,
        #[cfg(test)] rules, #[cfg(all(test, feature = "compute"))] sweep, #[cfg(all(test, feature = "compute"))] tests
    }

    /// Several tensors to one.
    merging { add, average, concatenate, dot, maximum, minimum, multiply, subtract; merge }

    /// Means and variances.
    normalization {
        batch_normalization, group_normalization, layer_normalization, rms_normalization, unit_normalization;
        axes,
        #[cfg(feature = "compute")] groups,
        #[cfg(feature = "compute")] lanes,
        #[cfg(all(test, feature = "compute"))] parity,
        #[cfg(feature = "compute")] rows,
        #[cfg(feature = "compute")] sums,
        #[cfg(feature = "compute")] walk
    }

    /// Sums and maxima over places.
    pooling {
        adaptive_average_pooling1d, adaptive_average_pooling2d, adaptive_max_pooling1d, adaptive_max_pooling2d,
        average_pooling1d, average_pooling2d, global_average_pooling1d, global_average_pooling2d, global_max_pooling1d,
        global_max_pooling2d, max_pooling1d, max_pooling2d; windows, #[cfg(feature = "compute")] reduce
    }

    /// Data as a network wants it: factors, offsets, and statistics.
    preprocessing { normalization, rescaling }

    /// Noise and penalties, in training only.
    regularization {
        activity_regularization,
        add_loss,
        alpha_dropout,
        dropout,
        gaussian_dropout,
        gaussian_noise,
        spatial_dropout1d,
        spatial_dropout2d;
        noise, spatial
    }

    /// The same numbers in another shape.
    reshaping {
        cropping1d,
        cropping2d,
        flatten,
        identity,
        permute,
        repeat_vector,
        reshape,
        up_sampling1d,
        up_sampling2d,
        zero_padding1d,
        zero_padding2d;
        frame,
        #[cfg(feature = "compute")]
        resize,
        #[cfg(all(test, feature = "compute"))]
        sweep
    }
}

// Code that several pages share.
#[cfg(feature = "compute")]
mod elementwise;
#[cfg(all(test, feature = "compute"))]
mod onnx_nodes;
#[cfg(feature = "compute")]
mod over_slices;
pub mod recurrent;
#[cfg(all(feature = "compute", feature = "alloc"))]
mod sparse;
#[cfg(feature = "compute")]
mod split_input;
#[cfg(feature = "compute")]
mod strides;

pub use conv::geometry::Geometry;
pub use normalization::axes::NormalizedAxes;
pub use pooling::windows::{PoolGeometry, PoolParts};
#[cfg(feature = "compute")]
pub use recurrent::projected::compute::Projected;
#[cfg(feature = "compute")]
pub use recurrent::stepwise::compute::Stepwise;
pub use regularization::noise::NoiseShape;
pub use reshaping::frame::Frame;
#[cfg(all(feature = "compute", feature = "alloc"))]
pub use sparse::Sparse;
#[cfg(feature = "compute")]
pub use split_input::{InputParts, SplitInput};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Masking;
    use std::path::{Path, PathBuf};
    use std::string::String;
    use std::vec::Vec;

    /// An expansion names a rule by the path of its module, so that module must be the page of a layer, which is
    /// public.
    #[test]
    fn every_rule_is_on_the_public_page_of_its_layer() {
        let makers = LAYERS.iter().filter_map(|spec| match spec.masking {
            Masking::Makes { by: other, .. }
            | Masking::Around { outside: other }
            | Masking::Merges { absent: other, .. } => Some(other),
            _ => None,
        });
        let further = [
            &masking::ANY,
            &masking::JOIN,
            &masking::EVERYWHERE,
            &masking::ZERO_ELSE,
            &masking::OR_ELSE,
            &conv::conv1d::slide::SLIDE,
        ];
        for spec in LAYERS.iter().copied().chain(makers).chain(further) {
            for rule in [Some(spec.infer), spec.inner].into_iter().flatten() {
                // A page may be in a family, and may have public modules of its own.
                let path = rule.module.strip_prefix("nn_core::layers::").unwrap_or_default();
                let (mut pages, module) = (path.split("::").take(2), path.rsplit("::").next());
                assert!(pages.any(|part| MODULES.contains(&part)), "{} is on no page of the list", spec.name);
                assert_eq!(module, Some(spec.module), "the rule `{}` of {} is elsewhere", rule.name, spec.name);
            }
        }
    }

    /// Returns the texts of all files of pages, with their paths.
    fn pages(dir: &Path) -> Vec<(PathBuf, String)> {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let files = entries.flat_map(|path| match path.is_dir() {
            true => pages(&path),
            false => std::vec![(path.clone(), std::fs::read_to_string(path).unwrap())],
        });
        files.filter(|(path, _)| !path.ends_with("layers/mod.rs")).collect()
    }

    /// A page declares its layer with `layer!`, and names each argument and constant instead of counting them.
    #[test]
    fn no_page_counts_arguments() {
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        for (path, text) in pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/layers")) {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(!MODULES.contains(&name) || text.contains("\nlayer! {\n"), "{name} declares no layer");
            assert!(!text.split("args[").skip(1).any(number), "{name} finds an argument by its number");
            let facts = text.split("Folding::").skip(1).chain(text.split("Masking::").skip(1));
            for fact in facts.filter_map(|rest| rest.split('}').next()) {
                // A number of sets is not a place.
                let places = fact.replace("sets: 2", "");
                assert!(!places.split(": ").skip(1).any(number), "{name} finds something by its number: {fact}");
            }
        }
    }

    /// The list of modules and the list of structs describe a layer in the same words: those of its declaration.
    #[test]
    fn a_layer_has_one_description() {
        let all = pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/layers"));
        for spec in LAYERS {
            let (_, text) =
                all.iter().find(|(path, _)| path.file_stem().is_some_and(|name| name == spec.module)).unwrap();
            let title: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).collect();
            let title = title.join(" ");
            let title = title.strip_prefix(&*std::format!("{}: ", spec.name));
            let before = text.split("\n    #[example = ").next().unwrap_or_default();
            let docs = before.rsplit("layer! {\n").next().unwrap_or_default().lines();
            let docs: Vec<&str> = docs.map(|line| line.trim_start_matches("    ///").trim()).collect();
            let (title, declared) = (title.unwrap_or_default(), docs.join(" "));
            assert!(declared.len() > 10, "{}: {declared}", spec.name);
            assert!(title.eq_ignore_ascii_case(&declared), "{}: `{title}` is not `{declared}`", spec.name);
        }
    }
}
