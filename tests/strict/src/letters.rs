//! Models with the names of type parameters.

macro_rules! models {
    ($($letter:ident $module:ident),*) => {$(
        /// A model with the name of a type parameter.
        pub mod $module {
            nn::model! {
                /// A model.
                pub struct $letter;

                let left = Input(shape = [SIZE, 2]);
                let right = Input(shape = [2]);
                // A constant of the graph's type has the model's name.
                let $module = LSTM(2, return_sequences = true)(left);
                let flat = Flatten()($module);
                let one = Dense(2, activation = relu)(concatenate([flat, right]));
                let two = Dense(1, activation = sigmoid)(one);

                Model(inputs = [left, right], outputs = [one, two])
            }

            const SIZE: usize = 3;

            nn::model! {
                /// A model around it.
                pub struct Around;

                let a = Input(shape = [SIZE, 2]);
                let b = Input(shape = [2]);
                let (y, z) = $letter()([a, b]);
                let y = concatenate([y, z]);

                Model(inputs = [a, b], outputs = y)
            }
        }
    )*};
}

models! {
    A a, B b, C c, D d, E e, F f, G g, I i, L l, M m, N n, P p, S s, T t, W w, X x, Y y, Outputs outputs
}

macro_rules! streams {
    ($($letter:ident $module:ident),*) => {$(
        /// A model with streams and the name of a type parameter.
        pub mod $module {
            const SIZE: usize = 3;

            nn::model! {
                /// A model.
                #[nn(stream)]
                pub struct $letter;

                let left = Input(shape = [SIZE, 2]);
                let right = Input(shape = [3, 2]);
                let $module = LSTM(2, return_sequences = true)(left);
                let one = Conv1D(2, SIZE - 1, padding = causal, activation = relu)($module);
                let two = MaxPooling1D(2)(Dense(1, activation = sigmoid)(concatenate([one, right])));

                Model(inputs = [left, right], outputs = [one, two])
            }
        }
    )*};
}

/// Models with streams.
pub mod streams {
    streams! { A a, B b, C c, M m, N n, S s, T t, W w, X x, Y y, Streams streams, Some some, Option option }
}
