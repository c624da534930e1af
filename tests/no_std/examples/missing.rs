//! Uses items of every feature. If one feature is off, this does not compile, and the errors name that feature.

use nn::callbacks::CsvLogger;
use nn::prelude::*;
use nn_no_std::{Readings, Trend};

fn main() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let _ = Trend::boxed(&mut rng);
    let trend = Trend::new(&mut rng);
    let _ = trend.predict(&[Readings::zeros()]);
    let _ = StdRng::seed_from_u64(1);
    let _ = trend.save_weights("trend.safetensors");
    let fit = Fit::new().epochs(2).verbose(0);
    let _ = EarlyStopping::new().patience(3);
    let _ = CsvLogger::new("log.csv");
    // The consequences of a wrong call are not further errors.
    let mut trend = trend.compile(Sgd::default(), MeanSquaredError).metrics(Mae);
    let history = trend.fit(&[Readings::zeros()], &[SVector::<f32, 3>::zeros()], fit).unwrap();
    let _ = trend.save_checkpoint("trend.safetensors");
    let _ = history.plot("trend.svg");
}
