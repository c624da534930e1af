// What a declaration of a layer cannot say: the macro refuses it with words.

use nn::layer::{Shape, ShapeError};
use nn::spec::{Inferred, LayerSpec, Masking, Value, rule};

nn::layer! {
    pub struct SizeIsPublic<N> { pub units: Size, }
    pub const SIZE_IS_PUBLIC: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct OptionalSizeIsPublic<N> { pub length: Option<Size>, }
    pub const OPTIONAL_SIZE_IS_PUBLIC: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct ListIsPublic { pub axes: Ints = [1, 2], }
    pub const LIST_IS_PUBLIC: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct NoDefault { pub kernel_initializer: Initializer, }
    pub const NO_DEFAULT: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct NoBraces;
    pub const NO_BRACES: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct WeightsSecond<N> {}
    pub const WEIGHTS_SECOND: LayerSpec { masking: Masking::Passes, weights: WeightsSecondWeights<N>, infer: rule!(infer) }
}

nn::layer! {
    pub struct RustsType { units: usize, }
    pub const RUSTS_TYPE: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct RustsFloat { pub rate: f64, }
    pub const RUSTS_FLOAT: LayerSpec { infer: rule!(infer) }
}

nn::layer! {
    pub struct NoRule {}
    pub const NO_RULE: LayerSpec { masking: Masking::Passes }
}

pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

fn main() {}
