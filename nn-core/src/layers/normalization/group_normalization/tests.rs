use super::compute::{GroupNormalization, GroupNormalizationWeights};
use super::{SPEC, arg, infer};
use crate::layer::testing::check_layer;
use crate::layers::normalization::axes::{NormalizedAxes, Places};
use crate::spec::Value;
use crate::spec::code::Code;
use crate::spec::shape::{Blame, Shape};
use crate::tensor::storage::Inline;
use crate::weights::regularizers::Regularizer;
use crate::{Layer, Pass};
use nalgebra::{SMatrix, SVector};

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 6, 5>, _>(&GroupNormalization::<6, 1, 1, 2> {
        gamma_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
        beta_regularizer: Regularizer { l1: 0.05, l2: 0.07 },
        ..GroupNormalization::DEFAULT
    });
    check_layer::<SMatrix<f64, 6, 5>, _>(&GroupNormalization::<6, 1, 1, 6>::DEFAULT);
    check_layer::<SMatrix<f64, 6, 5>, _>(&GroupNormalization::<6, 0, 1, 1>::DEFAULT);
    check_layer::<SMatrix<f64, 6, 1>, _>(&GroupNormalization::<6, 1, 0, 3>::DEFAULT);
    // The middle axis of (2, 6, 5).
    check_layer::<SMatrix<f64, 5, 12>, _>(&GroupNormalization::<6, 1, 1, 3> {
        axes: NormalizedAxes::of(&Places { dims: [1, 1, 2, 3, 2, 5], groups: 0b001000, variables: 0b011000 }),
        ..GroupNormalization::DEFAULT
    });
}

#[test]
fn the_formula() {
    // Two groups with means 3 and 0, variances 4 and 9, and epsilon 0.
    let w = GroupNormalizationWeights {
        gamma: SVector::<f64, 4>::new(2., 3., 1., 1.),
        beta: SVector::<f64, 4>::new(10., 20., 0., 0.5),
    };
    let mut y = [SVector::<f64, 4>::zeros()];
    let layer = GroupNormalization::<4, 1, 1, 2> { epsilon: 0.0, ..GroupNormalization::DEFAULT };
    layer.forward::<Inline<1>>(&w, &[SVector::<f64, 4>::new(1., 5., -3., 3.)], &mut y, Pass::inference(&mut ()));
    assert_eq!(y[0].as_slice(), [8., 23., -1., 1.5]);
}

#[test]
fn groups() {
    let rule = |groups: i64, axis: i64| {
        let args = SPEC.with(&[(arg::groups, Value::Int(groups)), (arg::axis, Value::Int(axis))]);
        infer(&args, &[Shape::new(&[5, 3, 6])])
    };
    assert_eq!(rule(2, -1).unwrap().consts(), [6, 1, 1, 2]);
    assert_eq!(rule(-1, -1).unwrap().consts(), [6, 1, 1, 6]);
    assert_eq!(rule(5, 1).unwrap().consts(), [5, 1, 1, 5]);
    for groups in [0, -2, 4, 12, 32, i64::MAX, i64::MIN] {
        let error = rule(groups, -1).unwrap_err();
        assert_eq!((error.code, error.blame), (Code::OutOfRange, Blame::Argument(arg::groups)), "{groups}");
    }
    assert_eq!(rule(1, 0).unwrap_err().blame, Blame::Argument(arg::axis));
}
