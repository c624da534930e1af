//! The fingerprint of a graph: equal for graphs that compute the same from the same weights, and different for others.

#![allow(missing_docs)]

use nn::prelude::*;

/// The description of a graph.
macro_rules! of {
    ($($graph:tt)*) => {{
        model! { #[nn(allow(dense_after_dense, bias_before_batch_normalization))] struct Net; $($graph)* }
        <Net as Model>::DESCRIPTION
    }};
}

const HIDDEN: usize = 8;
const SLOPE: f64 = 0.3;
const YES: bool = true;
const AXIS: usize = 1;
const LIST: [f64; 2] = [0.5, 2.0];

pub mod my {
    use nn::layer::*;

    nn::layer! {
        /// `y = factor * x`
        pub struct Times {
            /// The factor.
            pub factor: Float = 2.0,
            /// One of two.
            mode: Choice { PLAIN = "plain", OTHER = "other" },
        }

        pub const TIMES: LayerSpec { infer: rule!(same) }
    }

    pub const fn same(_: &[nn::spec::Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    impl<T: Scalar, X: nn::Sample<Element = T>> Layer<T, X> for Times {
        type Output = X;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn init(&self, _: &mut (), _: &mut dyn nn::rand::Rng) {}

        fn forward<B: Storage>(&self, _: &(), x: &[X], y: &mut [X], _: Pass<'_, '_, T, (), ()>) {
            for (y, x) in nn::tensor::flat_mut(y).iter_mut().zip(nn::tensor::flat(x)) {
                *y = *x * T::of(self.factor);
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[X],
            _: &[X],
            dy: &[X],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [X]>,
            _: Option<&mut ()>,
        ) {
            if let Some(dx) = dx {
                for (dx, dy) in nn::tensor::flat_mut(dx).iter_mut().zip(nn::tensor::flat(dy)) {
                    *dx += *dy * T::of(self.factor);
                }
            }
        }
    }
}

model! { pub struct Plain; let x = Input(shape = [4]); let h = Dense(8, activation = relu)(x); Model(inputs = x, outputs = h) }
model! { pub struct Same; let u = Input(shape = [4]); let h = Dense(HIDDEN)(u); let v = Activation(relu)(h); Model(inputs = u, outputs = v) }
model! { pub struct Other; let x = Input(shape = [4]); let h = Dense(8, activation = tanh)(x); Model(inputs = x, outputs = h) }

#[test]
fn literals_and_constants_are_the_same_graph() {
    let pairs = [
        (
            of!(let x = Input(shape = [4]); let y = Dense(8)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [HIDDEN / 2]); let y = Dense(HIDDEN, use_bias = YES)(x); Model(inputs = x, outputs = y)),
        ),
        (
            of!(let x = Input(shape = [8, 8, 4]); let y = Conv2D(8, 3, strides = 1)(x); let z = ZeroPadding2D(1)(y);
                let w = MaxPooling2D((2, 2))(z); Model(inputs = x, outputs = w)),
            of!(let x = Input(shape = [HIDDEN, 8, 4]); let y = Conv2D(HIDDEN, (3, 3), strides = (1, HIDDEN / 8))(x);
                let z = ZeroPadding2D(((1, 1), (1, 1)))(y); let w = MaxPooling2D(HIDDEN / 4)(z); Model(inputs = x, outputs = w)),
        ),
        (
            of!(let x = Input(shape = [5, 8]); let y = LSTM(8, return_sequences = true, activation = tanh)(x);
                let z = LayerNormalization(axis = 1, epsilon = 0.3)(y); let w = LeakyReLU(0.3)(z); let v = Flatten()(w);
                Model(inputs = x, outputs = v)),
            of!(let x = Input(shape = [5, HIDDEN]); let y = LSTM(HIDDEN, return_sequences = YES)(x);
                let z = LayerNormalization(axis = AXIS as i64, epsilon = SLOPE)(y); let w = LeakyReLU(SLOPE)(z); let v = Flatten()(w);
                Model(inputs = x, outputs = v)),
        ),
        (
            of!(let x = Input(shape = [2]); let y = Normalization(mean = [0.5, 2.0], variance = [1.0, 1.0])(x);
                let z = my::Times(3.0)(y); let w = Activation(elu(alpha = 0.3))(z); Model(inputs = x, outputs = w)),
            of!(let x = Input(shape = [HIDDEN / 4]); let y = Normalization(mean = LIST, variance = [1.0, 1.0])(x);
                let z = my::Times(factor = { SLOPE * 10.0 })(y); let w = Activation(elu(alpha = SLOPE))(z);
                Model(inputs = x, outputs = w)),
        ),
        (
            of!(let x = Input(shape = [3, 4]); let y = TimeDistributed(Dense(8, activation = relu))(x);
                let z = Reshape([4, 6])(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [3, 4]); let y = TimeDistributed(Dense(HIDDEN, activation = relu))(x);
                let z = Reshape([HIDDEN / 2, 6])(y); Model(inputs = x, outputs = z)),
        ),
    ];
    for (literal, constant) in pairs {
        assert_eq!(literal, constant);
    }
}

#[test]
fn what_no_prediction_knows_is_not_in_it() {
    let plain =
        of!(let x = Input(shape = [4]); let h = Dense(8)(x); let y = Dense(2)(h); Model(inputs = x, outputs = y));
    let others = [
        // Names of the model, of inputs and of layers without weights; layers of training; the first values.
        of!(let features = Input(shape = [4]); let h = Dense(8, kernel_initializer = zeros)(features); let d = Dropout(0.5)(h);
            let y = Dense(2, trainable = false, kernel_regularizer = l2(0.1))(d); Model(inputs = features, outputs = y)),
        of!(let x = Input(shape = [4]); let h = Dense(8, use_bias = true, activation = linear)(x);
            let n = GaussianNoise(0.1)(h); let y = Dense(2, activity_regularizer = l1(0.1), bias_constraint = non_neg)(n);
            Model(inputs = x, outputs = y)),
    ];
    for other in others {
        assert_eq!(plain, other);
    }
    assert_eq!(
        of!(let x = Input(shape = [5, 4]); let y = LSTM(3, dropout = 0.2)(x); let z = BatchNormalization(momentum = 0.9)(y);
            Model(inputs = x, outputs = z)),
        of!(let x = Input(shape = [5, 4]); let y = LSTM(3, unit_forget_bias = false)(x); let z = BatchNormalization()(y);
            Model(inputs = x, outputs = z))
    );
    // The order of branches in the source.
    assert_eq!(
        of!(let x = Input(shape = [4]); let a = Dense(3)(x); let b = Dense(3)(x); let p = Activation(relu)(a);
            let q = Activation(tanh)(b); let y = Add()([p, q]); Model(inputs = x, outputs = y)),
        of!(let x = Input(shape = [4]); let b = Dense(3, activation = tanh)(x); let a = Dense(3, activation = relu)(x);
            let y = Add()([a, b]); Model(inputs = x, outputs = y))
    );
    // A model inside, whatever its name; and its scalar.
    assert_eq!(
        of!(let x = Input(shape = [4]); let tower = crate::Plain()(x); Model(inputs = x, outputs = tower)),
        of!(let x = Input(shape = [4]); let tower = crate::Same()(x); Model(inputs = x, outputs = tower))
    );
    assert_eq!(<Plain<f64> as Model>::FINGERPRINT, <Same<f32> as Model>::FINGERPRINT);
    assert_eq!(Plain::FINGERPRINT, Same::FINGERPRINT);
}

/// Graphs whose weights have the same names and shapes.
#[test]
fn what_a_prediction_knows_is_in_it() {
    let families: &[&[&str]] = &[
        &[
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4, activation = relu)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4, activation = tanh)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4, activation = leaky_relu)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4, activation = leaky_relu(negative_slope = SLOPE))(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); let z = Add()([x, y]); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); let z = Subtract()([x, y]); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); let z = Subtract()([y, x]); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [4]); let d = Dense(4, name = "y"); let h = d(x); let z = d(h); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [4]); let a = Input(shape = [4]); let y = Dense(4)(x); let z = Add()([a, y]); Model(inputs = [x, a], outputs = z)),
            of!(let x = Input(shape = [4]); let a = Input(shape = [4]); let y = Dense(4)(x); let z = Add()([a, y]); Model(inputs = [a, x], outputs = z)),
            of!(let x = Input(shape = [4]); let s = my::Times(0.5)(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let s = my::Times()(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let s = my::Times(mode = "other")(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let s = Rescaling(0.5)(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let s = Rescaling(0.25)(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let s = Rescaling([0.5, 0.5, 0.5, 1.0])(x); let y = Dense(4)(s); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [3, 4]); let y = Dense(4)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); let z = Activation(relu)(y); Model(inputs = x, outputs = [y, z])),
            of!(let x = Input(shape = [4]); let y = Dense(4)(x); let z = Activation(relu)(y); Model(inputs = x, outputs = [z, y])),
        ],
        &[
            of!(let x = Input(shape = [9, 4]); let y = Conv1D(4, 3)(x); let z = Flatten()(y); let w = Activation(relu)(z); Model(inputs = x, outputs = w)),
            of!(let x = Input(shape = [9, 4]); let y = Conv1D(4, 3, strides = 2)(x); let z = Flatten()(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [9, 4]); let y = Conv1D(4, 3, padding = same)(x); let z = Flatten()(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [9, 4]); let y = Conv1D(4, 3, padding = causal)(x); let z = Flatten()(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [9, 4]); let y = Conv1D(4, 3, dilation_rate = 2)(x); let z = Flatten()(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [9, 4]); let p = ZeroPadding1D(1)(x); let y = Conv1D(4, 3)(p); let z = Flatten()(y); Model(inputs = x, outputs = z)),
            of!(let x = Input(shape = [9, 4]); let p = ZeroPadding1D((0, 2))(x); let y = Conv1D(4, 3)(p); let z = Flatten()(y); Model(inputs = x, outputs = z)),
        ],
        &[
            of!(let x = Input(shape = [5, 4]); let y = LSTM(3)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = LSTM(3, go_backwards = true)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = LSTM(3, activation = relu)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = LSTM(3, recurrent_activation = hard_sigmoid)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = LSTM(3, return_sequences = true)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let m = Masking()(x); let y = LSTM(3)(m); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let m = Masking(mask_value = SLOPE)(x); let y = LSTM(3)(m); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let m = Input(shape = [5], dtype = u32); let y = LSTM(3)(x, mask = m); Model(inputs = [x, m], outputs = y)),
        ],
        &[
            of!(let x = Input(shape = [5, 4]); let y = Bidirectional(LSTM(3))(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = Bidirectional(LSTM(3), merge_mode = sum)(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [5, 4]); let y = Bidirectional(LSTM(3, activation = relu))(x); Model(inputs = x, outputs = y)),
        ],
        &[
            of!(let x = Input(shape = [4]); let tower = crate::Plain()(x); Model(inputs = x, outputs = tower)),
            of!(let x = Input(shape = [4]); let tower = crate::Other()(x); Model(inputs = x, outputs = tower)),
        ],
        &[
            of!(let x = Input(shape = [4]); let y = BatchNormalization()(x); Model(inputs = x, outputs = y)),
            of!(let x = Input(shape = [4]); let y = BatchNormalization(epsilon = 0.01)(x); Model(inputs = x, outputs = y)),
        ],
    ];
    for family in families {
        for (i, a) in family.iter().enumerate() {
            for b in &family[..i] {
                assert_ne!(a, b);
            }
        }
    }
}

#[test]
fn a_folded_form_has_its_own() {
    model! {
        #[nn(allow(bias_before_batch_normalization))]
        pub struct Scaled;
        let x = Input(shape = [4]);
        let h = Dense(3)(x);
        let y = BatchNormalization()(h);
        Model(inputs = x, outputs = y)
    }
    assert_ne!(Scaled::FINGERPRINT, ScaledFolded::FINGERPRINT);
    assert_eq!(
        <ScaledFolded as Model>::DESCRIPTION,
        "folded\nInput#1 (4,)\nh: Dense units=3 of Input#1\ny: BatchNormalization of h\noutputs y"
    );
    // With nothing to fold, it is the model itself.
    assert_eq!(Plain::FINGERPRINT, PlainFolded::FINGERPRINT);
}

/// The hash is a contract with files: it must not change from one version to the next.
#[test]
fn the_form_is_stable() {
    let text = "Input#1 (4,)\nh: Dense units=8 of Input#1\nrelu#1 of h\noutputs relu#1";
    assert_eq!(<Plain as Model>::DESCRIPTION, text);
    assert_eq!(Plain::FINGERPRINT, 0x5138f4dc628e44d5);
    let nested = of!(
        let a = Input(shape = [4]);
        let b = Input(shape = [4]);
        let tower = crate::Plain();
        let y = Concatenate(axis = -1)([tower(a), tower(b)]);
        let z = Conv1D(3, 2, padding = same, dilation_rate = 2)(Reshape([4, 4])(y));
        Model(inputs = [a, b], outputs = [y, z])
    );
    let text = "\
Input#1 (4,)
Input#2 (4,)
tower: model
  Input#1 (4,)
  h: Dense units=8 of Input#1
  relu#1 of h
  outputs relu#1
  of Input#1
tower@2 of Input#2
Concatenate#1 of tower, tower@2
Reshape#1 target_shape=[4,4] of Concatenate#1
z: Conv1D filters=3 kernel_size=2 padding=same dilation_rate=2 of Reshape#1
outputs Concatenate#1, z";
    assert_eq!(nested, text);
}
