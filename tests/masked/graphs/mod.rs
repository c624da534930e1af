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
