//! Implementations of the public traits that break every promise: memory of wrong sizes, batches of different lengths,
//! a layer with wrong constants, samples that are not matrices, and files with invalid tensors.
#![forbid(unsafe_code)]
#![allow(missing_docs, unreachable_pub, dropping_copy_types, dropping_references)]
#![allow(clippy::drop_non_drop, clippy::reversed_empty_ranges)]

use bytemuck::{Pod, Zeroable};
use nn::__private::include;
use nn::activations::Head;
use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage, Tensors, Work};
use nn::storage::Shareable;
use nn::{Bf16, Buffer, Element, Ends, F16, Graph, Mode, Packed, Sample, Train, prelude::*};
use nn_sound::{Numbers, survives};
use std::ops::{Deref, DerefMut, Range};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

// ------------------------------------------------------------------------------------------------ memory and batches

/// Memory whose length differs at each request.
struct Liar;

struct Many<S>(Box<[S]>);
struct One<S>(Box<S>);

fn any_length(most: usize) -> usize {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    let asked = ASKED.fetch_add(1, Relaxed);
    // Long enough in the first passes, so that the test reaches later lines too.
    if asked.is_multiple_of(5) { Numbers(asked).below(most + 1) } else { most }
}

impl<S> Deref for Many<S> {
    type Target = [S];

    fn deref(&self) -> &[S] {
        &self.0[..any_length(self.0.len())]
    }
}

impl<S> DerefMut for Many<S> {
    fn deref_mut(&mut self) -> &mut [S] {
        let len = any_length(self.0.len());
        &mut self.0[..len]
    }
}

impl<S> Deref for One<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S> DerefMut for One<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0
    }
}

impl<S: Zeroable + Copy + Shareable> Buffer for Many<S> {
    fn with_capacity(_: usize) -> Self {
        Many(vec![S::zeroed(); 6].into())
    }
}

impl<S: Zeroable + Shareable> Buffer for One<S> {
    fn with_capacity(_: usize) -> Self {
        One(Box::new(S::zeroed()))
    }
}

impl Storage for Liar {
    type Of<S: Zeroable + Copy + Shareable + 'static> = Many<S>;
    type One<S: Zeroable + Copy + Shareable + 'static> = One<S>;
}

model! {
    /// A layer of every kind.
    #[nn(allow(stacked_activations))]
    pub struct Kinds;

    let words = Input(shape = [7], dtype = u32);
    let more = Input(shape = [7, 3]);
    let x = Embedding(11, 5, mask_zero = true)(words);
    let x = concatenate([x, more]);
    let x = Bidirectional(GRU(4, return_sequences = true))(x);
    let (x, h, c) = LSTM(6, return_sequences = true, return_state = true)(x);
    let x = SimpleRNN(6, return_sequences = true)(x, initial_state = h);
    let x = TimeDistributed(Dense(17, activation = relu))(x);
    let x = LayerNormalization()(PReLU()(x));
    let x = GlobalAveragePooling1D()(x);
    let similar = dot([h, c], axes = 1, normalize = true);
    let x = Dropout(0.25)(BatchNormalization()(Dense(33, use_bias = false)(x)));
    let x = concatenate([x, similar]);
    let class = Dense(5, activation = softmax)(x);

    Model(inputs = [words, more], outputs = [class, similar])
}

type Inputs = <Kinds as Model>::Inputs;
type Outputs = <Kinds as Model>::Outputs;
type GraphOf<M> = <M as Model>::Graph;

/// Runs all passes of a graph over batches of different lengths, in memory of this storage. Returns the number of
/// passes that reach their end.
fn passes<M: Model<Inputs = Inputs, Outputs = Outputs, Scalar = f32>, B: Storage>(
    model: &M,
    numbers: &mut Numbers,
) -> usize {
    let mut ends = 0;
    let mut len = || if numbers.below(3) == 0 { numbers.below(8) } else { 5 };
    let words: Vec<_> = (0..len()).map(|k| SVector::<u32, 7>::from_fn(|i, _| (i * 3 + k) as u32 * 7 % 13)).collect();
    let more = vec![SMatrix::<f32, 3, 7>::repeat(0.5); len()];
    let (mut y, mut dx) = (Outputs::vecs(len()), vec![SMatrix::<f32, 3, 7>::zeros(); len()]);
    y.1.truncate(len());
    let (dy, mut dw) = (Outputs::vecs(len()), model.boxed_clone());
    let (graph, x) = (GraphOf::<M>::NEW, (&words[..], &more[..]));
    let mut scratch = Buffer::with_capacity(len().min(5));
    ends += usize::from(survives(|| {
        graph.forward::<B>(model, x, (&mut y.0, &mut y.1), Pass::inference(&mut scratch));
    }));
    let n = len();
    survives(|| _ = GraphOf::<M>::logits::<B>(&scratch, n));
    survives(|| _ = GraphOf::<M>::mask::<B>(x, &scratch, n, n));
    let mut cache = Buffer::with_capacity(len().min(5));
    let mut rng = rng();
    survives(|| {
        let pass = Pass::training(&mut cache, Mode::with_frozen(&mut rng, &[true, false, true]));
        graph.forward::<B>(model, x, (&mut y.0, &mut y.1), pass);
    });
    for seeds in [0, 1, u16::MAX as _] {
        ends += usize::from(survives(|| {
            let (y, dy) = ((&y.0[..], &y.1[..]), (&dy.0[..], &dy.1[..]));
            let dx = (None, Some(&mut dx[..]));
            graph.backward_from::<B>(seeds, model, x, y, dy, Memory::new(&mut cache), dx, Some(&mut dw));
        }));
    }
    survives(|| graph.touched::<B>(x, &cache, &mut |_| {}));
    survives(|| graph.update::<B>(&mut dw, &cache));
    ends
}

