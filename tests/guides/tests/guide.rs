//! The examples of Keras 3's guide to the functional interface, in its order and with its sizes.
//!
//! Source: `guides/functional_api.py` of Keras 3. Parameter counts are those of Keras.

#[allow(unreachable_pub)] // A layer is public where it is declared.
mod own;

use nn::Shape;
use nn::data;
use nn::prelude::*;

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// Numbers in `0..1` that look random.
fn noise(k: usize) -> f32 {
    (k.wrapping_mul(2_654_435_761) % 1000) as f32 / 1000.0
}

/// Gray pictures of 28 × 28 pixels: class `k % 10` has a bright square at its own place.
fn digits(n: usize) -> (Vec<[[[f32; 1]; 28]; 28]>, Vec<u32>) {
    let mut images: Vec<[[[f32; 1]; 28]; 28]> = data::zeros(n);
    for (k, image) in images.iter_mut().enumerate() {
        let class = k % 10;
        for (row, pixels) in image.iter_mut().enumerate() {
            for (column, pixel) in pixels.iter_mut().enumerate() {
                let inside = row / 7 == class / 4 && column / 7 == class % 4;
                pixel[0] = 0.3 * noise((k * 28 + row) * 28 + column) + f32::from(u8::from(inside)) * 0.7;
            }
        }
    }
    (images, (0..n).map(|k| (k % 10) as u32).collect())
}

model! {
    /// "Introduction": a dense network on flat pictures, with logits.
    pub struct MnistModel;

    let inputs = Input(shape = [784]);
    let dense = Dense(64, activation = relu);
    let x = dense(inputs);
    let x = Dense(64, activation = relu)(x);
    let outputs = Dense(10)(x);

    Model(inputs = inputs, outputs = outputs)
}

/// "Training, evaluation, and inference", and "Save and serialize".
#[test]
fn training_evaluation_inference_and_saving() -> nn::Result<()> {
    assert_eq!(MnistModel::PARAMETERS, 55_050);
    assert!(MnistModel::SUMMARY.contains("55,050"), "{}", MnistModel::SUMMARY);
    let (images, y) = digits(200);
    // `x_train.reshape(60000, 784)`: the same memory.
    let x: &[[f32; 784]] = data::from_flat(images.as_flattened().as_flattened().as_flattened())?;
    let loss = SparseCategoricalCrossentropy { from_logits: true, ..SparseCategoricalCrossentropy::DEFAULT };
    let mut model = MnistModel::boxed(&mut rng()).compile(RmsProp::default(), loss).metrics(Accuracy);
    let fit = Fit::new().batch_size(64).epochs(20).validation_split(0.2).verbose(0);
    let history = model.fit(x, &y, fit)?;
    assert!(history.get("val_accuracy").is_some_and(|accuracy| accuracy[19] > 0.9), "{history:?}");
    let scores = model.evaluate(x, &y)?;
    assert!(scores.get("accuracy").is_some_and(|accuracy| accuracy > 0.9), "{scores:?}");

    let file = std::env::temp_dir().join(format!("nn-guide-{}.safetensors", std::process::id()));
    model.save_weights(&file)?;
    let mut again = MnistModel::boxed(&mut StdRng::seed_from_u64(2));
    again.load_weights(&file)?;
    std::fs::remove_file(file).ok();
    assert_eq!(*model.model(), *again);
    Ok(())
}

model! {
    /// "Use the same graph of layers to define multiple models": the encoder.
    #[nn(allow(pooling_drops_border))]
    pub struct Encoder;

    let img = Input(shape = [28, 28, 1]);
    let x = Conv2D(16, 3, activation = relu)(img);
    let x = Conv2D(32, 3, activation = relu)(x);
    let x = MaxPooling2D(3)(x);
    let x = Conv2D(32, 3, activation = relu)(x);
    let x = Conv2D(16, 3, activation = relu)(x);
    let encoder_output = GlobalMaxPooling2D()(x);

    Model(inputs = img, outputs = encoder_output)
}

