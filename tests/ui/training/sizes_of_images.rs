//! Nested arrays of an image have other sizes than the input: rows and columns are multiplied in the sample's type, so
//! only a constant can compare them.

use nn::prelude::*;

model! {
    pub struct Vision;
    let image = Input(shape = [28, 28, 1]);
    let y = Dense(10)(Flatten()(image));
    Model(inputs = image, outputs = y)
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let model = Vision::boxed(&mut rng);
    let images = vec![[[[0.0_f32; 1]; 28]; 29]; 4];
    let _ = model.predict(&images);
    let _: &[[[f32; 28]; 28]] = nn::data::arrays(&[SMatrix::<f32, 1, 784>::zeros()]);
}
