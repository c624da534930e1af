//! Every form that a graph can be written in, with the gradients of the whole model checked.

#![allow(missing_docs, unreachable_pub)]

use nn::prelude::*;
use nn_core::tensor::FloatTensors;
use nn_core::testing::check_layer;

/// Checks that a model overwrites its outputs, and all its gradients against central differences.
fn check<M: Model<Scalar = f64, Inputs: FloatTensors<f64>, Outputs: FloatTensors<f64>>>() {
    check_layer::<M::Inputs, M::Graph>(&<M::Graph as nn::Graph<f64, M::Inputs>>::NEW);
}

/// The paths of all variables, those that training leaves alone in parentheses.
fn variables<M: Model>() -> Vec<String> {
    let mut names = Vec::new();
    M::variables(&nn::Path::ROOT, &mut |variable| {
        let path = variable.path.to_string();
        names.push(if variable.trainable { path } else { format!("({path})") });
    });
    names
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

mod functional {
    use super::*;

    model! {
        /// A name may be bound again.
        pub struct Rebound;

        let start = Input(shape = [3]);
        let x = Dense(5, activation = tanh)(start);
        let x = Dense(2)(x);
        let end = Dense(7, activation = sigmoid)(x);

        Model(inputs = start, outputs = end)
    }

    model! {
        /// Calls within calls.
        pub struct Nested;

        let x = Input(shape = [3]);

        Model(inputs = x, outputs = Dense(2)(Dense(5, activation = tanh)(x)))
    }

    model! {
        /// `Model` with positional arguments, lists of one, and a semicolon.
        pub struct Positional;

        let x = Input([3]);
        let y = Dense(units = 2, activation = softmax, use_bias = false)(x);

        Model([x], [y]);
    }

    #[test]
    fn gradients() {
        check::<Rebound<f64>>();
        check::<Nested<f64>>();
        check::<Positional<f64>>();
    }

    #[test]
    fn a_layer_has_the_name_of_a_let_that_is_bound_once() {
        assert_eq!(
            variables::<Rebound>(),
            ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias", "end.kernel", "end.bias"]
        );
        // As in Python, the outer layer is made before the argument of its call.
        assert_eq!(variables::<Nested>(), ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias"]);
        assert_eq!(variables::<Positional>(), ["y.kernel"]);
        assert_eq!((Rebound::<f32>::INPUT_NAMES, Rebound::<f32>::OUTPUT_NAMES), (&["start"][..], &["end"][..]));
        assert_eq!(Nested::<f32>::OUTPUT_NAMES, ["dense"]);
    }
}

mod sequential {
    use super::*;

    model! {
        pub struct Stack;
        Sequential([Input(shape = [3]), Dense(5, activation = tanh), Dropout(0.25), Dense(2, name = "last")])
    }

    model! {
        /// A layer that was bound before, a model and an activation as elements.
        pub struct Mixed;
        let first = Dense(3);
        Sequential([Input(shape = [3], name = "start"), first, Stack(), Activation(softmax)])
    }

    #[test]
    fn gradients() {
        check::<Stack<f64>>();
        check::<Mixed<f64>>();
    }

    #[test]
    fn names() {
        assert_eq!(variables::<Stack>(), ["dense.kernel", "dense.bias", "last.kernel", "last.bias"]);
        assert_eq!(variables::<Mixed>()[..3], ["first.kernel", "first.bias", "stack.dense.kernel"]);
        assert_eq!((Stack::<f32>::INPUT_NAMES, Stack::<f32>::OUTPUT_NAMES), (&["input_layer"][..], &["last"][..]));
        assert_eq!((Mixed::<f32>::INPUT_NAMES, Mixed::<f32>::OUTPUT_NAMES), (&["start"][..], &["activation"][..]));
    }
}

mod several_inputs_and_outputs {
    use super::*;

    model! {
        pub struct Two;

        let a = Input(shape = [3]);
        let b = Input(shape = [2]);
        let both = concatenate([a, b]);
        let hidden = Dense(7, activation = tanh)(both);
        let p = Dense(5, activation = softmax)(hidden);
        let q = Dense(2)(b);

        Model(inputs = [a, b], outputs = [p, q])
    }

    model! {
        /// Outputs in another order than they are computed, one of them also read inside.
        pub struct ReadInside;

        let x = Input(shape = [3]);
        let h = Dense(5, activation = tanh)(x);
        let y = Dense(2, activation = sigmoid)(h);

        Model(inputs = x, outputs = [y, h])
    }

    model! {
        /// The same input twice in one merge, and a tensor three times.
        pub struct Twice;

        let x = Input(shape = [3]);
        let xx = concatenate([x, x]);
        let h = Dense(2, activation = tanh)(xx);
        let y = concatenate([h, h, x, h]);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// Inputs of different use: one only reaches the second output.
        pub struct Separate;

        let a = Input(shape = [3]);
        let b = Input(shape = [2]);
        let p = Activation(tanh)(a);
        let q = Activation(sigmoid)(b);

        Model(inputs = [b, a], outputs = [p, q])
    }

    #[test]
    fn gradients() {
        check::<Two<f64>>();
        check::<ReadInside<f64>>();
        check::<Twice<f64>>();
        check::<Separate<f64>>();
    }

    #[test]
    fn call_takes_a_tuple_or_names() {
        let model = Two::new(&mut rng());
        let (a, b) = (SVector::from([0.1, 0.2, 0.3]), SVector::from([0.4, 0.5]));
        let by_tuple = model.call((&a, &b));
        let by_name = model.call(TwoInputs { b: &b, a: &a });
        assert_eq!(by_tuple, by_name);
        let TwoOutputs { p, q } = by_name;
        assert!((p.sum() - 1.0).abs() < 1e-6);
        assert_eq!(q.len(), 2);
    }

    #[test]
    fn an_output_that_is_read_inside() {
        let model = ReadInside::<f64>::new(&mut rng());
        let ReadInsideOutputs { y, h } = model.call(&SVector::from([0.1, 0.2, 0.3]));
        let expected = (model.y.kernel * h + model.y.bias).map(|z| 1.0 / (1.0 + (-z).exp()));
        assert!((y - expected).norm() < 1e-12);
    }
}

mod shared_weights {
    use super::*;
    use nn::{Buffer, Heap};

    model! {
        /// One layer, called three times.
        pub struct Thrice;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let tower = Dense(3, activation = tanh);
        let y = concatenate([tower(a), tower(b), tower(tower(a))]);

        Model(inputs = [a, b], outputs = y)
    }

    model! {
        /// The same, of two layers.
        pub struct Apart;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let one = Dense(3, activation = tanh);
        let two = Dense(3, activation = tanh);
        let y = concatenate([one(a), two(b)]);

        Model(inputs = [a, b], outputs = y)
    }

    model! {
        /// As `Apart`, of one layer.
        pub struct Together;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let one = Dense(3, activation = tanh);
        let y = concatenate([one(a), one(b)]);

        Model(inputs = [a, b], outputs = y)
    }

    model! {
        /// One set of weights for different numbers of positions.
        pub struct Positions;

        let a = Input(shape = [2, 3]);
        let b = Input(shape = [5, 3]);
        let embed = Dense(2);
        let y = concatenate([embed(a), embed(b)], axis = 1);

        Model(inputs = [a, b], outputs = y)
    }

    #[test]
    fn gradients() {
        check::<Thrice<f64>>();
        check::<Apart<f64>>();
        check::<Together<f64>>();
        check::<Positions<f64>>();
        assert_eq!(variables::<Thrice>(), ["tower.kernel", "tower.bias"]);
    }

    /// The gradient of the weights, for some input and some gradient of the output.
    fn gradient<M>(model: &M) -> Box<M>
    where
        M: Model<Scalar = f64, Inputs = (SVector<f64, 3>, SVector<f64, 3>), Outputs = SVector<f64, 6>>,
    {
        let graph = <M::Graph as nn::Graph<f64, M::Inputs>>::NEW;
        let x = (&[SVector::from([0.1, 0.2, 0.3])][..], &[SVector::from([-0.5, 0.7, 0.4])][..]);
        let mut y = [SVector::zeros()];
        let mut cache = <M::Graph as Layer<f64, M::Inputs>>::Cache::<Heap>::with_capacity(1);
        let mut rng = rng();
        graph.forward::<Heap>(model, x, &mut y, Pass::training(&mut cache, nn::Mode::new(&mut rng)));
        let dy = [SVector::from([1.0, -2.0, 3.0, 0.5, 0.25, -1.0])];
        let mut dw = nn::weights::zeroed_box::<f64, M>();
        graph.backward::<Heap>(model, x, &y, &dy, &mut cache, M::Inputs::no_gradients(), Some(&mut dw));
        dw
    }

    #[test]
    fn gradients_of_shared_weights_add_up() {
        let together = Together::<f64>::new(&mut rng());
        let apart = Apart { one: together.one.clone(), two: together.one.clone() };
        let (shared, separate) = (gradient(&together), gradient(&apart));
        let sum = separate.one.kernel + separate.two.kernel;
        assert!((shared.one.kernel - sum).norm() < 1e-12);
        assert!(separate.one.kernel.norm() > 0.1 && separate.two.kernel.norm() > 0.1);
    }
}

mod models_as_layers {
    use super::*;

    model! {
        pub struct Tower;

        let x = Input(shape = [3]);
        let y = Dense(2, activation = tanh)(x);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// One model, called twice.
        pub struct Pair;

        let a = Input(shape = [3]);
        let b = Input(shape = [3]);
        let tower = Tower();
        let both = concatenate([tower(a), tower(b)]);
        let same = Dense(1, activation = sigmoid)(both);

        Model(inputs = [a, b], outputs = same)
    }

    model! {
        pub struct TwoInTwoOut;

        let a = Input(shape = [3]);
        let b = Input(shape = [5]);
        let both = concatenate([a, b]);
        let p = Dense(2, activation = tanh)(both);
        let q = Dense(7)(p);

        Model(inputs = [a, b], outputs = [p, q])
    }

    model! {
        /// A model with two inputs and two outputs, twice.
        pub struct Outer;

        let a = Input(shape = [3]);
        let b = Input(shape = [5]);
        let two = TwoInTwoOut();
        let (p, q) = two([a, b]);
        let h = Dense(3)(q);
        let (r, s) = two([h, b]);
        let y = concatenate([p, r, s]);

        Model(inputs = [a, b], outputs = [y, q])
    }

    model! {
        /// One of two outputs, by a pattern that leaves the other; a model within a model within a model.
        pub struct Deep;

        let a = Input(shape = [3]);
        let b = Input(shape = [5]);
        let (first, _) = Outer()([a, b]);
        let y = Tower(name = "last")(Dense(3)(first));

        Model(inputs = [a, b], outputs = y)
    }

    model! {
        /// Weights of a part that do not learn.
        pub struct FrozenPart;

        let x = Input(shape = [3]);
        let h = Tower(trainable = false)(x);
        let y = Dense(2)(h);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn gradients() {
        check::<Pair<f64>>();
        check::<TwoInTwoOut<f64>>();
        check::<Outer<f64>>();
        check::<Deep<f64>>();
        check::<FrozenPart<f64>>();
    }

    #[test]
    fn weights_are_once_and_have_their_path() {
        assert_eq!(variables::<Pair>(), ["tower.y.kernel", "tower.y.bias", "same.kernel", "same.bias"]);
        assert_eq!(
            variables::<Deep>(),
            [
                "outer.two.p.kernel",
                "outer.two.p.bias",
                "outer.two.q.kernel",
                "outer.two.q.bias",
                "outer.h.kernel",
                "outer.h.bias",
                "last.y.kernel",
                "last.y.bias",
                "dense.kernel",
                "dense.bias"
            ]
        );
        assert_eq!(variables::<FrozenPart>(), ["(h.y.kernel)", "(h.y.bias)", "y.kernel", "y.bias"]);
    }
}

mod const_expressions {
    use super::*;

    const HIDDEN: usize = 6;
    const fn half(n: usize) -> usize {
        n / 2
    }

    model! {
        pub struct Halves;

        let x = Input(shape = [HIDDEN / 2]);
        let h = Dense(HIDDEN, activation = tanh)(x);
        let y = Dense(half(HIDDEN) - 1)(h);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// Literal arithmetic, constants of other modules and of types, several axes.
        pub struct Mixed;

        let x = Input(shape = [2 * 2 - 1, i8::BITS as usize - 3]);
        let tower = Dense(self::HIDDEN - 4);
        let a = tower(x);
        let b = tower(x);
        let y = concatenate([a, b, x], axis = -1);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// Such a model as a layer.
        pub struct Around;

        let x = Input(shape = [3]);
        let halves = Halves();
        let y = concatenate([halves(x), x, halves(x)]);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn gradients() {
        check::<Halves<f64>>();
        check::<Mixed<f64>>();
        check::<Around<f64>>();
    }

    #[test]
    fn shapes_are_known_when_the_program_is_compiled() {
        const OUTPUT: Shape = <Halves as Model>::OUTPUT_SHAPES[0];
        assert_eq!(OUTPUT, Shape::new(&[2]));
        assert_eq!(Mixed::<f32>::OUTPUT_SHAPES, [Shape::new(&[3, 9])]);
        assert_eq!(Around::<f32>::OUTPUT_SHAPES, [Shape::new(&[7])]);
        assert_eq!(Halves::PARAMETERS, 3 * 6 + 6 + 6 * 2 + 2);
        let y: SVector<f32, 2> = Halves::new(&mut rng()).call(&SVector::zeros());
        assert_eq!(y, SVector::<f32, 2>::zeros());
    }
}

mod own_parts {
    use super::*;

    /// Layers and activations of a user's own.
    pub mod my {
        use nn::activations::Elementwise;
        use nn::{Element, SMatrix, prelude::*};
        use rand::Rng;

        /// `y = c · s ⊙ x`, with a scale for each of `N` features.
        #[derive(Clone, Copy, Debug)]
        pub struct Scale<const N: usize> {
            factor: f64,
            start: f64,
        }

        impl<const N: usize> Scale<N> {
            pub const fn new() -> Self {
                Scale { factor: 1.0, start: 1.0 }
            }

            pub const fn factor(self, factor: f64) -> Self {
                Scale { factor, ..self }
            }

            pub const fn start(self, start: f64) -> Self {
                Scale { start, ..self }
            }

            pub const fn output_shape(inputs: &[Shape]) -> Result<Shape, ShapeError> {
                Ok(inputs[0])
            }
        }

        nn::weights! {
            pub struct ScaleWeights<T, const N: usize> {
                /// One for each feature.
                scale: SMatrix<T, N, 1> => [N],
            }
        }

        impl<const N: usize> Component for Scale<N> {
            type Layer = Self;
        }

        impl<T: Scalar + Element, const N: usize, const P: usize> Layer<T, SMatrix<T, N, P>> for Scale<N> {
            type Output = SMatrix<T, N, P>;
            type Weights = ScaleWeights<T, N>;
            type Scratch<B: Storage> = ();
            type Cache<B: Storage> = ();

            fn init(&self, w: &mut Self::Weights, _: &mut dyn Rng) {
                w.scale.fill(T::of(self.start));
            }

            fn forward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, N, P>],
                y: &mut [SMatrix<T, N, P>],
                _: Pass<'_, '_, (), ()>,
            ) {
                for (x, y) in x.iter().zip(y) {
                    for p in 0..P {
                        for i in 0..N {
                            // y = c · s ⊙ x
                            y[(i, p)] = T::of(self.factor) * w.scale[i] * x[(i, p)];
                        }
                    }
                }
            }

            fn backward<B: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, N, P>],
                _: &[SMatrix<T, N, P>],
                dy: &[SMatrix<T, N, P>],
                _: &mut (),
                mut dx: Option<&mut [SMatrix<T, N, P>]>,
                mut dw: Option<&mut Self::Weights>,
            ) {
                for n in 0..x.len() {
                    for p in 0..P {
                        for i in 0..N {
                            // y = c · s ⊙ x
                            if let Some(dx) = &mut dx {
                                dx[n][(i, p)] += T::of(self.factor) * w.scale[i] * dy[n][(i, p)];
                            }
                            if let Some(dw) = &mut dw {
                                dw.scale[i] += T::of(self.factor) * x[n][(i, p)] * dy[n][(i, p)];
                            }
                        }
                    }
                }
            }
        }

        /// `y = slope · xᴺ`
        pub struct Power<const N: u32> {
            pub slope: f64,
        }

        impl<const N: u32> Power<N> {
            pub const PLAIN: Self = Power { slope: 1.0 };
        }

        impl<const N: u32> Elementwise for Power<N> {
            fn value<T: Scalar>(&self, x: T) -> T {
                (0..N).fold(T::of(self.slope), |y, _| y * x)
            }

            fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
                (1..N).fold(T::of(self.slope * f64::from(N)), |y, _| y * x)
            }
        }

        /// `y = x³`
        pub struct Cube;

        impl Elementwise for Cube {
            fn value<T: Scalar>(&self, x: T) -> T {
                x * x * x
            }

            fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
                T::of(3.0) * x * x
            }
        }
    }

    use my::Scale;

    const TWO: f64 = 2.0;

    model! {
        pub struct Scaled;

        let x = Input(shape = [3]);
        let a = my::Scale::<3>()(x);
        let scale = my::Scale::<3>(factor = TWO, start = 0.5);
        let y = concatenate([scale(a), scale(x)]);

        Model(inputs = x, outputs = y)
    }

    const N: usize = 5;

    model! {
        /// A single name, a const expression as a generic argument, `name` and `trainable`.
        pub struct Named;

        let x = Input(shape = [2, N]);
        let h = Scale::<{ N }>(name = "fixed", trainable = false)(x);
        let y = Scale::<N>()(h);

        Model(inputs = x, outputs = y)
    }

    model! {
        pub struct Cubed;

        let x = Input(shape = [3]);
        let h = Dense(2, activation = my::Cube)(x);
        let y = Activation(self::my::Cube)(h);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// Activations with generics and fields.
        pub struct Powers;

        let x = Input(shape = [3]);
        let h = Dense(2, activation = my::Power::<2>::PLAIN)(x);
        let h = Dense(2, activation = my::Power::<3> { slope: TWO })(h);
        let y = Activation(my::Power::<2> { slope: 0.5 })(h);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn gradients() {
        check::<Powers<f64>>();
        check::<Scaled<f64>>();
        check::<Named<f64>>();
        check::<Cubed<f64>>();
    }

    #[test]
    fn keywords_reach_the_layer() {
        let scaled = Scaled::<f64>::new(&mut rng());
        assert_eq!(scaled.scale.scale, SVector::<f64, 3>::repeat(0.5));
        let y = scaled.call(&SVector::from([1.0, 2.0, 3.0]));
        assert_eq!(y, SVector::<f64, 6>::from([1.0, 2.0, 3.0, 1.0, 2.0, 3.0]));
        assert_eq!(variables::<Scaled>(), ["a.scale", "scale.scale"]);
        assert_eq!(variables::<Named>(), ["(fixed.scale)", "y.scale"]);
    }
}

