//! Activations and losses over the whole range of `f32` and `f64` against mpmath: in debug builds, without `std`, and
//! at every level of optimised builds. `numerics.py` makes the table `tests/fixtures/numerics.safetensors`.
//!
//! ```sh
//! cargo test -p nn-core --features compute,std,testing --test numerics
//! cargo test --release -p nn-core --features compute,std,testing --test numerics -- --test-threads=1
//! ```

#![cfg(feature = "compute")]

use nalgebra::{SMatrix, SVector};
use nn_core::activations::*;
use nn_core::losses::*;
use nn_core::{Element, Scalar};
use std::collections::HashMap;

/// Arrays by name.
struct Table(HashMap<String, Vec<f64>>);

impl Table {
    /// Reads the header by hand: all arrays are `F64`.
    fn load() -> Table {
        let bytes = include_bytes!("../../tests/fixtures/numerics.safetensors");
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let (header, data) = bytes[8..].split_at(length);
        let entries: Vec<_> = std::str::from_utf8(header).unwrap().split("\"data_offsets\":[").collect();
        let mut arrays = HashMap::new();
        for entry in entries.windows(2) {
            let name = entry[0].rsplit_once("\":{\"dtype\"").unwrap().0.rsplit_once('"').unwrap().1;
            let (from, to) = entry[1].split_once(']').unwrap().0.split_once(',').unwrap();
            let numbers = data[from.parse().unwrap()..to.parse().unwrap()].chunks(8);
            arrays.insert(name.into(), numbers.map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect());
        }
        Table(arrays)
    }

    fn get(&self, name: String) -> &[f64] {
        self.0.get(&name).unwrap_or_else(|| panic!("`{name}` is not in the table"))
    }
}

/// A bound on the error: `units · ε · max(|exact|, scale)`, where ε is the distance from 1 to the next number, and
/// `small` times the smallest normal number.
#[derive(Clone, Copy)]
struct Bound {
    units: f64,
    /// Additional units at a point.
    more: fn(f64) -> f64,
    /// The size of the summands, if the result may be much smaller.
    scale: f64,
    small: f64,
}

/// Creates a bound of `units` units of the result itself, whatever its size.
const fn units(units: f64) -> Bound {
    Bound { units, more: |_| 0.0, scale: 0.0, small: 0.0 }
}

impl Bound {
    const fn of(self, scale: f64) -> Self {
        Bound { scale, ..self }
    }

    const fn or_small(self, small: f64) -> Self {
        Bound { small, ..self }
    }

    const fn more(self, more: fn(f64) -> f64) -> Self {
        Bound { more, ..self }
    }

    /// Checks a result. `x` is a place where a function grows so quickly that the rounding of its inner value matters.
    fn check<T: Scalar>(&self, what: impl Fn() -> String, x: f64, got: T, exact: f64) {
        let got = got.to_f64();
        let tiny = if size_of::<T>() == 4 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
        let size = exact.abs().max(self.scale).max(tiny);
        let units = self.units + (self.more)(x);
        let bound = units * T::default_epsilon().to_f64() * size + self.small * tiny;
        let right = got == exact || (got.is_finite() && exact.is_finite() && (got - exact).abs() <= bound);
        assert!(right, "{}: {got:e} instead of {exact:e}, {:.3e} times the bound", what(), (got - exact).abs() / bound);
    }
}

/// Runs a check at each level that this machine has; in a debug build there is one.
fn at_each_level(check: impl Fn(&str)) {
    #[cfg(all(feature = "std", not(debug_assertions)))]
    {
        use nn_core::kernels::level::{Level, force};
        for &level in Level::ALL {
            check(&format!("{:?}", force(level)));
        }
        force(Level::Avx512);
    }
    #[cfg(any(not(feature = "std"), debug_assertions))]
    check("plain");
}

fn kind<T: Scalar>() -> &'static str {
    if size_of::<T>() == 4 { "f32" } else { "f64" }
}

