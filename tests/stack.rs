//! Nothing that a program can call passes 2 MB of weights, or a sample of 2 MB, through a stack. Each call runs in
//! threads with stacks of 256 KiB, in a debug build, in which every move is a copy. The calls by value do not compile
//! for such models: `new`, `zeroed`, `unpack`, `clone`, `call`, `call_in` and `Trainer::new` (see tests/ui/memory).

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]

use nn::layer::{Sample, Tensors};
use nn::losses::{CategoricalHinge, CosineSimilarity, Huber, KlDivergence, Poisson};
use nn::losses::{Loss, LossOn};
use nn::metrics::{CategoricalAccuracy, TopKCategoricalAccuracy};
use nn::optimizers::Ema;
use nn::prelude::*;
use nn::{Bf16, Packed};
use std::path::PathBuf;

/// The bytes of a stack.
const STACK: usize = 256 * 1024;

/// Runs a test and its divided work in threads with small stacks.
fn in_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(STACK).build().expect("a pool");
    let work = move || pool.install(test);
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread").join().expect("it passes");
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stack");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.join(name)
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

model! {
    /// A part of 2 MB.
    pub struct Tower;

    let words = Input(shape = [1_000]);
    let x = Dense(500, kernel_initializer = zeros)(words);

    Model(inputs = words, outputs = x)
}

model! {
    /// A model around it, with layers that fold.
    #[derive(Clone)]
    pub struct Wide;

    let words = Input(shape = [1_000]);
    let x = Tower()(words);
    let x = Dense(3, use_bias = false)(x);
    let x = BatchNormalization()(x);
    let y = Dense(1, kernel_regularizer = l2(0.001))(x);

    Model(inputs = words, outputs = y)
}

#[test]
fn weights_are_copied_in_place() {
    in_a_small_stack(|| {
        const { assert!(Wide::PARAMETER_BYTES > 7 * STACK) }
        let mut a = Wide::boxed(&mut rng());
        a.tower.x.bias.fill(0.5);
        let mut b = a.boxed_clone();
        assert!(a == b);
        b.as_mut_slice().fill(2.0);
        // The whole model, an inner model, and a layer.
        b.clone_from(&a);
        assert!(a == b);
        b.tower.x.kernel.fill(1.0);
        b.tower.clone_from(&a.tower);
        assert!(a == b);
        b.tower.x.kernel.fill(1.0);
        b.tower.x.clone_from(&a.tower.x);
        assert!(a == b);
        let mut boxes = [a, b];
        let copy = boxes[0].boxed_clone();
        boxes[1].clone_from(&copy);
        let mut bare: Box<Wide> = Wide::boxed(&mut rng());
        (*bare).clone_from(&copy);
        assert!(bare == copy);
    });
}

#[test]
fn weights_are_trained_in_place() {
    in_a_small_stack(|| {
        let optimizer = Adam::default().ema(Ema::default()).weight_decay(0.001).clipnorm(1.0);
        let mut wide = Wide::boxed(&mut rng()).compile(optimizer, MeanSquaredError).metrics((Mae, Mse)).seed(3);
        let x = vec![SVector::<f32, 1_000>::repeat(0.1); 4];
        let y = [1.0_f32, 2.0, 3.0, 4.0];
        let mut stop = EarlyStopping::new().restore_best_weights(true).patience(1);
        let fit = silent()
            .epochs(2)
            .batch_size(2)
            .validation_data(&x[..1], &y[..1])
            .callback(&mut stop)
            .callback(ModelCheckpoint::new(file("best.safetensors")).save_weights_only(true))
            .callback(ModelCheckpoint::new(file("whole.safetensors")));
        wide.fit(&x, y, fit).expect("valid data");
        wide.fit(&x, y, silent().validation_split(0.25).sample_weight([1.0, 0.5, 2.0, 1.0])).expect("valid data");
        wide.fit_batches(|_| [(&x[..2], &y[..2])], silent()).expect("valid data");
        wide.train_on_batch(&x, y).expect("valid data");
        wide.test_on_batch(&x, y).expect("valid data");
        wide.set_trainable("tower", false).expect("it has one");
        wide.train_on_batch(&x, y).expect("valid data");
        let report = wide.evaluate(&x, y).expect("valid data");
        assert!(report.loss.is_finite());
        let all = wide.predict(&x).expect("valid data");
        assert_eq!(all, wide.predict_on_batch(&x).expect("valid data"));
        assert_eq!(all[..2], wide.predict_batches([&x[..2]]).expect("valid data"));
        assert_eq!(all, wide.model().predict_in_batches(&x, 2).expect("valid data"));
        assert_eq!(wide.model().call(&x[0]), all[0]);

        wide.save_weights(file("weights.safetensors")).expect("a file");
        wide.save_checkpoint(file("checkpoint.safetensors")).expect("a file");
        wide.load_checkpoint(file("checkpoint.safetensors")).expect("the same");
        let mut other = Wide::boxed(&mut rng());
        other.load_weights(file("weights.safetensors")).expect("the same");
        assert!(*other == *wide.model());

        let folded = wide.model().fold();
        let mut again = WideFolded::boxed(&mut rng());
        wide.model().fold_into(&mut again);
        assert!(folded == again);
        let folded = folded.predict(&x).expect("valid data");
        assert!((folded[0][0] - all[0][0]).abs() < 1e-3, "{} {}", folded[0][0], all[0][0]);

        let back = wide.into_model();
        let halves: Vec<Bf16> = back.as_slice().iter().map(|&w| Bf16::from_f32(w)).collect();
        let packed = Packed::<Wide, Bf16>::new(halves.leak());
        let mut unpacked = packed.unpack_boxed();
        packed.unpack_into(&mut unpacked);
    });
}

