//! In a folded model, an inner model has its folded form. A user's own layer stays.

use super::{Headline, close, indices, numbers, random};
use nn::layer::Memory;
use nn::model::Model;
use nn::prelude::*;
use nn::spec::{Inferred, LayerSpec, Value, rule};
use nn::{Layer, Pass, Shape, ShapeError, Storage};

model! {
    /// A model inside, and a sparse input.
    struct Outer;

    let bag = Input(shape = [30], sparse = true);
    let words = Input(shape = [20], dtype = u32);
    let more = Input(shape = [5]);
    let x = Dense(7, use_bias = false)(bag);
    let x = BatchNormalization()(x);
    let (a, b) = Headline()([words, more]);
    let y = concatenate([x, a, b]);

    Model(inputs = [bag, words, more], outputs = y)
}

#[test]
fn a_model_inside_is_its_folded_form() {
    let model = random::<Outer<f64>>(12);
    let folded = model.fold();
    let OuterFolded { dense: _, headline } = &*folded;
    assert_eq!(*headline, *model.headline.fold());
    let bags: Vec<_> = [&[1, 4][..], &[29], &[]].map(|ones| MultiHot::<30>::new(ones.iter().copied()).unwrap()).into();
    let (words, more) = (indices::<20>(3, 50, 13), numbers::<5, 1>(3, 14));
    let expected = model.predict((&bags, &words, &more)).unwrap();
    close(expected.iter().flatten(), folded.predict((&bags, &words, &more)).unwrap().iter().flatten());
}

nn::layer! {
    /// A user's own layer, with weights and without arguments.
    pub struct Shift {}

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// The output has the shape of the input.
#[allow(unreachable_pub)]
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

nn::weights! {
    pub struct ShiftWeights<T> {
        shift: SVector<T, 1> => [1],
    }
}

impl<T: Scalar, const N: usize> Layer<T, SVector<T, N>> for Shift {
    type Output = SVector<T, N>;
    type Weights = ShiftWeights<T>;
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();

    fn init(&self, w: &mut Self::Weights, _: &mut dyn nn::rand::Rng) {
        w.shift.fill(T::ZERO);
    }

    fn forward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: &[SVector<T, N>],
        y: &mut [SVector<T, N>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        for (x, y) in x.iter().zip(y) {
            *y = x.map(|x| x + w.shift[0]);
        }
    }

    fn backward<B: Storage>(
        &self,
        _: &Self::Weights,
        _: &[SVector<T, N>],
        _: &[SVector<T, N>],
        dy: &[SVector<T, N>],
        _: Memory<'_, T, ()>,
        dx: Option<&mut [SVector<T, N>]>,
        dw: Option<&mut Self::Weights>,
    ) {
        // y = x + shift, so dx += dy and dshift += Σ dy
        if let Some(dx) = dx {
            dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy);
        }
        if let Some(dw) = dw {
            dw.shift[0] += dy.iter().flatten().copied().sum::<T>();
        }
    }
}

model! {
    /// A sentence.
    struct Sentence;

    let words = Input(shape = [6], dtype = u32);
    let y = Embedding(20, 8, mask_zero = true)(words);
    let y = Bidirectional(LSTM(3))(y);

    Model(inputs = words, outputs = y)
}

model! {
    /// Nothing of its own to fold: an inner model that is called twice (one call for each step), and a user's own
    /// layer.
    struct Document;

    let title = Input(shape = [6], dtype = u32);
    let other = Input(shape = [6], dtype = u32);
    let text = Input(shape = [4, 6], dtype = u32);
    let sentence = Sentence();
    let t = Shift(name = "shift")(sentence(title));
    let o = sentence(other);
    let steps = TimeDistributed(Sentence())(text);
    let z = GRU(3)(steps);

    Model(inputs = [title, other, text], outputs = [t, o, z])
}

model! {
    /// Models in models.
    struct Library;

    let title = Input(shape = [6], dtype = u32);
    let other = Input(shape = [6], dtype = u32);
    let text = Input(shape = [4, 6], dtype = u32);
    let (t, o, z) = Document()([title, other, text]);
    let y = Dense(2)(concatenate([t, o, z]));

    Model(inputs = [title, other, text], outputs = y)
}

#[test]
fn models_inside_of_models_are_their_folded_forms() {
    let model = random::<Library<f64>>(30);
    let folded = model.fold();
    let inner: &DocumentFolded<f64> = &folded.document;
    assert_eq!(*inner, *model.document.fold());
    assert_eq!((inner.sentence.embedding.embeddings.shape(), &inner.shift), ((24, 20), &model.document.shift));
    // The sentence has a third of its arithmetic: twice, and for each of four steps.
    assert_eq!(LibraryFolded::MACS, Library::MACS - 6 * (Sentence::MACS - SentenceFolded::MACS));
    let (title, other, text) = (indices::<6>(3, 20, 31), indices::<6>(3, 20, 32), numbers_of_words(3, 33));
    let expected = model.predict((&title, &other, &text)).unwrap();
    close(expected.iter().flatten(), folded.predict((&title, &other, &text)).unwrap().iter().flatten());
}

/// Texts of four sentences.
fn numbers_of_words(n: usize, seed: u64) -> Vec<SMatrix<u32, 6, 4>> {
    let flat = indices::<24>(n, 20, seed);
    flat.iter().map(|words| SMatrix::from_column_slice(words.as_slice())).collect()
}
