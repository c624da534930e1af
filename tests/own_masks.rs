//! A user's own layers that read masks. Each sees the masks of its inputs, and hands one on if its declaration says so.

#![allow(missing_docs)]

use nn::Weights;
use nn::prelude::*;

#[allow(unreachable_pub)]
mod my {
    use nn::SMatrix;
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Arity, Inferred, LayerSpec, Masking, Value, rule};

    /// Whether a position counts.
    fn counts(mask: Option<&[u32]>, position: usize) -> bool {
        mask.is_none_or(|mask| mask[position] != 0)
    }

    nn::layer! {
        /// The masks of an attention: `y[t] = q[t] ⊙ Σ v[s]` over the unmasked values if query `t` counts, otherwise 0.
        pub struct Attend {}

        pub const ATTEND: LayerSpec { inputs: Arity::TWO, masking: Masking::Passes, infer: rule!(first) }
    }

    /// The output has the shape of the first input.
    pub const fn first(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    impl<T: Scalar, const F: usize, const Q: usize, const V: usize> Layer<T, (SMatrix<T, F, Q>, SMatrix<T, F, V>)>
        for Attend
    {
        type Output = SMatrix<T, F, Q>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            (q, v): (&[SMatrix<T, F, Q>], &[SMatrix<T, F, V>]),
            y: &mut [SMatrix<T, F, Q>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let (queries, values) = (pass.mask(0), pass.mask(1));
            for (n, y) in y.iter_mut().enumerate() {
                for f in 0..F {
                    let mut sum = T::ZERO;
                    (0..V).filter(|s| counts(values, n * V + s)).for_each(|s| sum += v[n][(f, s)]);
                    for t in 0..Q {
                        y[(f, t)] = if counts(queries, n * Q + t) { q[n][(f, t)] * sum } else { T::ZERO };
                    }
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            (q, v): (&[SMatrix<T, F, Q>], &[SMatrix<T, F, V>]),
            _: &[SMatrix<T, F, Q>],
            dy: &[SMatrix<T, F, Q>],
            memory: Memory<'_, T, ()>,
            (mut dq, mut dv): (Option<&mut [SMatrix<T, F, Q>]>, Option<&mut [SMatrix<T, F, V>]>),
            _: Option<&mut ()>,
        ) {
            let (queries, values) = (memory.mask(0), memory.mask(1));
            for (n, dy) in dy.iter().enumerate() {
                for (f, t) in (0..F).flat_map(|f| (0..Q).map(move |t| (f, t))) {
                    if !counts(queries, n * Q + t) {
                        continue;
                    }
                    for s in (0..V).filter(|s| counts(values, n * V + s)) {
                        // y[t] = q[t] ⊙ Σ v[s], so dq[t] += dy[t] ⊙ Σ v[s] and dv[s] += dy[t] ⊙ q[t]
                        dq.iter_mut().for_each(|dq| dq[n][(f, t)] += dy[(f, t)] * v[n][(f, s)]);
                        dv.iter_mut().for_each(|dv| dv[n][(f, s)] += dy[(f, t)] * q[n][(f, t)]);
                    }
                }
            }
        }
    }

    /// `y = x`, with a mask or without.
    macro_rules! copies {
        ($($doc:literal $name:ident $spec:ident $masking:expr;)*) => {$(
            nn::layer! {
                #[doc = $doc]
                pub struct $name {}

                pub const $spec: LayerSpec { masking: $masking, infer: rule!(first) }
            }

            impl<T: Scalar, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for $name {
                type Output = SMatrix<T, F, P>;
                type Weights = ();
                type Scratch<B: Storage> = ();
                type Cache<B: Storage> = ();

                fn forward<B: Storage>(
                    &self,
                    _: &(),
                    x: &[SMatrix<T, F, P>],
                    y: &mut [SMatrix<T, F, P>],
                    _: Pass<'_, '_, T, (), ()>,
                ) {
                    y.copy_from_slice(x);
                }

                fn backward<B: Storage>(
                    &self,
                    _: &(),
                    _: &[SMatrix<T, F, P>],
                    _: &[SMatrix<T, F, P>],
                    dy: &[SMatrix<T, F, P>],
                    _: Memory<'_, T, ()>,
                    dx: Option<&mut [SMatrix<T, F, P>]>,
                    _: Option<&mut ()>,
                ) {
                    dx.into_iter().flatten().zip(dy).for_each(|(dx, dy)| *dx += dy);
                }
            }
        )*};
    }

    copies! {
        "Hands the mask on." Keeps KEEPS Masking::Passes;
        "Drops it." Drops DROPS Masking::Drops;
    }
}

const QUERIES: [u32; 9] = [1, 0, 1, 0, 0, 1, 1, 1, 1];
const VALUES: [u32; 12] = [0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1];

#[test]
fn gradients_under_any_subset_of_masks() {
    type X = (SMatrix<f64, 2, 3>, SMatrix<f64, 2, 4>);
    let masks: [&[Option<&[u32]>]; 5] =
        [&[], &[None, None], &[Some(&QUERIES), None], &[None, Some(&VALUES)], &[Some(&QUERIES), Some(&VALUES)]];
    masks.into_iter().for_each(|masks| nn_core::testing::check_masked::<X, _>(&my::Attend, masks));
}

model! {
    /// Neither input has a mask.
    pub struct Plain;

    let q = Input(shape = [3, 2]);
    let v = Input(shape = [4, 2]);
    let queries = Dense(2)(q);
    let values = Dense(2)(v);
    let all = my::Attend()([queries, values]);
    let mean = GlobalAveragePooling1D()(all);

    Model(inputs = [q, v], outputs = [all, mean])
}

model! {
    /// The queries have a mask.
    pub struct OfQueries;

    let q = Input(shape = [3, 2]);
    let v = Input(shape = [4, 2]);
    let queries = Dense(2)(Masking()(q));
    let values = Dense(2)(v);
    let all = my::Attend()([queries, values]);
    let mean = GlobalAveragePooling1D()(all);

    Model(inputs = [q, v], outputs = [all, mean])
}

model! {
    /// The values have a mask, which is not handed on.
    pub struct OfValues;

    let q = Input(shape = [3, 2]);
    let v = Input(shape = [4, 2]);
    let queries = Dense(2)(q);
    let values = Dense(2)(Masking()(v));
    let all = my::Attend()([queries, values]);
    let mean = GlobalAveragePooling1D()(all);

    Model(inputs = [q, v], outputs = [all, mean])
}

/// A number of steps that only rustc knows.
const STEPS: usize = 4;

model! {
    /// Both inputs have a mask.
    pub struct OfBoth;

    let q = Input(shape = [STEPS - 1, 2]);
    let v = Input(shape = [STEPS, 2]);
    let queries = Dense(2)(Masking()(q));
    let values = Dense(2)(Masking()(v));
    let all = my::Attend()([queries, values]);
    let mean = GlobalAveragePooling1D()(all);

    Model(inputs = [q, v], outputs = [all, mean])
}

type Query = SMatrix<f64, 2, 3>;
type Value = SMatrix<f64, 2, 4>;
type Both = (Query, Value);

/// Sequences in which a step with a 0 in the mask is empty.
fn sequences<const S: usize>(mask: &[u32], from: usize) -> Vec<SMatrix<f64, 2, S>> {
    let number = |n: usize, f: usize, t: usize| ((from + n * 5 + f * 3 + t * 2) % 7) as f64 - 2.5;
    let samples = mask.chunks_exact(S).enumerate();
    samples.map(|(n, mask)| SMatrix::from_fn(|f, t| if mask[t] != 0 { number(n, f, t) } else { 0.0 })).collect()
}

/// A model with a mask on queries or values gives the result of the definition, and trains along the gradient of its
/// loss.
fn check<M>(queries: bool, values: bool, call: impl Fn(&M, &Query, &Value) -> (Query, SVector<f64, 2>))
where
    M: Model<Scalar = f64, Inputs = Both, Outputs = (Query, SVector<f64, 2>)>,
{
    let (q, v) = (sequences::<3>(&QUERIES, 1), sequences::<4>(&VALUES, 4));
    let mut model = M::boxed(&mut StdRng::seed_from_u64(3));
    model.as_mut_slice().iter_mut().enumerate().for_each(|(k, w)| *w = (k * 5 % 7) as f64 / 4.0 - 0.5);
    // The kernel and the bias of both layers.
    let w = model.as_slice();
    let dense = |w: &[f64], x: &[f64]| {
        SVector::<f64, 2>::from_fn(|f, _| (0..2).map(|i| w[f + 2 * i] * x[i]).sum::<f64>() + w[4 + f])
    };
    let (mut all, mut means) = (Vec::new(), Vec::new());
    for n in 0..3 {
        let counts = |t: &usize| !queries || QUERIES[n * 3 + t] != 0;
        let sum: SVector<f64, 2> = (0..4)
            .filter(|s| !values || VALUES[n * 4 + s] != 0)
            .map(|s| dense(&w[6..], v[n].column(s).as_slice()))
            .sum();
        let mut y = Query::zeros();
        for t in (0..3).filter(counts) {
            y.set_column(t, &dense(w, q[n].column(t).as_slice()).component_mul(&sum));
        }
        let number = (0..3).filter(counts).count().max(1);
        let mean = y.column_sum() / number as f64;
        let (got, got_mean) = call(&model, &q[n], &v[n]);
        assert!((got - y).norm() < 1e-12 && (got_mean - mean).norm() < 1e-12, "{n}: {got} {y} {got_mean} {mean}");
        all.push(y);
        means.push(mean);
    }
    // The loss leaves out masked queries.
    let targets = ([Query::zeros(); 3], [SVector::<f64, 2>::zeros(); 3]);
    let counted = if queries { QUERIES.iter().filter(|&&m| m != 0).count() } else { 9 };
    let of_all = all.iter().map(|y| y.norm_squared()).sum::<f64>() / (2 * counted) as f64;
    let of_mean = means.iter().map(|y| y.norm_squared()).sum::<f64>() / 6.0;
    let compiled =
        |model: &M| model.boxed_clone().compile(Sgd { learning_rate: 1.0, ..Sgd::default() }, MeanSquaredError);
    let loss = |model: &M| compiled(model).evaluate((&q, &v), (&targets.0, &targets.1)).unwrap().loss;
    assert!((loss(&model) - of_all - of_mean).abs() < 1e-12, "{} {of_all} {of_mean}", loss(&model));

    let mut trained = compiled(&model);
    trained.train_on_batch((&q, &v), (&targets.0, &targets.1)).unwrap();
    for i in 0..12 {
        let [above, below] = [1e-5, -1e-5].map(|step| {
            let mut moved = model.boxed_clone();
            moved.as_mut_slice()[i] += step;
            loss(&moved)
        });
        let (expected, got) = ((above - below) / 2e-5, model.as_slice()[i] - trained.model().as_slice()[i]);
        assert!((expected - got).abs() < 1e-6 * expected.abs().max(1.0), "{i}: {expected} {got}");
    }
}

#[test]
fn any_subset_of_masks() {
    macro_rules! check {
        ($($model:ident $queries:literal $values:literal)*) => {$(
            check::<$model<f64>>($queries, $values, |model, q, v| {
                let y = model.call((q, v));
                (y.all, y.mean)
            });
        )*};
    }
    check! {
        Plain false false
        OfQueries true false
        OfValues false true
        OfBoth true true
    }
}

model! {
    /// Masks that are handed on or not, to readers and to merges.
    #[nn(allow(dropped_mask))]
    pub struct Handed;

    let x = Input(shape = [3, 2]);
    let z = Input(shape = [3, 2]);
    let h = Masking()(x);
    let i = Masking()(z);
    let kept = GlobalAveragePooling1D()(my::Keeps()(h));
    let dropped = GlobalAveragePooling1D()(my::Drops()(h));
    let shifted = Dense(2, use_bias = true)(h);
    let product_kept = GlobalAveragePooling1D()(multiply([my::Keeps()(shifted), i]));
    let product_dropped = GlobalAveragePooling1D()(multiply([my::Drops()(shifted), i]));
    let end_kept = my::Keeps()(shifted);
    let end_dropped = my::Drops()(shifted);

    Model(inputs = [x, z], outputs = [kept, dropped, product_kept, product_dropped, end_kept, end_dropped])
}

/// `multiply` of tensors with masks reads a masked step as 1.
#[test]
fn a_mask_is_handed_on_or_dropped() {
    let x = sequences::<3>(&[1, 0, 1], 1);
    let z = sequences::<3>(&[0, 1, 1], 2);
    let mut model = Handed::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.as_mut_slice().copy_from_slice(&[1.0, 0.0, 0.0, 1.0, 10.0, 20.0]);
    let bias = SVector::<f64, 2>::new(10.0, 20.0);
    let sum_x = x[0].column_sum();
    let y = model.call((&x[0], &z[0]));
    let close = |got: SVector<f64, 2>, expected: SVector<f64, 2>| {
        assert!((got - expected).norm() < 1e-12, "{got} {expected}");
    };
    close(y.kept, sum_x / 2.0);
    close(y.dropped, sum_x / 3.0);
    // Every step counts in at least one input.
    let (x0, x2) = (x[0].column(0) + bias, (x[0].column(2) + bias).component_mul(&z[0].column(2)));
    close(y.product_kept, (x0 + z[0].column(1) + x2) / 3.0);
    close(y.product_dropped, (x0 + bias.component_mul(&z[0].column(1)) + x2) / 3.0);

    let zero = [SVector::<f64, 2>::zeros()];
    let targets = (&zero, &zero, &zero, &zero, &[SMatrix::<f64, 2, 3>::zeros()], &[SMatrix::<f64, 2, 3>::zeros()]);
    let report = model.compile(Sgd::default(), MeanSquaredError).evaluate((&x, &z), targets).unwrap();
    let squares = |t: usize| (x[0].column(t) + bias).norm_squared();
    let expected = [(squares(0) + squares(2)) / 4.0, (squares(0) + squares(1) + squares(2)) / 6.0];
    for (name, expected) in ["end_kept_loss", "end_dropped_loss"].into_iter().zip(expected) {
        let got = report.get(name).unwrap();
        assert!((got - expected).abs() < 1e-12, "{name}: {got} {expected}");
    }
}

model! {
    /// The mask of the own layer's steps, in a wrapper and in a part that is called again.
    pub struct Parts;

    let x = Input(shape = [2, 3, 2]);
    let z = Input(shape = [3, 2]);
    let each = TimeDistributed(GlobalAveragePooling1D())(TimeDistributed(my::Keeps())(Masking()(x)));
    let m = Masking()(z);
    let mean = GlobalAveragePooling1D()(my::Keeps()(m));
    let part = Model(inputs = m, outputs = mean);
    let again = part(Masking(mask_value = 1.0)(z));

    Model(inputs = [x, z], outputs = [each, mean, again])
}

#[test]
fn in_wrappers_and_parts() {
    let x = SMatrix::<f64, 2, 6>::from_column_slice(&[1., 2., 0., 0., 5., 4., 0., 0., 0., 0., 7., 8.]);
    let z = SMatrix::<f64, 2, 3>::from_column_slice(&[0., 0., 1., 1., 3., 5.]);
    let y = Parts::<f64>::new(&mut StdRng::seed_from_u64(1)).call((&x, &z));
    assert_eq!(y.each, SMatrix::<f64, 2, 2>::from_column_slice(&[3., 3., 7., 8.]));
    assert_eq!((y.mean, y.again), (SVector::<f64, 2>::new(2., 3.), SVector::<f64, 2>::new(1.5, 2.5)));
}

model! {
    /// An inner model whose output has its own mask.
    pub struct Inside;

    let x = Input(shape = [3, 2]);
    let y = Dense(2)(Masking()(x));

    Model(inputs = x, outputs = y)
}

model! {
    /// The inner model does not see the mask that its input has here.
    #[nn(allow(dropped_mask))]
    pub struct Around;

    let x = Input(shape = [3, 2]);
    let y = Inside()(Masking(mask_value = 9.0)(x));

    Model(inputs = x, outputs = y)
}

#[test]
fn the_mask_of_a_model_inside_stays_its_own() {
    let x = [SMatrix::<f64, 2, 3>::from_column_slice(&[9., 9., 1., 2., 3., 4.])];
    let around = Around::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    let dense = &around.y.y;
    // The inner Masking leaves out the step that the outer one set to zero.
    let counted = (1..3).map(|t| (dense.kernel * x[0].column(t) + dense.bias).norm_squared()).sum::<f64>();
    let report = around.compile(Sgd::default(), MeanSquaredError).evaluate(x, [SMatrix::<f64, 2, 3>::zeros()]);
    assert!((report.unwrap().loss - counted / 4.0).abs() < 1e-12);
}
