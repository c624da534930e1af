//! The graphs. `tests/fixtures/masks.py` reads them from these files, and builds them of Keras's layers.
//!
//! Layers own their weights in the order in which they are made. A step of numbers is masked if all its features are
//! -1, and a word is masked if it is 0. An input with the name `m` or `n` is a mask.

mod both_ways;
mod dropping;
mod joining;
mod merging;
mod merging_more;
mod normalizing;
mod parts;
mod passing;
mod reading;
mod steps;

#[test]
fn every_graph_of_the_file_is_tested() {
    let all = crate::fixture::Fixture::read("masks");
    let in_file: std::collections::BTreeSet<&str> = all.keys().filter_map(|key| key.strip_suffix(".loss")).collect();
    assert_eq!(in_file, ALL.iter().flat_map(|(cases, _)| *cases).map(|(name, _)| *name).collect());
    assert!(in_file.len() >= 60);
}

#[test]
fn the_sample_has_every_kind_of_graph() {
    let (all, sample) = (ALL.iter().flat_map(|(cases, _)| *cases), ALL.iter().flat_map(|(_, sample)| *sample));
    let missing = crate::sample::missing(all, sample);
    assert!(missing.is_empty(), "no graph of the sample has {missing:?}");
}

macro_rules! files {
    ($($file:ident)*) => {
        /// The cases of each file, and those in the sample.
        const ALL: &[(&[crate::sample::Case], &[crate::sample::Case])] = &[$(($file::CASES, $file::SAMPLE)),*];
    };
}
files! { both_ways dropping joining merging merging_more normalizing parts passing reading steps }
