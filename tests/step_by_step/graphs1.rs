// Random causal graphs. `BLESS=1 cargo test --test step_by_step` writes them anew.

model! {
    #[nn(stream)]
    pub struct Graph16;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = SeparableConv1D(4, 1, strides = 1)(t1);
    let t3 = GRU(2, return_sequences = true, activation = swish)(t2);
    let t4 = LSTM(2, return_sequences = true, recurrent_activation = hard_sigmoid)(t3);
    let t5 = TimeDistributed(Dense(2, activation = gelu))(t3);
    let t6 = average([t5, t4]);
    let t7 = GaussianNoise(0.3)(t6);
    let t8 = RMSNormalization()(t6);
    let t9 = UnitNormalization()(t8);
    let t10 = maximum([t7, t9]);
    let t11 = LSTM(8, return_sequences = true, use_bias = false)(t10);
    let t12 = Dense(3)(t11);

    Model(inputs = x, outputs = t12)
}

model! {
    #[nn(stream)]
    pub struct Graph17;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = true)(x);
    let t2 = GRU(2, return_sequences = true, activation = swish)(t1);
    let t3 = Conv1D(6, 4, strides = 2)(t2);
    let t4 = LSTM(4, return_sequences = true, use_bias = false)(t3);
    let t5 = GRU(2, return_sequences = true, activation = swish)(t4);
    let t6 = TimeDistributed(Dense(2, activation = gelu))(t5);
    let t7 = GaussianNoise(0.3)(t5);
    let t8 = LSTM(2, return_sequences = true, recurrent_activation = hard_sigmoid)(t7);
    let t9 = maximum([t6, t8]);
    let t10 = Dense(3)(t9);

    Model(inputs = x, outputs = t10)
}

model! {
    #[nn(stream)]
    pub struct Graph18;

    let x = Input(shape = [24, 2]);
    let t1 = MaxPooling1D(2, strides = 3)(x);
    let t2 = LayerNormalization()(t1);
    let t3 = PReLU(shared_axes = [1])(t1);
    let t4 = BatchNormalization()(t3);
    let t5 = concatenate([t2, t4]);
    let t6 = Dense(3)(t5);

    Model(inputs = x, outputs = t6)
}

model! {
    #[nn(stream)]
    pub struct Graph19;

    let x = Input(shape = [24, 3]);
    let t1 = SeparableConv1D(4, 4, strides = 2)(x);
    let t2 = UnitNormalization()(t1);
    let t3 = Rescaling(0.5, offset = 0.1)(t1);
    let t4 = LayerNormalization()(t3);
    let t5 = concatenate([t2, t4]);
    let t6 = LayerNormalization()(t5);
    let t7 = GaussianNoise(0.3)(t5);
    let t8 = concatenate([t6, t7]);
    let t9 = Dense(3)(t8);

    Model(inputs = x, outputs = t9)
}

model! {
    #[nn(stream)]
    pub struct Graph20;

    let x = Input(shape = [24, 4]);
    let t1 = BatchNormalization()(x);
    let t2 = UnitNormalization()(x);
    let t3 = add([t1, t2, x]);
    let t4 = AveragePooling1D(3, strides = 2)(t3);
    let t5 = AveragePooling1D(4, strides = 3)(t4);
    let t6 = TimeDistributed(Dense(4, activation = gelu))(t5);
    let t7 = GRU(4, return_sequences = true, reset_after = true)(t5);
    let t8 = UnitNormalization()(t7);
    let t9 = concatenate([t6, t8]);
    let t10 = LSTM(3)(t9);
    let t11 = Dense(3)(t10);

    Model(inputs = x, outputs = t11)
}

model! {
    #[nn(stream)]
    pub struct Graph21;

    let x = Input(shape = [24, 2]);
    let t1 = SeparableConv1D(6, 4, strides = 3)(x);
    let t2 = LSTM(4, return_sequences = true, use_bias = false)(t1);
    let t3 = UnitNormalization()(t2);
    let t4 = LayerNormalization()(t2);
    let t5 = Conv1D(4, 2, padding = causal, dilation_rate = 1, activation = relu)(t4);
    let t6 = maximum([t3, t5]);
    let t7 = Conv1D(4, 3, strides = 1)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph22;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = Conv1D(4, 2, padding = causal, strides = 2, groups = 1)(t1);
    let t3 = RMSNormalization()(t2);
    let t4 = GRU(4, return_sequences = true, reset_after = false)(t2);
    let t5 = Activation(tanh)(t4);
    let t6 = maximum([t3, t5]);
    let t7 = PReLU(shared_axes = [1])(t6);
    let t8 = LayerNormalization()(t6);
    let t9 = Rescaling(0.5, offset = 0.1)(t8);
    let t10 = multiply([t7, t9]);
    let t11 = SimpleRNN(6, return_sequences = true, activation = relu)(t10);
    let t12 = Conv1D(4, 3, padding = causal, strides = 2, groups = 2)(t11);
    let t13 = Dense(3)(t12);

    Model(inputs = x, outputs = t13)
}

model! {
    #[nn(stream)]
    pub struct Graph23;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = false)(x);
    let t2 = AveragePooling1D(1, strides = 1)(t1);
    let t3 = Dense(4, activation = relu)(t2);
    let t4 = UnitNormalization()(t2);
    let t5 = GRU(4, return_sequences = true, reset_after = true)(t4);
    let t6 = add([t3, t5, t2]);
    let t7 = Dense(3)(t6);

    Model(inputs = x, outputs = t7)
}

