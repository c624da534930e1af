//! The shapes of masks.

use super::*;

#[test]
fn shapes() {
    let x = Shape::new(&[5, 3]);
    assert_eq!(infer(&SPEC.with(&[]), &[x]).unwrap().output(0), x);
    assert_eq!(positions(&[], &[x]).unwrap(), Inferred::new(Shape::new(&[5]), &[5, 1]));
    let mask = Shape::new(&[2, 5]);
    assert_eq!(positions(&[], &[Shape::new(&[2, 5, 3])]).unwrap(), Inferred::new(mask, &[5, 2]));
    assert!(infer(&SPEC.with(&[]), &[Shape::new(&[5])]).is_err());
    assert!(fits(&[], &[x, Shape::new(&[5])]).is_ok());
    assert!(fits(&[], &[x, Shape::new(&[5, 1])]).is_err());
    assert_eq!(any(&[], &[Shape::new(&[5]), Shape::new(&[1])]).unwrap().output(0), Shape::new(&[5]));
    assert_eq!(any(&[], &[Shape::new(&[5]), Shape::new(&[4])]).unwrap().output(0), Shape::new(&[5]));
}

#[test]
fn masks_of_what_is_concatenated() {
    let along = |axis, masks: &[&[usize]]| {
        let masks: std::vec::Vec<Shape> = masks.iter().map(|dims| Shape::new(dims)).collect();
        join(&JOIN.with(&[(JOIN::arg::axis, Value::Int(axis))]), &masks).unwrap()
    };
    for axis in [1, -2] {
        assert_eq!(along(axis, &[&[5], &[4]]), Inferred::new(Shape::new(&[9]), &[9, 1, 1]));
    }
    for axis in [2, -1] {
        assert_eq!(along(axis, &[&[5], &[5]]), Inferred::new(Shape::new(&[5]), &[5, 1, 0]));
    }
    assert_eq!(along(1, &[&[2, 5], &[3, 5]]), Inferred::new(Shape::new(&[5, 5]), &[5, 5, 1]));
    assert_eq!(along(2, &[&[2, 5], &[2, 4]]), Inferred::new(Shape::new(&[2, 9]), &[9, 2, 2]));
    assert_eq!(along(3, &[&[2, 5], &[2, 5]]), Inferred::new(Shape::new(&[2, 5]), &[5, 2, 0]));
}

#[test]
fn a_mask_that_a_layer_hands_on() {
    let of = |passes: bool, mask: &[usize], y: &[usize]| {
        let args = PASSED.with(&[(PASSED::arg::passes, Value::Flag(passes))]);
        passed(&args, &[Shape::new(mask), Shape::new(y)])
    };
    assert_eq!(of(true, &[3], &[3, 2]).unwrap(), Inferred::new(Shape::new(&[3]), &[3, 1, 1]));
    assert_eq!(of(false, &[3], &[2, 2]).unwrap(), Inferred::new(Shape::new(&[2]), &[2, 1, 0]));
    assert!(of(true, &[3], &[2, 2]).is_err());
    assert!(of(true, &[3], &[2]).is_err());
}

#[test]
fn masks_of_steps() {
    let of = |mask: &[usize], y: &[usize]| of_steps(&[], &[Shape::new(mask), Shape::new(y)]).unwrap();
    assert_eq!(of(&[3, 4], &[3, 2]), Inferred::new(Shape::new(&[3]), &[3, 1, 3]));
    assert_eq!(of(&[3], &[3, 2]), Inferred::new(Shape::new(&[3]), &[3, 1, 0]));
    assert_eq!(of(&[3], &[3, 2, 5]), Inferred::new(Shape::new(&[3, 2]), &[2, 3, 3]));
}
