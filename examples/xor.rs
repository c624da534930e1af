//! Exclusive or: the model of the documentation's first page.
//!
//! ```sh
//! cargo run --release --example xor
//! ```
//!
//! The example exits with 1 if a pair of bits gets less than 90 % for the right answer. A seed as an argument draws
//! other weights.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use std::process::ExitCode;

model! {
    /// Exclusive or.
    pub struct Xor;

    let bits = Input(shape = [2]);
    let x = Dense(8, activation = tanh)(bits);
    let odd = Dense(1, activation = sigmoid)(x);

    Model(inputs = bits, outputs = odd)
}

fn main() -> nn::Result<ExitCode> {
    let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(SVector::<f32, 2>::from);
    let y = [0.0f32, 1.0, 1.0, 0.0];
    let mut xor =
        Xor::boxed(&mut StdRng::seed_from_u64(seed())).compile(Adam::new(0.05), BinaryCrossentropy::default());
    xor.fit(x, y, Fit::new().epochs(200).verbose(0))?;

    let mut claims = Claims::default();
    for (bits, odd) in x.iter().zip(y) {
        let p = xor.model().call(bits)[0];
        let right = if odd == 1.0 { p } else { 1.0 - p };
        claims.at_least(
            &format!("probability of the right answer for {} and {}", bits[0], bits[1]),
            f64::from(right),
            0.9,
        );
    }
    Ok(claims.code())
}
