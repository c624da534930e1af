// Random causal graphs. `BLESS=1 cargo test --test step_by_step` writes them anew.

model! {
    #[nn(stream)]
    pub struct Graph0;

    let x = Input(shape = [24, 2]);
    let t1 = Dense(2, activation = relu)(x);
    let t2 = Softmax()(x);
    let t3 = maximum([t1, t2]);
    let t4 = DepthwiseConv1D(1, strides = 1)(t3);
    let t5 = MaxPooling1D(2, strides = 2)(t4);
    let t6 = MaxPooling1D(2, strides = 1)(t5);
    let t7 = SeparableConv1D(2, 1, strides = 1)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph1;

    let x = Input(shape = [24, 3]);
    let t1 = Conv1D(3, 1, padding = causal, dilation_rate = 2, activation = linear)(x);
    let t2 = Conv1D(3, 3, padding = causal, dilation_rate = 2, activation = linear)(x);
    let t3 = multiply([t1, t2]);
    let t4 = SeparableConv1D(4, 2, strides = 3)(t3);
    let t5 = Dense(3)(t4);

    Model(inputs = x, outputs = t5)
}

model! {
    #[nn(stream)]
    pub struct Graph2;

    let x = Input(shape = [24, 4]);
    let t1 = LSTM(4, return_sequences = true, recurrent_activation = hard_sigmoid)(x);
    let t2 = Activation(tanh)(x);
    let t3 = maximum([t1, t2]);
    let t4 = SimpleRNN(8, return_sequences = true, activation = relu)(t3);
    let t5 = Conv1D(6, 2, padding = causal, strides = 2, groups = 2)(t4);
    let t6 = LSTM(3)(t5);
    let t7 = Dense(3)(t6);

    Model(inputs = x, outputs = t7)
}

model! {
    #[nn(stream)]
    pub struct Graph3;

    let x = Input(shape = [24, 2]);
    let t1 = GRU(2, return_sequences = true, reset_after = true)(x);
    let t2 = Dense(2, activation = softmax, use_bias = false)(x);
    let t3 = maximum([t1, t2]);
    let t4 = MaxPooling1D(3, strides = 3)(t3);
    let t5 = MaxPooling1D(1, strides = 1)(t4);
    let t6 = Conv1D(2, 4, padding = causal, dilation_rate = 2, activation = linear)(t5);
    let t7 = Conv1D(2, 2, padding = causal, dilation_rate = 2, activation = linear)(t5);
    let t8 = RMSNormalization()(t7);
    let t9 = add([t6, t8, t5]);
    let t10 = Dense(3)(t9);

    Model(inputs = x, outputs = t10)
}

model! {
    #[nn(stream)]
    pub struct Graph4;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = Conv1D(6, 3, padding = causal, strides = 3, groups = 1)(t1);
    let t3 = LayerNormalization()(t2);
    let t4 = Dense(6, activation = relu)(t2);
    let t5 = multiply([t3, t4]);
    let t6 = SimpleRNN(6, return_sequences = true, activation = relu)(t5);
    let t7 = MaxPooling1D(4, strides = 1)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph5;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = true)(x);
    let t2 = AveragePooling1D(2, strides = 2)(t1);
    let t3 = SeparableConv1D(4, 3, strides = 3)(t2);
    let t4 = Dense(6, activation = tanh)(t3);
    let t5 = UnitNormalization()(t4);
    let t6 = PReLU(shared_axes = [1])(t4);
    let t7 = Rescaling(0.5, offset = 0.1)(t6);
    let t8 = concatenate([t5, t7]);
    let t9 = Dense(6, activation = tanh)(t8);
    let t10 = Dense(3)(t9);

    Model(inputs = x, outputs = t10)
}

model! {
    #[nn(stream)]
    pub struct Graph6;

    let x = Input(shape = [24, 2]);
    let t1 = Conv1D(8, 4, strides = 2)(x);
    let t2 = DepthwiseConv1D(4, strides = 2)(t1);
    let t3 = Dense(3)(t2);

    Model(inputs = x, outputs = t3)
}

model! {
    #[nn(stream)]
    pub struct Graph7;

    let x = Input(shape = [24, 3]);
    let t1 = LSTM(6, return_sequences = true, use_bias = false)(x);
    let t2 = AveragePooling1D(1, strides = 2)(t1);
    let t3 = Dense(3)(t2);

    Model(inputs = x, outputs = t3)
}

model! {
    #[nn(stream)]
    pub struct Graph8;

    let x = Input(shape = [24, 4]);
    let t1 = DepthwiseConv1D(4, strides = 3)(x);
    let t2 = SimpleRNN(6, return_sequences = true, activation = relu)(t1);
    let t3 = Softmax()(t2);
    let t4 = RMSNormalization()(t2);
    let t5 = multiply([t3, t4]);
    let t6 = Dense(3)(t5);

    Model(inputs = x, outputs = t6)
}

