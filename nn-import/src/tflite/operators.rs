//! The numbers and names of TFLite's operators.

pub(super) const ADD: i32 = 0;
pub(super) const AVERAGE_POOL_2D: i32 = 1;
pub(super) const CONCATENATION: i32 = 2;
pub(super) const CONV_2D: i32 = 3;
pub(super) const DEPTHWISE_CONV_2D: i32 = 4;
pub(super) const DEQUANTIZE: i32 = 6;
pub(super) const FULLY_CONNECTED: i32 = 9;
pub(super) const L2_NORMALIZATION: i32 = 11;
pub(super) const LOGISTIC: i32 = 14;
pub(super) const MAX_POOL_2D: i32 = 17;
pub(super) const MUL: i32 = 18;
pub(super) const RELU: i32 = 19;
pub(super) const RELU_N1_TO_1: i32 = 20;
pub(super) const RELU6: i32 = 21;
pub(super) const RESHAPE: i32 = 22;
pub(super) const RESIZE_BILINEAR: i32 = 23;
pub(super) const SOFTMAX: i32 = 25;
pub(super) const TANH: i32 = 28;
pub(super) const CUSTOM: i32 = 32;
pub(super) const PAD: i32 = 34;
pub(super) const UNIDIRECTIONAL_SEQUENCE_RNN: i32 = 35;
pub(super) const GATHER: i32 = 36;
pub(super) const BATCH_TO_SPACE_ND: i32 = 37;
pub(super) const SPACE_TO_BATCH_ND: i32 = 38;
pub(super) const TRANSPOSE: i32 = 39;
pub(super) const MEAN: i32 = 40;
pub(super) const SUB: i32 = 41;
pub(super) const DIV: i32 = 42;
pub(super) const SQUEEZE: i32 = 43;
pub(super) const UNIDIRECTIONAL_SEQUENCE_LSTM: i32 = 44;
pub(super) const STRIDED_SLICE: i32 = 45;
pub(super) const EXP: i32 = 47;
pub(super) const SPLIT: i32 = 49;
pub(super) const LOG_SOFTMAX: i32 = 50;
pub(super) const CAST: i32 = 53;
pub(super) const PRELU: i32 = 54;
pub(super) const MAXIMUM: i32 = 55;
pub(super) const MINIMUM: i32 = 57;
pub(super) const LESS: i32 = 58;
pub(super) const NEG: i32 = 59;
pub(super) const PADV2: i32 = 60;
pub(super) const GREATER: i32 = 61;
pub(super) const SELECT: i32 = 64;
pub(super) const SLICE: i32 = 65;
pub(super) const TRANSPOSE_CONV: i32 = 67;
pub(super) const TILE: i32 = 69;
pub(super) const EXPAND_DIMS: i32 = 70;
pub(super) const LOG: i32 = 73;
pub(super) const SUM: i32 = 74;
pub(super) const SQRT: i32 = 75;
pub(super) const RSQRT: i32 = 76;
pub(super) const SHAPE: i32 = 77;
pub(super) const REDUCE_PROD: i32 = 81;
pub(super) const REDUCE_MAX: i32 = 82;
pub(super) const PACK: i32 = 83;
pub(super) const UNPACK: i32 = 88;
pub(super) const SQUARE: i32 = 92;
pub(super) const RESIZE_NEAREST_NEIGHBOR: i32 = 97;
pub(super) const LEAKY_RELU: i32 = 98;
pub(super) const SQUARED_DIFFERENCE: i32 = 99;
pub(super) const ABS: i32 = 101;
pub(super) const ELU: i32 = 111;
pub(super) const HARD_SWISH: i32 = 117;
pub(super) const IF: i32 = 118;
pub(super) const WHILE: i32 = 119;
pub(super) const SELECT_V2: i32 = 123;
pub(super) const BATCH_MATMUL: i32 = 126;
pub(super) const CALL_ONCE: i32 = 129;
pub(super) const GELU: i32 = 150;
pub(super) const RELU_0_TO_1: i32 = 152;

/// Whether an operator is read.
pub(super) fn is_known(code: i32) -> bool {
    matches!(
        code,
        ADD..=DEPTHWISE_CONV_2D
            | FULLY_CONNECTED
            | L2_NORMALIZATION
            | LOGISTIC
            | MAX_POOL_2D..=RESIZE_BILINEAR
            | SOFTMAX
            | TANH
            | PAD..=GATHER
            | BATCH_TO_SPACE_ND..=STRIDED_SLICE
            | EXP
            | SPLIT..=LOG_SOFTMAX
            | CAST..=MAXIMUM
            | MINIMUM..=LESS
            | NEG
            | PADV2
            | SLICE
            | TRANSPOSE_CONV
            | TILE..=EXPAND_DIMS
            | SHAPE
            | REDUCE_PROD..=PACK
            | UNPACK
            | SQUARE
            | RESIZE_NEAREST_NEIGHBOR..=LEAKY_RELU
            | ELU
            | HARD_SWISH
            | SELECT_V2
            | BATCH_MATMUL
            | GELU
            | RELU_0_TO_1
    )
}

/// The names, by number.
const NAMES: &str = "\
    ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR \
    FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC \
    LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX \
    SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD \
    UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE \
    UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE \
    BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL \
    LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT \
    RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT \
    UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR \
    LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK \
    ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 \
    NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL \
    PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS \
    HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE \
    READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL \
    GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 \
    UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE \
    STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE STABLEHLO_CLAMP STABLEHLO_CONCATENATE \
    STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE \
    STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR STABLEHLO_LOG \
    STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER STABLEHLO_RSQRT \
    STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE STABLEHLO_CONVERT \
    STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA STABLEHLO_DOT_GENERAL \
    STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE DILATE \
    STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT \
    STABLEHLO_CASE";

/// Returns the name of an operator.
pub(super) fn name(code: i32) -> String {
    let name = usize::try_from(code).ok().and_then(|code| NAMES.split_ascii_whitespace().nth(code));
    name.map_or_else(|| format!("operator {code}"), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_belong_together() {
        for (code, expected) in [
            (ADD, "ADD"),
            (CUSTOM, "CUSTOM"),
            (WHILE, "WHILE"),
            (GELU, "GELU"),
            (205, "REDUCE_WINDOW"),
            (999, "operator 999"),
        ] {
            assert_eq!(name(code), expected);
        }
    }
}
