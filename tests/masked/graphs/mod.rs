//! The graphs. `tests/fixtures/masks.py` reads them from these files, and builds them of Keras's layers.
//!
//! Layers own their weights in the order in which they are made. Numbers are masked where all features are -1, words
//! where they are 0, and an input that is called `m` or `n` is a mask.

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
    let in_file: std::collections::BTreeSet<String> =
        all.keys().filter_map(|key| key.strip_suffix(".loss").map(String::from)).collect();
    let tested = [
        both_ways::CASES,
        dropping::CASES,
        joining::CASES,
        merging::CASES,
        merging_more::CASES,
        normalizing::CASES,
        parts::CASES,
        passing::CASES,
        reading::CASES,
        steps::CASES,
    ];
    assert_eq!(in_file, tested.concat().iter().map(|case| case.to_string()).collect());
    assert!(in_file.len() >= 60);
}
