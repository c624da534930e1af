//! ONNX's node cases of convolutions and poolings, as layers of this crate: `tests/fixtures/onnx_nodes.py`.
//!
//! A case runs through the shape rules and the functions over slices, because a type for each case would take minutes
//! to compile. The file is described in `tests/fixtures/README.md`.

use super::LAYERS;
use super::conv::geometry::Geometry;
use super::conv::product;
use super::pooling::reduce;
use super::pooling::windows::PoolGeometry;
use super::reshaping::frame::Frame;
use crate::spec::shape::Shape;
use crate::spec::{Inferred, Value};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

/// The numbers of a case, in the order of the script.
struct Case {
    name: String,
    layer: String,
    samples: usize,
    /// Height, width and channels of the input and of the output.
    input: [usize; 3],
    output: [usize; 3],
    filters: usize,
    window: [usize; 2],
    strides: [usize; 2],
    dilation: [usize; 2],
    groups: usize,
    same: usize,
    further: [i64; 2],
    /// Zeros above, below, left and right.
    zeros: [i64; 4],
    cropping: [i64; 4],
    /// The first scalar of the input, of the kernel and of the output.
    places: [usize; 3],
}

/// The cases, and the arrays `x`, `w` and `y`.
fn read() -> (Vec<Case>, [Vec<f32>; 3]) {
    let bytes = include_bytes!("../../../tests/fixtures/onnx_nodes.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, data) = bytes[8..].split_at(length);
    let header = std::str::from_utf8(header).unwrap();
    let array = |name: &str| {
        let entry = header.split_once(&format!("\"{name}\":{{\"dtype\":\"F32\"")).unwrap().1;
        let offsets = entry.split_once("\"data_offsets\":[").unwrap().1.split_once(']').unwrap().0;
        let (from, to) = offsets.split_once(',').unwrap();
        let data = &data[from.parse().unwrap()..to.parse().unwrap()];
        data.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)).collect()
    };
    let lines = header.split_once("\"cases\":\"").unwrap().1.split_once('"').unwrap().0;
    (lines.split("; ").map(case).collect(), ["x", "w", "y"].map(array))
}

fn case(line: &str) -> Case {
    let mut words = line.split(' ');
    let [name, layer] = core::array::from_fn(|_| words.next().unwrap().to_string());
    let mut numbers = words.map(|word| word.parse::<i64>().unwrap());
    let mut size = || numbers.next().unwrap() as usize;
    let (samples, input, output) = (size(), [(); 3].map(|()| size()), [(); 3].map(|()| size()));
    let (filters, [window, strides, dilation]) = (size(), [(); 3].map(|()| [size(), size()]));
    let (groups, same) = (size(), size());
    let mut int = || numbers.next().unwrap();
    let (further, zeros, cropping) = ([int(), int()], [(); 4].map(|()| int()), [(); 4].map(|()| int()));
    let places = [(); 3].map(|()| int() as usize);
    assert!(numbers.next().is_none(), "{name}");
    Case {
        name,
        layer,
        samples,
        input,
        output,
        filters,
        window,
        strides,
        dilation,
        groups,
        same,
        further,
        zeros,
        cropping,
        places,
    }
}

impl Case {
    /// Whether the layer has one axis: then sizes along the height are left out.
    fn one(&self) -> bool {
        self.layer.contains("1D")
    }

    /// The findings of the shape rule of a layer of that name for as many axes.
    fn infer(&self, layer: &str, x: Shape, given: &[(&str, Value)]) -> Inferred {
        let spec = LAYERS.iter().find(|spec| spec.name == layer).unwrap();
        let mut args = spec.with(&[]);
        for (name, value) in given {
            if let Some(place) = spec.args.iter().position(|arg| arg.name == *name) {
                args[place] = *value;
            }
        }
        (spec.infer.find)(&args, &[x]).unwrap_or_else(|error| panic!("{}: {layer}: {error}", self.name))
    }

    /// The place of the smaller image in the larger one, and the shape of the output of a padding or a cropping.
    fn frame(&self, layer: &str, x: Shape, ends: [i64; 4]) -> (Frame, Shape) {
        let layer = format!("{layer}{}", if self.one() { "1D" } else { "2D" });
        let ends = Value::ints(if self.one() { &ends[2..] } else { &ends });
        let found = self.infer(&layer, x, &[("padding", ends), ("cropping", ends)]);
        (Frame::found(&found), found.output(0))
    }

