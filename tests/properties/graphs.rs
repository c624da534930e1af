// Random graphs, written by `generator.rs`. `BLESS=1 cargo test --test properties` writes them anew.

const D2: usize = 2;
const D3: usize = 3;
const D5: usize = 5;
const D7: usize = 7;

model! {
    pub struct G0;

    let t0 = Input(shape = [7]);
    let t1 = Input(shape = [7]);
    let t2 = Dense(5)(t1);
    let t3 = multiply([t2, t2, t2]);
    let t4 = Dense(2, activation = sigmoid, use_bias = false, trainable = false)(t3);
    let t5 = Activation(softsign)(t2);
    let t6 = Dense(3, activation = tanh, use_bias = false, trainable = false)(t0);

    Model(inputs = [t0, t1], outputs = [t4, t5, t6])
}

model! {
    pub struct G1;

    let t0 = Input(shape = [5, 7]);
    let t1 = Input(shape = [D2, 3]);
    let t2 = Input(shape = [D2, 5]);
    let t3 = Dense(D5)(t2);
    let t4 = Dense(D5, activation = softmax, kernel_regularizer = l2(0.1))(t3);
    let t5 = Permute([2, 1])(t3);
    let t6 = LayerNormalization(epsilon = 0.1)(t4);
    let t7 = Dense(7, trainable = false)(t0);
    let t8 = Dense(7, activation = softsign, trainable = false)(t1);

    Model(inputs = [t0, t1, t2], outputs = [t5, t6, t7, t8])
}

model! {
    pub struct G2;

    let t0 = Input(shape = [7]);
    let t1 = Input(shape = [7]);
    let (t2, t3, t4) = G0()([t0, t1]);
    let t5 = Dense(7, activation = squareplus, use_bias = false)(t4);
    let t6 = average([t3, t3]);
    let t7 = Dense(D5, activation = softplus)(t2);
    let t8 = Reshape([7, 1])(t5);
    let t9 = LayerNormalization(epsilon = 0.1)(t6);

    Model(inputs = [t0, t1], outputs = [t7, t8, t9])
}

model! {
    pub struct G3;

    let t0 = Input(shape = [3, 7]);
    let t1 = Dense(2, activation = sigmoid, trainable = false)(t0);
    let t2 = Flatten()(t1);
    let t3 = Dense(D3)(t2);
    let t4 = LayerNormalization(epsilon = 0.1)(t1);
    let t5 = LayerNormalization(epsilon = 0.1)(t3);
    let t6 = add([t5, t3]);

    Model(inputs = [t0], outputs = [t4, t6])
}

model! {
    pub struct G4;

    let t0 = Input(shape = [7]);
    let t1 = Input(shape = [3]);
    let t2 = average([t1, t1, t1]);
    let shared0 = Dense(2, activation = tanh);
    let t3 = shared0(t1);
    let t4 = shared0(t1);
    let t5 = Dense(3)(t3);
    let t6 = Activation(softsign)(t4);
    let t7 = multiply([t3, t3]);
    let t8 = Dense(3, use_bias = false)(t0);

    Model(inputs = [t0, t1], outputs = [t2, t5, t6, t7, t8])
}

model! {
    pub struct G5;

    let t0 = Input(shape = [D3, 7]);
    let (t1, t2) = G3()([t0]);
    let t3 = LayerNormalization(epsilon = 0.1)(t1);
    let t4 = concatenate([t3, t1, t0]);
    let shared0 = Dense(2, activation = tanh);
    let t5 = shared0(t2);
    let t6 = shared0(t2);
    let t7 = shared0(t2);
    let t8 = Dense(7, activation = sigmoid)(t3);
    let t9 = Dense(7, activation = squareplus)(t5);
    let t10 = Flatten()(t1);
    let t11 = concatenate([t6, t9, t10]);
    let t12 = Dense(3, use_bias = false, kernel_regularizer = l2(0.1))(t7);

    Model(inputs = [t0], outputs = [t4, t8, t11, t12])
}

