//! More cases of layers: other axes, missing variables, repeated inputs, equal inputs, points on kinks.

use crate::layers::ints;

cases! { "edges";
    batch_normalization_axis_1: batch_normalization::BatchNormalization[0 1 2 3] { momentum: 0.75 } (axis = Int(1))
        on [3, 2];
    batch_normalization_center: batch_normalization::BatchNormalization[0 1 2 3] { epsilon: 0.125 }
        (scale = Flag(false)) on [4];
    batch_normalization_scale: batch_normalization::BatchNormalization[0 1 2 3] (center = Flag(false)) on [4];
    layer_normalization_center: layer_normalization::LayerNormalization[0 1 2 3 4 5 6 7 8] { epsilon: 0.125 } (scale = Flag(false))
        on [7];
    layer_normalization_scale: layer_normalization::LayerNormalization[0 1 2 3 4 5 6 7 8] (center = Flag(false)) on [7];
    softmax_axis_1: softmax::Softmax[0 1] (axis = Int(1)) on [2, 3, 5];
    softmax_axis_2: softmax::Softmax[0 1] (axis = Int(2)) on [2, 3, 5];
    concatenate_axis_2: concatenate::Concatenate[0 1 2] (axis = Int(2)) on [2, 3, 5] [2, 1, 5] [2, 7, 5];
    prelu_shared_rank4: p_re_lu::PReLU[0 1 2 3 4 5 6] (shared_axes = ints(&[1, 2])) on [2, 3, 5];
    prelu_shared_2: p_re_lu::PReLU[0 1 2 3 4 5 6] (shared_axes = ints(&[2])) on [2, 3, 5];
    permute_2_3_1: permute::Permute[0 1 2 3 4 5 6] (dims = ints(&[2, 3, 1])) on [2, 3, 5];
    dot_vector: dot::Dot[0 1 2 3 4 5] (axes = ints(&[2, 1])) on [3, 5] [5];
    dot_rank4: dot::Dot[0 1 2 3 4 5] (axes = ints(&[2, 1])) on [2, 3, 5] [3, 7];
    add_repeats: add::Add[0 1 2 3 4 5] () on [3, 5] [1, 5] [5];
    subtract_repeats: subtract::Subtract[0 1 2 3 4 5] () on [5] [3, 5];
    multiply_repeats: multiply::Multiply[0 1 2 3 4 5] () on [3, 1] [1, 5] [3, 5];
    average_repeats: average::Average[0 1 2 3 4 5] () on [2, 3, 5] [2, 1, 5] [3, 1];
    maximum_repeats: maximum::Maximum[0 1 2 3 4 5] () on [3, 5] [1, 5];
    minimum_repeats: minimum::Minimum[0 1 2 3 4 5] () on [3, 1] [1, 5];
    maximum_ties: maximum::Maximum[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    minimum_ties: minimum::Minimum[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    prelu_kink: p_re_lu::PReLU[0 1 2 3 4 5 6] () on [7];
    elu_kink: elu::ELU[] () on [7];
    leaky_relu_kink: leaky_re_lu::LeakyReLU[] { negative_slope: 0.25 } () on [7];
    relu_kinks: re_lu::ReLU[] { max_value: 1.0, negative_slope: 0.25 } () on [7];
    relu_threshold_kink: re_lu::ReLU[] { negative_slope: 0.25, threshold: 1.0 } () on [7];
    relu_6_kinks: re_lu::ReLU[] { max_value: 6.0 } () on [7];
    relu_6_slope_kinks: re_lu::ReLU[] { max_value: 6.0, negative_slope: 0.25 } () on [7];
    relu_6_threshold_kinks: re_lu::ReLU[] { max_value: 6.0, threshold: 1.0 } () on [7];
    relu_slope_kink: re_lu::ReLU[] { negative_slope: 0.25 } () on [7];
}
