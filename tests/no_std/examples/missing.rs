//! Asks for what needs the features `std` and `alloc`, which are off: it does not compile, and the errors name them.

use nn::prelude::*;
use nn_no_std::Trend;

fn main() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let _ = Trend::boxed(&mut rng);
    let trend = Trend::new(&mut rng);
    trend.predict(&[[0.0_f32; 4]]);
    trend.save_weights("trend.safetensors");
    let _ = trend.compile(Sgd::default(), MeanSquaredError);
    let _ = Fit::new();
    let _ = EarlyStopping::new();
    let _ = StdRng::seed_from_u64(1);
}
