//! The time of one step of a stream, beside the same layers called by hand, in turns.
//!
//! ```sh
//! cargo bench --bench stream
//! ```

#![allow(missing_docs)]

use nn::kernels;
use nn::layers::{GruState, LstmState};
use nn::prelude::*;
use std::hint::black_box;
use std::time::Instant;

model! {
    #[nn(stream)]
    pub struct Control;

    let sensors = Input(shape = [100, 8]);
    let a = Dense(16, activation = relu)(sensors);
    let b = LSTM(16, return_sequences = true)(a);
    let c = GRU(16, return_sequences = true)(b);
    let d = Dense(16, activation = relu)(c);
    let e = Dense(4)(d);

    Model(inputs = sensors, outputs = e)
}

const STEPS: usize = 4096;
const ROUNDS: usize = 400;

type Step = SVector<f32, 8>;

/// One step by hand: the kernels of the library, with states in place.
#[inline(always)]
fn by_hand(net: &Control, x: &Step, lstm: &mut LstmState<f32, 16>, gru: &mut GruState<f32, 16>) -> SVector<f32, 4> {
    let (mut a, mut d, mut e) = (SVector::<f32, 16>::zeros(), SVector::<f32, 16>::zeros(), SVector::<f32, 4>::zeros());
    kernels::affine::<f32, 8, 16>(net.a.kernel.as_slice(), net.a.bias.as_slice(), x.as_slice(), a.as_mut_slice());
    a.apply(|a| *a = a.max(0.0));
    let b = net.b.step(&a, lstm);
    let c = net.c.step(b, gru);
    kernels::affine::<f32, 16, 16>(net.d.kernel.as_slice(), net.d.bias.as_slice(), c.as_slice(), d.as_mut_slice());
    d.apply(|d| *d = d.max(0.0));
    kernels::affine::<f32, 16, 4>(net.e.kernel.as_slice(), net.e.bias.as_slice(), d.as_slice(), e.as_mut_slice());
    e
}

fn nanoseconds(x: &[Step], mut step: impl FnMut(&Step) -> SVector<f32, 4>) -> f64 {
    let start = Instant::now();
    for x in x {
        black_box(step(black_box(x)));
    }
    start.elapsed().as_nanos() as f64 / x.len() as f64
}

fn main() {
    let net = Control::new(&mut StdRng::seed_from_u64(1));
    let x: Vec<Step> = (0..STEPS).map(|t| Step::from_fn(|i, _| ((t * 7 + i * 3) as f32 * 0.1).sin())).collect();
    let (mut stream, mut lstm, mut gru) = (net.stream(), LstmState::default(), GruState::default());
    for x in &x {
        assert_eq!(stream.step(x), by_hand(&net, x, &mut lstm, &mut gru));
    }
    let (mut streams, mut hands) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        streams.push(nanoseconds(&x, |x| stream.step(x)));
        hands.push(nanoseconds(&x, |x| by_hand(&net, x, &mut lstm, &mut gru)));
    }
    for (name, mut times) in [("stream", streams), ("by hand", hands)] {
        times.sort_by(f64::total_cmp);
        println!("{name}: {:.1} ns a step (median), {:.1} (least)", times[ROUNDS / 2], times[0]);
    }
    println!("state: {} bytes", nn::StreamState::<Control>::BYTES);
}
