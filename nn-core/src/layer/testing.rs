//! Checks that every layer must pass, for the tests of the pages here and of layers outside this crate.

use crate::layer::{Memory, Mode, Pass, Train};
use crate::tensor::storage::{Buffer, Heap};
use crate::tensor::{FloatTensors, Tensors};
use crate::weights::{Path, Weights, zeroed_box};
use alloc::{format, vec::Vec};
use rand::{Rng, RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// The number of samples of a check: more than one, to detect a layer that mixes samples.
const SAMPLES: usize = 3;
/// The step of the central differences.
const STEP: f64 = 1e-5;

/// Checks a layer over `f64`:
///
/// - `forward` overwrites the old contents of its outputs.
/// - The gradients of all inputs and weights agree with central differences.
/// - A second `backward` doubles the gradients.
/// - Unwanted gradients are skipped.
/// - The regularization loss agrees with its gradient.
///
/// # Panics
/// If a check fails. The message says which scalar, the expected value and the value found.
pub fn check_layer<X, L>(layer: &L)
where
    X: FloatTensors<f64>,
    L: Train<f64, X, Output: FloatTensors<f64>>,
{
    check_layer_with::<X, L>(layer, 0);
}

/// Runs [`check_layer`] on a layer whose calls have a workspace of `workspace` scalars for each sample.
pub fn check_layer_with<X, L>(layer: &L, workspace: usize)
where
    X: FloatTensors<f64>,
    L: Train<f64, X, Output: FloatTensors<f64>>,
{
    check::<X, L>(layer, workspace, &[], |rng| rng.random_range(-1.0..1.0));
}

/// Runs [`check_layer`] with a mask for each input that has one: a number for each position of three samples.
pub fn check_masked<X, L>(layer: &L, masks: &[Option<&[u32]>])
where
    X: FloatTensors<f64>,
    L: Train<f64, X, Output: FloatTensors<f64>>,
{
    check::<X, L>(layer, 0, masks, |rng| rng.random_range(-1.0..1.0));
}

/// Runs [`check_layer`] with inputs that `input` draws, for example away from a kink of an activation.
pub fn check_layer_on<X, L>(layer: &L, input: impl FnMut(&mut dyn Rng) -> f64)
where
    X: FloatTensors<f64>,
    L: Train<f64, X, Output: FloatTensors<f64>>,
{
    check::<X, L>(layer, 0, &[], input);
}

fn check<X, L>(layer: &L, workspace: usize, masks: &[Option<&[u32]>], mut input: impl FnMut(&mut dyn Rng) -> f64)
where
    X: FloatTensors<f64>,
    L: Train<f64, X, Output: FloatTensors<f64>>,
{
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut x = X::Buffers::<Heap>::with_capacity(SAMPLES);
    for i in 0..X::SIZES.len() {
        X::flat_mut(X::batch_mut::<Heap>(&mut x, SAMPLES), i).fill_with(|| input(&mut rng));
    }
    let mut w = zeroed_box::<f64, L::Weights>();
    layer.init(&mut w, &mut rng);
    for value in w.as_mut_slice() {
        // Biases start at zero, which would hide a wrong gradient of a product with them.
        *value += rng.random_range(0.1..0.5);
    }
    let dy = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(SAMPLES);
    let mut check = Check::<X, L> { layer, workspace: workspace * SAMPLES, masks, dy, w, x };
    for i in 0..<L::Output as FloatTensors<f64>>::SIZES.len() {
        let dy = <L::Output as Tensors>::batch_mut::<Heap>(&mut check.dy, SAMPLES);
        <L::Output as FloatTensors<f64>>::flat_mut(dy, i).fill_with(|| rng.random_range(-1.0..1.0));
    }
    check.run();
}

struct Check<'a, X: FloatTensors<f64>, L: Train<f64, X, Output: FloatTensors<f64>>> {
    layer: &'a L,
    /// The scalars of the workspace.
    workspace: usize,
    masks: &'a [Option<&'a [u32]>],
    w: alloc::boxed::Box<L::Weights>,
    x: X::Buffers<Heap>,
    dy: <L::Output as Tensors>::Buffers<Heap>,
}