#[test]
fn memory_and_batches_of_any_length() {
    let (model, mut numbers) = (Kinds::boxed(&mut rng()), Numbers(5));
    let mut ends = [0; 3];
    for _ in 0..60 {
        ends[0] += passes::<Kinds, Liar>(&model, &mut numbers);
        ends[1] += passes::<Kinds, nn::Heap>(&model, &mut numbers);
        ends[2] += passes::<Kinds, nn::Inline<5>>(&model, &mut numbers);
    }
    assert!(ends[1..].iter().all(|&ends| ends > 10 && ends < 200), "some are right, others not: {ends:?}");
}

#[test]
fn indices_that_are_none() {
    let model = Kinds::boxed(&mut rng());
    let words = SVector::<u32, 7>::from([0, 1, 10, 11, 1000, u32::MAX - 1, u32::MAX]);
    survives(|| _ = model.call((&words, &SMatrix::zeros())));
    let mut compiled = model.compile(Adam::default(), MeanSquaredError);
    survives(|| drop(compiled.train_on_batch((&[words], &[SMatrix::zeros()]), &Outputs::vecs(1))));
}

// ------------------------------------------------------------------------------------------------ a layer

#[allow(unreachable_pub)]
mod my {
    use super::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};

    nn::weights! {
        /// A table whose touched rows are reported wrongly.
        pub struct LayerWeights<T, const N: usize> {
            rows table: SMatrix<T, 3, N> => [N, 3],
        }
    }

    nn::layer! {
        /// A layer that lies.
        pub struct Layer<N> {
            /// The columns of the table.
            size: Size,
        }

        pub const SPEC: LayerSpec { weights: LayerWeights<N>, infer: rule!(infer) }

        impl Train, Ends;
    }

    pub const fn infer(args: &[Value], _: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(Shape::new(&[3]), &Consts { N: Args(args).size() }.list()))
    }

    impl<T: Scalar + Element, const N: usize> nn::Layer<T, SVector<u32, 2>> for Layer<N> {
        type Output = SVector<T, 3>;
        type Weights = LayerWeights<T, N>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const MACS: usize = usize::MAX / 4;
        const WORK: Work = Work::BySample(usize::MAX);

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SVector<u32, 2>],
            y: &mut [SVector<T, 3>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                *y = w.table.column(x[0] as usize % N) * T::of(f64::NAN);
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &Self::Weights,
            _: &[SVector<u32, 2>],
            _: &[SVector<T, 3>],
            _: &[SVector<T, 3>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SVector<u32, 2>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            dw.into_iter().for_each(|dw| dw.table.fill(T::ONE));
        }
    }

    impl<T: Scalar + Element, const N: usize> Ends<T, SVector<u32, 2>> for Layer<N> {
        const HEAD: Head = Head::Softmax;
        const HEADS: &'static [Head] = &[];
        const BOUNDS: &'static [usize] = &[usize::MAX, 0, 7, 9];

        fn mask<'a, B: Storage>(_: &'a [SVector<u32, 2>], _: &'a (), _: usize, output: usize) -> Option<&'a [u32]> {
            Some(&[1, 0, 0][output.min(3)..])
        }
    }

    impl<T: Scalar + Element, const N: usize> Train<T, SVector<u32, 2>> for Layer<N> {
        fn touched<B: Storage>(&self, x: &[SVector<u32, 2>], _: &(), visit: &mut dyn FnMut(Range<usize>)) {
            for x in x {
                visit(x[0] as usize..x[1] as usize);
            }
            visit(usize::MAX - 1..usize::MAX);
        }

        fn training_activity<B: Storage>(&self, _: &()) -> T {
            T::of(f64::INFINITY)
        }
    }
}

