use super::compute::UnitNormalization;
use super::{SPEC, arg, infer};
use crate::layer::testing::check_layer;
use crate::layer::{Memory, Mode};
use crate::layers::normalization::axes::{NormalizedAxes, Places};
use crate::spec::Value;
use crate::spec::shape::Shape;
use crate::tensor::storage::{Buffer, Heap};
use crate::{Layer, Pass};
use nalgebra::{SMatrix, SVector};
use rand::{SeedableRng, rngs::StdRng};

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&UnitNormalization::<5, 3>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 6>, _>(&UnitNormalization::<15, 2>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 6>, _>(&UnitNormalization::<2, 15> {
        axes: NormalizedAxes::of(&Places { dims: [1, 1, 1, 1, 2, 15], groups: 0b100000, variables: 0b010000 }),
    });
}

/// Zeros stay zeros, and their gradient is finite: the factor is constant there.
#[test]
fn the_formula() {
    type Layer2 = UnitNormalization<2, 1>;
    type X = SVector<f64, 2>;
    let (x, mut y) = ([X::new(3., -4.), X::zeros(), X::new(0., 1e-13)], [X::repeat(f64::NAN); 3]);
    let mut cache = <Layer2 as Layer<f64, X>>::Cache::<Heap>::with_capacity(3);
    let mut rng = StdRng::seed_from_u64(1);
    Layer2::DEFAULT.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut cache, Mode::new(&mut rng)));
    assert!((y[0] - X::new(0.6, -0.8)).norm() < 1e-15 && y[1] == X::zeros(), "{y:?}");
    assert!((y[2] - X::new(0., 0.1)).norm() < 1e-15, "{y:?}");
    let (dy, mut dx) = ([X::new(1., 1.); 3], [X::zeros(); 3]);
    Layer2::DEFAULT.backward::<Heap>(&(), &x, &y, &dy, Memory::new(&mut cache), Some(&mut dx), None);
    assert!((dx[0] - X::new(0.224, 0.168)).norm() < 1e-15, "{dx:?}");
    assert!((dx[1] - X::repeat(1e12)).norm() < 1e-3 && (dx[2] - X::repeat(1e12)).norm() < 1e-3, "{dx:?}");
}

#[test]
fn axes() {
    let rule = |axes: &[i64]| infer(&SPEC.with(&[(arg::axis, Value::ints(axes))]), &[Shape::new(&[2, 3, 5])]);
    assert_eq!(rule(&[-1]).unwrap().consts(), [5, 6]);
    assert_eq!(rule(&[1, 3]).unwrap().consts(), [10, 3]);
    assert!(rule(&[0]).is_err() && rule(&[2, -2]).is_err() && rule(&[4]).is_err());
}
