//! The layers that normalize inside of a sample, over a sweep of shapes, axes and arguments, against Keras: outputs,
//! gradients, and the shapes of variables. `tests/fixtures/normalization.py` describes the files.
//!
//! A case runs through the shape rule and the functions over slices, so it instantiates no type.

use super::axes::{NormalizedAxes, Places, variable_shape};
use super::groups::{Formula, Gradients, Groups};
use super::{group_normalization, layer_normalization, rms_normalization, unit_normalization};
use crate::spec::shape::Shape;
use crate::spec::{Inferred, LayerSpec, Value};
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

const SAMPLES: usize = 2;

/// Reads the header by hand: all arrays are `F64`.
fn arrays(file: &str) -> BTreeMap<String, Vec<f64>> {
    let path = format!("{}/../tests/fixtures/normalization_{file}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, data) = bytes[8..].split_at(length);
    let entries: Vec<_> = std::str::from_utf8(header).unwrap().split("\"data_offsets\":[").collect();
    let array = |entry: &[&str]| {
        let name = entry[0].rsplit_once("\":{\"dtype\"").unwrap().0.rsplit_once('"').unwrap().1;
        let (from, to) = entry[1].split_once(']').unwrap().0.split_once(',').unwrap();
        let numbers = data[from.parse().unwrap()..to.parse().unwrap()].chunks(8);
        (name.into(), numbers.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect())
    };
    entries.windows(2).map(array).collect()
}

fn numbers<N: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<N> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect()
}

fn places(found: &Inferred) -> Places {
    NormalizedAxes::found(found).places().expect("the shape rule finds them")
}

/// The findings about one case.
struct Case {
    places: Places,
    groups: usize,
    formula: Formula,
    epsilon: f64,
    gamma: Option<Shape>,
    beta: Option<Shape>,
}

/// Compares numbers. Gradients of nearly equal scalars are differences of larger numbers, so the standard is the
/// largest number of the array.
fn compare<T: Scalar>(what: &str, got: &[T], expected: &[f64]) {
    let tolerance = if size_of::<T>() == 4 { 3e-5 } else { 1e-13 };
    let largest = expected.iter().fold(0.1, |largest: f64, x| largest.max(x.abs()));
    assert_eq!(got.len(), expected.len(), "{what}");
    for (k, (got, expected)) in got.iter().zip(expected).enumerate() {
        let off = (got.to_f64() - expected).abs();
        assert!(off <= tolerance * largest, "{what}, scalar {k}: {got} instead of {expected}");
    }
}

fn check<T: Scalar + Element>(name: &str, case: &Case, table: &BTreeMap<String, Vec<f64>>, expected: &[f64]) {
    let size = case.places.size() * SAMPLES;
    let take = |array: &str, n: usize| table[array][..n].iter().map(|&x| T::of(x)).collect::<Vec<T>>();
    let (x, dy) = (take("x", size), take("dy", size));
    let of = |shape: Option<Shape>| shape.map_or(0, |shape| shape.size());
    let (gamma, beta) = (take("gamma", of(case.gamma)), take("beta", of(case.beta)));
    let groups =
        Groups { places: case.places, formula: case.formula, epsilon: case.epsilon, gamma: &gamma, beta: &beta };
    let nan = T::of(f64::NAN);
    let (mut y, mut predicted) = (std::vec![nan; size], std::vec![nan; size]);
    let mut kept = std::vec![nan; 2 * case.groups * SAMPLES];
    groups.forward(&x, &mut predicted, None);
    groups.forward(&x, &mut y, Some(&mut kept));
    assert!(y == predicted && kept.iter().all(|kept| kept.finite()), "{name}");
    let (expected_y, rest) = expected.split_at(size);
    let (expected_dx, rest) = rest.split_at(size);
    let (expected_gamma, expected_beta) = rest.split_at(gamma.len());
    compare(&format!("{name}: y"), &y, expected_y);
    let (mut dx, mut dgamma, mut dbeta) =
        (std::vec![T::ZERO; size], std::vec![T::ZERO; gamma.len()], std::vec![T::ZERO; beta.len()]);
    groups.backward(&x, &dy, &kept, Gradients { dx: Some(&mut dx), dgamma: &mut dgamma, dbeta: &mut dbeta });
    compare(&format!("{name}: dx"), &dx, expected_dx);
    compare(&format!("{name}: dgamma"), &dgamma, expected_gamma);
    compare(&format!("{name}: dbeta"), &dbeta, expected_beta);
    // Gradients add, and only the wanted ones.
    let once = dx.clone();
    groups.backward(&x, &dy, &kept, Gradients { dx: Some(&mut dx), dgamma: &mut [], dbeta: &mut [] });
    assert!(dx.iter().zip(&once).all(|(&twice, &once)| twice == once + once), "{name}: dx");
    let of_gamma = dgamma.clone();
    groups.backward(&x, &dy, &kept, Gradients { dx: None, dgamma: &mut dgamma, dbeta: &mut [] });
    let double: Vec<f64> = of_gamma.iter().map(|d| 2.0 * d.to_f64()).collect();
    compare(&format!("{name}: dgamma twice"), &dgamma, &double);
}

