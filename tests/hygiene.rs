//! The expansion leaves no trace in the user's code, whatever lints that code denies and whatever names it has.

use nn::prelude::*;
use nn_core::testing::check_layer;

/// The committed expansions, compiled unchanged. A test of `nn-macros` compares them with the macro's output.
#[allow(unreachable_pub, clippy::needless_option_as_deref, clippy::identity_op)]
mod expanded {
    include!("../examples/expanded/digits.rs");
    include!("../examples/expanded/pair.rs");
    include!("../examples/expanded/pair_passes.rs");
    include!("../examples/expanded/pair_folded.rs");
}

/// The committed expansion of a stream; its model is without the attribute.
#[allow(unreachable_pub, clippy::needless_option_as_deref, clippy::identity_op)]
mod stream {
    nn::model! {
        pub struct Filter;

        let sound = Input(shape = [64, 1]);
        let h = Conv1D(4, 3, padding = causal, activation = relu)(sound);
        let h = LSTM(4, return_sequences = true)(h);
        let out = Dense(1)(h);
        let loudness = MaxPooling1D(2)(out);

        Model(inputs = sound, outputs = [out, loudness])
    }

    include!("../examples/expanded/stream.rs");
}

#[test]
fn the_committed_stream_computes_the_same() {
    let filter = stream::Filter::new(&mut StdRng::seed_from_u64(1));
    let sound = SMatrix::<f32, 1, 64>::from_fn(|_, t| (t as f32 * 0.1).sin());
    let (whole, mut stream) = (filter.call(&sound), filter.stream());
    for t in 0..64 {
        let y = stream.step(&sound[t]);
        assert_eq!(y.out[0], whole.out[t]);
        assert_eq!(y.loudness.map(|y| y[0]), (t % 2 == 1).then(|| whole.loudness[t / 2]));
    }
}

/// The block for editors, which the compiler does not see otherwise.
mod editor {
    const SLOPE: f64 = 0.1;

    include!("../examples/expanded/editor.rs");
}

