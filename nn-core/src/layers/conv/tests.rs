//! Gradients of all pages over their arguments. `sweep` and `tests/parity` compare the numbers with Keras.

use super::geometry::Geometry;
use super::{
    conv1d, conv1d_transpose, conv2d, conv2d_transpose, depthwise_conv1d, depthwise_conv2d, separable_conv1d,
    separable_conv2d,
};
use crate::layer::testing::check_layer_with;
use crate::layers::{
    Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D,
    SeparableConv2D,
};
use crate::spec::shape::Shape;
use crate::spec::{Default, Inferred, LayerSpec, Value, expect};
use crate::weights::regularizers::Regularizer;
use nalgebra::SMatrix;

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The arguments of a layer: these by their names, and the defaults of the others.
const fn arguments(spec: &LayerSpec, given: &[(&str, Value)]) -> [Value; 24] {
    let (mut values, mut i) = ([Value::Absent; 24], 0);
    while i < spec.args.len() {
        if let Default::Is(value) = spec.args[i].default {
            values[i] = value;
        }
        let mut k = 0;
        while k < given.len() {
            if equal(given[k].0, spec.args[i].name) {
                values[i] = given[k].1;
            }
            k += 1;
        }
        i += 1;
    }
    values
}

const fn one(n: usize) -> Value {
    Value::Sizes(Shape::new(&[n]))
}

const fn two(rows: usize, columns: usize) -> Value {
    Value::Sizes(Shape::new(&[rows, columns]))
}

const SAME: Value = Value::Choice(1);
const CAUSAL: Value = Value::Choice(2);

/// `name: page::Layer<places of the constants> [input] { argument: value }, fields with a penalty;`
macro_rules! check {
    ($($name:ident: $page:ident $layer:ident<$($const:literal)*> [$($dim:literal),*] {
        $($argument:ident: $value:expr),*
    };)*) => {
        $(
            #[test]
            fn $name() {
                const FOUND: Inferred = expect(
                    stringify!($page),
                    $page::infer(
                        &arguments(&$page::SPEC, &[$((stringify!($argument), $value)),*]),
                        &[Shape::new(&[$($dim),*])],
                    ),
                );
                const X: Shape = Shape::new(&[$($dim),*]);
                let layer = $layer::<$({ FOUND.constant($const) }),*> {
                    geometry: Geometry::found(&FOUND),
                    bias_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
                    ..$layer::DEFAULT
                };
                check_layer_with::<SMatrix<f64, { X.rows() }, { X.cols() }>, _>(&layer, FOUND.workspace_size());
            }
        )*
    };
}

