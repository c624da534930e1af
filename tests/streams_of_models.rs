//! Streams: every step equals the whole sequence.

#![allow(missing_docs)]

use nn::prelude::*;
use nn::StreamState;

model! {
    #[nn(stream)]
    pub struct Filter;

    let x = Input(shape = [12, 3]);
    let h = Dense(5, activation = relu)(x);
    let h = LSTM(4, return_sequences = true)(h);
    let h = GRU(6, return_sequences = true)(h);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

model! {
    #[nn(stream)]
    pub struct Causal;

    let x = Input(shape = [16, 3]);
    let a = Conv1D(4, 3, padding = causal, activation = tanh)(x);
    let b = Conv1D(4, 2, padding = causal, dilation_rate = 4)(a);
    let s = add([a, b]);
    let slow = Conv1D(5, 3, padding = causal, strides = 2)(s);
    let pooled = MaxPooling1D(2)(slow);
    let valid = Conv1D(2, 3)(s);

    Model(inputs = x, outputs = [s, slow, pooled, valid])
}

#[test]
fn a_step_is_the_whole() {
    let rng = &mut StdRng::seed_from_u64(1);
    let net = Filter::new(rng);
    let x = SMatrix::<f32, 3, 12>::from_fn(|i, j| ((i * 7 + j * 3) % 11) as f32 / 5.0 - 1.0);
    let whole = net.call(&x);
    let mut stream = net.stream();
    for t in 0..12 {
        let y = stream.step(&x.column(t).into_owned());
        assert_eq!(y, whole.column(t), "{t}");
    }
    let net = Causal::new(rng);
    let x = SMatrix::<f32, 3, 16>::from_fn(|i, j| ((i * 7 + j * 3) % 11) as f32 / 5.0 - 1.0);
    let whole = net.call(&x);
    let mut state = StreamState::new();
    for t in 0..16 {
        let y = state.step(&net, &x.column(t).into_owned());
        assert_eq!(y.s, whole.s.column(t), "{t}");
        assert_eq!(y.slow.is_some(), t % 2 == 0);
        assert_eq!(y.pooled.is_some(), t % 4 == 2);
        assert_eq!(y.valid.is_some(), t >= 2);
        if let Some(slow) = y.slow {
            assert_eq!(slow, whole.slow.column(t / 2), "{t}");
        }
        if let Some(pooled) = y.pooled {
            assert_eq!(pooled, whole.pooled.column(t / 4), "{t}");
        }
        if let Some(valid) = y.valid {
            assert_eq!(valid, whole.valid.column(t - 2), "{t}");
        }
    }
}