fn activation<T: Scalar>(table: &Table, level: &str, name: &str, f: &impl Activation, value: Bound, derivative: Bound) {
    let points = table.get(format!("{}.x", kind::<T>()));
    let x: Vec<T> = points.iter().map(|&x| T::of(x)).collect();
    let (mut y, mut d) = (vec![T::of(f64::NAN); x.len()], vec![T::ZERO; x.len()]);
    f.forward(1, &x, &mut y);
    f.backward(1, &x, &y, &vec![T::ONE; x.len()], &mut d);
    let exact = |what: &str| table.get(format!("{}.{name}.{what}", kind::<T>()));
    let (values, derivatives) = (exact("value"), exact("derivative"));
    for (k, &x) in points.iter().enumerate() {
        value.check(|| format!("{name}({x:e}), {}, {level}", kind::<T>()), x, y[k], values[k]);
        derivative.check(|| format!("{name}'({x:e}), {}, {level}", kind::<T>()), x, d[k], derivatives[k]);
    }
}

/// The argument of the sigmoid in gelu_tanh.
fn inside(x: f64) -> f64 {
    (1.6 * (x + 0.044715 * x * x * x)).abs().min(2000.0)
}

fn square(x: f64) -> f64 {
    (x * x).min(4000.0)
}

/// Tests the bounds on the page of the activations.
#[test]
fn activations() {
    fn check<T: Scalar>(table: &Table, level: &str) {
        macro_rules! check {
            ($($name:literal $f:expr, $value:expr, $derivative:expr;)*) => {
                $(activation::<T>(table, level, $name, &$f, $value, $derivative);)*
            };
        }
        // A derivative made from the output, such as 1 - y², loses digits if the output is nearly 1.
        check! {
            "celu" Celu::default(), units(5.0), units(4.0).of(1.0);
            "elu" Elu::default(), units(5.0), units(4.0).of(1.0);
            "exponential" Exponential, units(4.0), units(4.0);
            "gelu" Gelu, units(10.0).more(square).or_small(16.0), units(10.0).more(square).of(0.1).or_small(256.0);
            "gelu_tanh" GeluTanh, units(10.0).more(inside).or_small(1.0),
                units(10.0).more(inside).of(0.1).or_small(1.0);
            "hard_shrink" HardShrink::default(), units(0.0), units(0.0);
            "hard_sigmoid" HardSigmoid, units(2.0), units(2.0);
            "hard_silu" HardSilu, units(2.0), units(2.0).of(0.1);
            "hard_tanh" HardTanh, units(0.0), units(0.0);
            "leaky_relu" LeakyRelu::default(), units(2.0), units(2.0);
            "linear" Linear, units(0.0), units(0.0);
            "log_sigmoid" LogSigmoid, units(5.0), units(5.0).or_small(1.0);
            "mish" Mish, units(10.0).or_small(1.0), units(16.0).of(1.0).or_small(1.0);
            "relu" Relu, units(0.0), units(0.0);
            "relu6" Relu6, units(0.0), units(0.0);
            "selu" Selu, units(6.0), units(4.0).of(2.0);
            "sigmoid" Sigmoid, units(5.0).or_small(1.0), units(4.0).of(1.0);
            "silu" Silu, units(6.0).or_small(1.0), units(8.0).of(0.1).or_small(1.0);
            "soft_shrink" SoftShrink::default(), units(1.0), units(0.0);
            "softplus" Softplus, units(5.0), units(5.0).or_small(1.0);
            "softsign" Softsign, units(2.0), units(4.0);
            "sparse_plus" SparsePlus, units(2.0), units(2.0);
            "sparse_sigmoid" SparseSigmoid, units(2.0), units(0.0);
            "squareplus" Squareplus::default(), units(4.0), units(6.0);
            "tanh" Tanh, units(4.0), units(8.0).of(1.0);
            "tanh_shrink" TanhShrink, units(16.0), units(8.0);
            "threshold" Threshold { threshold: 0.5, default_value: -1.0 }, units(0.0), units(0.0);
        }
    }
    let table = Table::load();
    at_each_level(|level| {
        check::<f32>(&table, level);
        check::<f64>(&table, level);
    });
}

fn loss<T: Scalar + Element>(
    table: &Table,
    level: &str,
    name: &str,
    loss: &impl LossOn<SMatrix<T, 1, 1>, Target = SMatrix<T, 1, 1>>,
    bound: Bound,
    sizes: fn(f64, f64) -> f64,
) {
    let exact = |what: &str| table.get(format!("{}.loss.{name}.{what}", kind::<T>()));
    let (mut values, mut derivatives) = (exact("value").iter(), exact("derivative").iter());
    for &t in exact("t") {
        for &y in exact("y") {
            let (target, prediction) = (SMatrix::<T, 1, 1>::new(T::of(t)), SMatrix::<T, 1, 1>::new(T::of(y)));
            let mut slope = SMatrix::<T, 1, 1>::zeros();
            loss.gradient(&target, &prediction, &mut slope);
            let what = || format!("{name} of {t:e} and {y:e}, {}, {level}", kind::<T>());
            let of = bound.of(sizes(t, y));
            of.check(what, y, loss.loss(&target, &prediction), *values.next().unwrap());
            bound.check(|| format!("the gradient of {}", what()), y, slope.x, *derivatives.next().unwrap());
        }
    }
}

