//! Properties of any valid graph, with any weights and any inputs.

#![allow(missing_docs)]

use nn::layer::{Layer, Pass, Shape};
use nn::prelude::*;
use nn::{Buffer, Graph, Heap, Inline, Mode, Tensors};
use nn_core::tensor::FloatTensors;
use proptest::prelude::*;
use rand::RngExt;
use std::{env, fs};

#[path = "properties/generator.rs"]
mod generator;

/// The lints do not apply to random graphs.
#[allow(deprecated)]
mod graphs {
    use nn::prelude::*;

    include!("properties/graphs.rs");

    pub(super) use for_each_graph;
}
use graphs::*;

#[test]
fn the_graphs_are_those_of_the_generator() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties/graphs.rs");
    if env::var_os("BLESS").is_some() {
        fs::write(path, generator::file()).unwrap();
    }
    let same = fs::read_to_string(path).unwrap() == generator::file();
    assert!(same, "tests/properties/graphs.rs is out of date: write it with `BLESS=1 cargo test --test properties`");
}

/// The samples of a batch.
const SAMPLES: usize = 3;
/// The step of a central difference.
const STEP: f64 = 1e-6;

type Inputs<M> = <M as Model>::Inputs;
type Outputs<M> = <M as Model>::Outputs;
type Memory<X> = <X as Tensors>::Buffers<Heap>;

/// A model over `f64` whose tensors hold numbers.
trait Numbers: Model<Scalar = f64, Inputs: FloatTensors<f64>, Outputs: FloatTensors<f64>> {
    const GRAPH: Self::Graph = <Self::Graph as Graph<f64, Self::Inputs>>::NEW;
}

impl<M: Model<Scalar = f64, Inputs: FloatTensors<f64>, Outputs: FloatTensors<f64>>> Numbers for M {}

/// Memory for a batch, each scalar set by `next`.
fn filled<X: FloatTensors<f64>>(mut next: impl FnMut() -> f64) -> Memory<X> {
    let mut memory = Memory::<X>::with_capacity(SAMPLES);
    for i in 0..X::SIZES.len() {
        X::flat_mut(X::batch_mut::<Heap>(&mut memory, SAMPLES), i).fill_with(&mut next);
    }
    memory
}

