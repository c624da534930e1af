//! Names that `layer!` derives, and the checks of them.

/// Returns the page of a layer: the last part of the path of its module.
#[doc(hidden)]
pub const fn page(module: &'static str) -> &'static str {
    let mut start = module.len();
    while start > 0 && module.as_bytes()[start - 1] != b':' {
        start -= 1;
    }
    module.split_at(start).1
}

/// Returns the number of constants of a layer's weights.
///
/// # Panics
/// If the weights are not called `DenseWeights` for `Dense`, or have other constants than the leading ones.
#[doc(hidden)]
pub const fn leading([layer, weights]: [&str; 2], consts: &[usize]) -> Option<usize> {
    let mut i = 0;
    while i < consts.len() {
        assert!(consts[i] == i, "weights have the leading constants of their layer, in the same order");
        i += 1;
    }
    const NAMED: &str =
        "the weights of a layer are called like it with `Weights` behind: those of `Dense` are `DenseWeights`";
    let (mut i, suffix) = (0, b"Weights");
    assert!(weights.len() == layer.len() + suffix.len(), "{}", NAMED);
    while i < weights.len() {
        let expected = if i < layer.len() { layer.as_bytes()[i] } else { suffix[i - layer.len()] };
        assert!(weights.as_bytes()[i] == expected, "{}", NAMED);
        i += 1;
    }
    Some(consts.len())
}