model! {
    pub struct G6;

    let t0 = Input(shape = [5, 2]);
    let t1 = Input(shape = [2, D2]);
    let t2 = Input(shape = [7]);
    let t3 = Dense(D5, activation = mish, trainable = false)(t1);
    let shared0 = Dense(2, activation = tanh);
    let t4 = shared0(t3);
    let t5 = shared0(t3);
    let t6 = shared0(t3);
    let t7 = Flatten()(t4);
    let t8 = add([t5, t5, t5]);
    let t9 = average([t5, t1]);
    let t10 = Dense(2, activation = softplus)(t7);
    let t11 = gelu(t3);
    let t12 = Dense(D7, activation = softmax, trainable = false)(t0);
    let t13 = Dense(3, use_bias = false, kernel_regularizer = l2(0.1))(t2);

    Model(inputs = [t0, t1, t2], outputs = [t6, t8, t9, t10, t11, t12, t13])
}

model! {
    pub struct G7;

    let t0 = Input(shape = [5]);
    let t1 = Dense(3, trainable = false, kernel_regularizer = l2(0.1))(t0);
    let t2 = Reshape([5, 1])(t0);
    let t3 = Dense(7, use_bias = false)(t2);
    let t4 = concatenate([t3, t2, t2]);
    let t5 = Dense(D7)(t3);
    let t6 = Dense(5, use_bias = false, trainable = false, kernel_regularizer = l2(0.1))(t4);
    let t7 = Permute([2, 1])(t5);
    let t8 = Activation(mish)(t6);

    Model(inputs = [t0], outputs = [t3, t1, t7, t8])
}

model! {
    pub struct G8;

    let t0 = Input(shape = [5, 2]);
    let t1 = Input(shape = [D2, 2]);
    let t2 = Input(shape = [D7]);
    let (t3, t4, t5, t6, t7, t8, t9) = G6()([t0, t1, t2]);
    let t10 = Dense(D7, trainable = false, kernel_regularizer = l2(0.1))(t5);
    let t11 = Dense(D7)(t9);
    let t12 = Activation(gelu)(t10);
    let t13 = LayerNormalization(epsilon = 0.1)(t6);
    let t14 = Dense(D3, use_bias = false)(t7);
    let shared0 = Dense(5, activation = tanh);
    let t15 = shared0(t14);
    let t16 = shared0(t9);
    let t17 = multiply([t3, t4, t4]);
    let t18 = squareplus(t16);

    Model(inputs = [t0, t1, t2], outputs = [t8, t11, t12, t13, t15, t17, t18])
}

model! {
    pub struct G9;

    let t0 = Input(shape = [5]);
    let t1 = Input(shape = [D3]);
    let t2 = Dense(3, activation = softsign, use_bias = false, kernel_regularizer = l2(0.1))(t1);
    let t3 = RepeatVector(2)(t1);
    let shared0 = Dense(D5, activation = tanh);
    let t4 = shared0(t1);
    let t5 = shared0(t3);
    let t6 = shared0(t2);
    let t7 = Dense(5, use_bias = false)(t2);
    let t8 = Dense(3, use_bias = false)(t0);

    Model(inputs = [t0, t1], outputs = [t3, t4, t5, t6, t7, t8])
}

model! {
    pub struct G10;

    let t0 = Input(shape = [3]);
    let t1 = Input(shape = [2]);
    let t2 = Dense(D2, activation = mish, trainable = false)(t1);
    let t3 = Dense(2, use_bias = false)(t1);
    let t4 = RepeatVector(2)(t3);
    let t5 = Dense(D7)(t3);
    let t6 = Dense(7, activation = softplus, use_bias = false)(t0);

    Model(inputs = [t0, t1], outputs = [t2, t4, t5, t6])
}

model! {
    pub struct G11;

    let t0 = Input(shape = [5]);
    let t1 = Input(shape = [3]);
    let (t2, t3, t4, t5, t6, t7) = G9()([t0, t1]);
    let shared0 = Dense(D5, activation = tanh);
    let t8 = shared0(t6);
    let t9 = shared0(t0);
    let t10 = Dense(D3, activation = silu, use_bias = false, kernel_regularizer = l2(0.1))(t3);
    let t11 = LayerNormalization(epsilon = 0.1)(t3);
    let t12 = RepeatVector(2)(t10);

    Model(inputs = [t0, t1], outputs = [t2, t4, t5, t7, t8, t9, t11, t12])
}

model! {
    pub struct G12;

    let t0 = Input(shape = [5, D3]);
    let shared0 = Dense(7, activation = tanh);
    let t1 = shared0(t0);
    let t2 = shared0(t0);
    let t3 = concatenate([t2, t0]);
    let t4 = Flatten()(t3);
    let t5 = Dense(5)(t3);
    let t6 = Dense(D2, activation = squareplus)(t5);
    let t7 = Dense(5, activation = gelu, use_bias = false)(t3);

    Model(inputs = [t0], outputs = [t1, t4, t6, t7])
}

