//! Models, constants and neighbours with names that an expansion also has.
//!
//! ```sh
//! cargo test -p nn-sweeps --test names                   # some names of every kind
//! cargo test -p nn-sweeps --test names --features all
//! ```

#![allow(missing_docs)]

use nn::prelude::*;

/// Checks a prediction, the same with the folded form, and a training step. The step is that of a `Trainer`, which
/// calls all of an expansion that `fit` calls and compiles in a part of its time.
macro_rules! check {
    ($model:ty) => {{
        let mut rng = StdRng::seed_from_u64(1);
        let model = <$model as Model>::boxed(&mut rng);
        let (x, words) = (SVector::<f32, 3>::new(0.5, -1.0, 2.0), SVector::<u32, 4>::new(1, 0, 4, 2));
        let (a, b) = (model.call((&x, &words)), model.fold().call((&x, &words)));
        assert!((a.y - b.y).norm() < 1e-5 && (a.z - b.z).norm() < 1e-5);
        let sgd = Sgd::default();
        let mut trainer = nn::Trainer::<_, 1, 0>::new(*model, &sgd).unwrap();
        trainer.step(&sgd, &(MeanSquaredError, MeanSquaredError), ([x], [words]), ([a.y], [a.z]), &mut rng).unwrap();
    }};
}

/// Checks `predict` and `fit`, for one of the names.
#[test]
fn a_model_that_is_called_as_a_type_is_fitted() {
    let model = <self::some::box_::Box as Model>::boxed(&mut StdRng::seed_from_u64(1));
    let x = ([SVector::<f32, 3>::new(0.5, -1.0, 2.0)], [SVector::<u32, 4>::new(1, 0, 4, 2)]);
    let (a, b) = (model.predict((&x.0, &x.1)).unwrap(), model.fold().predict((&x.0, &x.1)).unwrap());
    assert!((a.y[0] - b.y[0]).norm() < 1e-5 && (a.z[0] - b.z[0]).norm() < 1e-5);
    let mut compiled = model.compile(Sgd::default(), (MeanSquaredError, MeanSquaredError));
    compiled.fit((&x.0, &x.1), (&a.y, &a.z), Fit::new().verbose(0)).unwrap();
}

/// A module for each name, with a model of that name.
macro_rules! called {
    ($($module:ident: $name:ident,)*) => {
        $(
            #[allow(non_camel_case_types, unreachable_pub)]
            pub(super) mod $module {
                const UNITS: ::core::primitive::usize = 2;

                ::nn::model! {
                    /// An inner model.
                    pub struct Inner;
                    let x = Input(shape = [3]);
                    let y = Dense(2)(x);
                    Model(inputs = x, outputs = y)
                }

                ::nn::model! {
                    /// Known and unknown sizes, a table, masks, states, and something to fold.
                    #[derive(Debug, Clone, PartialEq)]
                    #[nn(profile)]
                    pub struct $name;
                    let x = Input(shape = [3]);
                    let words = Input(shape = [4], dtype = u32);
                    let h = BatchNormalization()(Dropout(0.5)(Dense(UNITS + 1, activation = relu)(x)));
                    let steps = GRU(UNITS, return_sequences = true)(Embedding(5, 3, mask_zero = true)(words));
                    let y = Dense(2, activation = tanh, kernel_constraint = non_neg)(concatenate([h, Inner()(h)]));
                    let z = Dense(1, kernel_regularizer = l2(0.1))(GlobalAveragePooling1D()(steps));
                    Model(inputs = [x, words], outputs = [y, z])
                }
            }
        )*

        #[test]
        fn models_may_be_called_as_anything() {
            use nn::prelude::*;
            $(check!($module::$name);)*
        }
    };
}

/// Names of each kind: traits, variants and types of the prelude, primitive types, crates, functions, the library's
/// own names, and generic parameters.
mod some {
    called! {
        clone_: Clone, iterator_: Iterator, some_: Some, option_: Option, box_: Box, f32_: f32, usize_: usize, std_: std,
        nn_: nn, size_of_: size_of, graph_: Graph, layer_: Layer, storage_: Storage, s_vector_: SVector, dense_: Dense,
        relu_: Relu, s0_: S0, t_: T, x_: X,
    }
}

