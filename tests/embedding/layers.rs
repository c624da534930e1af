//! Tables in other places: inside wrappers, and in a user's own layers.

use super::*;

#[allow(unreachable_pub)]
mod my {
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};
    use std::ops::Range;

    nn::weights! {
        /// A table between two other variables.
        pub struct CountedWeights<T, const V: usize> {
            /// A factor.
            scale: SVector<T, 1> => [1],
            /// A number for each word.
            rows table: SMatrix<T, 2, V> => [V, 2],
            /// One more number for each.
            rows other: SMatrix<T, 1, V> => [V],
            /// A number that is always added.
            bias: SVector<T, 1> => [1],
        }
    }

    nn::layer! {
        /// `y = scale · Σₚ (a[xₚ] + b[xₚ] + c[xₚ]) + bias`
        pub struct Counted<V> {
            /// The rows of the table.
            size: Size,
        }

        pub const COUNTED: LayerSpec { weights: CountedWeights<V>, infer: rule!(counted) }

        impl Train, Ends;
    }

    pub const fn counted(args: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(Shape::new(&[1]), &COUNTED::Consts { V: COUNTED::Args(args).size() }.list()))
    }

    impl<const V: usize> Counted<V> {
        fn sum<T: Scalar>(w: &CountedWeights<T, V>, x: &SVector<u32, 3>) -> T {
            x.iter().map(|&word| w.table.column(word as usize).sum() + w.other[word as usize]).sum()
        }
    }

    impl<T: Scalar + nn::Element, const V: usize> Layer<T, SVector<u32, 3>> for Counted<V> {
        type Output = SVector<T, 1>;
        type Weights = CountedWeights<T, V>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn init(&self, w: &mut Self::Weights, _: &mut dyn nn::rand::Rng) {
            w.scale[0] = T::ONE;
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SVector<u32, 3>],
            y: &mut [SVector<T, 1>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                y[0] = w.scale[0] * Self::sum(w, x) + w.bias[0];
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SVector<u32, 3>],
            _: &[SVector<T, 1>],
            dy: &[SVector<T, 1>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SVector<u32, 3>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            let Some(dw) = dw else { return };
            for (x, dy) in x.iter().zip(dy) {
                dw.scale[0] += Self::sum(w, x) * dy[0];
                dw.bias[0] += dy[0];
                for &word in x {
                    dw.table.column_mut(word as usize).add_scalar_mut(w.scale[0] * dy[0]);
                    dw.other[word as usize] += w.scale[0] * dy[0];
                }
            }
        }
    }

    impl<T: Scalar + nn::Element, const V: usize> nn::Train<T, SVector<u32, 3>> for Counted<V> {
        /// Reports more than necessary: part of a row stands for the whole row. The last row of one table, all of the
        /// other table and the variable after it are one range.
        fn touched<B: Storage>(&self, x: &[SVector<u32, 3>], _: &(), visit: &mut dyn FnMut(Range<usize>)) {
            for &word in x.iter().flatten() {
                visit(2 + 2 * word as usize..3 + 2 * word as usize);
            }
            visit(2 * V..3 * V + 2);
        }
    }

    impl<T: Scalar + nn::Element, const V: usize> nn::Ends<T, SVector<u32, 3>> for Counted<V> {
        const BOUNDS: &'static [usize] = &[V];
    }

    nn::weights! {
        /// A table.
        pub struct HashedWeights<T, const V: usize> {
            /// A number for each bucket.
            rows table: SVector<T, V> => [V],
        }
    }

    nn::layer! {
        /// A table indexed by numbers: it cannot report its rows, so every step takes the whole table.
        pub struct Hashed<V> {
            /// The numbers in the table.
            size: Size,
        }

        pub const HASHED: LayerSpec { weights: HashedWeights<V>, infer: rule!(hashed) }
    }

    pub const fn hashed(args: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(Shape::new(&[1]), &HASHED::Consts { V: HASHED::Args(args).size() }.list()))
    }

    impl<const V: usize> Hashed<V> {
        fn bucket<T: Scalar>(x: T) -> usize {
            (x.to_f64() * 1000.0).abs() as usize % V
        }
    }

    impl<T: Scalar + nn::Element, const V: usize> Layer<T, SVector<T, 1>> for Hashed<V> {
        type Output = SVector<T, 1>;
        type Weights = HashedWeights<T, V>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SVector<T, 1>],
            y: &mut [SVector<T, 1>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                y[0] = w.table[Self::bucket(x[0])];
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &Self::Weights,
            x: &[SVector<T, 1>],
            _: &[SVector<T, 1>],
            dy: &[SVector<T, 1>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SVector<T, 1>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            let Some(dw) = dw else { return };
            for (x, dy) in x.iter().zip(dy) {
                dw.table[Self::bucket(x[0])] += dy[0];
            }
        }
    }
}