model! {
    pub struct G13;

    let t0 = Input(shape = [D2, 7]);
    let t1 = Input(shape = [2, 7]);
    let t2 = Permute([2, 1])(t1);
    let t3 = Dense(2)(t1);
    let t4 = Dense(3, activation = softplus, kernel_regularizer = l2(0.1))(t3);
    let t5 = Activation(squareplus)(t3);
    let t6 = Activation(softsign)(t3);
    let t7 = Dense(3, activation = sigmoid)(t5);
    let t8 = Dense(3, activation = softmax)(t4);
    let t9 = LayerNormalization(epsilon = 0.1)(t7);
    let t10 = Dense(3, use_bias = false, kernel_regularizer = l2(0.1))(t0);

    Model(inputs = [t0, t1], outputs = [t2, t6, t8, t9, t10])
}

model! {
    pub struct G14;

    let t0 = Input(shape = [5, 3]);
    let (t1, t2, t3, t4) = G12()([t0]);
    let t5 = concatenate([t4, t4]);
    let t6 = average([t5, t5, t5]);
    let t7 = LayerNormalization(epsilon = 0.1)(t3);
    let shared0 = Dense(D3, activation = tanh);
    let t8 = shared0(t6);
    let t9 = shared0(t6);
    let t10 = concatenate([t6, t4]);
    let t11 = Permute([2, 1])(t8);
    let t12 = concatenate([t10, t10]);
    let t13 = Permute([2, 1])(t9);

    Model(inputs = [t0], outputs = [t1, t2, t7, t11, t12, t13])
}

model! {
    pub struct G15;

    let t0 = Input(shape = [D7]);
    let t1 = Input(shape = [5, 2]);
    let t2 = Input(shape = [D7, D7]);
    let t3 = LayerNormalization(epsilon = 0.1)(t2);
    let t4 = Dense(D5, activation = squareplus)(t3);
    let t5 = Activation(softmax)(t1);
    let t6 = concatenate([t4, t3]);
    let t7 = Dense(D7, activation = silu, kernel_regularizer = l2(0.1))(t3);
    let t8 = Dense(5, activation = squareplus, trainable = false, kernel_regularizer = l2(0.1))(t5);
    let shared0 = Dense(D7, activation = tanh);
    let t9 = shared0(t8);
    let t10 = shared0(t4);
    let t11 = shared0(t4);
    let t12 = Dense(3)(t0);

    Model(inputs = [t0, t1, t2], outputs = [t6, t7, t9, t10, t11, t12])
}

/// Calls a macro with the name and the shapes of the outputs of every graph.
macro_rules! for_each_graph {
    ($macro:ident) => {
        $macro! {
            G0 [&[2], &[5], &[3]]
            G1 [&[5, 2], &[2, 5], &[5, 7], &[2, 7]]
            G2 [&[5], &[7, 1], &[5]]
            G3 [&[3, 2], &[3]]
            G4 [&[3], &[3], &[2], &[2], &[3]]
            G5 [&[3, 11], &[3, 7], &[15], &[3]]
            G6 [&[2, 2], &[2, 2], &[2, 2], &[2], &[2, 5], &[5, 7], &[3]]
            G7 [&[5, 7], &[3], &[7, 5], &[5, 5]]
            G8 [&[5, 7], &[7], &[2, 7], &[2], &[2, 5], &[2, 2], &[5]]
            G9 [&[2, 3], &[5], &[2, 5], &[5], &[5], &[3]]
            G10 [&[2], &[2, 2], &[7], &[7]]
            G11 [&[2, 3], &[2, 5], &[5], &[3], &[5], &[5], &[5], &[2, 3]]
            G12 [&[5, 7], &[50], &[5, 2], &[5, 5]]
            G13 [&[7, 2], &[2, 2], &[2, 3], &[2, 3], &[2, 3]]
            G14 [&[5, 7], &[50], &[5, 2], &[3, 5], &[5, 30], &[3, 5]]
            G15 [&[7, 12], &[7, 7], &[5, 7], &[7, 7], &[7, 7], &[3]]
        }
    };
}
