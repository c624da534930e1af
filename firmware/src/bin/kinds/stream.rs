//! A stream: one step at a time, with a state that is saved and loaded.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::StreamState;
use nn::prelude::*;
use nn_firmware::{NO_PRINT, fingerprint, say};

model! {
    /// Filters a sound, sample by sample.
    #[nn(stream)]
    pub struct Filter;

    let sound = Input(shape = [64, 1]);
    let words = Input(shape = [64], dtype = u32);
    let h = Conv1D(4, 3, padding = causal, dilation_rate = 2, activation = relu)(sound);
    let e = Embedding(4, 4, mask_zero = true)(words);
    let h = LSTM(4, return_sequences = true)(concatenate([LayerNormalization()(h), e]));
    let h = SimpleRNN(4, return_sequences = true)(h);
    let out = Dense(1, activation = tanh)(h);
    let slow = AveragePooling1D(4)(out);
    let last = GRU(3)(slow);
    let windows = MaxPooling1D(2)(DepthwiseConv1D(3)(SeparableConv1D(3, 2, strides = 2)(h)));

    Model(inputs = [sound, words], outputs = [out, slow, last, windows])
}

nn_firmware::program!({
    let mut random = 1_u32;
    let mut filter = <Filter as nn::Weights<f32>>::zeroed();
    for w in filter.as_mut_slice() {
        // Numbers between -0.5 and 0.5, the same on every board.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *w = (random >> 8) as f32 / 16_777_216.0 - 0.5;
    }
    let (mut state, mut print, mut slow) = (StreamState::START, NO_PRINT, 0_u8);
    let mut bytes = [0; StreamState::<Filter>::BYTES];
    for step in 0..16_u8 {
        let y = state.step(&filter, (&(f32::from(step) * 0.1), &(u32::from(step) % 4)));
        print = fingerprint(y.out.as_slice(), print);
        if let (Some(mean), Some(last)) = (y.slow, y.last) {
            print = fingerprint(last.as_slice(), fingerprint(mean.as_slice(), print));
            slow += 1;
        }
        if let Some(windows) = y.windows {
            print = fingerprint(windows.as_slice(), print);
        }
        // A state that was saved goes on.
        let loaded = state.write(&mut bytes).and_then(|()| StreamState::from_bytes(&bytes));
        state = loaded.unwrap_or(StreamState::START);
    }
    say!("stream: fingerprint ", print);
    slow == 4
});
