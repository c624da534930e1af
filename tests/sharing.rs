//! Weights and parts of a graph that are used more than once: shared layers, models in models, models cut out of a
//! graph, stacks of layers, and templates. Uses of a template share nothing.

use nn::prelude::*;
use nn::{Model, Path};

fn variables<M: Model>() -> Vec<String> {
    let mut names = Vec::new();
    M::variables(&Path::ROOT, &mut |variable| names.push(format!("{} {}", variable.path, variable.shape)));
    names
}

type Point = SVector<f64, 3>;

fn points(seed: f64) -> Vec<Point> {
    (0..4).map(|n| Point::from_fn(|i, _| (seed + (n * 3 + i) as f64).sin())).collect()
}

/// The gradient of the mean squared error, from one step of gradient descent at a rate of 1.
fn gradient<M: Model<Scalar = f64>>(model: &M, train: impl FnOnce(Box<M>) -> Box<M>) -> Vec<f64> {
    let after = train(model.boxed_clone());
    model.as_slice().iter().zip(after.as_slice()).map(|(before, after)| before - after).collect()
}

const DESCENT: Sgd = Sgd { learning_rate: 1.0, momentum: 0.0, nesterov: false };

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?}\n{b:?}");
}

/// A layer shared by a wrapper and a call.
mod layer {
    use super::*;

    model! {
        pub struct Shared;

        let sequence = Input(shape = [5, 3]);
        let point = Input(shape = [3]);
        let tower = Dense(2, activation = tanh);
        let steps = TimeDistributed(tower)(sequence);
        let direct = tower(point);
        let y = concatenate([Flatten()(steps), direct]);

        Model(inputs = [sequence, point], outputs = y)
    }

    #[test]
    fn a_layer_with_a_name_keeps_its_weights() {
        assert_eq!(variables::<Shared>(), ["tower.kernel (3, 2)", "tower.bias (2,)"]);
    }
}

/// The encoder is its own model. The autoencoder owns it: `autoencoder.encoder`.
mod nested {
    use super::*;

    model! {
        pub struct Encoder;

        let x = Input(shape = [3]);
        let hidden = Dense(4, activation = tanh)(x);
        let code = Dense(2)(hidden);

        Model(inputs = x, outputs = code)
    }

    model! {
        pub struct Autoencoder;

        let x = Input(shape = [3]);
        let encoder = Encoder();
        let restored = Dense(3)(encoder(x));

        Model(inputs = x, outputs = restored)
    }

    model! {
        /// Both uses of the encoder in one model.
        pub struct Twice;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let encoder = Encoder();
        let (first, second) = (encoder(a), encoder(b));

        Model(inputs = [a, b], outputs = [first, second])
    }

    #[test]
    fn the_encoder_learns_with_the_autoencoder() -> nn::Result<()> {
        let mut model = Autoencoder::<f64>::boxed(&mut StdRng::seed_from_u64(1))
            .compile(Adam { learning_rate: 0.02, ..Adam::default() }, MeanSquaredError);
        let x = points(0.0);
        let before = model.model().encoder.predict(&x)?;
        model.fit(&x, &x, Fit::new().epochs(5).verbose(0))?;
        let after = model.model().encoder.predict(&x)?;
        assert_ne!(before, after);
        assert_eq!(after[0], model.model().encoder.call(&x[0]));
        // Its weights can be copied into another model.
        let mut other = Twice::<f64>::boxed(&mut StdRng::seed_from_u64(2));
        other.encoder.clone_from(&model.model().encoder);
        assert_eq!(other.call((&x[0], &x[1])).second, after[1]);
        Ok(())
    }

    #[test]
    fn gradients_of_both_uses_add_up() {
        let model = Twice::<f64>::boxed(&mut StdRng::seed_from_u64(1));
        let (a, b) = (points(0.0), points(7.0));
        let codes = vec![SVector::<f64, 2>::new(0.3, -0.4); 4];
        let with = |first: f64, second: f64| {
            gradient(&*model, |model| {
                let mut model = model.compile(DESCENT, MeanSquaredError).loss_weights((first, second));
                model.train_on_batch((&a, &b), (&codes, &codes)).expect("valid data");
                model.into_model()
            })
        };
        let sum: Vec<f64> = with(1.0, 0.0).iter().zip(with(0.0, 1.0)).map(|(a, b)| a + b).collect();
        close(&with(1.0, 1.0), &sum);
        assert!(sum.iter().all(|g| *g != 0.0));
    }
}

/// A model cut out of the graph that contains it, called on another tensor.
mod cut {
    use super::*;

    model! {
        #[nn(allow(dropout_of_nothing))]
        pub struct Questions;

        let question = Input(shape = [3]);
        let other = Input(shape = [3]);
        let hidden = Dense(4, activation = tanh, activity_regularizer = l2(0.5))(question);
        let code = Dense(2)(Dropout(0.0)(hidden));
        let encoder = Model(inputs = question, outputs = [code, hidden]);
        let (again, within) = encoder(other);
        let y = concatenate([code, again, within]);

        Model(inputs = [question, other], outputs = y)
    }

    model! {
        /// The same, written out.
        pub struct WrittenOut;

        let question = Input(shape = [3]);
        let other = Input(shape = [3]);
        let hidden = Dense(4, activation = tanh, activity_regularizer = l2(0.5));
        let code = Dense(2);
        let h = hidden(question);
        let i = hidden(other);
        let y = concatenate([code(h), code(i), i]);

        Model(inputs = [question, other], outputs = y)
    }

