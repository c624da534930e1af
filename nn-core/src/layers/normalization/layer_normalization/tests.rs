use super::compute::{LayerNormalization, LayerNormalizationWeights};
use super::{SPEC, arg, infer};
use crate::layer::testing::check_layer;
use crate::layers::normalization::axes::{NormalizedAxes, Places};
use crate::spec::shape::Shape;
use crate::spec::{Inferred, Value};
use crate::tensor::storage::Inline;
use crate::weights::regularizers::Regularizer;
use crate::{Layer, Pass, Path, Weights};
use nalgebra::{SMatrix, SVector};
use std::string::{String, ToString};
use std::vec::Vec;

type Last<const F: usize, const CENTER: usize, const SCALE: usize, const P: usize> =
    LayerNormalization<F, CENTER, SCALE, 0, 0, 0, 0, 0, P>;

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&Last::<5, 1, 1, 3> {
        gamma_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
        beta_regularizer: Regularizer { l1: 0.05, l2: 0.07 },
        ..LayerNormalization::DEFAULT
    });
    check_layer::<SMatrix<f64, 5, 1>, _>(&Last::<5, 0, 1, 1>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 1>, _>(&Last::<5, 1, 0, 1>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 3>, _>(&Last::<5, 0, 0, 3>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 3>, _>(&Last::<5, 0, 1, 3> { rms_scaling: true, ..LayerNormalization::DEFAULT });
}

/// Along the middle axis of (2, 3, 5), and along the other two.
#[test]
fn gradients_along_other_axes() {
    check_layer::<SMatrix<f64, 5, 6>, _>(&LayerNormalization::<3, 1, 1, 0, 0, 0, 0, 0, 10> {
        axes: NormalizedAxes::of(&Places { dims: [1, 1, 1, 2, 3, 5], groups: 0b101000, variables: 0b010000 }),
        ..LayerNormalization::DEFAULT
    });
    check_layer::<SMatrix<f64, 5, 6>, _>(&LayerNormalization::<10, 1, 1, 5, 0, 0, 0, 0, 3> {
        axes: NormalizedAxes::of(&Places { dims: [1, 1, 1, 2, 3, 5], groups: 0b010000, variables: 0b101000 }),
        ..LayerNormalization::DEFAULT
    });
}

#[test]
fn the_formula() {
    // Mean 3, variance 4, and epsilon 0: x̂ is -1 and 1.
    let w = LayerNormalizationWeights { gamma: SVector::<f64, 2>::new(2., 3.), beta: SVector::<f64, 2>::new(10., 20.) };
    let mut y = [SVector::<f64, 2>::zeros()];
    let layer = Last::<2, 1, 1, 1> { epsilon: 0.0, ..LayerNormalization::DEFAULT };
    layer.forward::<Inline<1>>(&w, &[SVector::<f64, 2>::new(1., 5.)], &mut y, Pass::inference(&mut ()));
    assert_eq!(y[0].as_slice(), [8., 23.]);
}

fn rule(axes: &[i64], x: &[usize]) -> Result<Inferred, String> {
    let args = SPEC.with(&[(arg::axis, Value::ints(axes)), (arg::center, Value::Flag(false))]);
    infer(&args, &[Shape::new(x)]).map_err(|error| error.to_string())
}

#[test]
fn axes() {
    assert_eq!(rule(&[-1], &[4, 3]).unwrap().consts(), [3, 0, 1, 0, 0, 0, 0, 0, 4]);
    assert_eq!(rule(&[2], &[4, 3]), rule(&[-1], &[4, 3]));
    assert_eq!(rule(&[1], &[4, 3]).unwrap().consts(), [4, 0, 1, 0, 0, 0, 0, 0, 3]);
    assert_eq!(rule(&[3, 1], &[2, 3, 5]).unwrap().consts(), [10, 0, 1, 5, 0, 0, 0, 0, 3]);
    assert_eq!(rule(&[1, -1], &[2, 3, 5]).unwrap().consts(), [10, 0, 1, 2, 0, 0, 0, 0, 3]);
    assert_eq!(rule(&[1, 2, 3, 4, 5, 6], &[2; 6]).unwrap().consts(), [64, 0, 1, 2, 2, 2, 2, 2, 1]);
    assert_eq!(rule(&[2], &[4, 3]).unwrap().output(0), Shape::new(&[4, 3]));
    assert!(rule(&[0], &[4, 3]).unwrap_err().contains("counts the batch"));
    assert!(rule(&[1, -2], &[4, 3]).unwrap_err().contains("given twice"));
    assert!(rule(&[3], &[4, 3]).is_err() && rule(&[], &[4, 3]).is_err());
}

#[test]
fn rms_scaling_has_a_factor_only() {
    let args = SPEC.with(&[(arg::rms_scaling, Value::Flag(true)), (arg::scale, Value::Flag(false))]);
    assert_eq!(infer(&args, &[Shape::new(&[3])]).unwrap().consts()[..3], [3, 0, 1]);
}

#[test]
fn the_variables_have_keras_shape() {
    let mut shapes = Vec::new();
    <LayerNormalizationWeights<f32, 10, 1, 0, 5, 0, 0, 0, 0> as Weights<f32>>::variables(&Path::ROOT, &mut |v| {
        shapes.push((v.path.to_string(), v.shape));
    });
    assert_eq!(shapes, [("beta".to_string(), Shape::new(&[2, 5]))]);
}