    /// Computes the output.
    fn run(&self, x: &[f32], w: &[f32]) -> Vec<f32> {
        let shape = |image: &[usize; 3]| if self.one() { Shape::new(&image[1..]) } else { Shape::new(image) };
        let sizes = |pair: [usize; 2]| Value::Sizes(Shape::new(if self.one() { &pair[1..] } else { &pair }));
        let further = match (self.further, self.one()) {
            ([-1, -1], _) => Value::Absent,
            (further, one) => Value::ints(&further[one as usize..]),
        };
        let (mut x, mut of_x) = (x[..self.samples * self.input.iter().product::<usize>()].to_vec(), shape(&self.input));
        let channels = of_x.rows();
        if self.zeros != [0; 4] {
            let (frame, padded) = self.frame("ZeroPadding", of_x, self.zeros);
            let mut large = vec![f32::NAN; self.samples * padded.size()];
            frame.pad(channels, &x, &mut large);
            (x, of_x) = (large, padded);
        }
        let found = self.infer(
            &self.layer,
            of_x,
            &[
                ("filters", Value::Size(self.filters)),
                ("kernel_size", sizes(self.window)),
                ("pool_size", sizes(self.window)),
                ("strides", sizes(self.strides)),
                ("dilation_rate", sizes(self.dilation)),
                ("groups", Value::Size(self.groups)),
                ("padding", Value::Choice(self.same)),
                ("output_padding", further),
                ("use_bias", Value::Flag(false)),
            ],
        );
        let of_y = found.output(0);
        let mut y = vec![f32::NAN; self.samples * of_y.size()];
        match self.layer.trim_end_matches("1D").trim_end_matches("2D") {
            "MaxPooling" => reduce::maximum(&PoolGeometry::found(&found).windows(channels), &x, &mut y),
            "AveragePooling" => reduce::mean(&PoolGeometry::found(&found).windows(channels), &x, &mut y),
            "Conv" => product::forward(&Geometry::found(&found), w, &[], &x, &mut y, false),
            _ => {
                product::start(of_y.rows(), &[], &mut y);
                product::add_image(&Geometry::found(&found), w, &x, &mut y);
            }
        }
        if self.cropping == [0; 4] {
            assert_eq!(of_y, shape(&self.output), "{}", self.name);
            return y;
        }
        let (frame, cropped) = self.frame("Cropping", of_y, self.cropping);
        assert_eq!(cropped, shape(&self.output), "{}", self.name);
        let mut small = vec![f32::NAN; self.samples * cropped.size()];
        frame.crop(of_y.rows(), &y, &mut small);
        small
    }
}

#[test]
fn every_case_agrees_with_onnx() {
    let (cases, [x, w, y]) = read();
    for case in &cases {
        let [of_x, of_w, of_y] = case.places;
        let kernel = case.window.iter().product::<usize>() * case.filters * case.input[2] / case.groups;
        let got = case.run(&x[of_x..], &w[of_w..][..kernel]);
        let expected = &y[of_y..][..got.len()];
        let largest = expected.iter().fold(0.0f32, |largest, y| largest.max(y.abs()));
        // The inputs and the outputs of this case have four decimals in onnx.
        let rounded = case.name == "test_averagepool_2d_ceil_last_window_starts_on_pad";
        let tolerance = if rounded { 1e-4 } else { 1e-5 * largest };
        for (k, (got, expected)) in got.iter().zip(expected).enumerate() {
            assert!((got - expected).abs() <= tolerance, "{}: y[{k}]: {expected}, got {got}", case.name);
        }
    }
    assert_eq!(cases.len(), 34);
}

/// The file has cases of every layer, with each of these.
#[test]
fn the_cases_cover_the_arguments() {
    let (cases, _) = read();
    let count = |has: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| has(case)).count();
    for (layer, cases) in [("Conv2D", 6), ("Conv1DTranspose", 1), ("Conv2DTranspose", 7), ("MaxPooling1D", 1)] {
        assert_eq!(count(&|case| case.layer == layer), cases, "{layer}");
    }
    assert!(count(&|case| case.layer.starts_with("MaxPooling2D")) >= 6);
    assert!(count(&|case| case.layer.starts_with("AveragePooling")) >= 10);
    assert!(count(&|case| case.zeros != [0; 4]) >= 5);
    assert!(count(&|case| case.further[1] > 0) >= 3);
    assert!(count(&|case| case.same == 1 && case.strides[1] > 1) >= 4);
    assert_eq!((count(&|case| case.cropping != [0; 4]), count(&|case| case.dilation[1] > 1)), (1, 1));
}
