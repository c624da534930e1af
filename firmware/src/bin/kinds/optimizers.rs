//! Optimizers and their options.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::losses::*;
use nn::optimizers::*;
use nn::prelude::*;
use nn::{SMatrix, SVector};
use nn_firmware::kinds;

type Steps = SMatrix<f32, 3, 5>;
type Pair = SVector<f32, 2>;

model! {
    /// The model of all optimizers.
    pub struct Net;

    let x = Input(shape = [5, 3]);
    let h = Dense(3, trainable = false)(Dense(3)(LSTM(2)(x)));
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

/// Defines a kind for each optimizer, with the number of its slots.
macro_rules! each {
    ($($name:ident: $optimizer:expr, $slots:literal;)*) => {
        kinds! { $($name: Steps => Pair, MeanSquaredError, $optimizer, $slots;)* }
    };
}

each! {
    adadelta: Adadelta::DEFAULT, 2;
    adagrad: Adagrad::DEFAULT, 1;
    adam: Adam { amsgrad: true, ..Adam::DEFAULT }, 3;
    adam_w: AdamW::DEFAULT, 2;
    adamax: Adamax::DEFAULT, 2;
    ftrl: Ftrl::DEFAULT, 2;
    lion: Lion::DEFAULT, 1;
    nadam: Nadam::DEFAULT, 2;
    rms_prop: RmsProp { momentum: 0.5, centered: true, ..RmsProp::DEFAULT }, 3;
    momentum: Sgd { momentum: 0.9, ..Sgd::DEFAULT }, 1;
    nesterov: Sgd { momentum: 0.9, nesterov: true, ..Sgd::DEFAULT }, 1;
    clipnorm: Sgd::DEFAULT.clipnorm(0.01).weight_decay(0.01), 0;
    clipvalue: Sgd::DEFAULT.clipvalue(0.01), 0;
    global_clipnorm: Adam::DEFAULT.global_clipnorm(0.01).ema(Ema { momentum: 0.9, overwrite_frequency: None }), 3;
}
