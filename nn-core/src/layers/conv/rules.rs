//! Tests of the shape rules of all pages: shapes that work, and each error.

use super::geometry::Geometry;
use super::{
    conv1d, conv1d_transpose, conv2d, conv2d_transpose, depthwise_conv1d, depthwise_conv2d, separable_conv1d,
    separable_conv2d,
};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, Kind, LayerSpec, Value};
use std::string::{String, ToString};
use std::vec::Vec;

const PAGES: [&LayerSpec; 8] = [
    &conv1d::SPEC,
    &conv2d::SPEC,
    &conv1d_transpose::SPEC,
    &conv2d_transpose::SPEC,
    &depthwise_conv1d::SPEC,
    &depthwise_conv2d::SPEC,
    &separable_conv1d::SPEC,
    &separable_conv2d::SPEC,
];

const SAME: Value = Value::Choice(1);
const CAUSAL: Value = Value::Choice(2);

fn sizes(sizes: &[usize]) -> Value {
    Value::Sizes(Shape::new(sizes))
}

fn infer(spec: &LayerSpec, x: &[usize], given: &[(&str, Value)]) -> Result<Inferred, ShapeError> {
    let mut args = spec.with(&[]);
    for (name, value) in given {
        let place = spec.args.iter().position(|arg| arg.name == *name);
        args[place.unwrap_or_else(|| panic!("{} has no `{name}`", spec.name))] = *value;
    }
    (spec.infer.find)(&args, &[Shape::new(x)])
}

fn shape(spec: &LayerSpec, x: &[usize], given: &[(&str, Value)]) -> Shape {
    infer(spec, x, given).unwrap_or_else(|error| panic!("{error}")).output(0)
}

fn error(spec: &LayerSpec, x: &[usize], given: &[(&str, Value)]) -> String {
    infer(spec, x, given).map(|found| found.output(0)).expect_err("an error").to_string()
}

fn filters(n: usize) -> (&'static str, Value) {
    ("filters", Value::Size(n))
}

fn kernel(of: &[usize]) -> (&'static str, Value) {
    ("kernel_size", sizes(of))
}

fn strides(of: &[usize]) -> (&'static str, Value) {
    ("strides", sizes(of))
}

fn dilation(of: &[usize]) -> (&'static str, Value) {
    ("dilation_rate", sizes(of))
}

fn further(of: &[i64]) -> (&'static str, Value) {
    ("output_padding", Value::ints(of))
}

const PADDED: (&str, Value) = ("padding", SAME);

#[test]
fn shapes() {
    let page = &conv2d::SPEC;
    assert_eq!(shape(page, &[28, 28, 1], &[filters(32), kernel(&[3])]), Shape::new(&[26, 26, 32]));
    let given = [filters(32), kernel(&[3, 5]), strides(&[2, 3]), PADDED];
    assert_eq!(shape(page, &[28, 28, 1], &given), Shape::new(&[14, 10, 32]));
    let given = [filters(4), kernel(&[3]), dilation(&[2, 3]), ("groups", Value::Size(2))];
    assert_eq!(shape(page, &[9, 9, 6], &given), Shape::new(&[5, 3, 4]));

    let page = &conv1d::SPEC;
    assert_eq!(shape(page, &[100, 6], &[filters(32), kernel(&[5])]), Shape::new(&[96, 32]));
    let given = [filters(32), kernel(&[5]), strides(&[3]), ("padding", CAUSAL)];
    assert_eq!(shape(page, &[100, 6], &given), Shape::new(&[34, 32]));

    let page = &conv2d_transpose::SPEC;
    let given = [filters(3), kernel(&[3]), strides(&[2]), PADDED];
    assert_eq!(shape(page, &[7, 5, 8], &given), Shape::new(&[14, 10, 3]));
    assert_eq!(shape(page, &[7, 5, 8], &[filters(3), kernel(&[3]), strides(&[2])]), Shape::new(&[15, 11, 3]));
    let given = [filters(3), kernel(&[3, 2]), strides(&[2]), PADDED, further(&[0, 1])];
    assert_eq!(shape(page, &[7, 5, 8], &given), Shape::new(&[13, 9, 3]));
    let given = [filters(3), kernel(&[2]), strides(&[4]), further(&[3])];
    assert_eq!(shape(&conv1d_transpose::SPEC, &[5, 8], &given), Shape::new(&[21, 3]));

    let given = [kernel(&[3]), ("depth_multiplier", Value::Size(2)), strides(&[2]), dilation(&[2])];
    assert_eq!(shape(&depthwise_conv2d::SPEC, &[9, 8, 3], &given), Shape::new(&[3, 2, 6]));
    assert_eq!(shape(&depthwise_conv1d::SPEC, &[9, 3], &given), Shape::new(&[3, 6]));
    let given = [filters(5), kernel(&[3]), ("depth_multiplier", Value::Size(2)), PADDED];
    let found = infer(&separable_conv2d::SPEC, &[9, 8, 3], &given).unwrap();
    assert_eq!((found.output(0), found.workspace_size()), (Shape::new(&[9, 8, 5]), 16 * 6));
    let found = infer(&separable_conv1d::SPEC, &[9, 3], &given).unwrap();
    assert_eq!((found.output(0), found.workspace_size()), (Shape::new(&[9, 5]), 9 * 6));
}