model! {
    /// A sample of 2 MB at both ends.
    #[nn(allow(dense_after_dense))]
    pub struct Long;

    let steps = Input(shape = [50_000, 10]);
    let x = LayerNormalization()(steps);
    let x = Dropout(0.5)(PReLU(shared_axes = [1])(x));
    let y = add([x, steps]);

    Model(inputs = steps, outputs = y)
}

/// A user's own loss on whole samples.
#[derive(Clone, Copy, Debug)]
struct Own;

impl Loss for Own {
    fn name(&self) -> &'static str {
        "own"
    }
}

impl<P: Sample<Element: Scalar>> LossOn<P> for Own {
    type Target = P;

    fn loss(&self, target: &P, prediction: &P) -> P::Element {
        let (t, y) = (P::flat(std::slice::from_ref(target)), P::flat(std::slice::from_ref(prediction)));
        t.iter().zip(y).map(|(&t, &y)| (y - t) * (y - t)).sum::<P::Element>() / P::Element::of(P::SIZE as f64)
    }

    fn gradient(&self, target: &P, prediction: &P, gradient: &mut P) {
        let (t, y) = (P::flat(std::slice::from_ref(target)), P::flat(std::slice::from_ref(prediction)));
        let gradient = P::flat_mut(std::slice::from_mut(gradient));
        for ((g, &t), &y) in gradient.iter_mut().zip(t).zip(y) {
            *g = P::Element::of(2.0 / P::SIZE as f64) * (y - t);
        }
    }
}

#[test]
fn samples_stay_where_they_are() {
    in_a_small_stack(|| {
        let (mut x, mut y) = (<Long as Model>::Inputs::vecs(2), <Long as Model>::Outputs::vecs(2));
        x.iter_mut().for_each(|x| x.fill(0.25));
        y.iter_mut().for_each(|y| y.fill(0.5));
        let mut long = Long::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError).metrics((Mae, Mse));
        let fit = silent().batch_size(1).validation_data(&x[..1], &y[..1]);
        long.fit(&x, &y, fit).expect("valid data");
        long.evaluate(&x[..1], &y[..1]).expect("valid data");
        assert_eq!(long.predict(&x[..1]).expect("valid data").len(), 1);
        let mut long = long.into_model().compile(Sgd::default(), Own);
        assert!(long.train_on_batch(&x[..1], &y[..1]).expect("valid data").loss.is_finite());
    });
}

model! {
    /// A mask over a sample of 2 MB.
    pub struct Masked;

    let steps = Input(shape = [50_000, 10]);
    let y = Dense(10)(Masking()(steps));

    Model(inputs = steps, outputs = y)
}

