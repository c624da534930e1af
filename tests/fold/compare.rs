//! Compares a model with its folded form.

use nn::model::Model;
use nn::prelude::*;

/// Random weights, also in place of a fresh model's zeros and ones. Running variances are positive.
pub(crate) fn random<M: Model>(seed: u64) -> Box<M> {
    use nn::rand::RngExt;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut model = M::boxed(&mut rng);
    let mut variances = Vec::new();
    let mut start = 0;
    M::variables(&nn::Path::ROOT, &mut |variable| {
        let range = start..start + variable.shape.size();
        start = range.end;
        if variable.path.name().ends_with("variance") {
            variances.push(range);
        }
    });
    for w in model.as_mut_slice() {
        *w = M::Scalar::of(rng.random::<f64>() - 0.5);
    }
    for range in variances {
        model.as_mut_slice()[range].iter_mut().for_each(|w| *w = M::Scalar::of(0.5 + rng.random::<f64>()));
    }
    model
}

pub(crate) fn numbers<const R: usize, const C: usize>(n: usize, seed: u64) -> Vec<SMatrix<f64, R, C>> {
    use nn::rand::RngExt;
    let mut rng = StdRng::seed_from_u64(seed);
    (0..n).map(|_| SMatrix::from_fn(|_, _| rng.random::<f64>() * 2.0 - 1.0)).collect()
}

#[track_caller]
pub(crate) fn close<'a>(expected: impl IntoIterator<Item = &'a f64>, found: impl IntoIterator<Item = &'a f64>) {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.into_iter().collect(), found.into_iter().collect());
    assert_eq!(expected.len(), found.len());
    assert!(expected.len() > 1 && expected.iter().any(|x| x.abs() > 1e-3), "the test sees something");
    for (a, b) in expected.iter().zip(&found) {
        assert!((*a - *b).abs() < 1e-12, "expected {a}, found {b}");
    }
}

/// Checks that the layers named `gone..` are gone in the folded form, and that those named `kept..` are not.
#[track_caller]
pub(crate) fn check_layers<M: Model>(names: &[impl AsRef<str>]) {
    let (before, after) = (M::SUMMARY.to_string(), M::Folded::SUMMARY.to_string());
    for name in names {
        let name = name.as_ref();
        assert!(before.contains(name), "{name} is not in\n{before}");
        assert_eq!(after.contains(name), name.starts_with("kept"), "{name} in\n{after}");
    }
}