/// Only a SeparableConv has working memory, and it does not grow with the image.
#[test]
fn working_memory() {
    for page in PAGES {
        let size = |steps: usize| {
            let image: &[usize] = if page.name.contains("1D") { &[steps, 8] } else { &[steps, steps, 8] };
            let mut given = std::vec![kernel(&[3])];
            given.extend(page.args.iter().any(|arg| arg.name == "filters").then(|| filters(16)));
            infer(page, image, &given).unwrap().workspace_size()
        };
        assert_eq!(size(500), size(50), "{}", page.name);
        assert_eq!(size(50), if page.name.starts_with("Separable") { 16 * 8 } else { 0 }, "{}", page.name);
    }
}

#[test]
fn wrong_arguments() {
    let page = &conv2d::SPEC;
    assert_eq!(
        error(page, &[5, 5, 1], &[filters(1), kernel(&[3]), dilation(&[4, 1])]),
        "the input (5, 5, 1) is smaller than the window (3, 3), which covers (9, 3) cells with its dilation; \
         `padding = same` pads the input"
    );
    let groups = ("groups", Value::Size(2));
    let of_channels = error(page, &[5, 5, 3], &[filters(4), kernel(&[1]), groups]);
    assert_eq!(of_channels, "`groups` is 2, which does not divide the 3 channels of the input");
    let of_filters = error(page, &[5, 5, 4], &[filters(3), kernel(&[1]), groups]);
    assert_eq!(of_filters, "`groups` is 2, which does not divide the 3 filters");
    let zero = error(page, &[5, 5, 1], &[filters(1), kernel(&[2]), strides(&[0, 1])]);
    assert_eq!(zero, "`strides` must be at least 1, but is (0, 1)");
    let three = error(page, &[5, 5, 1], &[filters(1), kernel(&[2, 2, 2])]);
    assert_eq!(three, "`kernel_size` expects one number, or two for height and width, but got (2, 2, 2)");
    let short = error(&conv1d::SPEC, &[4, 2], &[filters(1), kernel(&[5])]);
    assert_eq!(short, "the input (4, 2) is smaller than the window 5; `padding = same` pads the input");
    let two = error(&conv1d::SPEC, &[4, 2], &[filters(1), kernel(&[2, 2])]);
    assert_eq!(two, "`kernel_size` expects one number, but got (2, 2)");

    let page = &conv2d_transpose::SPEC;
    let far = error(page, &[5, 5, 1], &[filters(1), kernel(&[3]), strides(&[2, 3]), further(&[1, 3])]);
    assert_eq!(far, "`output_padding` must be at least 0 and below the strides (2, 3), but is (1, 3)");
    let even = error(page, &[5, 5, 1], &[filters(1), kernel(&[3, 4]), strides(&[2]), PADDED, further(&[0])]);
    assert_eq!(
        even,
        "with `padding = same`, the window (3, 4) covers an even number of cells, so `output_padding` must be at least 1"
    );
    let negative = error(&conv1d_transpose::SPEC, &[5, 1], &[filters(1), kernel(&[3]), further(&[-1])]);
    assert_eq!(negative, "`output_padding` must be at least 0 and below the strides 1, but is -1");
    let many = error(&conv1d_transpose::SPEC, &[5, 1], &[filters(1), kernel(&[3]), further(&[0, 0])]);
    assert_eq!(many, "`output_padding` expects one number, but got 2 numbers");
}

