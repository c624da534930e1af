//! The layer and its mask.

use super::compute::*;
use crate::layer::testing::check_layer;
use crate::layer::{Layer, Memory, Pass};
use crate::tensor::storage::Inline;
use nalgebra::{SMatrix, SVector};

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&Masking::DEFAULT);
}

#[test]
fn positions_of_the_value_are_left_out() {
    // Three positions of two features; one position holds the value in one feature only.
    let x = [SMatrix::<f32, 2, 3>::new(7., 7., 1., 7., 2., 3.)];
    let (mut y, mut m) = ([SMatrix::<f32, 2, 3>::repeat(9.)], [SVector::<u32, 3>::repeat(9)]);
    Masking { mask_value: 7. }.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
    Layer::<f32, SMatrix<f32, 2, 3>>::forward::<Inline<1>>(
        &Differs::<3, 1> { mask_value: 7. },
        &(),
        &x,
        &mut m,
        Pass::inference(&mut ()),
    );
    assert_eq!(y, [SMatrix::<f32, 2, 3>::new(0., 7., 1., 0., 2., 3.)]);
    assert_eq!(m[0].as_slice(), [0, 1, 1]);
    let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
    let dy = [SMatrix::<f32, 2, 3>::repeat(2.)];
    Masking { mask_value: 7. }.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
    assert_eq!(dx[0].as_slice(), [1., 1., 3., 3., 3., 3.]);
}
