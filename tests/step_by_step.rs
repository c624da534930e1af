//! Streams: every step equals the whole sequence, bit for bit.

#![allow(missing_docs)]

use nn::prelude::*;
use nn::{Scalar, StreamError, StreamState, Streams};
use rand::RngExt;
use std::sync::Mutex;
use std::{env, fs};

#[path = "step_by_step/generator.rs"]
mod generator;

/// The lints do not apply to random graphs.
#[allow(deprecated)]
#[macro_use]
mod graphs {
    use nn::prelude::*;

    include!("step_by_step/graphs0.rs");
    include!("step_by_step/graphs1.rs");
    include!("step_by_step/graphs2.rs");

    /// Calls a macro with each graph.
    macro_rules! for_each_graph {
        ($run:ident) => {
            for_each_graph0!($run);
            for_each_graph1!($run);
            for_each_graph2!($run);
        };
    }
}
use graphs::*;

#[test]
fn the_graphs_are_those_of_the_generator() {
    for part in 0..generator::FILES {
        let path = format!("{}/tests/step_by_step/graphs{part}.rs", env!("CARGO_MANIFEST_DIR"));
        if env::var_os("BLESS").is_some() {
            fs::write(&path, generator::file(part)).unwrap();
        }
        assert!(fs::read_to_string(path).unwrap() == generator::file(part), "write the graphs with `BLESS=1`");
    }
}

/// The numbers of an output that came.
trait Came {
    fn scalars(&self) -> Vec<f64>;
}

impl<T: Scalar, const R: usize, const C: usize> Came for SMatrix<T, R, C> {
    fn scalars(&self) -> Vec<f64> {
        self.iter().map(|&y| y.to_f64()).collect()
    }
}

impl<S: Came> Came for Option<S> {
    fn scalars(&self) -> Vec<f64> {
        self.as_ref().map(Came::scalars).unwrap_or_default()
    }
}

/// A sequence, and its steps.
trait Sequence<S>: Sized {
    fn draw(rng: &mut StdRng) -> Self;
    fn steps(&self) -> Vec<S>;
}

impl<const F: usize, const N: usize> Sequence<SVector<f32, F>> for SMatrix<f32, F, N> {
    fn draw(rng: &mut StdRng) -> Self {
        // Some steps are masked.
        let mut x = SMatrix::<f32, F, N>::from_fn(|_, _| rng.random_range(-1.0..1.0));
        x.column_iter_mut().step_by(3).for_each(|mut step| step.fill(0.5));
        x
    }

    fn steps(&self) -> Vec<SVector<f32, F>> {
        self.column_iter().map(|step| step.into_owned()).collect()
    }
}

impl<const F: usize, const N: usize> Sequence<SVector<f64, F>> for SMatrix<f64, F, N> {
    fn draw(rng: &mut StdRng) -> Self {
        SMatrix::<f32, F, N>::draw(rng).cast()
    }

    fn steps(&self) -> Vec<SVector<f64, F>> {
        self.column_iter().map(|step| step.into_owned()).collect()
    }
}

impl<const N: usize> Sequence<SVector<u32, 1>> for SVector<u32, N> {
    fn draw(rng: &mut StdRng) -> Self {
        SVector::from_fn(|_, _| rng.random_range(0..7))
    }

    fn steps(&self) -> Vec<SVector<u32, 1>> {
        self.iter().map(|&id| SVector::from([id])).collect()
    }
}

/// Compares a model with its stream: all steps, after a reset, and after a state was saved and loaded.
fn check<M, X, S>(name: &str, call: impl Fn(&M, &X) -> Vec<f64>)
where
    M: Streams<Inputs = X, Step = S, StepOutputs: Came>,
    X: Sequence<S> + nn::Tensors,
    S: nn::Tensors,
    for<'x> &'x S: nn::data::OneOfEach<'x, S>,
{
    let rng = &mut StdRng::seed_from_u64(5);
    let mut net = M::boxed(rng);
    net.as_mut_slice().iter_mut().for_each(|w| *w += M::Scalar::of(rng.random_range(0.0..0.2)));
    for _ in 0..2 {
        let x = X::draw(rng);
        let (whole, steps) = (call(&net, &x), x.steps());
        let mut stream = net.stream();
        for restart in [0, 9, steps.len() / 2] {
            steps[..restart].iter().for_each(|x| _ = stream.step(x));
            stream.reset();
            let mut came = Vec::new();
            for (t, x) in steps.iter().enumerate() {
                let y = stream.step(x).scalars();
                came = if came.len() + y.len() > whole.len() { y } else { [came, y].concat() };
                if t % 5 == restart % 5 {
                    let bytes = stream.state.to_bytes();
                    assert_eq!(bytes.len(), StreamState::<M>::BYTES);
                    stream.state = StreamState::from_bytes(&bytes).unwrap();
                }
            }
            assert_eq!(came, whole, "{name}");
        }
    }
}