/// All scalars of a batch, tensor after tensor.
fn scalars<X: FloatTensors<f64>>(memory: &Memory<X>) -> Vec<f64> {
    (0..X::SIZES.len()).flat_map(|i| X::flat(X::batch::<Heap>(memory, SAMPLES), i)).copied().collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a + step * b`
fn moved(a: &[f64], step: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + step * b).collect()
}

/// A point: random weights and inputs of a model.
struct Point<M: Numbers> {
    w: Box<M>,
    x: Vec<f64>,
}

impl<M: Numbers> Point<M> {
    fn new(w: &[f64], x: &[f64]) -> Self {
        let mut point = Point { w: nn::weights::zeroed_box::<f64, M>(), x: x.to_vec() };
        point.w.as_mut_slice().copy_from_slice(w);
        point
    }

    fn inputs(&self) -> Memory<Inputs<M>> {
        let mut x = self.x.iter().copied();
        filled::<Inputs<M>>(|| x.next().unwrap())
    }

    /// The outputs of a training pass, and its memory for the backward pass.
    fn train(&self) -> (Memory<Outputs<M>>, <M::Graph as Layer<f64, Inputs<M>>>::Cache<Heap>) {
        let mut y = filled::<Outputs<M>>(|| f64::NAN);
        let mut cache = <M::Graph as Layer<f64, Inputs<M>>>::Cache::<Heap>::with_capacity(SAMPLES);
        let (x, mut rng) = (self.inputs(), StdRng::seed_from_u64(1));
        M::GRAPH.forward::<Heap>(
            &self.w,
            Inputs::<M>::batch::<Heap>(&x, SAMPLES),
            Outputs::<M>::batch_mut::<Heap>(&mut y, SAMPLES),
            Pass::training(&mut cache, Mode::new(&mut rng)),
        );
        (y, cache)
    }

    /// The gradients of weights and inputs.
    fn gradients(&self, dy: &Memory<Outputs<M>>) -> (Vec<f64>, Vec<f64>) {
        let (y, mut cache) = self.train();
        let (x, mut dx) = (self.inputs(), filled::<Inputs<M>>(|| 0.0));
        let mut dw = nn::weights::zeroed_box::<f64, M>();
        M::GRAPH.backward::<Heap>(
            &self.w,
            Inputs::<M>::batch::<Heap>(&x, SAMPLES),
            Outputs::<M>::batch::<Heap>(&y, SAMPLES),
            Outputs::<M>::batch::<Heap>(dy, SAMPLES),
            nn::Memory::new(&mut cache),
            Inputs::<M>::gradients(Inputs::<M>::batch_mut::<Heap>(&mut dx, SAMPLES)),
            Some(&mut dw),
        );
        (dw.as_slice().to_vec(), scalars::<Inputs<M>>(&dx))
    }

    /// The outputs of predictions, sample by sample, in memory without a heap.
    fn predict(&self) -> Vec<f64> {
        let (x, mut y) = (self.inputs(), filled::<Outputs<M>>(|| f64::NAN));
        for n in 0..SAMPLES {
            let mut scratch = <M::Graph as Layer<f64, Inputs<M>>>::Scratch::<Inline<1>>::with_capacity(1);
            M::GRAPH.forward::<Inline<1>>(
                &self.w,
                Inputs::<M>::slice(Inputs::<M>::batch::<Heap>(&x, SAMPLES), n..n + 1),
                Outputs::<M>::slice_mut(Outputs::<M>::batch_mut::<Heap>(&mut y, SAMPLES), n..n + 1),
                Pass::inference(&mut scratch),
            );
        }
        scalars::<Outputs<M>>(&y)
    }
}

/// For each weight of a model, 1 if training changes it, otherwise 0.
fn trainable<M: Numbers>() -> Vec<f64> {
    let mut trainable = Vec::new();
    M::variables(&nn::Path::ROOT, &mut |variable| {
        let one = if variable.trainable { 1.0 } else { 0.0 };
        trainable.extend(std::iter::repeat_n(one, variable.shape.size()));
    });
    trainable
}

/// Checks a model at a random point. A prediction and a training pass compute the same, and the gradient agrees with a
/// central difference in a random direction.
fn check<M: Numbers>(seed: u64) -> Result<(), TestCaseError> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut next = || rng.random_range(-1.0..1.0);
    let inputs = SAMPLES * Inputs::<M>::SIZES.iter().sum::<usize>();
    let mut random = |n: usize| (0..n).map(|_| next()).collect::<Vec<f64>>();
    let (w, x, dx) = (random(M::COUNT), random(inputs), random(inputs));
    let dw: Vec<f64> = random(M::COUNT).iter().zip(trainable::<M>()).map(|(dw, one)| dw * one).collect();
    let dy = filled::<Outputs<M>>(&mut next);

    let point = Point::<M>::new(&w, &x);
    let outputs = scalars::<Outputs<M>>(&point.train().0);
    for (trained, predicted) in outputs.iter().zip(point.predict()) {
        prop_assert!((trained - predicted).abs() < 1e-12, "{trained} in training, {predicted} in a prediction");
    }

    let (of_weights, of_inputs) = point.gradients(&dy);
    let slope = dot(&of_weights, &dw) + dot(&of_inputs, &dx);
    let at = |step: f64| {
        let point = Point::<M>::new(&moved(&w, step, &dw), &moved(&x, step, &dx));
        dot(&scalars::<Outputs<M>>(&point.train().0), &scalars::<Outputs<M>>(&dy))
    };
    let expected = (at(STEP) - at(-STEP)) / (2.0 * STEP);
    prop_assert!((slope - expected).abs() < 1e-6 * (1.0 + expected.abs()), "expected {expected}, got {slope}");
    Ok(())
}

macro_rules! properties {
    ($($graph:ident $shapes:tt)*) => {
        #[test]
        fn shapes_are_those_of_the_generator() {
            $(
                let expected: &[&[usize]] = &$shapes;
                let found: Vec<&[usize]> = <$graph as Model>::OUTPUT_SHAPES.iter().map(Shape::dims).collect();
                assert_eq!(found, expected, stringify!($graph));
            )*
        }

        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

            #[test]
            fn gradients_are_right(seed: u64) {
                $(check::<$graph<f64>>(seed).map_err(|error| TestCaseError::fail(format!("{}: {error}", stringify!($graph))))?;)*
            }
        }
    };
}

for_each_graph!(properties);