/// 8 units of the loss itself, however small it is, except for Poisson, which is a difference.
#[test]
fn losses() {
    fn check<T: Scalar + Element>(table: &Table, level: &str) {
        macro_rules! check {
            ($($name:literal $loss:expr, $bound:expr $(, $sizes:expr)?;)*) => {$({
                let sizes: fn(f64, f64) -> f64 = [$($sizes,)? |_, _| 0.0][0];
                loss::<T>(table, level, $name, &$loss, $bound, sizes);
            })*};
        }
        check! {
            "mean_squared_error" MeanSquaredError, units(8.0);
            "mean_absolute_error" MeanAbsoluteError, units(8.0);
            "mean_absolute_percentage_error" MeanAbsolutePercentageError, units(8.0);
            "mean_squared_logarithmic_error" MeanSquaredLogarithmicError, units(8.0);
            "huber" Huber::default(), units(8.0);
            "log_cosh" LogCosh, units(8.0);
            "hinge" Hinge, units(8.0);
            "squared_hinge" SquaredHinge, units(8.0);
            "poisson" Poisson, units(8.0), |t: f64, y: f64| y + t * (y + 1e-7).ln().abs();
            "kl_divergence" KlDivergence, units(8.0);
            "binary_crossentropy" BinaryCrossentropy::default(), units(8.0);
            "binary_crossentropy_logits" BinaryCrossentropy { from_logits: true, ..Default::default() },
                units(8.0).or_small(1.0);
            "binary_focal_crossentropy" BinaryFocalCrossentropy::default(), units(16.0);
            "binary_focal_crossentropy_logits" BinaryFocalCrossentropy { from_logits: true, ..Default::default() },
                units(16.0).or_small(1.0);
        }
    }
    let table = Table::load();
    at_each_level(|level| {
        check::<f32>(&table, level);
        check::<f64>(&table, level);
    });
}

/// The losses of classes from logits, with and without the output of a softmax beside them; each class once.
#[test]
fn classes() {
    fn check<T: Scalar + Element>(table: &Table, level: &str) {
        let exact = |what: &str| table.get(format!("{}.rows{what}", kind::<T>()));
        let rows = exact("").chunks(3).zip(exact(".loss").chunks(3));
        for ((z, losses), (p, rest)) in rows.zip(exact(".softmax").chunks(3).zip(exact(".rest").chunks(3))) {
            let what = |name: &str, i: usize| format!("{name} of {z:?}, class {i}, {}, {level}", kind::<T>());
            let row = SVector::<T, 3>::from_fn(|i, _| T::of(z[i]));
            let (mut output, mut logs) = ([T::ZERO; 3], [T::ZERO; 3]);
            Softmax.forward(3, row.as_slice(), &mut output);
            LogSoftmax.forward(3, row.as_slice(), &mut logs);
            let prediction = SVector::from(output);
            for i in 0..3 {
                units(8.0).check(|| what("softmax", i), 0.0, output[i], p[i]);
                units(8.0).check(|| what("log_softmax", i), 0.0, -logs[i], losses[i]);
                let class = SMatrix::<u32, 1, 1>::new(i as u32);
                let one_hot = SVector::<T, 3>::from_fn(|k, _| if k == i { T::ONE } else { T::ZERO });
                let sparse =
                    SparseCategoricalCrossentropy { from_logits: true, ..SparseCategoricalCrossentropy::DEFAULT };
                let dense = CategoricalCrossentropy { from_logits: true, ..Default::default() };
                let (head, mut slopes) = (Head::Softmax, [SVector::<T, 3>::zeros(); 4]);
                let [a, b, c, d] = &mut slopes;
                sparse.gradient(&class, &row, a);
                dense.gradient(&one_hot, &row, b);
                let of_probabilities = SparseCategoricalCrossentropy::default();
                let with = of_probabilities.fused_with(head, &class, &prediction, &row, Some(c));
                let of_probabilities = CategoricalCrossentropy::default();
                let dense_with = of_probabilities.fused_with(head, &one_hot, &prediction, &row, Some(d));
                let values =
                    [sparse.loss(&class, &row), dense.loss(&one_hot, &row), with.unwrap(), dense_with.unwrap()];
                for (k, value) in values.into_iter().enumerate() {
                    units(8.0).check(|| what(&format!("loss {k}"), i), 0.0, value, losses[i]);
                }
                for (k, slope) in slopes.iter().enumerate() {
                    units(8.0).check(|| what(&format!("gradient {k}"), i), 0.0, -slope[i], rest[i]);
                }
            }
        }
    }
    let table = Table::load();
    at_each_level(|level| {
        check::<f32>(&table, level);
        check::<f64>(&table, level);
    });
}