check! {
    conv2d_valid: conv2d Conv2D<0 1 2 3 4 5 6> [5, 7, 2] { filters: Value::Size(3), kernel_size: two(2, 3) };
    conv2d_same: conv2d Conv2D<0 1 2 3 4 5 6> [5, 4, 2] {
        filters: Value::Size(3), kernel_size: two(3, 2), padding: SAME, use_bias: Value::Flag(false)
    };
    conv2d_strides: conv2d Conv2D<0 1 2 3 4 5 6> [7, 5, 2] {
        filters: Value::Size(3), kernel_size: two(3, 2), strides: two(2, 3)
    };
    conv2d_same_strides: conv2d Conv2D<0 1 2 3 4 5 6> [7, 5, 2] {
        filters: Value::Size(3), kernel_size: two(3, 4), strides: two(2, 3), padding: SAME
    };
    conv2d_dilation: conv2d Conv2D<0 1 2 3 4 5 6> [7, 8, 1] {
        filters: Value::Size(2), kernel_size: two(3, 2), dilation_rate: two(2, 5)
    };
    conv2d_same_dilation: conv2d Conv2D<0 1 2 3 4 5 6> [5, 4, 2] {
        filters: Value::Size(2), kernel_size: one(3), dilation_rate: two(3, 2), padding: SAME
    };
    conv2d_groups: conv2d Conv2D<0 1 2 3 4 5 6> [4, 5, 6] {
        filters: Value::Size(4), kernel_size: two(2, 3), groups: Value::Size(2), padding: SAME
    };
    conv2d_groups_of_one: conv2d Conv2D<0 1 2 3 4 5 6> [3, 4, 3] {
        filters: Value::Size(6), kernel_size: one(2), strides: two(2, 1), groups: Value::Size(3)
    };
    conv2d_of_one_cell: conv2d Conv2D<0 1 2 3 4 5 6> [3, 4, 5] { filters: Value::Size(2), kernel_size: one(1) };
    conv2d_of_one_cell_with_strides: conv2d Conv2D<0 1 2 3 4 5 6> [5, 4, 3] {
        filters: Value::Size(2), kernel_size: one(1), strides: one(2), padding: SAME
    };
    conv2d_larger_than_the_image: conv2d Conv2D<0 1 2 3 4 5 6> [2, 3, 2] {
        filters: Value::Size(2), kernel_size: two(5, 7), padding: SAME
    };
    conv2d_the_whole_image: conv2d Conv2D<0 1 2 3 4 5 6> [3, 4, 2] { filters: Value::Size(5), kernel_size: two(3, 4) };

    conv1d_valid: conv1d Conv1D<0 1 2 3 4 5> [7, 3] { filters: Value::Size(5), kernel_size: one(2) };
    conv1d_same_strides: conv1d Conv1D<0 1 2 3 4 5> [7, 3] {
        filters: Value::Size(2), kernel_size: one(5), strides: one(2), padding: SAME
    };
    conv1d_causal: conv1d Conv1D<0 1 2 3 4 5> [7, 3] {
        filters: Value::Size(2), kernel_size: one(3), dilation_rate: one(2), padding: CAUSAL
    };
    conv1d_groups: conv1d Conv1D<0 1 2 3 4 5> [5, 4] {
        filters: Value::Size(6), kernel_size: one(3), groups: Value::Size(2), padding: CAUSAL
    };

    transpose2d_valid: conv2d_transpose Conv2DTranspose<0 1 2 3 4 5 6> [3, 2, 5] {
        filters: Value::Size(3), kernel_size: two(2, 3), strides: two(3, 2)
    };
    transpose2d_same: conv2d_transpose Conv2DTranspose<0 1 2 3 4 5 6> [2, 3, 3] {
        filters: Value::Size(2), kernel_size: two(3, 5), strides: one(2), padding: SAME
    };
    transpose2d_further: conv2d_transpose Conv2DTranspose<0 1 2 3 4 5 6> [2, 3, 3] {
        filters: Value::Size(2), kernel_size: two(3, 2), strides: two(2, 3), padding: SAME, output_padding: Value::ints(&[0, 2])
    };
    transpose2d_dilation: conv2d_transpose Conv2DTranspose<0 1 2 3 4 5 6> [3, 4, 2] {
        filters: Value::Size(3), kernel_size: one(2), dilation_rate: two(3, 2), use_bias: Value::Flag(false)
    };
    transpose1d_same: conv1d_transpose Conv1DTranspose<0 1 2 3 4 5> [5, 2] {
        filters: Value::Size(3), kernel_size: one(3), strides: one(2), padding: SAME
    };
    transpose1d_further: conv1d_transpose Conv1DTranspose<0 1 2 3 4 5> [5, 2] {
        filters: Value::Size(3), kernel_size: one(2), strides: one(3), output_padding: Value::ints(&[2])
    };

    depthwise2d_same: depthwise_conv2d DepthwiseConv2D<0 1 2 3 4 5 6 7> [3, 4, 5] { kernel_size: one(3), padding: SAME };
    depthwise2d_multiplier: depthwise_conv2d DepthwiseConv2D<0 1 2 3 4 5 6 7> [5, 4, 3] {
        kernel_size: two(2, 3), strides: two(2, 1), depth_multiplier: Value::Size(2)
    };
    depthwise2d_strides_and_dilation: depthwise_conv2d DepthwiseConv2D<0 1 2 3 4 5 6 7> [7, 6, 2] {
        kernel_size: one(3), strides: one(2), dilation_rate: one(2), padding: SAME, use_bias: Value::Flag(false)
    };
    depthwise1d: depthwise_conv1d DepthwiseConv1D<0 1 2 3 4 5 6> [7, 21] { kernel_size: one(3), padding: SAME };
    depthwise1d_one_channel: depthwise_conv1d DepthwiseConv1D<0 1 2 3 4 5 6> [7, 1] {
        kernel_size: one(2), strides: one(3), depth_multiplier: Value::Size(3)
    };

    separable2d_valid: separable_conv2d SeparableConv2D<0 1 2 3 4 5 6 7 8> [4, 5, 3] {
        filters: Value::Size(2), kernel_size: two(2, 3), depth_multiplier: Value::Size(2)
    };
    separable2d_several_parts: separable_conv2d SeparableConv2D<0 1 2 3 4 5 6 7 8> [5, 7, 2] {
        filters: Value::Size(3), kernel_size: one(3), padding: SAME, use_bias: Value::Flag(false)
    };
    separable1d: separable_conv1d SeparableConv1D<0 1 2 3 4 5 6 7> [7, 3] {
        filters: Value::Size(5), kernel_size: one(3), strides: one(2), padding: SAME
    };
}

/// The number of a page's arguments fits in the list above.
#[test]
fn no_page_has_more_arguments() {
    assert!(crate::layers::LAYERS.iter().all(|spec| spec.args.len() <= arguments(spec, &[]).len()));
}