    #[test]
    fn it_has_the_weights_of_the_graph() {
        assert_eq!(
            variables::<Questions>(),
            ["hidden.kernel (3, 4)", "hidden.bias (4,)", "code.kernel (4, 2)", "code.bias (2,)"]
        );
        let model = Questions::<f64>::boxed(&mut StdRng::seed_from_u64(1));
        let mut written = WrittenOut::<f64>::boxed(&mut StdRng::seed_from_u64(2));
        written.as_mut_slice().copy_from_slice(model.as_slice());
        let (a, b) = (points(0.0), points(7.0));
        assert_eq!(model.call((&a[0], &b[0])), written.call((&a[0], &b[0])));

        let target = vec![SVector::<f64, 8>::repeat(0.1); 4];
        let cut = gradient(&*model, |model| {
            let mut model = model.compile(DESCENT, MeanSquaredError);
            model.train_on_batch((&a, &b), &target).expect("valid data");
            model.into_model()
        });
        let whole = gradient(&*written, |model| {
            let mut model = model.compile(DESCENT, MeanSquaredError);
            model.train_on_batch((&a, &b), &target).expect("valid data");
            model.into_model()
        });
        close(&cut, &whole);
    }
}

/// Keras's `Sequential` as a layer of a functional graph.
mod stack {
    use super::*;

    model! {
        pub struct Towers;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let tower = Sequential([Dense(5, activation = relu), Dropout(0.1), Dense(2)]);
        let y = concatenate([tower(a), tower(b)]);

        Model(inputs = [a, b], outputs = y)
    }

    #[test]
    fn its_layers_have_its_name() {
        let names = [
            "tower_dense.kernel (3, 5)",
            "tower_dense.bias (5,)",
            "tower_dense_1.kernel (5, 2)",
            "tower_dense_1.bias (2,)",
        ];
        assert_eq!(variables::<Towers>(), names);
        let model = Towers::<f64>::new(&mut StdRng::seed_from_u64(1));
        let y = model.call((&points(1.0)[0], &points(1.0)[0]));
        assert_eq!(y.fixed_rows::<2>(0), y.fixed_rows::<2>(2));
    }
}

/// Keras's `get_model()`, called three times.
mod template {
    use super::*;

    model! {
        pub struct Ensemble;

        let x = Input(shape = [4]);
        let member = |x| {
            let hidden = Dense(3, activation = relu)(x);
            Dense(1)(hidden)
        };
        let (first, second) = (member(x), member(x));
        let y = average([first, second, member(x)]);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn every_use_has_weights_of_its_own() {
        assert_eq!(
            variables::<Ensemble>(),
            [
                "first_hidden.kernel (4, 3)",
                "first_hidden.bias (3,)",
                "first.kernel (3, 1)",
                "first.bias (1,)",
                "second_hidden.kernel (4, 3)",
                "second_hidden.bias (3,)",
                "second.kernel (3, 1)",
                "second.bias (1,)",
                "y_hidden.kernel (4, 3)",
                "y_hidden.bias (3,)",
                "dense.kernel (3, 1)",
                "dense.bias (1,)",
            ]
        );
        let model = Ensemble::new(&mut StdRng::seed_from_u64(1));
        assert_ne!(model.first, model.second);
    }

    model! {
        /// A model is its own template: every `Member()` is a new one.
        pub struct Member;

        let x = Input(shape = [4]);
        let y = Dense(1)(x);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// The guide's ensemble.
        pub struct OfModels;

        let x = Input(shape = [4]);
        let y = average([Member()(x), Member()(x), Member()(x)]);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn of_models() {
        let names: Vec<String> = variables::<OfModels>();
        assert_eq!(names.len(), 6);
        assert!(names[2].starts_with("member_1.y.kernel"), "{names:?}");
    }

    const WIDTH: usize = 3;

    model! {
        /// Templates take values: numbers, arithmetic of constants, lists, activations, penalties, and defaults of
        /// other templates.
        pub struct OfValues;

        let units = Input(shape = [4, 5, 2]);
        let inner = |x, units| Dense(units, use_bias = false)(x);
        let block = |x, filters, size, f, penalty, padding| {
            let x = Conv2D(filters * 2, size, padding = padding, activation = f, kernel_regularizer = penalty)(x);
            inner(x, filters)
        };
        let a = block(units, WIDTH + 1, (3, 1), leaky_relu(0.1), l2(0.01), same);
        let b = block(a, 2, 2, tanh, l1_l2(l1 = 0.5, l2 = 0.1), valid);
        let c = Reshape([-1])(b);

        Model(inputs = units, outputs = c)
    }

    #[test]
    fn of_values() {
        // Eight filters of 3 × 1 × 2 with biases, then 8 to 4; four filters of 2 × 2 × 4 with biases, then 4 to 2.
        assert_eq!(OfValues::PARAMETERS, (3 * 2 * 8 + 8 + 8 * 4) + (4 * 4 * 4 + 4 + 4 * 2));
        assert_eq!(OfValues::<f32>::OUTPUT_SHAPES, [nn::Shape::new(&[3 * 4 * 2])]);
    }

    model! {
        /// Templates take layers as well as tensors, and return several tensors.
        pub struct Nested;

        let x = Input(shape = [4]);
        let tied = Dense(4);
        let block = |x, layer| {
            let mix = |a, b| add([a, layer(b)]);
            let y = mix(x, Dense(4, activation = tanh)(x));
            (y, Dense(1)(y))
        };
        let (a, score) = block(x, tied);
        let (b, other) = block(a, tied);
        let y = concatenate([b, score, other]);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn templates_in_templates() {
        // One shared layer, and two new ones in each use.
        assert_eq!(Nested::PARAMETERS, 20 + 2 * (20 + 5));
        assert_eq!(Nested::new(&mut StdRng::seed_from_u64(1)).call(&SVector::zeros()).len(), 6);
    }
}