model! {
    /// The decoder.
    pub struct Decoder;

    let encoded_img = Input(shape = [16]);
    let x = Reshape((4, 4, 1))(encoded_img);
    let x = Conv2DTranspose(16, 3, activation = relu)(x);
    let x = Conv2DTranspose(32, 3, activation = relu)(x);
    let x = UpSampling2D(3)(x);
    let x = Conv2DTranspose(16, 3, activation = relu)(x);
    let decoder_output = Conv2DTranspose(1, 3, activation = relu)(x);

    Model(inputs = encoded_img, outputs = decoder_output)
}

model! {
    /// "All models are callable, just like layers": the autoencoder has both, and their weights.
    pub struct Autoencoder;

    let img = Input(shape = [28, 28, 1]);
    let encoder = Encoder();
    let decoder = Decoder();
    let decoded_img = decoder(encoder(img));

    Model(inputs = img, outputs = decoded_img)
}

model! {
    /// One graph, with the encoder and the decoder cut out of it, and the decoder called once more.
    #[nn(allow(pooling_drops_border))]
    pub struct CutOut;

    let img = Input(shape = [28, 28, 1]);
    let x = Conv2D(16, 3, activation = relu)(img);
    let x = Conv2D(32, 3, activation = relu)(x);
    let x = MaxPooling2D(3)(x);
    let x = Conv2D(32, 3, activation = relu)(x);
    let x = Conv2D(16, 3, activation = relu)(x);
    let encoder_output = GlobalMaxPooling2D()(x);
    let x = Reshape((4, 4, 1))(encoder_output);
    let x = Conv2DTranspose(16, 3, activation = relu)(x);
    let x = Conv2DTranspose(32, 3, activation = relu)(x);
    let x = UpSampling2D(3)(x);
    let x = Conv2DTranspose(16, 3, activation = relu)(x);
    let decoder_output = Conv2DTranspose(1, 3, activation = relu)(x);
    let decoder = Model(inputs = encoder_output, outputs = decoder_output);
    let code = Input(shape = [16]);
    let drawn = decoder(code);

    Model(inputs = [img, code], outputs = [decoder_output, encoder_output, drawn])
}

#[test]
fn an_autoencoder_trains_and_its_parts_are_models() -> nn::Result<()> {
    assert_eq!((Encoder::PARAMETERS, Decoder::PARAMETERS, Autoencoder::PARAMETERS), (18_672, 9_569, 28_241));
    assert_eq!(CutOut::PARAMETERS, 28_241);
    let (images, _) = digits(40);
    let mut model = Autoencoder::boxed(&mut rng()).compile(Adam::default(), MeanSquaredError);
    let history = model.fit(&images, &images, Fit::new().epochs(10).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[9] < 0.9 * losses[0], "{losses:?}");

    // Both parts alone give what the whole gives.
    let model = model.model();
    let whole = model.predict(&images)?;
    let codes = model.encoder.predict(&images)?;
    assert_eq!(model.decoder.predict(&codes)?, whole);

    // The same weights in one graph, in which the decoder draws the codes of the pictures.
    let mut cut = CutOut::boxed(&mut rng());
    cut.as_mut_slice().copy_from_slice(model.as_slice());
    let y = cut.predict((&images, &codes))?;
    assert_eq!((&y.decoder_output, &y.encoder_output, &y.drawn), (&whole, &codes, &whole));
    Ok(())
}

model! {
    /// "Ensembling": a template makes a part with new weights for each use.
    pub struct Ensemble;

    let get_model = |x| Dense(1)(x);
    let inputs = Input(shape = [128]);
    let y1 = get_model(inputs);
    let y2 = get_model(inputs);
    let y3 = get_model(inputs);
    let outputs = average([y1, y2, y3]);

    Model(inputs = inputs, outputs = outputs)
}

#[test]
fn an_ensemble() -> nn::Result<()> {
    assert_eq!(Ensemble::PARAMETERS, 387);
    let model = Ensemble::boxed(&mut rng());
    assert!(model.predict([[1.0_f32; 128]])?[0].x.is_finite());
    Ok(())
}

