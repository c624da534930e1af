//! A graph as it stands in an editor. `drive.py` asks rust-analyzer about the places that a comment below them marks,
//! and writes some of the lines anew, half finished.

use nn::prelude::*;

/// How wide the hidden layer is.
pub const HIDDEN: usize = 32;
//        ^HIDDEN

model! {
    /// Recognises a handwritten digit.
    pub struct Digits;
    //         ^Digits

    let pixels = Input(shape = [8, HIDDEN / 4]);
    //  ^pixels  ^Input            ^HIDDEN_shape
    let tower = Dense(HIDDEN, activation = relu, kernel_initializer = he_normal, kernel_regularizer = l2(0.01));
    //  ^tower        ^HIDDEN_units        ^relu
    //          ^Dense                                                ^he_normal                      ^l2
    let small = Input(shape = [8, 8]);
    //  ^small
    let flat = Flatten()(small);
    //  ^flat  ^Flatten  ^small_used
    let wide = Dense(12);
    //  ^wide
    let x = wide(flat);
    //  ^x  ^wide_used
    //           ^flat_used
    let (x, state) = GRU(4, return_state = true)(Reshape([4, 3])(x));
    //   ^again      ^GRU                                        ^x_used
    //      ^state
    let h = tower(Flatten()(pixels));
    //  ^h  ^tower_used     ^pixels_used
    let both = concatenate([tanh(x), state, h]);
    //         ^concatenate ^tanh    ^state_used
    //                           ^again_used
    //                                      ^h_used
    let digit = Dense(10, activation = softmax)(both);
    //  ^digit

    Model(inputs = [pixels, small], outputs = digit)
    //                      ^small_listed     ^digit_listed
}

/// The model, on the heap.
pub fn digits() -> Box<Digits> {
    //                 ^Digits_used
    Digits::boxed(&mut StdRng::seed_from_u64(1))
    //      ^boxed
}