#[test]
fn a_step_of_a_random_graph_is_that_of_the_whole_sequence() {
    macro_rules! run {
        ($graph:ident) => {
            check::<$graph<f32>, _, _>(stringify!($graph), |net, x| net.call(x).scalars());
            check::<$graph<f64>, _, _>(stringify!($graph), |net, x| net.call(x).scalars());
        };
    }
    for_each_graph!(run);
}

model! {
    #[nn(stream)]
    pub struct Causal;

    let x = Input(shape = [16, 3]);
    let a = Conv1D(4, 3, padding = causal, activation = tanh)(x);
    let b = Conv1D(4, 2, padding = causal, dilation_rate = 4)(a);
    let s = add([a, b]);
    let slow = Conv1D(5, 3, padding = causal, strides = 2)(s);
    let pooled = MaxPooling1D(2)(slow);
    let also = AveragePooling1D(2)(slow);
    let both = concatenate([pooled, also]);
    let valid = Conv1D(2, 3)(s);

    Model(inputs = x, outputs = [s, slow, both, valid])
}

/// The `i`-th of some steps.
fn column<const F: usize, const N: usize>(all: &SMatrix<f32, F, N>, i: usize) -> SVector<f32, F> {
    all.column(i).into_owned()
}

#[test]
fn outputs_come_at_their_rates() {
    let net = Causal::new(&mut StdRng::seed_from_u64(1));
    let x = SMatrix::<f32, 3, 16>::from_fn(|i, j| ((i * 7 + j * 3) % 11) as f32 / 5.0 - 1.0);
    let whole = net.call(&x);
    let mut state = StreamState::START;
    for t in 0..16 {
        let CausalOutputs { s, slow, both, valid } = state.step(&net, &column(&x, t));
        let s: SVector<f32, 4> = s;
        assert_eq!(s, column(&whole.s, t));
        assert_eq!(slow, (t % 2 == 0).then(|| column(&whole.slow, t / 2)));
        assert_eq!(both, (t % 4 == 2).then(|| column(&whole.both, t / 4)));
        assert_eq!(valid, (t >= 2).then(|| column(&whole.valid, t - 2)));
    }
}

model! {
    #[nn(stream)]
    pub struct States;

    let x = Input(shape = [9, 3]);
    let words = Input(shape = [9], dtype = u32);
    let kind = Input(shape = [4]);
    let h0 = Dense(5, activation = tanh)(kind);
    let c0 = Dense(5)(kind);
    let embedded = Embedding(6, 3, mask_zero = true)(words);
    let both = concatenate([x, embedded]);
    let (all, h, c) = LSTM(5, return_sequences = true, return_state = true)(both, initial_state = [h0, c0]);
    let zeros = GRU(4, return_sequences = true, zero_output_for_mask = true)(all);
    let last = GRU(4)(embedded);

    Model(inputs = [x, words, kind], outputs = [all, h, c, zeros, last])
}

#[test]
fn states_masks_and_several_inputs() {
    let net = States::new(&mut StdRng::seed_from_u64(2));
    let x = SMatrix::<f32, 3, 9>::from_fn(|i, j| ((i * 7 + j * 3) % 11) as f32 / 5.0 - 1.0);
    let kind = SVector::from([0.5, -1.0, 0.3, 0.2]);
    // The first step of `last` does not count.
    for words in [[0, 1, 2, 0, 0, 3, 4, 5, 0], [0; 9], [1, 2, 0, 3, 0, 5, 1, 1, 1]] {
        let words = SVector::<u32, 9>::from(words);
        let whole = net.call((&x, &words, &kind));
        let mut stream = net.stream();
        for t in 0..9 {
            let y = stream.step((&column(&x, t), &words[t], &kind));
            assert_eq!(y.all, column(&whole.all, t));
            assert_eq!(y.zeros, column(&whole.zeros, t));
            if t == 8 {
                assert_eq!((y.h, y.c, y.last), (whole.h, whole.c, whole.last));
            }
        }
        let mut named = net.stream();
        let first = named.step(StatesInputs { x: &column(&x, 0), words: &words[0], kind: &kind });
        assert_eq!(first.all, column(&whole.all, 0));
    }
}

