//! Several hundred cases of Keras, through the shape rules and the functions over slices: `tests/fixtures/shapes.py`.

use super::{cropping1d, cropping2d, up_sampling1d, up_sampling2d, zero_padding1d, zero_padding2d};
use crate::layers::{Frame, UpSampling2D};
use crate::spec::shape::Shape;
use crate::spec::{Inferred, LayerSpec, Value};
use std::path::Path;
use std::vec::Vec;

const SAMPLES: usize = 2;

/// Whole numbers, as the script makes them.
fn numbers(count: usize, factor: usize, modulus: usize) -> Vec<f64> {
    (0..count).map(|i| (i * factor % modulus) as f64 - (modulus / 2) as f64).collect()
}

/// The script's weighted sums.
fn sums(y: &[f64]) -> Vec<f64> {
    let weight = |i: usize, k: usize| ((i * i * 3 + i * k + 1) % 101) as f64 - 50.0;
    [1, 7, 29].iter().map(|&k| y.iter().enumerate().map(|(i, y)| y * weight(i, k)).sum()).collect()
}

/// The passes of a layer over slices.
type Passes = (fn(&[f64], &mut [f64], Sizes), fn(&[f64], &mut [f64], Sizes));

/// The sizes of a case.
#[derive(Clone, Copy)]
struct Sizes {
    found: Inferred,
    channels: usize,
    /// The positions of the input and of the output.
    places: (usize, usize),
}

impl Sizes {
    fn value(self, name: &str) -> usize {
        self.found.value(name)
    }

    fn frame(self) -> Frame {
        Frame::found(&self.found)
    }

    fn up_sampling1d(self) -> super::resize::Resize {
        let (steps, all) = self.places;
        super::resize::Resize { height: 1, width: steps, rows: 1, columns: all / steps, channels: self.channels }
    }

    fn up_sampling2d(self) -> super::resize::Resize {
        let layer = UpSampling2D::<0, 0> {
            height: self.value("height"),
            width: self.value("width"),
            rows: self.value("rows"),
            columns: self.value("columns"),
        };
        layer.resize(self.channels)
    }
}

#[test]
fn sweep() {
    let read = |file| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(file)).unwrap()
    };
    let text = read("shapes.txt") + &read("interpolation.txt");
    let mut cases = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split("; ").collect();
        let whole = |i: usize| -> Vec<usize> { fields[i].split(' ').map(|n| n.parse().unwrap()).collect() };
        let real = |i: usize| -> Vec<f64> { fields[i].split(' ').map(|n| n.parse().unwrap()).collect() };
        let (argument, x, output) = (whole(1), Shape::new(&whole(2)), Shape::new(&whole(3)));
        let ints = Value::ints(&argument.iter().map(|&n| n as i64).collect::<Vec<_>>());
        let size = Value::Size(argument[0]);
        let sizes = Value::Sizes(Shape::new(&argument));
        let ((spec, value), (forward, backward)): ((&LayerSpec, Value), Passes) = match fields[0] {
            name @ ("ZeroPadding1D" | "ZeroPadding2D") => (
                (if name == "ZeroPadding1D" { &zero_padding1d::SPEC } else { &zero_padding2d::SPEC }, ints),
                (|x, y, s| s.frame().pad(s.channels, x, y), |dy, dx, s| s.frame().add_cropped(s.channels, dy, dx)),
            ),
            name @ ("Cropping1D" | "Cropping2D") => (
                (if name == "Cropping1D" { &cropping1d::SPEC } else { &cropping2d::SPEC }, ints),
                (|x, y, s| s.frame().crop(s.channels, x, y), |dy, dx, s| s.frame().add_padded(s.channels, dy, dx)),
            ),
            "UpSampling1D" => (
                (&up_sampling1d::SPEC, size),
                (|x, y, s| s.up_sampling1d().repeat(x, y), |dy, dx, s| s.up_sampling1d().add_repeated(dy, dx)),
            ),
            "UpSampling2D" => (
                (&up_sampling2d::SPEC, sizes),
                (|x, y, s| s.up_sampling2d().repeat(x, y), |dy, dx, s| s.up_sampling2d().add_repeated(dy, dx)),
            ),
            "bicubic" => (
                (&up_sampling2d::SPEC, sizes),
                (
                    |x, y, s| s.up_sampling2d().interpolate_cubic(x, y),
                    |dy, dx, s| s.up_sampling2d().add_interpolated_cubic(dy, dx),
                ),
            ),
            _ => (
                (&up_sampling2d::SPEC, sizes),
                (|x, y, s| s.up_sampling2d().interpolate(x, y), |dy, dx, s| s.up_sampling2d().add_interpolated(dy, dx)),
            ),
        };
        let found = (spec.infer.find)(&spec.with(&[(0, value)]), &[x]).unwrap();
        assert_eq!(found.output(0), output, "{line}");
        let s = Sizes { found, channels: x.rows(), places: (x.cols(), output.cols()) };
        let (xs, dy) = (numbers(SAMPLES * x.size(), 7, 23), numbers(SAMPLES * output.size(), 5, 17));
        let (mut y, mut dx) = (std::vec![f64::NAN; dy.len()], std::vec![0.5; xs.len()]);
        forward(&xs, &mut y, s);
        backward(&dy, &mut dx, s);
        // Backward adds.
        dx.iter_mut().for_each(|dx| *dx -= 0.5);
        for (got, expected) in sums(&y).iter().chain(&sums(&dx)).zip(real(4).iter().chain(&real(5))) {
            let error = (got - expected).abs() / expected.abs().max(1.0);
            assert!(error < 1e-10, "{line}: expected {expected}, got {got}");
        }
        cases += 1;
    }
    assert!(cases > 480, "{cases} cases");
}
