// Random causal graphs. `BLESS=1 cargo test --test step_by_step` writes them anew.

model! {
    #[nn(stream)]
    pub struct Graph32;

    let x = Input(shape = [24, 4]);
    let t1 = Conv1D(8, 4, strides = 2)(x);
    let t2 = SeparableConv1D(2, 4, strides = 1)(t1);
    let t3 = GRU(2, return_sequences = true, reset_after = true)(t2);
    let t4 = Conv1D(2, 2, padding = causal, dilation_rate = 1, activation = tanh)(t2);
    let t5 = average([t4, t3]);
    let t6 = SimpleRNN(8, return_sequences = true, activation = relu)(t5);
    let t7 = Dense(3)(t6);

    Model(inputs = x, outputs = t7)
}

model! {
    #[nn(stream)]
    pub struct Graph33;

    let x = Input(shape = [24, 2]);
    let t1 = SimpleRNN(4, return_sequences = true, activation = relu)(x);
    let t2 = RMSNormalization()(t1);
    let t3 = GRU(4, return_sequences = true, reset_after = false)(t1);
    let t4 = concatenate([t2, t3]);
    let t5 = BatchNormalization()(t4);
    let t6 = BatchNormalization()(t4);
    let t7 = multiply([t5, t6]);
    let t8 = Conv1D(8, 1, padding = causal, strides = 2, groups = 2)(t7);
    let t9 = SeparableConv1D(6, 1, strides = 3)(t8);
    let t10 = LSTM(3)(t9);
    let t11 = Dense(3)(t10);

    Model(inputs = x, outputs = t11)
}

model! {
    #[nn(stream)]
    pub struct Graph34;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = DepthwiseConv1D(4, strides = 3)(t1);
    let t3 = Conv1D(3, 2, padding = causal, dilation_rate = 3, activation = tanh)(t2);
    let t4 = Activation(tanh)(t2);
    let t5 = GRU(3, return_sequences = true, reset_after = true)(t4);
    let t6 = concatenate([t3, t5]);
    let t7 = Dense(6, activation = relu)(t6);
    let t8 = GRU(6, return_sequences = true, reset_after = true)(t6);
    let t9 = concatenate([t7, t8]);
    let t10 = SimpleRNN(6, return_sequences = true, activation = relu)(t9);
    let t11 = DepthwiseConv1D(3, strides = 3)(t10);
    let t12 = Dense(3)(t11);

    Model(inputs = x, outputs = t12)
}

model! {
    #[nn(stream)]
    pub struct Graph35;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = false)(x);
    let t2 = GRU(6, return_sequences = true, activation = swish)(t1);
    let t3 = LSTM(4, return_sequences = true, use_bias = false)(t2);
    let t4 = Dense(3)(t3);

    Model(inputs = x, outputs = t4)
}

model! {
    #[nn(stream)]
    pub struct Graph36;

    let x = Input(shape = [24, 2]);
    let t1 = SimpleRNN(4, return_sequences = true, activation = relu)(x);
    let t2 = GRU(8, return_sequences = true, activation = swish)(t1);
    let t3 = MaxPooling1D(1, strides = 2)(t2);
    let t4 = Dense(3)(t3);

    Model(inputs = x, outputs = t4)
}

model! {
    #[nn(stream)]
    pub struct Graph37;

    let x = Input(shape = [24, 3]);
    let t1 = GRU(3, return_sequences = true, reset_after = true)(x);
    let t2 = Dense(3, activation = relu)(x);
    let t3 = GRU(3, return_sequences = true, reset_after = false)(t2);
    let t4 = maximum([t1, t3]);
    let t5 = SeparableConv1D(8, 2, strides = 1)(t4);
    let t6 = Dense(8, activation = softmax, use_bias = false)(t5);
    let t7 = RMSNormalization()(t5);
    let t8 = average([t7, t6]);
    let t9 = TimeDistributed(Dense(8, activation = gelu))(t8);
    let t10 = Conv1D(8, 2, padding = causal, dilation_rate = 1, activation = linear)(t8);
    let t11 = concatenate([t9, t10]);
    let t12 = Dense(3)(t11);

    Model(inputs = x, outputs = t12)
}

model! {
    #[nn(stream)]
    pub struct Graph38;

    let x = Input(shape = [24, 4]);
    let t1 = RMSNormalization()(x);
    let t2 = Dense(4, activation = relu)(x);
    let t3 = Dense(4, activation = relu)(t2);
    let t4 = maximum([t1, t3]);
    let t5 = SimpleRNN(4, return_sequences = true, activation = relu)(t4);
    let t6 = MaxPooling1D(1, strides = 2)(t5);
    let t7 = SimpleRNN(6, return_sequences = true, activation = relu)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph39;

    let x = Input(shape = [24, 2]);
    let t1 = UnitNormalization()(x);
    let t2 = Activation(tanh)(x);
    let t3 = PReLU(shared_axes = [1])(t2);
    let t4 = average([t3, t1]);
    let t5 = GRU(6, return_sequences = true, activation = swish)(t4);
    let t6 = Rescaling(0.5, offset = 0.1)(t5);
    let t7 = Rescaling(0.5, offset = 0.1)(t5);
    let t8 = concatenate([t6, t7]);
    let t9 = Activation(tanh)(t8);
    let t10 = TimeDistributed(Dense(12, activation = gelu))(t8);
    let t11 = Dropout(0.3)(t10);
    let t12 = add([t9, t11, t8]);
    let t13 = SimpleRNN(4, return_sequences = true, activation = relu)(t12);
    let t14 = LSTM(3)(t13);
    let t15 = Dense(3)(t14);

    Model(inputs = x, outputs = t15)
}

