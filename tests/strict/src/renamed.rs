//! Models in a crate that has the library under another name, or through another crate.
#![deny(warnings, missing_docs, unsafe_code, clippy::all, clippy::pedantic, clippy::nursery)]

use keras::prelude::*;

/// A module with the name of the library, but other contents.
pub mod nn {}

model! {
    /// With the name in the manifest.
    #[nn(crate = keras, profile)]
    pub struct Renamed;

    let words = Input(shape = [4], dtype = u32);
    let h = LSTM(3)(Embedding(9, 2, mask_zero = true)(words));
    let y = Dense(2, activation = softmax)(Dense(2, activation = relu)(h));

    Model(inputs = words, outputs = y)
}

model! {
    /// With a path as text, and with sizes that only rustc knows.
    #[nn(crate = "nn_strict_library::inside::nn")]
    pub struct Reexported;

    let a = Input(shape = [SIZE]);
    let b = Input(shape = [4], dtype = u32);
    let renamed = Renamed();
    let y = Dense(SIZE)(concatenate([a, renamed(b)]));

    Model(inputs = [a, b], outputs = y)
}

const SIZE: usize = 3;

/// The same in a module.
pub mod inside {
    use nn_strict_library::networks::nalgebra::SVector;

    /// A name of this crate.
    pub mod names {
        pub use nn_strict_library::networks;
    }

    nn_strict_library::networks::model! {
        /// With a path that begins here.
        #[nn(crate = self::names::networks)]
        pub struct Inside;

        let x = Input(shape = [3]);
        let y = Dense(1)(Dropout(0.5)(BatchNormalization()(x)));

        Model(inputs = x, outputs = y)
    }

    /// A prediction.
    #[must_use]
    pub fn predict(model: &Inside, x: &SVector<f32, 3>) -> SVector<f32, 1> {
        model.call(x)
    }
}