model! {
    /// "Models with multiple inputs and outputs". The lengths of texts are unknown in the guide; its data has these.
    pub struct Tickets;

    let title = Input(shape = [10], dtype = u32);
    let body = Input(shape = [100], dtype = u32);
    let tags = Input(shape = [12]);
    let title_features = Embedding(10_000, 64)(title);
    let body_features = Embedding(10_000, 64)(body);
    let title_features = LSTM(128)(title_features);
    let body_features = LSTM(32)(body_features);
    let x = concatenate([title_features, body_features, tags]);
    let priority = Dense(1)(x);
    let department = Dense(4)(x);

    Model(inputs = [title, body, tags], outputs = [priority, department])
}

#[test]
fn tickets_train_by_position_and_by_name() -> nn::Result<()> {
    assert_eq!(Tickets::PARAMETERS, 1_392_097);
    let n = 64;
    let word = |k: usize| (10_000.0 * noise(k)) as u32;
    let title: Vec<[u32; 10]> = (0..n).map(|k| std::array::from_fn(|i| word(10 * k + i))).collect();
    let body: Vec<[u32; 100]> = (0..n).map(|k| std::array::from_fn(|i| word(100 * k + i + 7))).collect();
    let tags: Vec<[f32; 12]> = (0..n).map(|k| std::array::from_fn(|i| noise(12 * k + i).round())).collect();
    let priority: Vec<f32> = (0..n).map(|k| noise(k + 3)).collect();
    let department: Vec<[f32; 4]> = (0..n).map(|k| std::array::from_fn(|i| f32::from(u8::from(i == k % 4)))).collect();
    let of_priority = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let of_department = CategoricalCrossentropy { from_logits: true, ..Default::default() };

    let mut model = Tickets::boxed(&mut rng())
        .compile(RmsProp { learning_rate: 1e-3, ..Default::default() }, (of_priority, of_department))
        .loss_weights((1.0, 0.2));
    let fit = || Fit::new().epochs(2).batch_size(32).verbose(0);
    let history = model.fit((&title, &body, &tags), (&priority, &department), fit())?;
    let losses = history.get("loss").unwrap();
    assert!(losses[1] < losses[0], "{losses:?}");

    let mut model = model
        .into_model()
        .compile(RmsProp::default(), TicketsOutputs { priority: of_priority, department: of_department })
        .loss_weights(TicketsOutputs { priority: 1.0, department: 0.2 });
    let history = model.fit(
        TicketsInputs { title: &title, body: &body, tags: &tags },
        TicketsOutputs { priority: &priority, department: &department },
        fit(),
    )?;
    assert!(history.get("department_loss").is_some(), "{history:?}");
    Ok(())
}

model! {
    /// "A toy ResNet model" for CIFAR-10.
    #[nn(allow(pooling_drops_border))]
    pub struct ToyResnet;

    let img = Input(shape = [32, 32, 3]);
    let x = Conv2D(32, 3, activation = relu)(img);
    let x = Conv2D(64, 3, activation = relu)(x);
    let block_1_output = MaxPooling2D(3)(x);
    let x = Conv2D(64, 3, activation = relu, padding = same)(block_1_output);
    let x = Conv2D(64, 3, activation = relu, padding = same)(x);
    let block_2_output = add([x, block_1_output]);
    let x = Conv2D(64, 3, activation = relu, padding = same)(block_2_output);
    let x = Conv2D(64, 3, activation = relu, padding = same)(x);
    let block_3_output = add([x, block_2_output]);
    let x = Conv2D(64, 3, activation = relu)(block_3_output);
    let x = GlobalAveragePooling2D()(x);
    let x = Dense(256, activation = relu)(x);
    let x = Dropout(0.5)(x);
    let outputs = Dense(10)(x);

    Model(inputs = img, outputs = outputs)
}