model! {
    #[nn(stream)]
    pub struct Graph40;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = GaussianNoise(0.3)(t1);
    let t3 = BatchNormalization()(t1);
    let t4 = average([t3, t2]);
    let t5 = AveragePooling1D(4, strides = 1)(t4);
    let t6 = Dense(3)(t5);

    Model(inputs = x, outputs = t6)
}

model! {
    #[nn(stream)]
    pub struct Graph41;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = true)(x);
    let t2 = Dropout(0.3)(t1);
    let t3 = Dropout(0.3)(t1);
    let t4 = maximum([t2, t3]);
    let t5 = SimpleRNN(8, return_sequences = true, activation = relu)(t4);
    let t6 = Dense(3)(t5);

    Model(inputs = x, outputs = t6)
}

model! {
    #[nn(stream)]
    pub struct Graph42;

    let x = Input(shape = [24, 2]);
    let t1 = SeparableConv1D(2, 2, strides = 2)(x);
    let t2 = GRU(4, return_sequences = true, activation = swish)(t1);
    let t3 = DepthwiseConv1D(2, strides = 3)(t2);
    let t4 = LSTM(3)(t3);
    let t5 = Dense(3)(t4);

    Model(inputs = x, outputs = t5)
}

model! {
    #[nn(stream)]
    pub struct Graph43;

    let x = Input(shape = [24, 3]);
    let t1 = LSTM(8, return_sequences = true, use_bias = false)(x);
    let t2 = Conv1D(8, 4, padding = causal, strides = 3, groups = 2)(t1);
    let t3 = Conv1D(8, 2, padding = causal, dilation_rate = 4, activation = linear)(t2);
    let t4 = LayerNormalization()(t2);
    let t5 = BatchNormalization()(t4);
    let t6 = multiply([t3, t5]);
    let t7 = AveragePooling1D(4, strides = 1)(t6);
    let t8 = LSTM(3)(t7);
    let t9 = Dense(3)(t8);

    Model(inputs = x, outputs = t9)
}

model! {
    #[nn(stream)]
    pub struct Graph44;

    let x = Input(shape = [24, 4]);
    let t1 = MaxPooling1D(2, strides = 3)(x);
    let t2 = UnitNormalization()(t1);
    let t3 = GRU(4, return_sequences = true, reset_after = false)(t1);
    let t4 = Dense(4, activation = softmax, use_bias = false)(t3);
    let t5 = add([t2, t4, t1]);
    let t6 = Dense(4, activation = softmax, use_bias = false)(t5);
    let t7 = Softmax()(t5);
    let t8 = Dense(4, activation = softmax, use_bias = false)(t7);
    let t9 = maximum([t6, t8]);
    let t10 = GaussianNoise(0.3)(t9);
    let t11 = Dropout(0.3)(t9);
    let t12 = concatenate([t10, t11]);
    let t13 = Dense(3)(t12);

    Model(inputs = x, outputs = t13)
}

model! {
    #[nn(stream)]
    pub struct Graph45;

    let x = Input(shape = [24, 2]);
    let t1 = Conv1D(2, 4, padding = causal, strides = 2, groups = 2)(x);
    let t2 = DepthwiseConv1D(2, strides = 3)(t1);
    let t3 = GaussianNoise(0.3)(t2);
    let t4 = Rescaling(0.5, offset = 0.1)(t2);
    let t5 = Activation(tanh)(t4);
    let t6 = average([t5, t3]);
    let t7 = SimpleRNN(6, return_sequences = true, activation = relu)(t6);
    let t8 = LayerNormalization()(t7);
    let t9 = Activation(tanh)(t7);
    let t10 = Dense(6, activation = softmax, use_bias = false)(t9);
    let t11 = add([t8, t10, t7]);
    let t12 = Dense(3)(t11);

    Model(inputs = x, outputs = t12)
}

model! {
    #[nn(stream)]
    pub struct Graph46;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = LSTM(8, return_sequences = true, use_bias = false)(t1);
    let t3 = MaxPooling1D(3, strides = 3)(t2);
    let t4 = Dense(3)(t3);

    Model(inputs = x, outputs = t4)
}

model! {
    #[nn(stream)]
    pub struct Graph47;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = false)(x);
    let t2 = SeparableConv1D(4, 4, strides = 3)(t1);
    let t3 = SimpleRNN(6, return_sequences = true, activation = relu)(t2);
    let t4 = Conv1D(6, 2, padding = causal, dilation_rate = 2, activation = relu)(t3);
    let t5 = Softmax()(t3);
    let t6 = GaussianNoise(0.3)(t5);
    let t7 = concatenate([t4, t6]);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

macro_rules! for_each_graph2 {
    ($run:ident) => {
        $run!(Graph32);
        $run!(Graph33);
        $run!(Graph34);
        $run!(Graph35);
        $run!(Graph36);
        $run!(Graph37);
        $run!(Graph38);
        $run!(Graph39);
        $run!(Graph40);
        $run!(Graph41);
        $run!(Graph42);
        $run!(Graph43);
        $run!(Graph44);
        $run!(Graph45);
        $run!(Graph46);
        $run!(Graph47);
    };
}
