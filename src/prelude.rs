//! The names that most programs with a model use, for `use nn::prelude::*;`.
//!
//! All others are imported by their paths: `use nn::losses::Huber;`, `use nn::callbacks::CsvLogger;`. The modules are
//! [`losses`](crate::losses), [`metrics`](crate::metrics), [`optimizers`](crate::optimizers),
//! [`schedules`](crate::schedules), [`layers`](crate::layers) and `nn::callbacks`.
//!
//! `use nn::layer::*;` has all that a [layer of your own](mod@crate::layer) needs.

#[cfg(feature = "alloc")]
pub use crate::MultiHot;
#[cfg(feature = "std")]
pub use crate::Predict;
#[cfg(feature = "files")]
pub use crate::WeightFiles;
pub use crate::layers::LstmState;
pub use crate::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, MeanAbsoluteError, MeanSquaredError, SparseCategoricalCrossentropy,
};
pub use crate::metrics::{Accuracy, Mae, Mse};
pub use crate::optimizers::{Adam, AdamW, Optimizer, RmsProp, Sgd};
pub use crate::schedules::ExponentialDecay;
#[cfg(feature = "train")]
pub use crate::{
    Adapt, Compile, CompileValue, Fit, Verbose,
    callbacks::{EarlyStopping, ModelCheckpoint, ReduceLROnPlateau},
};
pub use crate::{Model, Scalar, Weights, include_weights, model, model_rejects};
pub use nalgebra::{SMatrix, SVector};
#[cfg(feature = "std")]
pub use rand::rngs::StdRng;
/// Small generators that need no `std`: the first is for machines of 32 bits. Both give the same numbers everywhere.
pub use rand::rngs::{Xoshiro128PlusPlus, Xoshiro256PlusPlus};
pub use rand::{Rng, RngExt, SeedableRng};

// Methods of Keras that have another form here; their errors say which.
#[cfg(feature = "train")]
#[doc(hidden)]
pub use crate::train::keras::{
    AfterAMistake as _, ArgumentsOfFit as _, MethodsOfCompiled as _, MethodsOfKeras as _, MethodsOfLayers as _,
    MethodsOfPredictions as _,
};

// Names whose feature is off.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
pub use crate::missing::NeedsAlloc;
#[cfg(not(feature = "files"))]
#[doc(hidden)]
pub use crate::missing::NeedsFiles;
#[cfg(all(feature = "train", not(feature = "plot")))]
#[doc(hidden)]
pub use crate::missing::NeedsPlot;
#[cfg(all(feature = "train", not(feature = "files")))]
#[doc(hidden)]
pub use crate::missing::{NeedsFilesInRun, NeedsFilesToo};
#[cfg(not(feature = "std"))]
#[doc(hidden)]
pub use crate::missing::{NeedsStd, StdRng};
#[cfg(not(feature = "train"))]
#[doc(hidden)]
pub use crate::{
    callbacks::{EarlyStopping, ModelCheckpoint, ReduceLROnPlateau},
    missing::{Fit, NeedsTrain},
};

#[cfg(test)]
mod tests {
    /// The names of all imports here that are shown, with what is before a last `{` and without `#[cfg]`.
    fn names() -> Vec<&'static str> {
        let page = include_str!("prelude.rs").split("#[cfg(test)]").next().unwrap();
        let statements = page.split(';').filter(|statement| !statement.contains("#[doc(hidden)]"));
        let paths = statements.filter_map(|statement| Some(statement.split_once("pub use ")?.1));
        let leaves = paths.flat_map(|paths| paths.split([',', '{', '}']));
        leaves.map(|leaf| leaf.rsplit("::").next().unwrap().trim()).filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn at_most_forty_names_each_written_out() {
        let names = names();
        assert!((30..=40).contains(&names.len()), "{} names: {names:?}", names.len());
        assert!(!names.contains(&"*"));
        // Functions have lower-case names, which a program may well have for its own: there are macros alone.
        let lower: Vec<_> = names.iter().filter(|name| name.starts_with(char::is_lowercase)).collect();
        assert_eq!(lower, [&"include_weights", &"model", &"model_rejects"]);
    }

    #[test]
    fn random_numbers_need_no_other_import() {
        use crate::prelude::*;

        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        assert!((1..7).contains(&rng.random_range(1..7)));
        assert!((0.0..1.0).contains(&rng.random::<f32>()));
    }
}
