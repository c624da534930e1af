//! The comparison behind every test here.

use nn::Scalar;

/// Compares `got` with Keras's result. `what` names the case and the array.
///
/// # Panics
/// If a number differs by more than `tolerance` (see the page of the crate), or is NaN.
#[track_caller]
pub(crate) fn assert_close<T: Scalar>(what: &str, got: &[T], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: the number of scalars");
    let largest = expected.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    for (index, (got, &expected)) in got.iter().zip(expected).enumerate() {
        let (got, allowed) = (got.to_f64(), tolerance * expected.abs().max(1.0).min(largest));
        let difference = (got - expected).abs();
        // A NaN is not `<=` any number, so it fails here.
        assert!(
            difference <= allowed,
            "{what}[{index}]: Keras has {expected}, got {got}; the difference is {difference:e}, allowed is {allowed:e}"
        );
    }
}

mod tests {
    use super::assert_close;

    #[test]
    fn close_enough() {
        assert_close("array", &[100.0, 5e-14], &[100.0, 0.0], 1e-13);
        assert_close("array", &[1e-3, 5e-17], &[1e-3, 0.0], 1e-13);
        assert_close::<f64>("array", &[], &[], 0.0);
    }

    #[test]
    #[should_panic(expected = "array[1]: Keras has 2, got 2.5")]
    fn too_far() {
        assert_close("array", &[1.0_f32, 2.5], &[1.0, 2.0], 0.1);
    }

    #[test]
    #[should_panic(expected = "array[1]: Keras has 0, got 0.000000000005")]
    fn too_far_for_small_numbers() {
        assert_close("array", &[100.0, 5e-12], &[100.0, 0.0], 1e-13);
    }

    #[test]
    #[should_panic(expected = "array[0]: Keras has 0, got NaN")]
    fn not_a_number() {
        assert_close("array", &[f64::NAN], &[0.0], 0.1);
    }

    #[test]
    #[should_panic(expected = "array: the number of scalars")]
    fn too_few() {
        assert_close("array", &[1.0], &[1.0, 1.0], 0.1);
    }
}