#[test]
fn masked_samples_are_not_copied_to_the_stack() {
    in_a_small_stack(|| {
        let (mut x, y) = (<Masked as Model>::Inputs::vecs(1), <Masked as Model>::Outputs::vecs(1));
        x[0].columns_mut(0, 30_000).fill(1.0);
        let mut masked = Masked::boxed(&mut rng()).compile(Sgd::default(), Own);
        let own = masked.train_on_batch(&x, &y).expect("valid data").loss;
        let mut masked = Masked::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError);
        let ours = masked.train_on_batch(&x, &y).expect("valid data").loss;
        assert!((own - ours).abs() < 1e-2 * ours, "{own} {ours}");
    });
}

model! {
    /// Many features: 800 kB a sample, and layers that keep statistics or weights for each.
    #[nn(allow(stacked_activations))]
    pub struct Features;

    let x = Input(shape = [200_000]);
    let h = BatchNormalization()(x);
    let h = PReLU()(LayerNormalization()(GaussianNoise(0.1)(h)));
    let h = multiply([h, x]);
    let h = maximum([subtract([h, x]), average([h, x])]);
    let similar = dot([h, x], axes = 1, normalize = true);
    let h = LeakyReLU()(ELU()(h));
    let h = Softmax()(h);
    let y = Flatten()(Reshape([200, 1_000])(h));

    Model(inputs = x, outputs = [y, similar])
}

/// A loss on the first output.
fn features<L>(loss: L)
where
    (L, MeanSquaredError): nn::losses::Losses<<Features as Model>::Outputs, Targets = <Features as Model>::Outputs>,
{
    let (mut x, (mut y, small)) = (<Features as Model>::Inputs::vecs(2), <Features as Model>::Outputs::vecs(2));
    x[0].fill(0.5);
    x[1].iter_mut().enumerate().for_each(|(i, x)| *x = (i % 7) as f32 * 0.1);
    y.iter_mut().for_each(|y| y[0] = 1.0);
    let measures = (CategoricalAccuracy, TopKCategoricalAccuracy::default(), CosineSimilarity);
    let metrics = FeaturesOutputs { y: measures, similar: Mae };
    let mut model = Features::boxed(&mut rng()).compile(Sgd::default(), (loss, MeanSquaredError)).metrics(metrics);
    assert!(model.train_on_batch(&x, (&y, &small)).expect("valid data").loss.is_finite());
    model.evaluate(&x, (&y, &small)).expect("valid data");
}

#[test]
fn features_of_every_loss() {
    in_a_small_stack(|| {
        features(CategoricalCrossentropy::default());
        features(CategoricalCrossentropy { label_smoothing: 0.1, ..Default::default() });
        features(BinaryCrossentropy::default());
        features(KlDivergence);
        features(Huber::default());
        features(CategoricalHinge);
        features(Poisson);
        features(Own);
    });
}

model! {
    /// A table of 2 MB, and recurrent layers with large weights.
    pub struct Reader;

    let words = Input(shape = [20], dtype = u32);
    let x = Embedding(1_000, 500, embeddings_initializer = zeros)(words);
    let x = Bidirectional(GRU(100, return_sequences = true, kernel_initializer = zeros))(x);
    let x = LSTM(100, return_sequences = true)(x);
    let x = TimeDistributed(Dense(100))(SimpleRNN(100, return_sequences = true)(x));
    let x = GlobalAveragePooling1D()(x);
    let y = Dense(1_000, activation = softmax)(x);

    Model(inputs = words, outputs = y)
}

#[test]
fn tables_and_recurrent_layers() {
    in_a_small_stack(|| {
        const { assert!(Reader::PARAMETER_BYTES > 7 * STACK) }
        let (x, y) = (vec![SVector::<u32, 20>::from_fn(|i, _| i as u32 * 40); 2], vec![5_u32, 7]);
        let mut reader = Reader::boxed(&mut rng()).compile(Adam::default(), SparseCategoricalCrossentropy::default());
        reader.fit(&x, &y, silent().epochs(2)).expect("valid data");
        reader.save_checkpoint(file("reader.safetensors")).expect("a file");
        reader.load_checkpoint(file("reader.safetensors")).expect("the same");
        let mut other = Reader::boxed(&mut rng());
        (*other).clone_from(reader.model());
        other.embedding.clone_from(&reader.model().embedding);
        assert_eq!(other.predict(&x).expect("valid data").len(), 2);
    });
}