/// All other names.
#[cfg(feature = "all")]
mod others {
    called! {
        as_mut_: AsMut, as_ref_: AsRef, copy_: Copy, default_: Default, drop_: Drop, eq_: Eq, err_: Err, extend_: Extend,
        fn_: Fn, fn_mut_: FnMut, fn_once_: FnOnce, from_: From, from_iterator_: FromIterator, into_: Into,
        into_iterator_: IntoIterator, none_: None, ok_: Ok, ord_: Ord, partial_eq_: PartialEq, partial_ord_: PartialOrd,
        result_: Result, send_: Send, sized_: Sized, sync_: Sync, try_from_: TryFrom, try_into_: TryInto, unpin_: Unpin,
        debug_: Debug, hash_: Hash, string_: String, to_owned_: ToOwned, to_string_: ToString, vec_: Vec, bool_: bool,
        char_: char, f64_: f64, i8_: i8, i16_: i16, i32_: i32, i64_: i64, i128_: i128, isize_: isize, str_: str, u8_: u8,
        u16_: u16, u32_: u32, u64_: u64, u128_: u128, core_: core, alloc_: alloc, buffer_: Buffer, component_: Component,
        inline_: Inline, model_: Model, part_: Part, pass_: Pass, scalar_: Scalar, shape_: Shape, weights_: Weights,
        activate_: Activate, a_: A, b_: B, e_: E, s_: S, y_: Y,
    }
}

/// The names of a model's items do not clash with its neighbours.
mod neighbours {
    use nn::prelude::*;

    model! { pub(crate) struct Block; let x = Input(shape = [3]); let y = Dense(3, activation = relu)(x); Model(inputs = x, outputs = y) }
    model! { pub(crate) struct Net; let x = Input(shape = [3]); let encoder_block = Block()(x); Model(inputs = x, outputs = encoder_block) }
    model! { pub(crate) struct NetEncoder; let x = Input(shape = [3]); let block = Block()(x); Model(inputs = x, outputs = block) }
    model! { pub(crate) struct NetFoldedEncoder; let x = Input(shape = [3]); let block = Block()(x); Model(inputs = x, outputs = block) }

    #[test]
    fn models_inside_of_neighbours_are_told_apart() {
        let x = SVector::<f32, 3>::zeros();
        let rng = || StdRng::seed_from_u64(1);
        assert_eq!(Net::new(&mut rng()).call(&x), NetEncoder::new(&mut rng()).call(&x));
        assert_eq!(Net::new(&mut rng()).fold().call(&x), NetFoldedEncoder::new(&mut rng()).fold().call(&x));
    }
}

/// Models with the names of another model's internal items.
mod beside {
    use nn::prelude::*;

    macro_rules! nets {
        ($($name:ident)*) => {
            $(model! {
                pub(crate) struct $name;
                let x = Input(shape = [3]);
                let h = Dense(3, activation = relu)(x);
                let y = BatchNormalization()(Dense(3, use_bias = false)(h));
                let z = Dense(2)(y);
                Model(inputs = x, outputs = z)
            })*

            #[test]
            fn a_model_may_be_called_as_what_stands_beside_another_one() {
                $(assert!($name::new(&mut StdRng::seed_from_u64(1)).call(&SVector::zeros()).norm().is_finite());)*
            }
        };
    }

    nets! { Net NetGraph NetFoldedGraph NetScratch NetCache NetSummary NetTraining NetTrainingCache NetLayer NetYLayer }
}

/// The user of the model gets the warning; the expansion does not.
#[deny(warnings)]
#[allow(unreachable_pub)]
pub mod deprecated {
    const UNITS: usize = 2;

    nn::model! {
        /// All items that name the model.
        #[deprecated(note = "use another one")]
        #[budget(ram = "1 KiB", params = 1_000)]
        #[nn(allow(frozen_with_nothing_upstream), profile)]
        pub struct Old;

        let x = Input(shape = [3]);
        let words = Input(shape = [4], dtype = u32);
        let h = BatchNormalization()(Dropout(0.5)(Dense(UNITS + 1, activation = relu, trainable = false)(x)));
        let y = Dense(2)(h);
        let z = GRU(UNITS)(Embedding(5, 3, mask_zero = true)(words));

        Model(inputs = [x, words], outputs = [y, z])
    }

    nn::model! {
        /// Nothing is folded.
        #[cfg_attr(all(), deprecated)]
        pub struct Older;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }
}