model! {
    #[nn(stream)]
    pub struct Graph9;

    let x = Input(shape = [24, 2]);
    let t1 = LayerNormalization()(x);
    let t2 = Dense(2, activation = softmax, use_bias = false)(x);
    let t3 = Dense(2, activation = softmax, use_bias = false)(t2);
    let t4 = maximum([t1, t3]);
    let t5 = SeparableConv1D(6, 1, strides = 2)(t4);
    let t6 = LSTM(6, return_sequences = true, use_bias = false)(t5);
    let t7 = RMSNormalization()(t6);
    let t8 = Dropout(0.3)(t6);
    let t9 = Dropout(0.3)(t8);
    let t10 = concatenate([t7, t9]);
    let t11 = LSTM(3)(t10);
    let t12 = Dense(3)(t11);

    Model(inputs = x, outputs = t12)
}

model! {
    #[nn(stream)]
    pub struct Graph10;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = Activation(tanh)(t1);
    let t3 = LayerNormalization()(t1);
    let t4 = PReLU(shared_axes = [1])(t3);
    let t5 = average([t4, t2]);
    let t6 = SimpleRNN(8, return_sequences = true, activation = relu)(t5);
    let t7 = RMSNormalization()(t6);
    let t8 = Dropout(0.3)(t6);
    let t9 = RMSNormalization()(t8);
    let t10 = concatenate([t7, t9]);
    let t11 = Rescaling(0.5, offset = 0.1)(t10);
    let t12 = BatchNormalization()(t10);
    let t13 = Rescaling(0.5, offset = 0.1)(t12);
    let t14 = add([t11, t13, t10]);
    let t15 = GRU(2, return_sequences = true, activation = swish)(t14);
    let t16 = Dense(3)(t15);

    Model(inputs = x, outputs = t16)
}

model! {
    #[nn(stream)]
    pub struct Graph11;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = false)(x);
    let t2 = Dense(4, activation = relu)(t1);
    let t3 = Dropout(0.3)(t1);
    let t4 = Dense(4, activation = relu)(t3);
    let t5 = average([t4, t2]);
    let t6 = GRU(2, return_sequences = true, activation = swish)(t5);
    let t7 = Activation(tanh)(t6);
    let t8 = TimeDistributed(Dense(2, activation = gelu))(t6);
    let t9 = UnitNormalization()(t8);
    let t10 = multiply([t7, t9]);
    let t11 = DepthwiseConv1D(3, strides = 2)(t10);
    let t12 = Conv1D(2, 1, padding = causal, dilation_rate = 3, activation = relu)(t11);
    let t13 = Conv1D(2, 4, padding = causal, dilation_rate = 4, activation = tanh)(t11);
    let t14 = multiply([t12, t13]);
    let t15 = Dense(3)(t14);

    Model(inputs = x, outputs = t15)
}

model! {
    #[nn(stream)]
    pub struct Graph12;

    let x = Input(shape = [24, 2]);
    let t1 = Conv1D(2, 1, padding = causal, dilation_rate = 1, activation = tanh)(x);
    let t2 = LSTM(2, return_sequences = true, recurrent_activation = hard_sigmoid)(x);
    let t3 = maximum([t1, t2]);
    let t4 = Softmax()(t3);
    let t5 = LayerNormalization()(t3);
    let t6 = concatenate([t4, t5]);
    let t7 = Dense(3)(t6);

    Model(inputs = x, outputs = t7)
}

model! {
    #[nn(stream)]
    pub struct Graph13;

    let x = Input(shape = [24, 3]);
    let t1 = Softmax()(x);
    let t2 = RMSNormalization()(x);
    let t3 = Dense(3, activation = relu)(t2);
    let t4 = multiply([t1, t3]);
    let t5 = AveragePooling1D(2, strides = 2)(t4);
    let t6 = SimpleRNN(6, return_sequences = true, activation = relu)(t5);
    let t7 = LSTM(3)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph14;

    let x = Input(shape = [24, 4]);
    let t1 = Conv1D(2, 1, strides = 3)(x);
    let t2 = SimpleRNN(2, return_sequences = true, activation = relu)(t1);
    let t3 = SimpleRNN(4, return_sequences = true, activation = relu)(t2);
    let t4 = Dense(3)(t3);

    Model(inputs = x, outputs = t4)
}

model! {
    #[nn(stream)]
    pub struct Graph15;

    let x = Input(shape = [24, 2]);
    let t1 = SimpleRNN(8, return_sequences = true, activation = relu)(x);
    let t2 = Activation(tanh)(t1);
    let t3 = Dense(8, activation = relu)(t1);
    let t4 = multiply([t2, t3]);
    let t5 = Dense(8, activation = softmax, use_bias = false)(t4);
    let t6 = Activation(tanh)(t4);
    let t7 = multiply([t5, t6]);
    let t8 = SimpleRNN(6, return_sequences = true, activation = relu)(t7);
    let t9 = Dense(3)(t8);

    Model(inputs = x, outputs = t9)
}

macro_rules! for_each_graph0 {
    ($run:ident) => {
        $run!(Graph0);
        $run!(Graph1);
        $run!(Graph2);
        $run!(Graph3);
        $run!(Graph4);
        $run!(Graph5);
        $run!(Graph6);
        $run!(Graph7);
        $run!(Graph8);
        $run!(Graph9);
        $run!(Graph10);
        $run!(Graph11);
        $run!(Graph12);
        $run!(Graph13);
        $run!(Graph14);
        $run!(Graph15);
    };
}
