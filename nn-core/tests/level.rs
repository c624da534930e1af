//! The environment variable `NN_LEVEL` lowers the level of the kernels, and never raises it. Only optimised builds have
//! levels.
#![cfg(not(debug_assertions))]

use nn_core::kernels::level::{Level, current, force};
use std::process::Command;

/// Runs this test alone in a process of its own, which prints the level, with the variable set.
fn level_with(value: Option<&str>) -> (String, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_level_of_a_process", "--nocapture"]).env_remove("NN_LEVEL");
    if let Some(value) = value {
        command.env("NN_LEVEL", value);
    }
    let output = command.output().unwrap();
    let (said, warned) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let level = said.lines().find_map(|line| line.split_once("level: ")).map(|(_, level)| level.to_string()).unwrap();
    (level, warned)
}

#[test]
fn the_level_of_a_process() {
    println!("level: {:?}", current());
}

#[test]
fn the_variable_lowers_the_level() {
    let best = force(Level::Avx512);
    let at_most = |level: Level| format!("{:?}", level.min(best));
    for (value, level) in [("sse2", Level::Baseline), ("avx2", Level::Avx2Fma), ("avx512", Level::Avx512), ("", best)] {
        assert_eq!(level_with(Some(value)), (at_most(level), String::new()), "{value}");
    }
    assert_eq!(level_with(None), (at_most(best), String::new()));
    let (level, warned) = level_with(Some("avx1024"));
    assert_eq!(level, at_most(best));
    assert!(warned.contains("NN_LEVEL is \"avx1024\"") && warned.contains("sse2, avx2, avx512"), "{warned}");
}
