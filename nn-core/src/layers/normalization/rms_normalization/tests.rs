use super::compute::{RMSNormalization, RMSNormalizationWeights};
use super::{SPEC, arg, infer};
use crate::layer::testing::check_layer;
use crate::layers::normalization::axes::{NormalizedAxes, Places};
use crate::spec::Value;
use crate::spec::shape::Shape;
use crate::tensor::storage::Inline;
use crate::{Layer, Pass};
use nalgebra::{SMatrix, SVector};

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&RMSNormalization::<5, 0, 0, 0, 0, 0, 3>::DEFAULT);
    // The last two axes of (2, 3, 5), then the first one.
    check_layer::<SMatrix<f64, 5, 6>, _>(&RMSNormalization::<15, 5, 0, 0, 0, 0, 2>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 6>, _>(&RMSNormalization::<2, 0, 0, 0, 0, 0, 15> {
        axes: NormalizedAxes::of(&Places { dims: [1, 1, 1, 1, 2, 15], groups: 0b100000, variables: 0b010000 }),
        ..RMSNormalization::DEFAULT
    });
}

#[test]
fn the_formula() {
    // Mean square 25, and epsilon 0.
    let w = RMSNormalizationWeights { scale: SVector::<f64, 2>::new(2., 3.) };
    let mut y = [SVector::<f64, 2>::zeros()];
    let layer = RMSNormalization::<2, 0, 0, 0, 0, 0, 1> { epsilon: 0.0, ..RMSNormalization::DEFAULT };
    layer.forward::<Inline<1>>(&w, &[SVector::<f64, 2>::new(1., 7.)], &mut y, Pass::inference(&mut ()));
    assert_eq!(y[0].as_slice(), [0.4, 4.2]);
}

#[test]
fn axes() {
    let rule = |axes: &[i64]| infer(&SPEC.with(&[(arg::axis, Value::ints(axes))]), &[Shape::new(&[2, 3, 5])]);
    assert_eq!(rule(&[-1]).unwrap().consts(), [5, 0, 0, 0, 0, 0, 6]);
    assert_eq!(rule(&[2, 3]).unwrap().consts(), [15, 5, 0, 0, 0, 0, 2]);
    assert!(rule(&[0]).is_err() && rule(&[2, -2]).is_err() && rule(&[4]).is_err());
}