/// Errors that every page has.
#[test]
fn errors_of_all_pages() {
    for page in PAGES {
        let one = page.name.contains("1D");
        let image: &[usize] = if one { &[5, 4] } else { &[5, 5, 4] };
        let with = |image: &[usize], more: &[(&'static str, Value)]| {
            let mut given = std::vec![kernel(&[2])];
            given.extend(page.args.iter().any(|arg| arg.name == "filters").then(|| filters(3)));
            given.extend_from_slice(more);
            infer(page, image, &given).map(|found| found.output(0)).map_err(|error| error.to_string())
        };
        assert!(with(image, &[]).is_ok(), "{}", page.name);
        // A number of axes too few or too many.
        for wrong in [&image[1..], &[5, 5, 5, 4][..]] {
            let error = with(wrong, &[]).unwrap_err();
            let expected = if one { "expected a sequence of shape (steps, " } else { "expected an image of shape " };
            assert!(error.starts_with(expected), "{}: {error}", page.name);
        }
        // Nothing is divided by 0.
        for zero in [kernel(&[0]), strides(&[0]), dilation(&[0])] {
            let error = with(image, &[zero]).unwrap_err();
            assert!(error.contains("must be at least 1"), "{}: {error}", page.name);
        }
        let empty: &[usize] = if one { &[0, 4] } else { &[0, 5, 4] };
        assert!(with(empty, &[PADDED]).is_err() && with(empty, &[]).is_err(), "{}", page.name);
        // Sizes beyond any memory are an error, not an overflow.
        for huge in [usize::MAX, usize::MAX / 2, 1 << 40] {
            let big: &[usize] = if one { &[huge, 4] } else { &[5, huge, 4] };
            for given in [kernel(&[huge]), strides(&[huge]), dilation(&[huge])] {
                let _ = (with(image, &[given]), with(image, &[given, PADDED]), with(big, &[given, PADDED]));
            }
            assert!(with(image, &[kernel(&[huge]), PADDED]).is_err(), "{}", page.name);
            assert!(with(image, &[kernel(&[huge]), dilation(&[huge]), PADDED]).is_err(), "{}", page.name);
        }
        let both = with(image, &[strides(&[2]), dilation(&[2])]);
        if page.name.starts_with("Conv") {
            assert_eq!(both.unwrap_err(), "`strides` and `dilation_rate` cannot both be above 1");
        } else {
            assert!(both.is_ok(), "{}", page.name);
        }
    }
}

/// A window has a cell outside the image if it begins before it or ends behind it.
#[test]
fn borders() {
    let (mut with, mut without) = (0, 0);
    // Sizes 1 to 8, windows 1 to 4, strides 1 to 3, dilations 1 and 2, and three paddings.
    for n in 0..8 * 4 * 3 * 2 * 3 {
        let (size, window, stride) = (n % 8 + 1, n / 8 % 4 + 1, n / 32 % 3 + 1);
        let (rate, padding) = (n / 96 % 2 + 1, n / 192);
        let given = [filters(1), kernel(&[window]), strides(&[stride]), dilation(&[rate])];
        let given: Vec<_> = given.into_iter().chain([("padding", Value::Choice(padding))]).collect();
        let Ok(found) = infer(&conv1d::SPEC, &[size, 1], &given) else { continue };
        let geometry = Geometry::found(&found);
        let cells = (0..geometry.place_width).flat_map(|place| (0..window).map(move |j| place * stride + j * rate));
        let mut columns = cells.map(|cell| cell as i64 - geometry.padding_left as i64);
        let outside = columns.any(|column| column < 0 || column >= size as i64);
        assert_eq!(geometry.has_border(), outside, "{geometry:?}");
        *(if outside { &mut with } else { &mut without }) += 1;
    }
    assert!(with > 50 && without > 50, "{with} {without}");
}

/// A fold finds the arguments of each page by their places. The first choice of `padding` pads nothing.
#[test]
fn places_for_folds() {
    for spec in PAGES {
        let Folding::Filters { padding, kernel_size, strides, bias, .. } = spec.folding else {
            panic!("{} does not fold", spec.name)
        };
        let names = [padding, kernel_size, strides].map(|place| spec.args[place].name);
        assert_eq!(names, ["padding", "kernel_size", "strides"]);
        assert!(matches!(spec.args[padding].kind, Kind::Choice(["valid", ..])));
        let constant = |use_bias| {
            let x = if spec.name.contains("1D") { &[5, 2][..] } else { &[5, 5, 2] };
            let given = [filters(4), kernel(&[2]), ("use_bias", Value::Flag(use_bias))];
            let given = &given[usize::from(spec.args.iter().all(|arg| arg.name != "filters"))..];
            infer(spec, x, given).unwrap_or_else(|error| panic!("{error}")).constant(bias)
        };
        assert_eq!([constant(false), constant(true)], [0, 1], "{}", spec.name);
    }
}
