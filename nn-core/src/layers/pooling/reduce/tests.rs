//! Results of Keras over a sweep of arguments, through the shape rules and the functions at run time. The script
//! `tests/fixtures/pooling.py` made them.

use super::*;
use crate::layers::LAYERS;
use crate::spec::shape::Shape;
use crate::spec::{Default, Inferred, Kind, LayerSpec, Value};
use std::vec::Vec;
use std::{fs, path::Path, string::String};

/// `LAYERS` of the script.
const NAMES: [&str; 12] = [
    "MaxPooling1D",
    "AveragePooling1D",
    "AdaptiveMaxPooling1D",
    "AdaptiveAveragePooling1D",
    "GlobalMaxPooling1D",
    "GlobalAveragePooling1D",
    "MaxPooling2D",
    "AveragePooling2D",
    "AdaptiveMaxPooling2D",
    "AdaptiveAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalAveragePooling2D",
];

/// An array of a fixture. The header of the file is JSON: `"y":{"dtype":"F64",…,"data_offsets":[0,8]}`.
fn array(bytes: &[u8], name: &str) -> Vec<f64> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, data) = bytes[8..].split_at(length);
    let header = String::from_utf8(header.to_vec()).unwrap();
    let rest = header.split_once(&std::format!("\"{name}\":{{\"dtype\":\"F64\"")).expect(name).1;
    let offsets = rest.split_once("\"data_offsets\":[").unwrap().1.split_once(']').unwrap().0;
    let (start, end) = offsets.split_once(',').unwrap();
    let data = &data[start.parse().unwrap()..end.parse().unwrap()];
    data.as_chunks().0.iter().map(|&x| f64::from_le_bytes(x)).collect()
}

/// The findings of the shape rule of a layer.
fn infer(spec: &LayerSpec, one: bool, [size, stride]: [[usize; 2]; 2], same: usize, x: Shape) -> Inferred {
    let sizes = |sizes: [usize; 2]| match one {
        true => Value::Sizes(Shape::new(&sizes[1..])),
        false => Value::Sizes(Shape::new(&sizes)),
    };
    let arguments = spec.args.iter().map(|arg| match (arg.name, arg.default) {
        ("pool_size" | "output_size", _) => sizes(size),
        ("strides", _) if stride[1] > 0 => sizes(stride),
        ("padding", _) => Value::Choice(same),
        (_, Default::Is(value)) => value,
        (_, Default::Layer | Default::Required) => Value::Absent,
    });
    assert!(matches!(
        spec.args.iter().find(|arg| arg.name == "padding").map(|arg| arg.kind),
        None | Some(Kind::Choice(["valid", "same"]))
    ));
    (spec.infer.find)(&arguments.collect::<Vec<_>>(), &[x]).unwrap()
}

/// The windows as the layer makes them from its fields.
fn windows(name: &str, found: &Inferred, x: [usize; 3]) -> Windows {
    let [height, width, channels] = x;
    match (name.starts_with("Global"), name.starts_with("Adaptive"), name.ends_with("1D")) {
        (true, ..) => Windows::over_all(height * width, channels),
        (_, true, true) => Windows::over_steps(Axis::equal(width, found.output(0).dim(0)), channels),
        (_, true, false) => {
            Windows { columns_first: name.contains("Max"), ..PoolParts::found(found).windows(channels) }
        }
        _ => PoolGeometry::found(found).windows(channels),
    }
}

/// Compares a file, in `f64` and in `f32`.
fn sweep(file: &str) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(file);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let [cases, x, dy, mut y, mut dx] = ["cases", "x", "dy", "y", "dx"].map(|name| array(&bytes, name));
    for case in cases.chunks_exact(10) {
        let [layer, samples, height, width, channels, rows, columns, down, right, same] =
            core::array::from_fn(|i| case[i] as usize);
        let (name, one) = (NAMES[layer], NAMES[layer].ends_with("1D"));
        let shape = [height, width, channels];
        let spec = LAYERS.iter().find(|spec| spec.name == name).unwrap();
        let x_shape = if one { Shape::new(&shape[1..]) } else { Shape::new(&shape) };
        let found = infer(spec, one, [[rows, columns], [down, right]], same, x_shape);
        let windows = windows(name, &found, shape);
        let (inputs, outputs) = (samples * x_shape.size(), samples * found.output(0).size());
        let (y, dx) = (y.drain(..outputs).collect::<Vec<_>>(), dx.drain(..inputs).collect::<Vec<_>>());
        compare::<f64>(&std::format!("{name} {case:?}"), &windows, [&x[..inputs], &dy[..outputs], &y, &dx], 1e-13);
        compare::<f32>(&std::format!("{name} {case:?}"), &windows, [&x[..inputs], &dy[..outputs], &y, &dx], 2e-6);
    }
    assert!(y.is_empty() && dx.is_empty(), "{file}: no case has all of y and dx");
    cases.len() / 10
}

fn compare<T: Scalar>(case: &str, windows: &Windows, arrays: [&[f64]; 4], tolerance: f64) {
    let [x, dy, y, dx] = arrays.map(|array| array.iter().map(|&x| T::of(x)).collect::<Vec<_>>());
    let near = |what: &str, got: &[T], expected: &[f64]| {
        let largest = expected.iter().fold(1e-3, |largest: f64, x| largest.max(x.abs()));
        for (k, (got, &expected)) in got.iter().zip(expected).enumerate() {
            let got = got.to_f64();
            assert!((got - expected).abs() <= tolerance * largest, "{case}: {what}[{k}]: {expected}, got {got}");
        }
    };
    let (max, global) = (case.contains("Max"), case.starts_with("Global"));
    let forward = if max { maximum } else { mean };
    let backward = match (max, global) {
        (true, true) => add_each_maximum,
        (true, false) => add_first_maximum,
        (false, _) => add_mean,
    };
    let (mut got, mut of_x) = (std::vec![T::of(f64::NAN); y.len()], std::vec![T::ZERO; dx.len()]);
    forward(windows, &x, &mut got);
    near("y", &got, arrays[2]);
    backward(windows, &x, &got, &dy, &mut of_x);
    near("dx", &of_x, arrays[3]);
}

#[test]
fn as_keras_over_a_sweep() {
    let cases: usize = ["pooling_1d.safetensors", "pooling_max2d.safetensors", "pooling_average2d.safetensors"]
        .into_iter()
        .map(sweep)
        .sum();
    assert!(cases > 600, "{cases}");
}

/// A mean of many equal numbers in `f32` stays close: the sum has parts.
#[test]
fn a_mean_of_many_pixels() {
    let x = std::vec![0.1_f32; 112 * 112];
    let mut y = [0.0];
    mean(&Windows::over_all(x.len(), 1), &x, &mut y);
    assert!((y[0] - 0.1).abs() < 1e-7, "{}", y[0]);
}