mod the_struct {
    use super::*;

    model! {
        /// Says
        /// what it is for.
        #[derive(Clone, PartialEq, PartialOrd)]
        #[cfg(any())]
        pub struct Absent;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }

    model! {
        #[derive(Clone)]
        #[must_use]
        pub(crate) struct Attributes;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }

    mod private {
        use super::*;

        model! {
            struct Hidden;

            let x = Input(shape = [3]);
            let y = Dense(2)(x);

            Model(inputs = x, outputs = y)
        }

        #[test]
        fn is_seen_here() {
            check::<Hidden<f64>>();
        }
    }

    #[test]
    fn in_a_function() {
        const SIZE: usize = 3;

        model! {
            struct Local;

            let x = Input(shape = [SIZE]);
            let y = Dense(2)(x);

            Model(inputs = x, outputs = y)
        }

        check::<Local<f64>>();
        let LocalOutputs { y } = LocalOutputs { y: Local::new(&mut rng()).call(&SVector::zeros()) };
        assert_eq!(y, SVector::<f32, 2>::zeros());
    }

    #[test]
    fn single_and_double_precision() {
        check::<Attributes<f64>>();
        let single: SVector<f32, 2> = Attributes::new(&mut rng()).call(&SVector::repeat(1.0));
        let double: SVector<f64, 2> = Attributes::<f64>::new(&mut rng()).call(&SVector::repeat(1.0));
        assert!((single.cast::<f64>() - double).norm() < 1e-6);
        assert_eq!((Attributes::PARAMETER_BYTES, <Attributes<f64> as Model>::PARAMETER_BYTES), (32, 64));
    }