model! {
    /// The graph of `examples/expanded/digits.rs`.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

model! {
    /// The graph of `examples/expanded/pair.rs`.
    pub struct Pair;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let tower = Digits();
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(both);

    Model(inputs = [a, b], outputs = same)
}

#[test]
fn the_committed_expansions_compute_the_same() {
    let rng = || StdRng::seed_from_u64(1);
    let a = SVector::from_fn(|i, _| (i as f32 * 0.1).sin());
    let b = SVector::from_fn(|i, _| (i as f32 * 0.1).cos());
    assert_eq!(Digits::new(&mut rng()).call(&a), expanded::Digits::new(&mut rng()).call(&a));
    assert_eq!(Pair::new(&mut rng()).call((&a, &b)), expanded::Pair::new(&mut rng()).call((&a, &b)));
    assert_eq!(Pair::SUMMARY, expanded::Pair::SUMMARY);
}

mod models {
    nn::model! {
        /// Two inputs, two outputs, and an output that is also read inside.
        pub struct Reader;

        let question = Input(shape = [8]);
        let text = Input(shape = [12]);
        let both = concatenate([question, text]);
        let hidden = Dense(16, activation = relu, kernel_regularizer = l2(0.01))(both);
        let hidden = Dropout(0.2)(hidden);
        let answer = Dense(10, activation = softmax)(hidden);
        let certain = Dense(1, activation = sigmoid)(concatenate([answer, question]));

        Model(inputs = [question, text], outputs = [answer, certain])
    }

    nn::model! {
        /// Indices: a table with rows by batch, one more in an inner model, and a mask.
        pub struct Words;

        let words = Input(shape = [6], dtype = u32);
        let table = Embedding(100, 8, mask_zero = true)(words);
        let mean = GlobalAveragePooling1D()(table);
        let kind = Dense(3, activation = softmax)(mean);
        let title = Titles()(words);

        Model(inputs = words, outputs = [kind, title])
    }

    nn::model! {
        /// A table of its own.
        pub struct Titles;

        let words = Input(shape = [6], dtype = u32);
        let rows = Flatten()(Embedding(50, 2)(words));

        Model(inputs = words, outputs = rows)
    }
}

#[test]
fn gradients_of_an_expansion() {
    check_layer::<<models::Reader<f64> as Model>::Inputs, _>(&<models::Reader<f64> as Model>::Graph::default());
}

/// The outer table comes first, with 8 numbers in a row; the inner table has 2.
#[test]
fn rows_of_an_expansion() {
    type Graph = <models::Words as Model>::Graph;
    let (x, mut rows) = ([SVector::<u32, 6>::new(9, 0, 9, 1, 2, 3)], Vec::new());
    let cache = nn::Buffer::with_capacity(1);
    nn::Train::<f32, SVector<u32, 6>>::touched::<nn::Heap>(&Graph::default(), &x, &cache, &mut |range| {
        rows.push(range)
    });
    let table =
        |start: usize, width: usize| [9, 0, 9, 1, 2, 3].map(|word| start + word * width..start + (word + 1) * width);
    let inside = std::mem::offset_of!(models::Words<f32>, title) / 4;
    assert_eq!(rows, [table(0, 8), table(inside, 2)].concat());
    assert_eq!(<Graph as nn::Ends<f32, SVector<u32, 6>>>::BOUNDS, [50]);
}

/// The expansion has an `unsafe impl`. The user's `forbid` does not apply to it, because it is not the user's code.
#[forbid(unsafe_code)]
mod without_unsafe_code {
    nn::model! {
        /// A model.
        pub struct Strict;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }
}

/// Every kind of model under every lint.
#[deny(warnings, unused, nonstandard_style, missing_docs, missing_debug_implementations)]
#[deny(let_underscore, unused_qualifications, unused_results, single_use_lifetimes, elided_lifetimes_in_paths)]
#[deny(unreachable_pub, unsafe_op_in_unsafe_fn, unused_lifetimes, trivial_casts, trivial_numeric_casts)]
#[deny(clippy::all, clippy::pedantic, clippy::undocumented_unsafe_blocks)]
pub mod without_warnings {
    const HIDDEN: usize = 4;
    const ROWS: usize = 3;

    nn::model! {
        /// With literals.
        pub struct Literal;

        let x = Input(shape = [3]);
        let y = Dense(HIDDEN - 2, activation = relu)(Dropout(0.5)(Dense(3)(x)));

        Model(inputs = x, outputs = y)
    }

    nn::model! {
        /// With constants, state and a model as a layer.
        pub(crate) struct Constant;

        let rows = Input(shape = [ROWS, 2]);
        let word = Input(shape = [ROWS]);
        let h = BatchNormalization()(Reshape([2, ROWS])(rows));
        let h = Flatten()(Dense(HIDDEN, trainable = false)(h));
        let y = Literal()(word);
        let z = concatenate([h, Literal()(word), y]);
        let z = Dense(1, activation = sigmoid)(z);

        Model(inputs = [rows, word], outputs = [z, y])
    }

    nn::model! {
        /// With its own form for training, and with `profile`.
        #[nn(allow(frozen_with_nothing_upstream), profile)]
        struct Still;

        let a = Input(shape = [ROWS]);
        let b = Input(shape = [2]);
        let h = Dense(HIDDEN, activation = gelu, trainable = false)(a);
        let h = concatenate([h, b]);
        let y = Dense(2)(Dense(1, trainable = false)(h));

        Model(inputs = [a, b], outputs = [y, h])
    }

    nn::model! {
        /// Names that are equal in camel case.
        struct Camels;

        let a = Input(shape = [ROWS]);
        let dense1 = Dense(HIDDEN)(a);
        let x = Dense(HIDDEN)(dense1);
        let x = Dense(HIDDEN + 1)(x);
        let base = Literal()(a);
        let folded_base = Literal(trainable = false)(a);
        let both = concatenate([base, folded_base]);

        Model(inputs = a, outputs = [x, both])
    }

    nn::model! {
        /// Without weights.
        struct Weightless;

        let x = Input(shape = [3]);
        let y = Softmax()(multiply([x, x]));

        Model(inputs = x, outputs = y)
    }
}

/// Names of the prelude, of crates and of the library, with another meaning here.
#[allow(dead_code, missing_docs, non_snake_case, unreachable_pub, unused_macros)]
mod other_meanings {
    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct String;
    pub type Result<T> = ::core::result::Result<T, ()>;
    pub trait Into {}
    pub trait From {}
    pub trait Clone {}
    pub trait Copy {}
    pub trait Default {}
    pub trait Debug {}
    pub trait PartialEq {}
    pub trait Sized {}
    pub trait Iterator {}
    pub trait FnMut {}
    pub fn Some() {}
    pub fn None() {}
    pub fn Ok() {}
    pub fn Err() {}
    pub fn drop() {}
    pub fn size_of() {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod nn {}

    pub struct Layer;
    pub struct Model;
    pub struct Graph;
    pub struct Shape;
    pub struct Weights;
    pub struct Storage;
    pub struct Scalar;
    pub struct SVector;
    pub struct SMatrix;
    pub struct Pass;
    pub struct Dense;
    pub struct DenseWeights;
    pub struct Activate;
    pub struct Relu;
    pub struct Heap;
    pub struct Inputs;

    macro_rules! assert {
        () => {};
    }
    macro_rules! concat {
        () => {};
    }

    pub const T: usize = 3;
    pub const B: usize = 5;
    pub const N: usize = 2;

    ::nn::model! {
        /// A model with the name of a trait of the library.
        #[nn(allow(bias_before_batch_normalization))]
        pub struct Components;

        let a = Input(shape = [T, N]);
        let b = Input(shape = [B, N]);
        let h = Dense(B, activation = relu);
        let both = concatenate([h(a), h(b)], axis = 1);
        let y = Dense(N, activation = softmax)(Flatten()(both));
        let z = BatchNormalization()(Dense(N * T)(y));

        Model(inputs = [a, b], outputs = [y, z])
    }

    ::nn::model! {
        pub struct Around;

        let a = Input(shape = [3, 2]);
        let b = Input(shape = [5, 2]);
        let (y, z) = Components()([a, b]);
        let end = concatenate([y, z]);

        Model(inputs = [a, b], outputs = end)
    }

    ::nn::model! {
        #[nn(allow(frozen_with_nothing_upstream), profile)]
        pub struct Literal;

        let a = Input(shape = [3]);
        let h = Dense(T, activation = gelu, trainable = false)(a);
        let y = Dense(2, activation = relu)(Dropout(0.1)(h));

        Model(inputs = a, outputs = y)
    }
}

#[test]
fn other_meanings_do_not_matter() {
    check_layer::<<other_meanings::Components<f64> as Model>::Inputs, _>(
        &<other_meanings::Components<f64> as Model>::Graph::default(),
    );
    check_layer::<<other_meanings::Around<f64> as Model>::Inputs, _>(
        &<other_meanings::Around<f64> as Model>::Graph::default(),
    );
    check_layer::<<other_meanings::Literal<f64> as Model>::Inputs, _>(
        &<other_meanings::Literal<f64> as Model>::Graph::default(),
    );
}

/// Models with names that the expansion itself uses.
#[allow(unreachable_pub)]
mod same_names {
    macro_rules! models {
        ($($name:ident $module:ident)*) => {
            $(mod $module {
                ::nn::model! {
                    pub struct $name;

                    let x = Input(shape = [3]);
                    let y = Dense(2, activation = relu)(x);

                    Model(inputs = x, outputs = y)
                }

                #[test]
                fn works() {
                    use nn_core::testing::check_layer;
                    check_layer::<<$name<f64> as ::nn::Model>::Inputs, _>(
                        &<<$name<f64> as ::nn::Model>::Graph as ::nn::Graph<f64, _>>::NEW,
                    );
                }
            })*
        };
    }

    models! {
        Graph graph
        Layer layer
        Dense dense
        Relu relu
        Shape shape
        Path path
        Buffer buffer
        Heap heap
        A a
        S0 s0
        Model model
    }
}

/// Layers and inputs with the names of local variables, methods and fields of the expansion.
#[allow(non_snake_case)]
mod local_names {
    nn::model! {
        pub struct Locals;

        let w = Input(shape = [3]);
        let dw = Dense(3, activation = tanh)(w);
        let x = Dense(3, activation = tanh)(dw);
        let y = Dense(3, activation = tanh)(x);
        let dy = Dense(3, activation = tanh)(y);
        let d_dy = Dense(3, activation = tanh)(dy);
        let n = Dense(3, activation = tanh)(d_dy);
        let m = Dense(3, activation = tanh)(n);
        let mode = Dense(3, activation = tanh)(m);
        let pass = Dense(3, activation = tanh)(mode);
        let rng = Dense(3, activation = tanh)(pass);
        let logit_mask = Dense(3, activation = tanh)(rng);
        let wanted = Dense(3, activation = tanh)(logit_mask);
        let loss = Dense(3, activation = tanh)(wanted);
        let new = Dense(3, activation = tanh)(loss);
        let call = Dense(3, activation = tanh)(new);
        let path = Dense(3, activation = tanh)(call);
        let visit = Dense(3, activation = tanh)(path);
        let input_shapes = Dense(3, activation = tanh)(visit);
        let r#type = Dense(3, activation = tanh)(input_shapes);

        Model(inputs = w, outputs = [r#type, dy])
    }

    const SIZE: usize = 3;

    nn::model! {
        /// The same if the expansion names constants after them.
        pub struct Constants;

        let input_shapes = Input(shape = [SIZE]);
        let output_shapes = Dense(3, activation = tanh)(input_shapes);
        let new = Dense(3)(output_shapes);
        let New = Dense(3)(new);
        let r#type = Dense(SIZE)(New);

        Model(inputs = input_shapes, outputs = r#type)
    }
}

#[test]
fn local_names_do_not_matter() {
    check_layer::<<local_names::Locals<f64> as Model>::Inputs, _>(
        &<local_names::Locals<f64> as Model>::Graph::default(),
    );
    check_layer::<<local_names::Constants<f64> as Model>::Inputs, _>(
        &<local_names::Constants<f64> as Model>::Graph::default(),
    );
}

/// Inner models whose names are equal in camel case.
mod alike {
    use nn::prelude::*;

    model! { pub struct Sub; let x = Input(shape = [3]); let y = Dense(3, activation = relu)(x); Model(inputs = x, outputs = y) }

    model! {
        pub struct Alike;
        let x = Input(shape = [3]);
        let tower_1 = Sub()(x);
        let tower1 = Sub()(tower_1);
        let tower_1_ = Sub()(tower1);
        Model(inputs = x, outputs = tower_1_)
    }

    #[test]
    fn names_may_differ_in_underscores_alone() {
        let model = Alike::new(&mut StdRng::seed_from_u64(1));
        assert!(model.fold().call(&SVector::<f32, 3>::zeros()).iter().all(|y| y.is_finite()));
    }
}