model! {
    /// A model around the layer, twice.
    pub struct Lied;

    let words = Input(shape = [2], dtype = u32);
    let x = my::Layer(9)(words);
    let y = Dense(1)(concatenate([x, my::Layer(9)(words)]));

    Model(inputs = words, outputs = y)
}

#[test]
fn a_layer_that_lies() {
    let mut numbers = Numbers(6);
    for optimizer in 0..3 {
        for _ in 0..20 {
            let ends = [0, 1, 5, 26, 27, 30, 54, 1000];
            let x = [(); 4].map(|()| SVector::from([ends[numbers.below(8)], ends[numbers.below(8)]]));
            let model = Lied::boxed(&mut rng());
            survives(|| drop(model.predict(x)));
            survives(|| _ = model.call(&x[0]));
            survives(|| drop(model.fold().predict(x)));
            survives(|| match optimizer {
                0 => drop(model.compile(Adam::default(), MeanSquaredError).fit(x, [0.5_f32; 4], Fit::new().verbose(0))),
                1 => drop(model.compile(Sgd::default(), MeanSquaredError).fit(x, [0.5_f32; 4], Fit::new().verbose(0))),
                _ => {
                    let model = *model;
                    let mut trainer = nn::Trainer::<_, 3, 2>::new(model, &Adam::default()).expect("it has room");
                    drop(trainer.step(&Adam::default(), &MeanSquaredError, x, [0.5_f32; 4], &mut rng()));
                    drop(trainer.step(&RmsProp::default(), &MeanSquaredError, &x[..2], [0.5_f32; 2], &mut rng()));
                }
            });
        }
    }
}

// ------------------------------------------------------------------------------------------------ samples

/// A number type that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Pod, Zeroable)]
#[repr(transparent)]
struct Odd([u8; 3]);

impl Element for Odd {
    const NAME: &'static str = "float64";

    fn finite(self) -> bool {
        true
    }

    fn value(self) -> f64 {
        f64::NAN
    }

    fn index(self) -> Option<u32> {
        Some(u32::MAX)
    }
}

#[test]
fn samples_of_odd_elements() {
    type S = SMatrix<Odd, 3, 5>;
    let samples = vec![S::zeroed(); 4];
    let flat = nn::tensor::flat(&samples);
    assert_eq!(flat.len(), 60);
    for len in 0..=60 {
        assert_eq!(S::samples(&flat[..len]).len(), len / 15);
    }
    let mut to = vec![S::zeroed(); 3];
    survives(|| S::gather(&samples, &[3, 0, 9, 1], &mut to));
    survives(|| S::gather(&samples, &[3, 0], &mut to[..1]));
    nn::tensor::clear(&mut to);
    assert!(to[0] == samples[0]);
    // Without scalars there is any number of samples.
    type Empty = SMatrix<f32, 0, 5>;
    survives(|| _ = Empty::samples(&[1.0, 2.0]).len());
    survives(|| _ = nn::tensor::flat(&[Empty::zeroed(); 3]).len());
    survives(|| drop(nn::arena::part(&[[1_u8; 7]; 3], usize::MAX, 3..9)));
    survives(|| drop(nn::arena::parts(&mut [[1_u8; 7]; 3], 2, [0..3, 2..5])));
    survives(|| drop(nn::arena::part_mut(&mut [[1_u8; 7]; 3], 3, 5..2)));
}

// ------------------------------------------------------------------------------------------------ files

model! {
    pub struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn tensors_that_are_none() {
    static BYTES: [u8; 64] = [0x7F; 64];
    static HALVES: [F16; 2] = [F16::from_f32(1.0); 2];
    let (mut accepted, shapes) = (0, [&[2, 1][..], &[1], &[], &[usize::MAX, 2]]);
    for kernel in [0, 7, 8, 9, 12, 64] {
        for bias in [0, 3, 4, 5, 64] {
            for shape in shapes {
                for dtype in ["F32", "F64", "BF16", "F16"] {
                    let tensor = |name, shape, len| include::Tensor { name, dtype, shape, bytes: &BYTES[..len] };
                    let tensors = [tensor("y.kernel", shape, kernel), tensor("y.bias", &[1], bias)];
                    accepted += u32::from(survives(|| drop(include::model::<Line>(&tensors))));
                    survives(|| drop(include::model::<Line<f64>>(&tensors)));
                    survives(|| drop(include::model::<Line>(&tensors[..1])));
                    survives(|| drop(include::model::<Line>(&[tensors[0], tensors[0], tensors[1]])));
                    survives(|| drop(include::halves::<Line, F16, 3>(&tensors)));
                    survives(|| drop(include::halves::<Line, Bf16, 5>(&tensors)));
                }
            }
        }
    }
    // Only correct sizes, or sizes that are wrong in a consistent way.
    assert!(accepted > 0);
    assert!(!survives(|| drop(Packed::<Line, F16>::new(&HALVES))));
}