    #[test]
    fn constants() {
        assert_eq!((Attributes::PARAMETERS, Attributes::MACS, Attributes::ARENA_BYTES), (8, 6, 0));
        assert!(Attributes::SUMMARY.contains("│ y (Dense)      │ (None, 2)    │       8 │ x            │"));
    }
}

mod arguments {
    use super::*;

    model! {
        /// Names that were given, also of inputs and outputs.
        pub struct Given;

        let x = Input(shape = [3], name = "start");
        let h = Dense(5, activation = tanh, name = "middle")(x);
        let h = Dense(4, trainable = false, name = "fixed")(h);
        let y = Dense(2, name = "end")(h);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// Initializers and regularizers.
        pub struct Started;

        let x = Input(shape = [3]);
        let h = Dense(5, kernel_initializer = he_normal, bias_initializer = ones, kernel_regularizer = l2(0.01))(x);
        let y = Dense(2, kernel_initializer = random_normal(stddev = 0.1), bias_regularizer = l1(l1 = 0.2))(h);

        Model(inputs = x, outputs = y)
    }

    model! {
        /// The function forms.
        pub struct Functions;

        let a = Input(shape = [2, 3]);
        let b = Input(shape = [2, 3]);
        let rows = concatenate([a, b], axis = 1);
        let features = Concatenate(axis = -1)([a, tanh(b)]);
        let y = Dense(3, activation = None)(softplus(features));
        let z = concatenate([rows, y], axis = 1);

        Model(inputs = [a, b], outputs = elu(z))
    }