impl<X: FloatTensors<f64>, L: Train<f64, X, Output: FloatTensors<f64>>> Check<'_, X, L> {
    fn run(&mut self) {
        let (dx, dw) = self.gradients(1);
        let (dx_twice, dw_twice) = self.gradients(2);
        compare("a second backward must add: dx", &dx.iter().map(|d| 2.0 * d).collect::<Vec<_>>(), &dx_twice);
        compare("a second backward must add: dw", &dw.iter().map(|d| 2.0 * d).collect::<Vec<_>>(), &dw_twice);

        let mut dx = &dx[..];
        for i in 0..X::SIZES.len() {
            let (of_input, rest) = dx.split_at(X::SIZES[i] * SAMPLES);
            let expected: Vec<f64> = (0..of_input.len())
                .map(|k| self.difference(|check| &mut X::flat_mut(X::batch_mut::<Heap>(&mut check.x, SAMPLES), i)[k]))
                .collect();
            compare(&format!("gradient of input {i}"), &expected, of_input);
            dx = rest;
        }
        let trainable = trainable::<L::Weights>();
        let expected: Vec<f64> = (0..dw.len())
            .map(|k| if trainable[k] { self.difference(|check| &mut check.w.as_mut_slice()[k]) } else { 0.0 })
            .collect();
        compare_variables::<L::Weights>("gradient of the weights", &expected, &dw);
        self.regularization();
    }

    /// Returns `Σ dy · y` after a training pass. `backward` computes its gradient.
    fn objective(&mut self) -> f64 {
        let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(SAMPLES);
        let mut cache = L::Cache::<Heap>::with_capacity(SAMPLES);
        self.forward(&mut y, &mut cache);
        (0..<L::Output as FloatTensors<f64>>::SIZES.len())
            .map(|i| {
                let y = <L::Output as FloatTensors<f64>>::flat(<L::Output as Tensors>::batch::<Heap>(&y, SAMPLES), i);
                let dy =
                    <L::Output as FloatTensors<f64>>::flat(<L::Output as Tensors>::batch::<Heap>(&self.dy, SAMPLES), i);
                y.iter().zip(dy).map(|(y, dy)| y * dy).sum::<f64>()
            })
            .sum()
    }

    fn forward(&self, y: &mut <L::Output as Tensors>::Buffers<Heap>, cache: &mut L::Cache<Heap>) {
        for i in 0..<L::Output as FloatTensors<f64>>::SIZES.len() {
            <L::Output as FloatTensors<f64>>::flat_mut(<L::Output as Tensors>::batch_mut::<Heap>(y, SAMPLES), i)
                .fill(f64::NAN);
        }
        // The same seed each time gives a dropout the same mask.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        self.layer.forward::<Heap>(
            &self.w,
            X::batch::<Heap>(&self.x, SAMPLES),
            <L::Output as Tensors>::batch_mut::<Heap>(y, SAMPLES),
            Pass::training(cache, Mode::new(&mut rng)).with_workspace(&mut self.workspace()).with_masks(self.masks),
        );
        for i in 0..<L::Output as FloatTensors<f64>>::SIZES.len() {
            let y = <L::Output as FloatTensors<f64>>::flat(<L::Output as Tensors>::batch::<Heap>(y, SAMPLES), i);
            assert!(y.iter().all(|y| y.is_finite()), "forward left a part of output {i} unwritten: {y:?}");
        }
    }

    /// Returns a workspace with arbitrary contents.
    fn workspace(&self) -> Vec<f64> {
        alloc::vec![f64::NAN; self.workspace]
    }

    fn gradients(&mut self, times: usize) -> (Vec<f64>, Vec<f64>) {
        let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(SAMPLES);
        let mut cache = L::Cache::<Heap>::with_capacity(SAMPLES);
        self.forward(&mut y, &mut cache);
        let mut dx = X::Buffers::<Heap>::with_capacity(SAMPLES);
        let mut dw = zeroed_box::<f64, L::Weights>();
        for _ in 0..times {
            self.layer.backward::<Heap>(
                &self.w,
                X::batch::<Heap>(&self.x, SAMPLES),
                <L::Output as Tensors>::batch::<Heap>(&y, SAMPLES),
                <L::Output as Tensors>::batch::<Heap>(&self.dy, SAMPLES),
                Memory::new(&mut cache).with_workspace(&mut self.workspace()).with_masks(self.masks),
                X::gradients(X::batch_mut::<Heap>(&mut dx, SAMPLES)),
                Some(&mut dw),
            );
        }
        // A call without any wanted gradient must not fail.
        self.layer.backward::<Heap>(
            &self.w,
            X::batch::<Heap>(&self.x, SAMPLES),
            <L::Output as Tensors>::batch::<Heap>(&y, SAMPLES),
            <L::Output as Tensors>::batch::<Heap>(&self.dy, SAMPLES),
            Memory::new(&mut cache).with_workspace(&mut self.workspace()).with_masks(self.masks),
            X::no_gradients(),
            None,
        );
        let dx = (0..X::SIZES.len()).flat_map(|i| X::flat(X::batch::<Heap>(&dx, SAMPLES), i).iter().copied()).collect();
        (dx, dw.as_slice().to_vec())
    }

    /// Returns the central difference of the objective along one scalar.
    fn difference(&mut self, at: impl Fn(&mut Self) -> &mut f64) -> f64 {
        let value = *at(self);
        *at(self) = value + STEP;
        let above = self.objective();
        *at(self) = value - STEP;
        let below = self.objective();
        *at(self) = value;
        (above - below) / (2.0 * STEP)
    }

    fn regularization(&mut self) {
        let mut dw = zeroed_box::<f64, L::Weights>();
        self.layer.regularize(&self.w, Some(&mut dw));
        let expected: Vec<f64> = (0..dw.as_slice().len())
            .map(|k| {
                let mut at = |step: f64| {
                    self.w.as_mut_slice()[k] += step;
                    let penalty = self.layer.regularize(&self.w, None);
                    self.w.as_mut_slice()[k] -= step;
                    penalty
                };
                (at(STEP) - at(-STEP)) / (2.0 * STEP)
            })
            .collect();
        compare_variables::<L::Weights>("gradient of the regularization loss", &expected, dw.as_slice());
    }
}

