//! The layers. Arguments, defaults and examples are on the page of a struct, such as [`struct@Dense`]; formulas,
//! gradients and shapes are on the page of its module, such as [`mod@dense`].
//!
//! A source file has two halves. The first (`layer!` and `infer`) is pure data and `const fn`; the macro runs it on the
//! host. The second, `mod compute`, runs at run time.

use crate::spec::LayerSpec;

/// The list of layers: the only place besides its own page that a new layer changes.
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
    conv2d,
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

// Code that several pages share.
#[cfg(feature = "compute")]
mod elementwise;
mod merge;
pub mod recurrent;
#[cfg(all(feature = "compute", feature = "alloc"))]
mod sparse;
#[cfg(feature = "compute")]
mod split_input;
#[cfg(feature = "compute")]
mod strides;
mod windows;

#[cfg(feature = "compute")]
pub use recurrent::projected::compute::Projected;
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
        let further = [&masking::ANY, &masking::JOIN, &masking::EVERYWHERE, &masking::ZERO_ELSE, &masking::OR_ELSE];
        for spec in LAYERS.iter().copied().chain(makers).chain(further) {
            for rule in [Some(spec.infer), spec.inner].into_iter().flatten() {
                // A page may have public modules of its own.
                let path = rule.module.strip_prefix("nn_core::layers::").unwrap_or_default();
                let (page, module) = (path.split("::").next(), path.rsplit("::").next());
                assert!(page.is_some_and(|page| MODULES.contains(&page)), "{} is on no page of the list", spec.name);
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
        for spec in LAYERS {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(std::format!("src/layers/{}.rs", spec.module));
            let text = std::fs::read_to_string(path).unwrap();
            let title = text.lines().next().and_then(|line| line.strip_prefix(&*std::format!("//! {}: ", spec.name)));
            let before = text.split("\n    #[example = ").next().unwrap_or_default();
            let docs = before.rsplit("layer! {\n").next().unwrap_or_default().lines();
            let docs: Vec<&str> = docs.map(|line| line.trim_start_matches("    ///").trim()).collect();
            let (title, declared) = (title.unwrap_or_default(), docs.join(" "));
            assert!(declared.len() > 10, "{}: {declared}", spec.name);
            assert!(title.eq_ignore_ascii_case(&declared), "{}: `{title}` is not `{declared}`", spec.name);
        }
    }
}