model! {
    #[nn(stream)]
    pub struct Graph24;

    let x = Input(shape = [24, 2]);
    let t1 = SeparableConv1D(6, 3, strides = 3)(x);
    let t2 = SeparableConv1D(6, 3, strides = 3)(t1);
    let t3 = Dense(3)(t2);

    Model(inputs = x, outputs = t3)
}

model! {
    #[nn(stream)]
    pub struct Graph25;

    let x = Input(shape = [24, 3]);
    let t1 = LSTM(4, return_sequences = true, use_bias = false)(x);
    let t2 = GRU(4, return_sequences = true, reset_after = false)(t1);
    let t3 = RMSNormalization()(t1);
    let t4 = concatenate([t2, t3]);
    let t5 = LayerNormalization()(t4);
    let t6 = PReLU(shared_axes = [1])(t4);
    let t7 = PReLU(shared_axes = [1])(t6);
    let t8 = multiply([t5, t7]);
    let t9 = Dense(3)(t8);

    Model(inputs = x, outputs = t9)
}

model! {
    #[nn(stream)]
    pub struct Graph26;

    let x = Input(shape = [24, 4]);
    let t1 = DepthwiseConv1D(3, strides = 1)(x);
    let t2 = Dense(4, activation = softmax, use_bias = false)(t1);
    let t3 = Dense(4, activation = relu)(t1);
    let t4 = average([t3, t2]);
    let t5 = MaxPooling1D(4, strides = 3)(t4);
    let t6 = GRU(4, return_sequences = true, activation = swish)(t5);
    let t7 = LSTM(3)(t6);
    let t8 = Dense(3)(t7);

    Model(inputs = x, outputs = t8)
}

model! {
    #[nn(stream)]
    pub struct Graph27;

    let x = Input(shape = [24, 2]);
    let t1 = Conv1D(6, 1, padding = causal, strides = 3, groups = 2)(x);
    let t2 = MaxPooling1D(2, strides = 2)(t1);
    let t3 = LSTM(2, return_sequences = true, use_bias = false)(t2);
    let t4 = Conv1D(4, 1, strides = 1)(t3);
    let t5 = LSTM(3)(t4);
    let t6 = Dense(3)(t5);

    Model(inputs = x, outputs = t6)
}

model! {
    #[nn(stream)]
    pub struct Graph28;

    let x = Input(shape = [24, 3]);
    let t1 = Masking(mask_value = 0.5)(x);
    let t2 = PReLU(shared_axes = [1])(t1);
    let t3 = RMSNormalization()(t1);
    let t4 = add([t2, t3, t1]);
    let t5 = SimpleRNN(4, return_sequences = true, activation = relu)(t4);
    let t6 = GRU(4, return_sequences = true, reset_after = true)(t5);
    let t7 = UnitNormalization()(t5);
    let t8 = Rescaling(0.5, offset = 0.1)(t7);
    let t9 = add([t6, t8, t5]);
    let t10 = Rescaling(0.5, offset = 0.1)(t9);
    let t11 = BatchNormalization()(t9);
    let t12 = multiply([t10, t11]);
    let t13 = LSTM(2, return_sequences = true, use_bias = false)(t12);
    let t14 = Dense(3)(t13);

    Model(inputs = x, outputs = t14)
}

model! {
    #[nn(stream)]
    pub struct Graph29;

    let x = Input(shape = [24], dtype = u32);
    let t1 = Embedding(7, 4, mask_zero = true)(x);
    let t2 = GaussianNoise(0.3)(t1);
    let t3 = GRU(4, return_sequences = true, reset_after = true)(t1);
    let t4 = concatenate([t2, t3]);
    let t5 = PReLU(shared_axes = [1])(t4);
    let t6 = GaussianNoise(0.3)(t4);
    let t7 = average([t6, t5]);
    let t8 = LSTM(3)(t7);
    let t9 = Dense(3)(t8);

    Model(inputs = x, outputs = t9)
}

model! {
    #[nn(stream)]
    pub struct Graph30;

    let x = Input(shape = [24, 2]);
    let t1 = Rescaling(0.5, offset = 0.1)(x);
    let t2 = Conv1D(2, 3, padding = causal, dilation_rate = 3, activation = linear)(x);
    let t3 = Rescaling(0.5, offset = 0.1)(t2);
    let t4 = maximum([t1, t3]);
    let t5 = Activation(tanh)(t4);
    let t6 = BatchNormalization()(t4);
    let t7 = BatchNormalization()(t6);
    let t8 = concatenate([t5, t7]);
    let t9 = SimpleRNN(2, return_sequences = true, activation = relu)(t8);
    let t10 = Dense(3)(t9);

    Model(inputs = x, outputs = t10)
}

model! {
    #[nn(stream)]
    pub struct Graph31;

    let x = Input(shape = [24, 3]);
    let t1 = BatchNormalization()(x);
    let t2 = Dense(3, activation = softmax, use_bias = false)(x);
    let t3 = RMSNormalization()(t2);
    let t4 = add([t1, t3, x]);
    let t5 = AveragePooling1D(2, strides = 2)(t4);
    let t6 = DepthwiseConv1D(2, strides = 3)(t5);
    let t7 = Dense(3)(t6);

    Model(inputs = x, outputs = t7)
}

macro_rules! for_each_graph1 {
    ($run:ident) => {
        $run!(Graph16);
        $run!(Graph17);
        $run!(Graph18);
        $run!(Graph19);
        $run!(Graph20);
        $run!(Graph21);
        $run!(Graph22);
        $run!(Graph23);
        $run!(Graph24);
        $run!(Graph25);
        $run!(Graph26);
        $run!(Graph27);
        $run!(Graph28);
        $run!(Graph29);
        $run!(Graph30);
        $run!(Graph31);
    };
}
