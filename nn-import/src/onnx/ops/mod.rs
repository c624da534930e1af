//! The operators: a file for each kind.

mod activation;
mod arithmetic;
mod conv;
mod dense;
mod merge;
mod norm;
mod pool;
mod recurrent;
mod reduce;
mod resize;
mod shape;
mod slice;
pub(super) mod spatial;

use super::convert::{Converter, Item};
use super::value::Value;
use super::wire::Node;

/// Lists the operators and the functions that read them.
macro_rules! operators {
    ($($($name:literal),* => $function:expr;)*) => {
        /// The names of all operators.
        pub(super) const NAMES: &[&str] = &[$($($name),*),*];

        /// Makes the layers of a node. The error is empty if there is no such operator.
        pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Result<Vec<Item>, Option<String>> {
            let made = match node.op.as_str() {
                $($($name)|* => $function(converter, node),)*
                _ => return Err(None),
            };
            made.map_err(Some)
        }
    };
}

operators! {
    "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Mish", "HardSwish", "Exp", "LeakyRelu", "Elu", "Celu", "Selu",
    "ThresholdedRelu", "HardSigmoid", "Shrink", "Gelu", "Swish", "Clip", "Neg", "Abs" => activation::elementwise;
    "Softmax", "LogSoftmax" => activation::along_an_axis;
    "PRelu" => activation::slopes;
    "Identity", "Cast", "CastLike" => activation::nothing;
    "Dropout" => activation::dropout;
    "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean", "Pow" => arithmetic::make;
    "Conv" => conv::forwards;
    "ConvTranspose" => conv::backwards;
    "Gemm" => dense::gemm;
    "MatMul" => dense::matmul;
    "Gather" => dense::gather;
    "Concat" => merge::concatenate;
    "BatchNormalization" => norm::batch;
    "LayerNormalization", "RMSNormalization" => norm::layer;
    "InstanceNormalization", "GroupNormalization" => norm::group;
    "MaxPool", "AveragePool" => pool::windows;
    "GlobalAveragePool", "GlobalMaxPool" => reduce::global;
    "ReduceMean", "ReduceMax", "ReduceSum" => reduce::axes;
    "LSTM", "GRU", "RNN" => recurrent::make;
    "Resize", "Upsample" => resize::make;
    "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose" => shape::make;
    "Expand", "Tile" => shape::repeat;
    "Slice", "Split" => slice::make;
    "Pad" => spatial::pad;
}

/// Returns one tensor as the outputs of a node.
fn one(value: Value) -> Vec<Item> {
    vec![Item::Value(value)]
}
