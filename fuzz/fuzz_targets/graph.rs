//! For any input the macro answers with items, and never panics.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(items) = nn_macros_library::expand_text(text) {
        assert!(nn_macros_library::are_items(items), "the expansion does not parse");
    }
});
