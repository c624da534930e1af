//! Compares a graph with Keras: predictions (also folded), outputs and masks of a training pass, gradients of inputs
//! and weights, the loss over unmasked positions, and a training step with the moving averages.

use crate::fixture::Fixture;
use nn::data::{Batches, Inspect};
use nn::losses::Losses;
use nn::prelude::*;
use nn::tensor::{FloatTensors, flat, flat_mut};
use nn::weights::zeroed_box;
use nn::{Buffer, Element, Graph, Heap, Layer, Model, Pass, Shape, Tensors, layer::Mode};

/// `case: { graph }`, in `f64`; the cases after `f32` also run in that. The passes are generic, so a few graphs in both
/// types are enough. A case that is not in the sample has the attribute `#[cfg(feature = "all")]`.
macro_rules! masked {
    ($file:literal, f32; $($cases:tt)*) => { crate::sweep::masked! { @ $file both; $($cases)* } };
    ($file:literal; $($cases:tt)*) => { crate::sweep::masked! { @ $file double; $($cases)* } };
    (@ $file:literal $precision:ident; $($(#[$attribute:meta])* $case:ident: { $($graph:tt)* })*) => {
        $(
            $(#[$attribute])*
            mod $case {
                use nn::prelude::*;

                nn::model! { pub(super) struct M; $($graph)* }

                #[test]
                fn as_in_keras() {
                    let case = concat!($file, ".", stringify!($case));
                    crate::sweep::compare!($precision M case);
                }
            }
        )*

        pub(crate) const CASES: &[crate::sample::Case] = &[$((concat!($file, ".", stringify!($case)), stringify!($($graph)*))),*];
        pub(crate) const SAMPLE: &[crate::sample::Case] = &[$($(#[$attribute])* (concat!($file, ".", stringify!($case)), stringify!($($graph)*))),*];
    };
}

macro_rules! compare {
    (double $model:ident $case:ident) => {
        crate::sweep::check::<$model<f64>, _, _>($case, 1e-12, MeanSquaredError)
    };
    (both $model:ident $case:ident) => {
        crate::sweep::check::<$model<f64>, _, _>($case, 1e-12, MeanSquaredError);
        crate::sweep::check::<$model<f32>, _, _>($case, 1e-5, MeanSquaredError);
    };
}
pub(crate) use compare;
pub(crate) use masked;

/// Inputs of numbers, words and masks.
pub(crate) trait Inputs: Tensors {
    /// Fills tensor `i`, `i + 1`, … with the numbers that `values` gives for each; its flag says whether the tensor
    /// holds numbers.
    fn fill(batch: Self::BatchMut<'_>, i: usize, values: &dyn Fn(usize, bool) -> Vec<f64>);
    /// The numbers of all numeric tensors.
    fn numbers(batch: Self::Batch<'_>, to: &mut Vec<f64>);
}

impl<E: Element + Value, const R: usize, const C: usize> Inputs for SMatrix<E, R, C> {
    fn fill(batch: &mut [Self], i: usize, values: &dyn Fn(usize, bool) -> Vec<f64>) {
        let values = values(i, E::NUMBER);
        assert!(values.len() >= flat(batch).len(), "input {i}");
        flat_mut(batch).iter_mut().zip(values).for_each(|(to, value)| *to = E::from_f64(value));
    }

    fn numbers(batch: &[Self], to: &mut Vec<f64>) {
        if E::NUMBER {
            to.extend(flat(batch).iter().map(|x| x.to_f64()));
        }
    }
}

pub(crate) trait Value: Copy {
    const NUMBER: bool;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

macro_rules! values {
    ($($kind:ty: $number:literal)*) => {
        $(
            impl Value for $kind {
                const NUMBER: bool = $number;

                fn from_f64(value: f64) -> Self {
                    value as Self
                }

                fn to_f64(self) -> f64 {
                    self as f64
                }
            }
        )*
    };
}
values! { f32: true f64: true u32: false }

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Inputs),+> Inputs for ($($name,)+) {
            fn fill(batch: Self::BatchMut<'_>, _: usize, values: &dyn Fn(usize, bool) -> Vec<f64>) {
                $($name::fill(batch.$index, $index, values);)+
            }

            fn numbers(batch: Self::Batch<'_>, to: &mut Vec<f64>) {
                $($name::numbers(batch.$index, to);)+
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);

/// The data of one case.
struct Case {
    name: &'static str,
    file: Fixture,
    tolerance: f64,
}

impl Case {
    /// An array that all cases share: `x.0.4x2`.
    fn shared(&self, kind: &str, i: usize, shape: &Shape) -> &[f64] {
        let dims: Vec<String> = shape.dims().iter().map(usize::to_string).collect();
        &self.file.array(&format!("{kind}.{i}.{}", dims.join("x"))).values
    }

    fn compare(&self, what: &str, got: &[f64]) {
        self.file.compare(&format!("{}.{what}", self.name), got, self.tolerance);
    }

    /// The weights: a sequence of numbers, with positive variances.
    fn weights<M: Model>(&self) -> Box<M> {
        let mut weights = zeroed_box::<M::Scalar, M>();
        let all = &self.file.array("w").values;
        weights.as_mut_slice().iter_mut().zip(all).for_each(|(to, &w)| *to = M::Scalar::of(w));
        assert!(weights.as_slice().len() <= all.len());
        let mut rest = weights.as_mut_slice();
        M::variables(&nn::Path::ROOT, &mut |variable| {
            let (scalars, after) = std::mem::take(&mut rest).split_at_mut(variable.shape.size());
            if variable.path.to_string().ends_with("moving_variance") {
                scalars.iter_mut().for_each(|x| *x = M::Scalar::of(x.to_f64().abs() + 0.5));
            }
            rest = after;
        });
        weights
    }

    /// The outputs or targets of a model.
    fn outputs<M: Model<Outputs: FloatTensors<M::Scalar>>>(
        &self,
        kind: &str,
        n: usize,
    ) -> <M::Outputs as Tensors>::Buffers<Heap> {
        let mut buffers = <M::Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
        for (i, shape) in M::OUTPUT_SHAPES.iter().enumerate() {
            let batch = M::Outputs::batch_mut::<Heap>(&mut buffers, n);
            copy(<M::Outputs as FloatTensors<M::Scalar>>::flat_mut(batch, i), self.shared(kind, i, shape));
        }
        buffers
    }
}

// Functions for a model have loops, because rustc compiles every iterator with a closure again for each model.

/// All outputs, one after the other.
fn joined<M: Model<Outputs: FloatTensors<M::Scalar>>>(y: <M::Outputs as Tensors>::Batch<'_>) -> Vec<f64> {
    let mut joined = Vec::new();
    for i in 0..M::Outputs::COUNT {
        joined.extend(numbers(<M::Outputs as FloatTensors<M::Scalar>>::flat(y, i)));
    }
    joined
}

fn copy<T: Scalar>(to: &mut [T], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, &value)| *to = T::of(value));
}

fn numbers<T: Scalar>(scalars: &[T]) -> Vec<f64> {
    scalars.iter().map(|x| x.to_f64()).collect()
}

/// The masks of all outputs, one after the other. Without a mask all positions count.
fn masks<'a, M: Model>(n: usize, mask: impl Fn(usize) -> Option<&'a [u32]>) -> Vec<f64> {
    let mut masks = Vec::new();
    for i in 0..M::Outputs::COUNT {
        append(&mut masks, mask(i), n * M::OUTPUT_SHAPES[i].cols());
    }
    masks
}

fn append(masks: &mut Vec<f64>, mask: Option<&[u32]>, positions: usize) {
    match mask {
        Some(mask) => masks.extend(mask.iter().map(|&m| f64::from(m))),
        None => masks.resize(masks.len() + positions, 1.0),
    }
}

pub(crate) fn check<M, T, L>(name: &'static str, tolerance: f64, loss: L)
where
    T: Scalar + Element,
    M: Model<Scalar = T, Inputs: Inputs, Outputs: Inspect + FloatTensors<T>>,
    L: Losses<M::Outputs, Targets = M::Outputs>,
    for<'a> <M::Inputs as Tensors>::Batch<'a>: Batches<M::Inputs>,
    for<'a> <M::Outputs as Tensors>::Batch<'a>: Batches<M::Outputs>,
{
    let case = Case { name, file: Fixture::read("masks"), tolerance };
    let size: usize = M::OUTPUT_SHAPES.iter().map(Shape::size).sum();
    let n = case.file.array(&format!("{name}.y")).values.len() / size;
    let w = case.weights::<M>();
    let mut x = <M::Inputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    M::Inputs::fill(M::Inputs::batch_mut::<Heap>(&mut x, n), 0, &|i, number| {
        let kind = match (number, M::INPUT_NAMES[i]) {
            (true, _) => "x",
            (false, "m" | "n") => "m",
            _ => "words",
        };
        case.shared(kind, i, &M::INPUT_SHAPES[i]).to_vec()
    });
    let x = M::Inputs::batch::<Heap>(&x, n);

    let mut y = <M::Outputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut scratch = <M::Graph as Layer<T, M::Inputs>>::Scratch::<Heap>::with_capacity(n);
    M::Graph::NEW.forward::<Heap>(&w, x, M::Outputs::batch_mut::<Heap>(&mut y, n), Pass::inference(&mut scratch));
    case.compare("y", &joined::<M>(M::Outputs::batch::<Heap>(&y, n)));
    let got =
        masks::<M>(n, |i| <M::Graph as nn::Ends<T, M::Inputs>>::mask::<Heap>(M::Inputs::shorter(x), &scratch, n, i));
    case.compare("m", &got);

    let folded = w.fold();
    let mut scratch = <<M::Folded as Model>::Graph as Layer<T, M::Inputs>>::Scratch::<Heap>::with_capacity(n);
    let y_mut = M::Outputs::batch_mut::<Heap>(&mut y, n);
    <M::Folded as Model>::Graph::NEW.forward::<Heap>(&folded, x, y_mut, Pass::inference(&mut scratch));
    case.compare("y", &joined::<M>(M::Outputs::batch::<Heap>(&y, n)));
    let got = masks::<M>(n, |i| {
        <<M::Folded as Model>::Graph as nn::Ends<T, M::Inputs>>::mask::<Heap>(M::Inputs::shorter(x), &scratch, n, i)
    });
    case.compare("m", &got);

    let (mut rng, mut dw) = (StdRng::seed_from_u64(0), zeroed_box::<T, M>());
    let mut cache = <M::Graph as Layer<T, M::Inputs>>::Cache::<Heap>::with_capacity(n);
    let y_mut = M::Outputs::batch_mut::<Heap>(&mut y, n);
    M::Graph::NEW.forward::<Heap>(&w, x, y_mut, Pass::training(&mut cache, Mode::new(&mut rng)));
    let trained = if case.file.get(&format!("{name}.trained")).is_some() { "trained" } else { "y" };
    case.compare(trained, &joined::<M>(M::Outputs::batch::<Heap>(&y, n)));
    let got = masks::<M>(n, |i| {
        <M::Graph as nn::Ends<T, M::Inputs>>::training_mask::<Heap>(M::Inputs::shorter(x), &cache, n, i)
    });
    case.compare("m", &got);

    let dy = case.outputs::<M>("dy", n);
    let mut dx = <M::Inputs as Tensors>::Buffers::<Heap>::with_capacity(n);
    M::Graph::NEW.backward::<Heap>(
        &w,
        x,
        M::Outputs::batch::<Heap>(&y, n),
        M::Outputs::batch::<Heap>(&dy, n),
        nn::Memory::new(&mut cache),
        M::Inputs::gradients(M::Inputs::batch_mut::<Heap>(&mut dx, n)),
        Some(&mut dw),
    );
    let mut got = Vec::new();
    M::Inputs::numbers(M::Inputs::batch::<Heap>(&dx, n), &mut got);
    case.compare("dx", &got);
    case.compare("dw", &numbers(dw.as_slice()));

    let targets = case.outputs::<M>("t", n);
    let sgd = Sgd { learning_rate: 1.0, ..Sgd::default() };
    let mut model = w.compile(sgd, loss);
    let logs = model.train_on_batch(x, M::Outputs::batch::<Heap>(&targets, n)).expect("data");
    case.compare("loss", &[logs.loss]);
    case.compare("after", &numbers(model.model().as_slice()));
}