model! {
    #[nn(stream)]
    pub struct Ten;

    let x = Input(shape = [10, 2]);
    let h = GRU(4)(x);
    let y = Dense(3)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Six;

    let x = Input(shape = [6, 2]);
    let h = GRU(4)(x);
    let y = Dense(3)(h);

    Model(inputs = x, outputs = y)
}

const FEATURES: usize = 3;
const STRIDE: usize = 2;

model! {
    /// Sizes that only rustc knows.
    #[nn(stream)]
    pub struct Constants;

    let x = Input(shape = [4 * FEATURES, FEATURES]);
    let words = Input(shape = [4 * FEATURES], dtype = u32);
    let h = Embedding(6, FEATURES, mask_zero = true)(words);
    let h = LSTM(FEATURES, return_sequences = true)(h);
    let causal = Conv1D(FEATURES, FEATURES, padding = causal, dilation_rate = STRIDE, activation = relu)(x);
    let s = LayerNormalization()(add([h, causal]));
    let slow = Conv1D(4, FEATURES, strides = STRIDE)(s);
    let y = GRU(FEATURES, return_sequences = true)(MaxPooling1D(STRIDE)(slow));

    Model(inputs = [x, words], outputs = [s, slow, y])
}

#[test]
fn sizes_that_only_rustc_knows() {
    let net = Constants::new(&mut StdRng::seed_from_u64(4));
    let x = SMatrix::<f32, 3, 12>::from_fn(|i, j| ((i * 5 + j * 3) % 7) as f32 / 3.0 - 1.0);
    let words = SVector::<u32, 12>::from_fn(|t, _| (t % 6) as u32);
    let whole = net.call((&x, &words));
    let (mut stream, mut slow, mut slower) = (net.stream(), Vec::new(), Vec::new());
    for t in 0..12 {
        let y = stream.step((&column(&x, t), &words[t]));
        // Strides may be 1, so only they make an `Option`.
        assert_eq!(y.s, column(&whole.s, t));
        slow.extend(y.slow.map(|y| y.as_slice().to_vec()).unwrap_or_default());
        slower.extend(y.y.map(|y| y.as_slice().to_vec()).unwrap_or_default());
    }
    assert_eq!((&slow[..], &slower[..]), (whole.slow.as_slice(), whole.y.as_slice()));
}

static STATE: Mutex<StreamState<Ten>> = Mutex::new(StreamState::START);

#[test]
fn an_output_without_steps_is_that_of_the_steps_so_far() {
    let rng = &mut StdRng::seed_from_u64(3);
    let (ten, mut six) = (Ten::new(rng), Six::new(rng));
    six.as_mut_slice().copy_from_slice(ten.as_slice());
    let x = SMatrix::<f32, 2, 10>::from_fn(|i, j| ((i * 5 + j * 3) % 7) as f32 / 3.0 - 1.0);
    let mut state = STATE.lock().unwrap();
    let y: Vec<_> = (0..10).map(|t| state.step(&ten, &column(&x, t))).collect();
    assert_eq!(y[5], six.call(&x.fixed_columns::<6>(0).into_owned()));
    assert_eq!(y[9], ten.call(&x));
    // A copy goes its own way.
    let mut copy = *state;
    assert_eq!(copy, *state);
    copy.step(&ten, &[0.1, 0.2]);
    assert_ne!(copy, *state);
    state.reset();
    assert_eq!(*state, StreamState::default());
    assert_eq!(state.step(&ten, &column(&x, 0)), y[0]);
}

#[test]
fn the_bytes_of_a_state_are_checked() {
    let state = StreamState::<Ten>::new();
    let bytes = state.to_bytes();
    assert_eq!((bytes.len(), StreamState::<Ten>::BYTES), (8 + 4 * 4 + 4, 28));
    let short = StreamState::<Ten>::from_bytes(&bytes[..20]).unwrap_err();
    assert_eq!(short, StreamError::Size { needed: 28, got: 20 });
    assert_eq!(short.to_string(), "this stream's state has 28 bytes, but there are 20");
    assert!(StreamState::<Ten>::from_bytes(&[]).is_err());
    assert_eq!(StreamState::<Ten>::from_bytes(&[7; 28]).unwrap_err(), StreamError::Nothing);
    assert_eq!(StreamState::<Ten<f64>>::from_bytes(&bytes).unwrap_err(), StreamError::Other);
    assert_eq!(StreamState::<Causal>::from_bytes(&bytes).unwrap_err(), StreamError::Other);
    assert!(state.write(&mut [0; 27]).is_err());
    assert_eq!(format!("{state:?}"), "StreamState<Ten>(20 bytes)");
}