/// Returns for every scalar of the weights whether it is trained.
fn trainable<W: Weights<f64>>() -> Vec<bool> {
    let mut trainable = Vec::new();
    W::variables(&Path::ROOT, &mut |variable| {
        trainable.extend(core::iter::repeat_n(variable.trainable, variable.shape.size()));
    });
    assert_eq!(trainable.len(), W::COUNT, "the variables must cover the weights");
    trainable
}

/// Runs [`compare`] for each variable of the weights, by its name.
fn compare_variables<W: Weights<f64>>(what: &str, expected: &[f64], got: &[f64]) {
    let mut start = 0;
    W::variables(&Path::ROOT, &mut |variable| {
        let end = start + variable.shape.size();
        compare(&format!("{what}, `{}`", variable.path), &expected[start..end], &got[start..end]);
        start = end;
    });
}

/// # Panics
/// If the slices differ by more than 1e-6, relative to values above 1.
fn compare(what: &str, expected: &[f64], got: &[f64]) {
    assert_eq!(expected.len(), got.len(), "{what}: lengths");
    for (k, (expected, got)) in expected.iter().zip(got).enumerate() {
        let close = (expected - got).abs() <= 1e-6 * expected.abs().max(1.0);
        assert!(close, "{what}: scalar {k}: expected {expected}, got {got}");
    }
}