/// Checks all cases of a file, at least `count` of them.
fn sweep(file: &str, spec: &LayerSpec, count: usize, find: impl Fn(&[Value], Shape, &str) -> Case) {
    let table = arrays(file);
    let cases: Vec<_> = table.iter().filter(|(name, _)| name.contains(';')).collect();
    assert!(cases.len() >= count, "{file}: {} cases", cases.len());
    for (name, expected) in cases {
        let [shape, axes, arguments, variables] = name.split(';').collect::<Vec<_>>()[..] else { panic!("{name}") };
        let axes: Vec<i64> = numbers(axes);
        let argument = |name: &str| match name {
            "axis" if file == "group" => Value::Int(axes[0]),
            "axis" => Value::ints(&axes),
            "groups" => Value::Int(numbers(arguments.split(',').next().unwrap())[0]),
            "center" => Value::Flag(arguments != "rms_scaling" && (!given(arguments) || arguments.contains("center"))),
            "scale" => Value::Flag(arguments != "rms_scaling" && (!given(arguments) || arguments.contains("scale"))),
            "rms_scaling" => Value::Flag(arguments == "rms_scaling"),
            _ => Value::Absent,
        };
        let values: Vec<Value> = spec.args.iter().map(|arg| argument(arg.name)).collect();
        let case = find(&values, Shape::new(&numbers(shape)), arguments);
        if let Some(shape) = case.gamma.or(case.beta) {
            assert_eq!(shape.dims(), numbers::<usize>(variables), "{name}");
        }
        check::<f64>(name, &case, &table, expected);
        check::<f32>(name, &case, &table, expected);
    }
}

/// Whether the arguments say which variables there are.
fn given(arguments: &str) -> bool {
    ["center", "scale", "neither"].iter().any(|word| arguments.contains(word))
}

#[test]
fn layer_normalizations() {
    use layer_normalization::{SPEC, infer};
    let find = |values: &[Value], x, arguments: &str| {
        let found = infer(values, &[x]).unwrap();
        let [n, center, scale, d1, d2, d3, d4, d5, groups] = found.consts()[..] else { panic!() };
        let shape = Some(variable_shape(n, [d1, d2, d3, d4, d5]));
        let formula = if arguments == "rms_scaling" { Formula::Deviation } else { Formula::Standard };
        let (gamma, beta) = (shape.filter(|_| scale == 1), shape.filter(|_| center == 1));
        Case { places: places(&found), groups, formula, epsilon: 1e-3, gamma, beta }
    };
    sweep("layer", &SPEC, 80, find);
    sweep("layer_arguments", &SPEC, 110, find);
}

#[test]
fn rms_normalizations() {
    use rms_normalization::{SPEC, infer};
    sweep("rms", &SPEC, 100, |values, x, arguments| {
        let found = infer(values, &[x]).unwrap();
        let [n, d1, d2, d3, d4, d5, groups] = found.consts()[..] else { panic!() };
        let gamma = Some(variable_shape(n, [d1, d2, d3, d4, d5]));
        let epsilon = if arguments == "small" { 0.125 } else { 1e-6 };
        Case { places: places(&found), groups, formula: Formula::RootMeanSquare, epsilon, gamma, beta: None }
    });
}

#[test]
fn unit_normalizations() {
    use unit_normalization::{SPEC, infer};
    sweep("unit", &SPEC, 80, |values, x, _| {
        let found = infer(values, &[x]).unwrap();
        let [_, groups] = found.consts()[..] else { panic!() };
        Case { places: places(&found), groups, formula: Formula::Length, epsilon: 1e-12, gamma: None, beta: None }
    });
}

#[test]
fn group_normalizations() {
    use group_normalization::{SPEC, infer};
    sweep("group", &SPEC, 70, |values, x, _| {
        let found = infer(values, &[x]).unwrap();
        let [channels, center, scale, groups] = found.consts()[..] else { panic!() };
        let shape = Some(Shape::new(&[channels]));
        let (gamma, beta) = (shape.filter(|_| scale == 1), shape.filter(|_| center == 1));
        Case { places: places(&found), groups, formula: Formula::Standard, epsilon: 1e-3, gamma, beta }
    });
}

/// Equal numbers, whose plain sum in `f32` is off by percents, are 0 afterwards; also far from 0, and with numbers that
/// differ in their last digits. In rows, and in lanes.
#[test]
fn means_far_from_zero() {
    for (groups, n, axis) in [(1, 200_000, 1), (3, 70_000, 1), (37, 5000, 0), (2, 7, 1)] {
        let places = if axis == 1 { Places::last(groups, n) } else { Places::new(&[n, groups], 0b10, 0b01) };
        let size = groups * n;
        for value in [0.1_f32, 1e5 + 0.1, -3e7] {
            for formula in [Formula::Standard, Formula::Deviation] {
                let layer = Groups { places, formula, epsilon: 1e-3, gamma: &[], beta: &[] };
                let (mut y, mut kept) = (std::vec![f32::NAN; size], std::vec![f32::NAN; 2 * groups]);
                layer.forward(&std::vec![value; size], &mut y, Some(&mut kept));
                let s = 1.0 / 1e-3_f32.sqrt();
                assert!(kept.as_chunks().0.iter().all(|kept| *kept == [value, s]), "{value}: {kept:?}");
                let expected = if formula == Formula::Standard { 0.0 } else { value * s };
                assert!(y.iter().all(|&y| y == expected), "{value}");
            }
        }
        let x: Vec<f32> = (0..size).map(|k| 1e5 + (k / if axis == 1 { 1 } else { groups } % 2) as f32).collect();
        let layer = Groups { places, formula: Formula::Standard, epsilon: 1e-3, gamma: &[], beta: &[] };
        let mut kept = std::vec![f32::NAN; 2 * groups];
        layer.forward(&x, &mut std::vec![0.0; size], Some(&mut kept));
        for [_, s] in kept.as_chunks().0 {
            assert!(n == 7 || (s - 1.0 / 0.251_f32.sqrt()).abs() < 1e-5, "{s}");
        }
    }
}