model! {
    pub struct Own;

    let left = Input(shape = [3], dtype = u32);
    let right = Input(shape = [3], dtype = u32);
    let before = Dense(1)(Flatten()(Embedding(VOCABULARY, 1)(right)));
    let a = my::Counted(50)(left);
    let hashed = my::Hashed(11)(a);
    let y = Add()([before, hashed, a]);

    Model(inputs = [left, right], outputs = y)
}

model! {
    /// A table and a model inside wrappers; the table is also called directly.
    pub struct Wrapped;

    let steps = Input(shape = [2, 3], dtype = u32);
    let words = Input(shape = [3], dtype = u32);
    let table = Embedding(VOCABULARY, 4);
    let a = Flatten()(TimeDistributed(table)(steps));
    let b = Flatten()(table(words));
    let c = Flatten()(TimeDistributed(Inner())(steps));
    let y = Dense(1)(concatenate([a, b, c]));

    Model(inputs = [steps, words], outputs = y)
}

const RMSPROP: RmsProp = RmsProp { learning_rate: 0.05, rho: 0.9, momentum: 0.0, epsilon: 1e-7, centered: true };

#[test]
fn tables_of_a_user() {
    let (mut rows, mut whole) = (model::<Own<f64>, _>(RMSPROP), model::<Own<f64>, _>(Whole(RMSPROP)));
    train(&mut rows, 0..20);
    train(&mut whole, 0..20);
    assert_equal(&state(&mut rows), &state(&mut whole));
}

#[test]
fn a_layer_that_reads_numbers_is_not_asked_for_rows() {
    let mut rows = Vec::new();
    Own::<f64>::variables(&nn::Path::ROOT, &mut |variable| {
        if variable.rows {
            rows.push(variable.path.to_string());
        }
    });
    assert_eq!(rows, ["embedding.embeddings", "a.table", "a.other"]);
}

#[test]
fn tables_in_wrappers() -> nn::Result<()> {
    fn run<O: Optimizer>(optimizer: O) -> nn::Result<Vec<(String, Vec<f64>)>> {
        let mut model = Wrapped::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(optimizer, MeanSquaredError);
        for batch in 0..20 {
            let (a, b, c) = (words(batch, 0), words(batch, 1), words(batch + 50, 0));
            let steps: Vec<_> = a.iter().zip(&b).map(|(a, b)| SMatrix::<u32, 3, 2>::from_columns(&[*a, *b])).collect();
            model.train_on_batch((&steps, &c), &targets(batch))?;
        }
        Ok(state(&mut model))
    }
    assert_equal(&run(RMSPROP)?, &run(Whole(RMSPROP))?);

    let model = Wrapped::boxed(&mut StdRng::seed_from_u64(1));
    let mut steps = SMatrix::<u32, 3, 2>::zeros();
    steps[(1, 1)] = 50;
    let error = model.predict(([steps], [Words::zeros()])).expect_err("50 is too large").to_string();
    assert_eq!(error, "input `steps`: expected indices below 50, got 50 in sample 0 (position 4)");
    Ok(())
}