/// Losses that divide by a sum of probabilities, or clip: errors relative to 1; `f64` is exact enough for the
/// comparison.
#[test]
fn classes_of_probabilities() {
    fn check<L>(loss: &L, p: [f32; 3], of: f64)
    where
        L: LossOn<SVector<f32, 3>, Target = SVector<f32, 3>> + LossOn<SVector<f64, 3>, Target = SVector<f64, 3>>,
    {
        for i in 0..3 {
            let t = SVector::<f32, 3>::from_fn(|k, _| if k == i { 1.0 } else { 0.0 });
            let p = SVector::from(p);
            let what = || format!("{} of {p}, class {i}", loss.name());
            units(16.0).of(of).check(what, 0.0, loss.loss(&t, &p), loss.loss(&t.cast::<f64>(), &p.cast::<f64>()));
        }
    }
    for a in [0.3_f32, 0.5, 0.9, 0.999, 0.99999] {
        for p in [[a, (1.0 - a) / 2.0, (1.0 - a) / 2.0], [3.0 * a, 1.0, 0.1], [1e-3 * a, 2e-4, 1e-5]] {
            check(&CategoricalCrossentropy::default(), p, 1.0);
            check(&CategoricalFocalCrossentropy::default(), p, 1.0);
            check(&CategoricalFocalCrossentropy { from_logits: true, ..Default::default() }, p.map(f32::ln), 1.0);
            check(&CosineSimilarity, p, 1.0);
        }
    }
    // Next to a large maximum, the logarithm of the sum is not lost.
    let loss = CategoricalFocalCrossentropy { from_logits: true, ..Default::default() };
    check(&loss, [1e8, 1e8, 0.0], 1.0);
}

/// An infinite logit costs nothing if its label is right, and infinitely much if it is wrong.
#[test]
fn infinite_logits() {
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    for (t, z, value, slope) in [
        (1.0, f64::INFINITY, 0.0, 0.0),
        (0.0, f64::NEG_INFINITY, 0.0, 0.0),
        (0.0, f64::INFINITY, f64::INFINITY, 1.0),
        (1.0, f64::NEG_INFINITY, f64::INFINITY, -1.0),
    ] {
        let (t, z, mut g) = (SMatrix::<f64, 1, 1>::new(t), SMatrix::<f64, 1, 1>::new(z), SMatrix::<f64, 1, 1>::zeros());
        loss.gradient(&t, &z, &mut g);
        assert_eq!((loss.loss(&t, &z), g.x), (value, slope), "{t}{z}");
    }
    let loss = CategoricalCrossentropy { from_logits: true, ..Default::default() };
    let z = SVector::<f32, 3>::new(f32::NEG_INFINITY, 0.0, 0.0);
    assert_eq!(loss.loss(&SVector::<f32, 3>::new(0.0, 1.0, 0.0), &z), core::f32::consts::LN_2);
    assert_eq!(loss.loss(&SVector::<f32, 3>::new(1.0, 0.0, 0.0), &z), f32::INFINITY);
}

/// A mean over many features has all digits of its number type.
#[test]
fn means_of_many() {
    const N: usize = 10_000;
    let (t, y) = (vec![0.0f32; N], vec![0.1f32; N]);
    let (t, y) = (SMatrix::<f32, N, 1>::from_column_slice(&t), SMatrix::<f32, N, 1>::from_column_slice(&y));
    let loss = MeanAbsoluteError.loss(&t, &y);
    let bound = if cfg!(feature = "std") { 0.0 } else { 1e-3 };
    assert!((loss - 0.1).abs() <= bound, "{loss}");
}