#[test]
fn a_toy_resnet_trains() -> nn::Result<()> {
    assert_eq!(ToyResnet::PARAMETERS, 223_242);
    let mut images: Vec<[[[f32; 3]; 32]; 32]> = data::zeros(40);
    for (k, image) in images.iter_mut().enumerate() {
        image.iter_mut().flatten().for_each(|pixel| pixel[k % 3] = 1.0);
    }
    let y: Vec<[f32; 10]> = (0..40).map(|k| std::array::from_fn(|i| f32::from(u8::from(i == k % 3)))).collect();
    let loss = CategoricalCrossentropy { from_logits: true, ..Default::default() };
    let mut model = ToyResnet::boxed(&mut rng())
        .compile(RmsProp { learning_rate: 1e-3, ..Default::default() }, loss)
        .metrics(Accuracy);
    let history = model.fit(&images, &y, Fit::new().batch_size(8).epochs(4).validation_split(0.2).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[3] < losses[0], "{losses:?}");
    Ok(())
}

model! {
    /// "Shared layers": one table for two texts of different lengths.
    pub struct SharedEmbedding;

    let shared_embedding = Embedding(1000, 128);
    let text_input_a = Input(shape = [7], dtype = u32);
    let text_input_b = Input(shape = [9], dtype = u32);
    let encoded_input_a = shared_embedding(text_input_a);
    let encoded_input_b = shared_embedding(text_input_b);

    Model(inputs = [text_input_a, text_input_b], outputs = [encoded_input_a, encoded_input_b])
}

#[test]
fn one_table_for_two_texts() -> nn::Result<()> {
    assert_eq!(SharedEmbedding::PARAMETERS, 128_000);
    let model = SharedEmbedding::boxed(&mut rng());
    let y = model.predict(([[5_u32; 7]], [[5_u32; 9]]))?;
    assert_eq!(y.encoded_input_a[0].column(0), y.encoded_input_b[0].column(8));
    Ok(())
}

model! {
    /// "Extract and reuse nodes in the graph of layers": the features of all layers of VGG19, for small images.
    pub struct Vgg19;

    let image = Input(shape = [32, 32, 3]);
    let block1_conv1 = Conv2D(64, 3, activation = relu, padding = same)(image);
    let block1_conv2 = Conv2D(64, 3, activation = relu, padding = same)(block1_conv1);
    let block1_pool = MaxPooling2D(2, strides = 2)(block1_conv2);
    let block2_conv1 = Conv2D(128, 3, activation = relu, padding = same)(block1_pool);
    let block2_conv2 = Conv2D(128, 3, activation = relu, padding = same)(block2_conv1);
    let block2_pool = MaxPooling2D(2, strides = 2)(block2_conv2);
    let block3_conv1 = Conv2D(256, 3, activation = relu, padding = same)(block2_pool);
    let block3_conv2 = Conv2D(256, 3, activation = relu, padding = same)(block3_conv1);
    let block3_conv3 = Conv2D(256, 3, activation = relu, padding = same)(block3_conv2);
    let block3_conv4 = Conv2D(256, 3, activation = relu, padding = same)(block3_conv3);
    let block3_pool = MaxPooling2D(2, strides = 2)(block3_conv4);
    let block4_conv1 = Conv2D(512, 3, activation = relu, padding = same)(block3_pool);
    let block4_conv2 = Conv2D(512, 3, activation = relu, padding = same)(block4_conv1);
    let block4_conv3 = Conv2D(512, 3, activation = relu, padding = same)(block4_conv2);
    let block4_conv4 = Conv2D(512, 3, activation = relu, padding = same)(block4_conv3);
    let block4_pool = MaxPooling2D(2, strides = 2)(block4_conv4);
    let block5_conv1 = Conv2D(512, 3, activation = relu, padding = same)(block4_pool);
    let block5_conv2 = Conv2D(512, 3, activation = relu, padding = same)(block5_conv1);
    let block5_conv3 = Conv2D(512, 3, activation = relu, padding = same)(block5_conv2);
    let block5_conv4 = Conv2D(512, 3, activation = relu, padding = same)(block5_conv3);
    let block5_pool = MaxPooling2D(2, strides = 2)(block5_conv4);
    let flatten = Flatten()(block5_pool);
    let fc1 = Dense(4096, activation = relu)(flatten);
    let fc2 = Dense(4096, activation = relu)(fc1);
    let predictions = Dense(1000, activation = softmax)(fc2);

    Model(
        inputs = image,
        outputs = [
            block1_conv1, block1_conv2, block1_pool, block2_conv1, block2_conv2, block2_pool, block3_conv1,
            block3_conv2, block3_conv3, block3_conv4, block3_pool, block4_conv1, block4_conv2, block4_conv3,
            block4_conv4, block4_pool, block5_conv1, block5_conv2, block5_conv3, block5_conv4, block5_pool, flatten,
            fc1, fc2, predictions
        ]
    )
}

