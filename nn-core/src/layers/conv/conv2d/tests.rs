//! Gradients over the arguments, and shapes. `tests/parity` compares the numbers with Keras.

use super::{arg, infer, padding::SAME, padding::VALID};
use crate::spec::Value;
use crate::spec::shape::Shape;

const fn arguments(
    filters: usize,
    kernel: (usize, usize),
    strides: (usize, usize),
    padding: usize,
    dilation: (usize, usize),
    groups: usize,
    bias: bool,
) -> [Value; 16] {
    let mut args = [Value::Absent; 16];
    args[arg::filters] = Value::Size(filters);
    args[arg::kernel_size] = Value::Sizes(Shape::new(&[kernel.0, kernel.1]));
    args[arg::strides] = Value::Sizes(Shape::new(&[strides.0, strides.1]));
    args[arg::padding] = Value::Choice(padding);
    args[arg::dilation_rate] = Value::Sizes(Shape::new(&[dilation.0, dilation.1]));
    args[arg::groups] = Value::Size(groups);
    args[arg::use_bias] = Value::Flag(bias);
    args
}

fn shape(args: [Value; 16], x: &[usize]) -> Result<Shape, std::string::String> {
    match infer(&args, &[Shape::new(x)]) {
        Ok(inferred) => Ok(inferred.output(0)),
        Err(error) => Err(std::string::ToString::to_string(&error)),
    }
}

#[test]
fn shapes() {
    let one = (1, 1);
    let output = |args, x: &[usize]| shape(args, x).unwrap();
    assert_eq!(output(arguments(32, (3, 3), one, VALID, one, 1, true), &[28, 28, 1]), Shape::new(&[26, 26, 32]));
    assert_eq!(output(arguments(32, (3, 5), (2, 3), SAME, one, 1, true), &[28, 28, 1]), Shape::new(&[14, 10, 32]));
    assert_eq!(output(arguments(4, (3, 3), one, VALID, (2, 3), 2, true), &[9, 9, 6]), Shape::new(&[5, 3, 4]));
}

#[test]
fn wrong_arguments() {
    let one = (1, 1);
    let error = |args, x: &[usize]| shape(args, x).unwrap_err();
    let small = error(arguments(1, (3, 3), one, VALID, (4, 1), 1, true), &[5, 5, 1]);
    assert_eq!(
        small,
        "the input (5, 5, 1) is smaller than the window (3, 3), which covers (9, 3) cells with its dilation; \
         `padding = same` pads the input"
    );
    let groups = error(arguments(4, (1, 1), one, VALID, one, 2, true), &[5, 5, 3]);
    assert_eq!(groups, "`groups` is 2, which does not divide the 3 channels of the input");
    let groups = error(arguments(3, (1, 1), one, VALID, one, 2, true), &[5, 5, 4]);
    assert_eq!(groups, "`groups` is 2, which does not divide the 3 filters");
    let both = error(arguments(1, (2, 2), (2, 1), VALID, (1, 2), 1, true), &[5, 5, 1]);
    assert_eq!(both, "`strides` and `dilation_rate` cannot both be above 1");
    let zero = error(arguments(1, (2, 2), (0, 1), VALID, one, 1, true), &[5, 5, 1]);
    assert_eq!(zero, "`strides` must be at least 1, but is (0, 1)");
    let rank = error(arguments(1, (2, 2), one, VALID, one, 1, true), &[5, 5]);
    assert_eq!(rank, "expected an image of shape (height, width, channels), but got (5, 5)");
    // Sizes beyond any memory are an error, not an overflow.
    let huge = usize::MAX / 2;
    assert!(shape(arguments(huge, (huge, huge), one, SAME, one, 1, true), &[5, 5, 1]).is_err());
}

#[cfg(feature = "compute")]
mod gradients {
    use super::*;
    use crate::layer::testing::check_layer_with;
    use crate::layers::Conv2D;
    use crate::spec::{Inferred, expect};
    use crate::weights::regularizers::Regularizer;
    use nalgebra::SMatrix;

    macro_rules! check {
        ($($name:ident: [$h:literal, $w:literal, $c:literal] $($argument:expr),+;)*) => {
            $(
                #[test]
                fn $name() {
                    const FOUND: Inferred =
                        expect("conv2d", infer(&arguments($($argument),+), &[Shape::new(&[$h, $w, $c])]));
                    const FIELDS: [usize; 10] = {
                        let (mut values, mut i) = ([0; 10], 0);
                        while i < 10 {
                            values[i] = FOUND.value(crate::layers::conv::conv2d::SPEC.fields[i]);
                            i += 1;
                        }
                        values
                    };
                    let [input_height, input_width, output_width, stride_height, stride_width, ..] = FIELDS;
                    let [.., dilation_height, dilation_width, padding_top, padding_left, channel_groups] = FIELDS;
                    let layer = Conv2D::<
                        { FOUND.constant(0) }, { FOUND.constant(1) }, { FOUND.constant(2) }, { FOUND.constant(3) },
                        { FOUND.constant(4) }, { FOUND.constant(5) }, { FOUND.constant(6) },
                    > {
                        input_height, input_width, output_width, stride_height, stride_width, dilation_height,
                        dilation_width, padding_top, padding_left, channel_groups,
                        kernel_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
                        ..Conv2D::DEFAULT
                    };
                    check_layer_with::<SMatrix<f64, $c, { $h * $w }>, _>(&layer, FOUND.workspace_size());
                }
            )*
        };
    }

    check! {
        valid: [5, 7, 2] 3, (2, 3), (1, 1), VALID, (1, 1), 1, true;
        same: [5, 4, 2] 3, (3, 2), (1, 1), SAME, (1, 1), 1, false;
        strides: [7, 5, 2] 3, (3, 2), (2, 3), VALID, (1, 1), 1, true;
        same_strides: [7, 5, 2] 3, (3, 4), (2, 3), SAME, (1, 1), 1, true;
        dilation: [7, 8, 1] 2, (3, 2), (1, 1), VALID, (2, 5), 1, true;
        same_dilation: [5, 4, 2] 2, (3, 3), (1, 1), SAME, (3, 2), 1, true;
        groups: [4, 5, 6] 4, (2, 3), (1, 1), SAME, (1, 1), 2, true;
        groups_of_one: [3, 4, 3] 6, (2, 2), (2, 1), VALID, (1, 1), 3, false;
        a_window_of_one_cell: [3, 4, 5] 2, (1, 1), (1, 1), VALID, (1, 1), 1, true;
        one_cell_with_strides: [5, 4, 3] 2, (1, 1), (2, 2), SAME, (1, 1), 1, true;
        a_window_larger_than_the_image: [2, 3, 2] 2, (5, 7), (1, 1), SAME, (1, 1), 1, true;
        the_whole_image: [3, 4, 2] 5, (3, 4), (1, 1), VALID, (1, 1), 1, true;
    }
}
