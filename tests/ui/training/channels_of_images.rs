//! The innermost arrays of an image have another number of channels than the input.

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
    let images = vec![[[[0.0_f32; 3]; 28]; 28]; 4];
    let _ = model.predict(&images);
    let without_channels = vec![[[0.0_f32; 28]; 28]; 4];
    let _ = model.predict(&without_channels);
}