/// The features of the guide by their names: 25 outputs. Keras lists the input among them.
#[test]
fn features_of_all_layers() -> nn::Result<()> {
    let y = Vgg19::boxed(&mut rng()).predict([[[[0.5_f32; 3]; 32]; 32]])?;
    assert_eq!((y.block1_conv1[0].shape(), y.block3_pool[0].shape()), ((64, 1024), (256, 16)));
    assert_eq!((y.block5_pool[0].shape(), y.fc1[0].shape()), ((512, 1), (4096, 1)));
    assert!((y.predictions[0].sum() - 1.0).abs() < 1e-4, "{}", y.predictions[0].sum());
    assert_eq!((<Vgg19>::OUTPUT_NAMES.len(), <Vgg19>::OUTPUT_SHAPES[12]), (25, Shape::new(&[4, 4, 512])));
    Ok(())
}

model! {
    /// "Extend the API using custom layers".
    pub struct OwnDense;

    let inputs = Input(shape = [4]);
    let outputs = own::CustomDense(10)(inputs);

    Model(inputs = inputs, outputs = outputs)
}

model! {
    /// "When to use the functional API": the classifier inside of the custom layer.
    pub struct Classifier;

    let inputs = Input(shape = [10, 32]);
    let x = GlobalAveragePooling1D()(inputs);
    let outputs = Dense(1)(x);

    Model(inputs = inputs, outputs = outputs)
}

model! {
    /// "Mix-and-match API styles": a layer with a state of its own.
    pub struct Mixed;

    let inputs = Input(shape = [10, 5]);
    let features = own::CustomRnn(32)(inputs);
    let outputs = Classifier()(features);

    Model(inputs = inputs, outputs = outputs)
}

model! {
    /// The same behind a convolution: eight steps remain.
    pub struct Convolved;

    let inputs = Input(shape = [10, 5]);
    let x = Conv1D(32, 3)(inputs);
    let features = own::CustomRnn(32)(x);
    let x = GlobalAveragePooling1D()(features);
    let outputs = Dense(1)(x);

    Model(inputs = inputs, outputs = outputs)
}

#[test]
fn layers_of_ones_own() -> nn::Result<()> {
    assert_eq!((OwnDense::PARAMETERS, Classifier::PARAMETERS), (50, 33));
    // Conv1D, two projections of 32 and 32 features, and the output.
    assert_eq!(Convolved::PARAMETERS, (3 * 5 * 32 + 32) + 2 * (32 * 32 + 32) + 33);
    let x: Vec<[[f32; 5]; 10]> = data::from_numbers(&(0..50 * 6).collect::<Vec<_>>(), noise)?;
    let mut model = Convolved::boxed(&mut rng()).compile(Adam::default(), MeanSquaredError);
    let history = model.fit(&x, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], Fit::new().epochs(5).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[4] < losses[0], "{losses:?}");
    assert!(Mixed::boxed(&mut rng()).predict(&x)?.iter().all(|y| y.x.is_finite()));
    assert!(OwnDense::boxed(&mut rng()).predict([[1.0_f32; 4]])?[0].norm() > 0.0);
    Ok(())
}

#[test]
fn shapes() {
    assert_eq!(Encoder::<f32>::OUTPUT_SHAPES, [Shape::new(&[16])]);
    assert_eq!(Decoder::<f32>::OUTPUT_SHAPES, [Shape::new(&[28, 28, 1])]);
    assert_eq!(ToyResnet::<f32>::OUTPUT_SHAPES, [Shape::new(&[10])]);
}