    model! {
        /// Nothing to learn.
        pub struct Weightless;

        let x = Input(shape = [3]);
        let y = tanh(x);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn gradients() {
        check::<Given<f64>>();
        check::<Started<f64>>();
        check::<Functions<f64>>();
        check::<Weightless<f64>>();
    }

    #[test]
    fn names() {
        assert_eq!(
            variables::<Given>(),
            ["middle.kernel", "middle.bias", "(fixed.kernel)", "(fixed.bias)", "end.kernel", "end.bias"]
        );
        assert_eq!(Given::<f32>::INPUT_NAMES, ["start"]);
        assert_eq!(Started::new(&mut rng()).h.bias, SVector::<f32, 5>::repeat(1.0));
        assert_eq!(Weightless::PARAMETERS, 0);
        assert_eq!(Weightless::new(&mut rng()).call(&SVector::zeros()), SVector::<f32, 3>::zeros());
    }

    #[test]
    fn weights_that_do_not_learn_do_not_change() {
        let mut given = Given::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError);
        let before = given.model().clone();
        given.train_on_batch(&[SVector::repeat(1.0)], &[SVector::repeat(1.0)]).unwrap();
        assert_eq!(before.fixed, given.model().fixed);
        assert!(before.middle != given.model().middle && before.end != given.model().end);
    }
}

/// Layers between other layers: their shapes and constants fit, and gradients pass through them.
mod layers {
    use super::*;

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
        pub struct Random;

        let x = Input(shape = [5]);
        let h = Dropout(rate = 0.4)(x);
        let h = Dense(3, activation = tanh)(h);
        let y = GaussianNoise(0.1)(h);

        Model(inputs = x, outputs = y)
    }

    const WIDTH: usize = 3;

    model! {
        /// The same layers where only rustc knows the shapes.
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
}
