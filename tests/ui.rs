//! Code that does not compile, with the compiler's messages: one mistake per file, in a folder named after the rule.
//! The examples of the catalogue of errors are on their pages, `src/errors/<code>/wrong.rs`.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the expected messages anew. Read them before you commit them. Parts
//! of them are rustc's own text, so they hold for the toolchain in `rust-toolchain.toml`.

use trybuild::TestCases;

#[test]
fn invalid_graphs_do_not_compile() {
    let tests = TestCases::new();
    for rule in ["python", "names", "args", "shapes", "graph", "training", "recovery", "lints", "kit", "weights"] {
        tests.compile_fail(format!("tests/ui/{rule}/*.rs"));
    }
    for codes in ["00*", "01*", "02*", "03*", "04*", "0501", "0502", "0503", "0504", "0505", "0506", "07*"] {
        tests.compile_fail(format!("src/errors/nn{codes}/wrong.rs"));
    }
}

/// Errors that rustc finds only when it builds a program. The file that passes makes trybuild build all of them.
#[test]
fn what_is_found_when_a_program_is_built() {
    let tests = TestCases::new();
    tests.pass("tests/ui/memory/fits.rs");
    tests.compile_fail("tests/ui/memory/budget_*.rs");
    for file in ["clone", "clone_inside", "clone_of_layer", "outputs", "trainer", "unpack", "zeroed"] {
        tests.compile_fail(format!("tests/ui/memory/too_large_for_{file}.rs"));
    }
    tests.compile_fail("src/errors/nn0507/wrong.rs");
    tests.compile_fail("src/errors/nn06*/wrong.rs");
}
