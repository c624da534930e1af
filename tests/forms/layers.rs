//! Layers between other layers: their shapes and constants fit, and gradients pass through them.

use super::*;
use nn::layer::Shape;

model! {
    pub struct Merges;

    let a = Input(shape = [2, 3]);
    let b = Input(shape = [2, 3]);
    let sum = add([a, b, a]);
    let difference = subtract([sum, b]);
    let product = multiply([difference, a, b]);
    let mean = average([product, b]);
    let most = maximum([mean, a]);
    let least = minimum([most, sum]);
    let all = concatenate([sum, least]);
    let y = dot([all, all], axes = 2);

    Model(inputs = [a, b], outputs = [y, product])
}

model! {
    /// The layer forms, and axes of length 1 that are repeated.
    pub struct Broadcast;

    let a = Input(shape = [2, 3]);
    let b = Input(shape = [1, 3]);
    let c = Input(shape = [3]);
    let x = Add()([a, b]);
    let x = Subtract()([x, c]);
    let x = Multiply()([b, x, c]);
    let x = Average()([x, b]);
    let x = Maximum()([x, c]);
    let x = Minimum()([b, x]);
    let y = Dot(axes = (2, 1))([x, c]);

    Model(inputs = [a, b, c], outputs = y)
}

model! {
    pub struct Shapes;

    let x = Input(shape = [6]);
    let rows = Reshape([2, 3])(x);
    let turned = Permute((2, 1))(rows);
    let flat = Flatten()(turned);
    let steps = RepeatVector(4)(flat);
    let guessed = Reshape([-1, 2])(steps);
    let y = Dense(5, activation = softmax)(guessed);

    Model(inputs = x, outputs = [y, flat])
}

model! {
    #[nn(allow(stacked_activations))]
    pub struct Activations;

    let x = Input(shape = [2, 5]);
    let h = Dense(3)(x);
    let h = ELU(alpha = 0.5)(h);
    let h = LeakyReLU()(h);
    let h = ReLU(max_value = 6.0, negative_slope = 0.1)(h);
    let h = PReLU(alpha_initializer = constant(0.25))(h);
    let h = PReLU(shared_axes = [1])(h);
    let y = Softmax()(h);

    Model(inputs = x, outputs = y)
}

model! {
    #[nn(allow(bias_before_batch_normalization))]
    pub struct Normalizations;

    let x = Input(shape = [2, 5]);
    let h = BatchNormalization()(x);
    let h = Dense(3)(h);
    let h = BatchNormalization(momentum = 0.9, scale = false)(h);
    let y = LayerNormalization(epsilon = 1e-2)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Masks and noise are the same in every pass of a check.
    #[nn(allow(dropout_on_output))]
    pub struct Random;

    let x = Input(shape = [5]);
    let h = Dropout(rate = 0.4)(x);
    let h = Dense(3, activation = tanh)(h);
    let y = GaussianNoise(0.1)(h);

    Model(inputs = x, outputs = y)
}

const WIDTH: usize = 3;

model! {
    /// The same layers, if only rustc knows the shapes.
    #[nn(allow(merge_with_itself))]
    pub struct Unknown;

    let x = Input(shape = [2, WIDTH]);
    let h = Permute([2, 1])(x);
    let h = Flatten()(h);
    let h = Reshape([WIDTH, 2])(h);
    let h = BatchNormalization()(h);
    let h = LayerNormalization()(h);
    let h = PReLU()(h);
    let h = add([h, h]);
    let h = dot([h, h], axes = 1);
    let h = Dropout(0.5)(h);
    let h = ReLU()(h);
    let y = RepeatVector(WIDTH)(Flatten()(h));

    Model(inputs = x, outputs = y)
}

model! {
    /// A penalty on activations as its own layer.
    pub struct Charged;

    let x = Input(shape = [3]);
    let h = ActivityRegularization(l1 = 0.1, l2 = 0.2)(x);
    let y = Dense(2)(h);

    Model(inputs = x, outputs = y)
}

#[test]
fn gradients() {
    check::<Merges<f64>>();
    check::<Broadcast<f64>>();
    check::<Shapes<f64>>();
    check::<Activations<f64>>();
    check::<Normalizations<f64>>();
    check::<Random<f64>>();
    check::<Unknown<f64>>();
}

#[test]
fn shapes() {
    assert_eq!(Merges::<f32>::OUTPUT_SHAPES, [Shape::new(&[2, 2]), Shape::new(&[2, 3])]);
    assert_eq!(Broadcast::<f32>::OUTPUT_SHAPES, [Shape::new(&[2])]);
    assert_eq!(Shapes::<f32>::OUTPUT_SHAPES, [Shape::new(&[12, 5]), Shape::new(&[6])]);
    assert_eq!(Unknown::<f32>::OUTPUT_SHAPES, [Shape::new(&[3, 4])]);
}

#[test]
fn states_are_no_gradients() {
    assert_eq!(
        variables::<Normalizations>()[..4],
        [
            "batch_normalization.gamma",
            "batch_normalization.beta",
            "(batch_normalization.moving_mean)",
            "(batch_normalization.moving_variance)"
        ]
    );
}
