use super::*;
use nalgebra::SVector;

crate::weights! {
    /// A test.
    struct Pair<T, const N: usize> {
        /// First.
        scale: SVector<T, N> => [N],
        /// Second.
        state mean: nalgebra::SMatrix<T, N, 2> => [2, N],
        /// None.
        bias: nalgebra::SMatrix<T, N, 0> => [0],
    }
}

#[test]
fn weights_are_one_slice_with_named_parts() {
    let mut pair = <Pair<f64, 3> as Weights<f64>>::zeroed();
    pair.scale.fill(1.0);
    pair.mean.fill(2.0);
    assert_eq!(pair.as_slice(), [1., 1., 1., 2., 2., 2., 2., 2., 2.]);
    pair.as_mut_slice()[3] = 7.0;
    assert_eq!(pair.mean[(0, 0)], 7.0);
    assert_eq!((<Pair<f64, 3> as Weights<f64>>::COUNT, <Pair<f64, 3> as Weights<f64>>::NON_TRAINABLE), (9, 6));
    let mut names = std::vec::Vec::new();
    <Pair<f64, 3> as Weights<f64>>::variables(&Path::ROOT.join("tower"), &mut |variable| {
        names.push(std::format!("{} {} {}", variable.path, variable.shape, variable.trainable));
    });
    assert_eq!(names, ["tower.scale (3,) true", "tower.mean (2, 3) false"]);
}

#[test]
fn a_box_is_made_zeroed_in_place() {
    // 160 MB: a copy through the 2 MB stack of a test thread would crash.
    let boxed = zeroed_box::<f64, Pair<f64, 7_000_000>>();
    assert_eq!(boxed.as_slice().len(), 21_000_000);
    assert!(boxed.as_slice().iter().step_by(99_991).all(|&x| x == 0.0));
}
