//! All pages compared with Keras over several hundred cases: `tests/fixtures/convolution_sweep.csv`, by its script.
//!
//! A case runs through the shape rule of its page and the functions over slices, because a type for each case would
//! take minutes to compile. The columns of the file are in `tests/fixtures/README.md`.

use super::geometry::Geometry;
use super::{depthwise, product};
use crate::kernels::Sizes;
use crate::spec::shape::Shape;
use crate::spec::{Inferred, LayerSpec, Value};
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

const SAMPLES: usize = 2;
const PROJECTIONS: usize = 3;

/// The numbers of sequence `v`, as the script makes them.
fn sequence(v: u64, count: usize) -> Vec<f64> {
    let number = |k: usize| {
        let mut z = (v << 32).wrapping_add(k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f64 / (1 << 24) as f64 - 0.5
    };
    (0..count).map(number).collect()
}

/// The kinds, in the order of the script.
const KINDS: [&LayerSpec; 8] = [
    &super::conv1d::SPEC,
    &super::conv2d::SPEC,
    &super::conv1d_transpose::SPEC,
    &super::conv2d_transpose::SPEC,
    &super::depthwise_conv1d::SPEC,
    &super::depthwise_conv2d::SPEC,
    &super::separable_conv1d::SPEC,
    &super::separable_conv2d::SPEC,
];

/// A case of the file.
struct Case {
    number: u64,
    kind: usize,
    image: [usize; 3],
    filters: usize,
    kernel: [usize; 2],
    strides: [usize; 2],
    padding: usize,
    further: Option<[usize; 2]>,
    dilation: [usize; 2],
    groups: usize,
    multiplier: usize,
    bias: bool,
    output: [usize; 3],
    expected: Vec<f64>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../../../tests/fixtures/convolution_sweep.csv");
    let read = |(number, line): (usize, &str)| {
        let columns: Vec<&str> = line.split(',').collect();
        let (facts, expected) = columns.split_at(20);
        let fact = |i: usize| facts[i].parse::<usize>().unwrap_or(usize::MAX);
        Case {
            number: number as u64,
            kind: fact(0),
            image: [fact(1), fact(2), fact(3)],
            filters: fact(4),
            kernel: [fact(5), fact(6)],
            strides: [fact(7), fact(8)],
            padding: fact(9),
            further: (facts[10] != "-1").then(|| [fact(10), fact(11)]),
            dilation: [fact(12), fact(13)],
            groups: fact(14),
            multiplier: fact(15),
            bias: fact(16) == 1,
            output: [fact(17), fact(18), fact(19)],
            expected: expected.iter().map(|number| number.parse().unwrap()).collect(),
        }
    };
    text.lines().enumerate().map(read).collect()
}

impl Case {
    /// The shape rule's findings.
    fn found(&self) -> Inferred {
        let (spec, one) = (KINDS[self.kind], self.kind.is_multiple_of(2));
        let sizes = |pair: [usize; 2]| Value::Sizes(if one { Shape::new(&[pair[1]]) } else { Shape::new(&pair) });
        let mut args = spec.with(&[]);
        let mut set = |name: &str, value: Value| {
            if let Some(place) = spec.args.iter().position(|arg| arg.name == name) {
                args[place] = value;
            }
        };
        set("filters", Value::Size(self.filters));
        set("kernel_size", sizes(self.kernel));
        set("strides", sizes(self.strides));
        set("padding", Value::Choice(self.padding));
        let ints = |[rows, columns]: [usize; 2]| match one {
            true => Value::ints(&[columns as i64]),
            false => Value::ints(&[rows as i64, columns as i64]),
        };
        set("output_padding", self.further.map_or(Value::Absent, ints));
        set("dilation_rate", sizes(self.dilation));
        set("groups", Value::Size(self.groups));
        set("depth_multiplier", Value::Size(self.multiplier));
        set("use_bias", Value::Flag(self.bias));
        let shape = |image: &[usize; 3]| if one { Shape::new(&image[1..]) } else { Shape::new(image) };
        let found = (spec.infer.find)(&args, &[shape(&self.image)]);
        let found = found.unwrap_or_else(|error| panic!("case {}: {error}", self.number));
        assert_eq!(found.output(0), shape(&self.output), "case {}", self.number);
        found
    }

    fn run(&self) {
        let found = self.found();
        let g = &Geometry::found(&found);
        let (outputs, places) = (self.output[2], self.output[0] * self.output[1]);
        let x = sequence(8 * self.number, SAMPLES * self.image.iter().product::<usize>());
        let dy = sequence(8 * self.number + 7, SAMPLES * places * outputs);
        let (mut y, mut dx) = (vec![f64::NAN; dy.len()], vec![0.0; x.len()]);
        let separable = self.kind >= 6;
        let mut next = 0;
        let mut weights = |count: usize| {
            next += 1;
            sequence(8 * self.number + next, count)
        };
        let kernel = weights(g.cells() * g.channels / g.groups * g.filters);
        let pointwise = if separable { weights(g.filters * outputs) } else { Vec::new() };
        let bias = if self.bias { weights(outputs) } else { Vec::new() };
        let mut dkernel = vec![0.0; kernel.len()];
        let mut dpointwise = vec![0.0; pointwise.len()];
        let mut dbias = vec![0.0; bias.len()];
        match self.kind {
            0 | 1 => {
                product::forward(g, &kernel, &bias, &x, &mut y, false);
                product::add_image(g, &kernel, &dy, &mut dx);
                product::add_kernel(g, &x, &dy, &mut dkernel);
            }
            2 | 3 => {
                product::start(outputs, &bias, &mut y);
                product::add_image(g, &kernel, &x, &mut y);
                product::add_forward(g, &kernel, &dy, &mut dx);
                product::add_kernel(g, &dy, &x, &mut dkernel);
            }
            4 | 5 => {
                // In two parts, one of which begins inside a row.
                let first = SAMPLES * places / 3;
                let (start, end) = y.split_at_mut(first * outputs);
                depthwise::forward(g, &kernel, &bias, &x, start, 0, false);
                depthwise::forward(g, &kernel, &bias, &x, end, first, false);
                let (start, end) = dy.split_at(first * outputs);
                depthwise::add_image(g, &kernel, start, &mut dx, 0);
                depthwise::add_image(g, &kernel, end, &mut dx, first);
                depthwise::add_kernel(g, &x, start, &mut dkernel, 0);
                depthwise::add_kernel(g, &x, end, &mut dkernel, first);
            }
            _ => {
                let n = SAMPLES * places;
                let sizes = Sizes { n, inputs: g.filters, outputs, stride: g.filters };
                let (mut z, mut dz) = (vec![f64::NAN; n * g.filters], vec![0.0; n * g.filters]);
                depthwise::forward(g, &kernel, &[], &x, &mut z, 0, false);
                sizes.affine(&pointwise, &bias, &z, &mut y, false);
                sizes.add_outer(&mut dpointwise, &z, &dy);
                sizes.add_transposed(&pointwise, &dy, &mut dz);
                depthwise::add_image(g, &kernel, &dz, &mut dx, 0);
                depthwise::add_kernel(g, &x, &dz, &mut dkernel, 0);
            }
        }
        for (k, &dy) in dy.iter().enumerate().filter(|_| self.bias) {
            dbias[k % outputs] += dy;
        }
        let results = [y, dx, dkernel, dpointwise, dbias];
        let mut expected = self.expected.iter();
        for result in results.iter().filter(|result| !result.is_empty()) {
            for j in 0..PROJECTIONS as u64 {
                let projection: f64 =
                    result.iter().zip(sequence((1 << 31) + j, result.len())).map(|(a, b)| a * b).sum();
                let expected = *expected.next().expect("a number for each projection");
                let close = (projection - expected).abs() <= 1e-11 * expected.abs().max(1.0);
                assert!(close, "{}: {projection} instead of {expected}", self.name());
            }
        }
        assert_eq!(expected.count(), 0, "{}", self.name());
    }

    fn name(&self) -> String {
        format!(
            "case {}: {} of {:?}, {} filters, window {:?}, strides {:?}, dilation {:?}, groups {}, padding {}, {:?}",
            self.number,
            KINDS[self.kind].name,
            self.image,
            self.filters,
            self.kernel,
            self.strides,
            self.dilation,
            self.groups,
            self.padding,
            self.further,
        )
    }
}

#[test]
fn every_case_agrees_with_keras() {
    let cases = cases();
    assert!(cases.len() >= 700);
    cases.iter().for_each(Case::run);
}

/// The file has cases of every kind with each of these.
#[test]
fn the_cases_cover_the_arguments() {
    type Has = fn(&Case) -> bool;
    let facts: [(&str, Has); 8] = [
        ("padding", |case| case.padding == 1),
        ("strides", |case| case.strides[1] > 1),
        ("dilation", |case| case.dilation[1] > 1),
        ("no bias", |case| !case.bias),
        ("a window larger than the input", |case| case.padding == 1 && case.kernel[1] > case.image[1]),
        ("an even window", |case| case.kernel[1].is_multiple_of(2)),
        ("one step", |case| case.image[1] == 1),
        ("an even size", |case| case.image[1].is_multiple_of(2)),
    ];
    let cases = cases();
    for (kind, spec) in KINDS.iter().enumerate() {
        for (fact, has) in facts {
            let count = cases.iter().filter(|case| case.kind == kind && has(case)).count();
            assert!(count >= 3, "{}: {count} cases with {fact}", spec.name);
        }
    }
    let count = |has: Has| cases.iter().filter(|case| has(case)).count();
    assert!(count(|case| case.groups > 1) >= 50);
    assert!(count(|case| case.multiplier > 1) >= 50);
    assert!(count(|case| case.further.is_some_and(|further| further[1] > 0)) >= 20);
    assert!(count(|case| case.kind == 0 && case.padding == 2) >= 20);
    assert!(count(|case| case.kind >= 4 && case.strides[1] > 1 && case.dilation[1] > 1) >= 5);
}
