//! Models with the names of type parameters.

macro_rules! models {
    ($($letter:ident $module:ident),*) => {$(
        /// A model called as a type parameter is.
        pub mod $module {
            nn::model! {
                /// A model.
                pub struct $letter;

                let a = Input(shape = [SIZE, 2]);
                let b = Input(shape = [2]);
                let h = Flatten()(LSTM(2, return_sequences = true)(a));
                let y = Dense(2, activation = relu)(concatenate([h, b]));
                let z = Dense(1, activation = sigmoid)(y);

                Model(inputs = [a, b], outputs = [y, z])
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
