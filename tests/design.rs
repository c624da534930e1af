//! The user's code from the design, unchanged. Only its second model has two dense layers in place of Embedding and
//! LSTM.

use nn::prelude::*;

model! {
    /// Recognises a handwritten digit.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn digits_data() -> (Vec<SVector<f32, 64>>, Vec<SVector<f32, 10>>) {
    let x = (0..80).map(|n| SVector::from_fn(|i, _| if i % 10 == n % 10 { 1.0 } else { 0.0 })).collect();
    let y = (0..80).map(|n| SVector::from_fn(|i, _| if i == n % 10 { 1.0 } else { 0.0 })).collect();
    (x, y)
}

#[test]
fn digits() -> nn::Result<()> {
    let directory = std::env::temp_dir().join(format!("nn-design-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    let file = directory.join("digits.safetensors");
    let (x_train, y_train) = digits_data();
    let (x_test, y_test) = (x_train.clone(), y_train.clone());

    let mut rng = StdRng::seed_from_u64(42);
    let mut digits = Digits::boxed(&mut rng) // Box<Digits>, built in place on the heap
        .compile(RmsProp::default(), CategoricalCrossentropy::default())
        .metrics(Accuracy);
    let history =
        digits.fit(&x_train, &y_train, Fit::new().epochs(20).batch_size(32).validation_split(0.1).verbose(0))?;
    let report = digits.evaluate(&x_test, &y_test)?; // report.loss, report.get("accuracy")
    let probabilities = digits.predict(&x_test)?; // Vec<SVector<f32, 10>>
    let one: SVector<f32, 10> = digits.model().call(&x_test[0]); // no allocation
    let logs = digits.train_on_batch(&x_train[..32], &y_train[..32])?; // one step; logs.loss is the loss before it
    digits.save_weights(&file)?; // the same on the bare model
    digits.load_weights(&file)?;
    println!("{}", Digits::SUMMARY); // a const &str, Keras-like table

    assert_eq!(history.get("loss").map(<[f64]>::len), Some(20));
    assert_eq!(report.get("accuracy"), Some(1.0));
    assert!((probabilities[0] - one).norm() < 1e-6);
    assert!((logs.loss - report.loss).abs() < 0.05);
    std::fs::remove_dir_all(directory).ok();
    Ok(())
}

model! {
    /// Predicts how a headline will be received.
    pub struct Headline;

    let main_input = Input(shape = [100]);
    let lstm_out = Dense(32, activation = tanh)(main_input);
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}

#[test]
fn headline() -> nn::Result<()> {
    let mut rng = StdRng::seed_from_u64(1);
    let headlines = vec![SVector::<f32, 100>::repeat(0.1); 12];
    let additional = vec![SVector::<f32, 5>::repeat(0.2); 12];
    let (labels, aux_labels) = (vec![1.0f32; 12], vec![0.0f32; 12]);

    // one loss for every output, with weights as a list:
    let mut m =
        Headline::boxed(&mut rng).compile(RmsProp::default(), BinaryCrossentropy::default()).loss_weights((1.0, 0.2));
    m.fit((&headlines, &additional), (&labels, &aux_labels), Fit::new().epochs(50).batch_size(32).verbose(0))?;

    // or by name. Keras's dict is a generated struct, so a wrong or missing key does not compile:
    let mut m = Headline::boxed(&mut rng)
        .compile(
            RmsProp::default(),
            HeadlineOutputs { main_output: BinaryCrossentropy::default(), aux_output: BinaryCrossentropy::default() },
        )
        .loss_weights(HeadlineOutputs { main_output: 1.0, aux_output: 0.2 });
    let history = m.fit(
        HeadlineInputs { main_input: &headlines, aux_input: &additional },
        HeadlineOutputs { main_output: &labels, aux_output: &aux_labels },
        Fit::new().epochs(50).batch_size(32).verbose(0),
    )?;
    let pred = m.predict(HeadlineInputs { main_input: &headlines, aux_input: &additional })?; // HeadlineOutputs<Vec<..>, Vec<..>>
    assert_eq!((pred.main_output.len(), pred.aux_output.len()), (12, 12));
    let pred = m.predict(&(&headlines, &additional))?; // references do as well
    assert_eq!(pred, m.predict(&HeadlineInputs { main_input: &headlines, aux_input: &additional })?);
    let pred = m.predict((&headlines, &additional))?;
    assert!(pred.main_output[0][0] > 0.9 && pred.aux_output[0][0] < 0.4);
    assert!(history.get("aux_output_loss").is_some());
    Ok(())
}

#[rustfmt::skip]
model! { pub struct Reuters; Sequential([Input(shape = [10_000]), Dense(64, activation = relu), Dense(64, activation = relu), Dense(46, activation = softmax)]) }

model! {
    pub struct Pair;
    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let tower = Digits();                 // a model is a layer; one instance, called twice: shared weights
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(both);
    Model(inputs = [a, b], outputs = same)
}

const HIDDEN: usize = 48; // dimensions may be any const expression; unequal ones are a compile error too
#[rustfmt::skip]
model! { pub struct Halves; let x = Input(shape = [HIDDEN / 2]); let h = Dense(HIDDEN)(x); let y = Dense(1)(h); Model(inputs = x, outputs = y) }

#[allow(unreachable_pub)]
mod my {
    use nn::layer::{Layer, Memory, Pass, Shape, ShapeError, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};
    use nn::weights;

    nn::layer! {
        /// `y = s ⊙ x`
        pub struct Scale<N> {}

        pub const SPEC: LayerSpec { weights: ScaleWeights<N>, infer: rule!(infer) }
    }

    weights! {
        /// The factors.
        pub struct ScaleWeights<T, const N: usize> {
            /// One for each feature.
            scale: SVector<T, N> => [N],
        }
    }

    /// The output has the shape of the input.
    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &Consts { N: inputs[0].rows() }.list()))
    }

    impl<T: Scalar, const N: usize> Layer<T, SVector<T, N>> for Scale<N> {
        type Output = SVector<T, N>;
        type Weights = ScaleWeights<T, N>;
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn init(&self, w: &mut ScaleWeights<T, N>, _: &mut dyn Rng) {
            w.scale.fill(T::ONE);
        }

        fn forward<B: Storage>(
            &self,
            w: &ScaleWeights<T, N>,
            x: &[SVector<T, N>],
            y: &mut [SVector<T, N>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (y, x) in y.iter_mut().zip(x) {
                *y = w.scale.component_mul(x);
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &ScaleWeights<T, N>,
            x: &[SVector<T, N>],
            _: &[SVector<T, N>],
            dy: &[SVector<T, N>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SVector<T, N>]>,
            dw: Option<&mut ScaleWeights<T, N>>,
        ) {
            // y = s ⊙ x, so dx += s ⊙ dy and ds += x ⊙ dy
            if let Some(dx) = dx {
                for (dx, dy) in dx.iter_mut().zip(dy) {
                    *dx += w.scale.component_mul(dy);
                }
            }
            if let Some(dw) = dw {
                for (x, dy) in x.iter().zip(dy) {
                    dw.scale += x.component_mul(dy);
                }
            }
        }
    }
}

model! {
    pub struct Scaled;
    let x = Input(shape = [64]);
    let scale = my::Scale()(x); // any path that is no built-in is a model, or a layer declared by `nn::layer!`
    let y = Dense(1)(scale);
    Model(inputs = x, outputs = y)
}

#[test]
fn an_own_layer_starts_as_it_says() {
    let scaled = Scaled::boxed(&mut StdRng::seed_from_u64(1));
    assert_eq!(scaled.scale.scale.as_slice(), [1.0; 64]);
    assert!(<Scaled<f64> as Model>::SUMMARY.contains("Total params: 129 (1.01 KB)"));
    assert!(Scaled::SUMMARY.contains("Total params: 129 (516.00 B)"));
    assert_eq!((Reuters::PARAMETERS, Pair::PARAMETERS, Halves::PARAMETERS), (647_214, 8_991, 1_249));
}
