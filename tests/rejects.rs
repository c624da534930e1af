//! Graphs that `model!` rejects, each with a part of the message; `tests/ui` has whole messages and their places. An
//! item compiles only if the graph is rejected.

use nn::prelude::*;

// An unknown layer.
model_rejects! {
    "unknown layer `Dens`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dens(3)(x);
    Model(inputs = x, outputs = y)
}

// A misspelt activation.
model_rejects! {
    "did you mean `relu`?" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3, activation = rleu)(x);
    Model(inputs = x, outputs = y)
}

// A misspelt initializer.
model_rejects! {
    "unknown initializer `he_norml`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3, kernel_initializer = he_norml)(x);
    Model(inputs = x, outputs = y)
}

// An argument that a layer does not have.
model_rejects! {
    "`Dense` has no argument `unit`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(unit = 3)(x);
    Model(inputs = x, outputs = y)
}

// An argument that is missing.
model_rejects! {
    "`Dense` needs the argument `units`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense()(x);
    Model(inputs = x, outputs = y)
}

// An argument of another type.
model_rejects! {
    "`use_bias` expects `true` or `false`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3, use_bias = 1)(x);
    Model(inputs = x, outputs = y)
}

// A dimension of 0.
model_rejects! {
    "`units` must be at least 1, but is 0" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(0)(x);
    Model(inputs = x, outputs = y)
}

// A rate above 1.
model_rejects! {
    "expected a rate from 0 to 1" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dropout(1.5)(x);
    Model(inputs = x, outputs = y)
}

// A tensor that is not bound.
model_rejects! {
    "undefined tensor `z`" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3)(z);
    Model(inputs = x, outputs = y)
}

// A tensor before its definition.
model_rejects! {
    "`h` is used before it is bound" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3)(h);
    let h = Dense(3)(x);
    Model(inputs = x, outputs = y)
}

// A layer where a tensor is expected.
model_rejects! {
    "is a layer, but a tensor is expected here" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let h = Dense(3);
    let y = Dense(3)(h);
    Model(inputs = x, outputs = y)
}

// A tensor where a layer is expected.
model_rejects! {
    "it cannot be called" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = x(x);
    Model(inputs = x, outputs = y)
}

// Too few inputs.
model_rejects! {
    "`Dot` expects 2 inputs, but got 1" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dot(axes = 1)([x]);
    Model(inputs = x, outputs = y)
}

// Shapes that do not fit.
model_rejects! {
    "but got (6,) and (3,)" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let h = Dense(3)(x);
    let y = add([x, h]);
    Model(inputs = x, outputs = y)
}

// A Reshape with other scalars.
model_rejects! {
    "has 6 scalars, but `target_shape` has 8" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Reshape([2, 4])(x);
    Model(inputs = x, outputs = y)
}

// An axis that a sample does not have.
model_rejects! {
    ["there is no axis 3", "nn0403"] =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Softmax(axis = 3)(x);
    Model(inputs = x, outputs = y)
}

// Weights shared between different numbers of features.
model_rejects! {
    "`tower` shares its weights between calls" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let tower = Dense(5);
    let y = tower(tower(x));
    Model(inputs = x, outputs = y)
}

// Indices where numbers are expected.
model_rejects! {
    "`Dense` expects numbers, but `n` holds u32 indices" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let n = Input(shape = [4], dtype = u32);
    let y = Dense(3)(n);
    Model(inputs = x, outputs = y)
}

// An input that is not listed.
model_rejects! {
    "nn::errors::nn0307" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let other = Input(shape = [6]);
    let y = add([x, other]);
    Model(inputs = x, outputs = y)
}

// A layer that reaches no output.
model_rejects! {
    "the output of the layer `lost` reaches no output of the model" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let lost = Dense(3)(x);
    let y = Dense(3)(x);
    Model(inputs = x, outputs = y)
}

// A layer that is never called.
model_rejects! {
    "the layer `lost` is never called" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let lost = Dense(3);
    let y = Dense(3)(x);
    Model(inputs = x, outputs = y)
}

// A repeated name.
model_rejects! {
    "the name `same` is used twice" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let h = Dense(3, name = "same")(x);
    let y = Dense(3, name = "same")(h);
    Model(inputs = x, outputs = y)
}

// A model inside itself.
model_rejects! {
    "`Wrong` cannot contain itself" =>
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Wrong()(x);
    Model(inputs = x, outputs = y)
}

// An unknown lint.
model_rejects! {
    "unknown lint `dropout_on_outputs`" =>
    #[nn(allow(dropout_on_outputs))]
    struct Wrong;
    let x = Input(shape = [6]);
    let y = Dense(3)(x);
    Model(inputs = x, outputs = y)
}

// A graph without an end, and one without a beginning.
model_rejects! {
    "has no `Model(..)` at its end" =>
    struct Wrong;
    let x = Input(shape = [6]);
}
model_rejects! {
    "a model starts with its struct" =>
    let x = Input(shape = [6]);
}

// Errors of several statements, one of which does not parse. There may be more errors than the listed ones.
model_rejects! {
    ["unknown layer `Dens`", "did you mean `Dense`?", "undefined tensor `z`"] =>
    struct Wrong;
    let x = Input(shape = [6]);
    let a = Dens(3)(x);
    let b = ;
    let c = Dense(0)(x);
    let y = add([a, b, c, z]);
    Model(inputs = x, outputs = y)
}

#[test]
fn it_is_an_item_wherever_items_are() {
    model_rejects! {
        "undefined tensor `z`" =>
        struct Wrong;
        Model(inputs = z, outputs = z)
    }
}

// A sparse input is for `Dense`.
model_rejects! {
    "`Dense` reads an input with `sparse = true`" =>
    struct Wrong;
    let x = Input(shape = [6], sparse = true);
    let y = Flatten()(x);
    Model(inputs = x, outputs = y)
}

model_rejects! {
    "`celu.alpha`: expected a finite number above 0, but got `0.0`" =>
    struct Divided;
    let x = Input(shape = [3]);
    let y = Dense(2, activation = celu(0.0))(x);
    Model(inputs = x, outputs = y)
}

model_rejects! {
    "`b`: expected a finite number of at least 0, but got `-1.0`" =>
    struct Rooted;
    let x = Input(shape = [3]);
    let y = Activation(squareplus(-1.0))(x);
    Model(inputs = x, outputs = y)
}

model_rejects! {
    ["`epsilon`: expected a finite number above 0, but got `1e-60`", "as an `f32` it is 0"] =>
    struct Vanished;
    let x = Input(shape = [3]);
    let y = BatchNormalization(epsilon = 1e-60)(x);
    Model(inputs = x, outputs = y)
}
