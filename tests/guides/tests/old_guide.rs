//! The examples of Keras 2's guide to the functional interface, in its order and with its sizes.
//!
//! Source: `docs/templates/getting-started/functional-api-guide.md` of Keras 2.3.0. Parameter counts are those of
//! Keras.

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

model! {
    /// "First example: a densely-connected network".
    pub struct Digits;

    let inputs = Input(shape = [784]);
    let x = Dense(64, activation = relu)(inputs);
    let x = Dense(64, activation = relu)(x);
    let predictions = Dense(10, activation = softmax)(x);

    Model(inputs = inputs, outputs = predictions)
}

#[test]
fn a_dense_network_trains() -> nn::Result<()> {
    assert_eq!(Digits::PARAMETERS, 55_050);
    let x: Vec<[f32; 784]> = (0..100).map(|k| std::array::from_fn(|i| noise(784 * k + i))).collect();
    let y: Vec<[f32; 10]> = (0..100).map(|k| std::array::from_fn(|i| f32::from(u8::from(i == k % 10)))).collect();
    let mut model =
        Digits::boxed(&mut rng()).compile(RmsProp::default(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let before = model.evaluate(&x, &y)?.loss;
    model.fit(&x, &y, Fit::new().epochs(5).verbose(0))?;
    assert!(model.evaluate(&x, &y)?.loss < before);
    Ok(())
}

model! {
    /// "All models are callable, just like layers".
    pub struct Called;

    let x = Input(shape = [784]);
    let y = Digits()(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// "turn an image classification model into a video classification model, in just one line".
    pub struct Video;

    let input_sequences = Input(shape = [20, 784]);
    let processed_sequences = TimeDistributed(Digits())(input_sequences);

    Model(inputs = input_sequences, outputs = processed_sequences)
}

#[test]
fn a_model_is_called_once_and_for_every_step() -> nn::Result<()> {
    assert_eq!((Called::PARAMETERS, Video::PARAMETERS), (55_050, 55_050));
    assert_eq!(Video::<f32>::OUTPUT_SHAPES, [Shape::new(&[20, 10])]);
    let video = Video::boxed(&mut rng());
    let frames: Vec<[[f32; 784]; 20]> = data::from_numbers(&(0..20 * 784).collect::<Vec<_>>(), noise)?;
    let steps = video.predict(&frames)?;
    let each = video.processed_sequences.predict(&frames[0])?;
    for (step, alone) in steps[0].column_iter().zip(&each) {
        assert!((step - alone).amax() < 1e-6);
    }
    Ok(())
}

model! {
    /// "Multi-input and multi-output models".
    pub struct Headline;

    let main_input = Input(shape = [100], dtype = u32);
    let x = Embedding(output_dim = 512, input_dim = 10_000, input_length = 100)(main_input);
    let lstm_out = LSTM(32)(x);
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
fn several_inputs_and_outputs_train() -> nn::Result<()> {
    assert_eq!(Headline::PARAMETERS, 5_200_610);
    // As in the guide: 12 samples, so the only batch is a partial one.
    let headlines: Vec<[u32; 100]> =
        (0..12).map(|k| std::array::from_fn(|i| (100.0 * noise(100 * k + i)) as u32)).collect();
    let additional: Vec<[f32; 5]> = (0..12).map(|k| std::array::from_fn(|i| noise(5 * k + i) - 0.5)).collect();
    let labels: Vec<f32> = (0..12).map(|k| noise(k).round()).collect();
    let mut model =
        Headline::boxed(&mut rng()).compile(RmsProp::default(), BinaryCrossentropy::default()).loss_weights((1.0, 0.2));
    let history =
        model.fit((&headlines, &additional), (&labels, &labels), Fit::new().epochs(3).batch_size(32).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[2] < losses[0], "{losses:?}");
    Ok(())
}

model! {
    /// "Shared layers": do two tweets come from one person?
    pub struct Tweets;

    let tweet_a = Input(shape = [280, 256]);
    let tweet_b = Input(shape = [280, 256]);
    let shared_lstm = LSTM(64);
    let encoded_a = shared_lstm(tweet_a);
    let encoded_b = shared_lstm(tweet_b);
    let merged_vector = concatenate([encoded_a, encoded_b], axis = -1);
    let predictions = Dense(1, activation = sigmoid)(merged_vector);

    Model(inputs = [tweet_a, tweet_b], outputs = predictions)
}

#[test]
fn a_shared_lstm_trains() -> nn::Result<()> {
    assert_eq!(Tweets::PARAMETERS, 82_305);
    let mut a: Vec<[[f32; 256]; 280]> = data::zeros(4);
    let mut b: Vec<[[f32; 256]; 280]> = data::zeros(4);
    for k in 0..4 {
        for step in 0..280 {
            a[k][step][(step * 7 + k) % 256] = 1.0;
            b[k][step][(step * 11 + k / 2) % 256] = 1.0;
        }
    }
    let mut model =
        Tweets::boxed(&mut rng()).compile(RmsProp::default(), BinaryCrossentropy::default()).metrics(Accuracy);
    let history = model.fit((&a, &b), [0.0, 1.0, 1.0, 0.0], Fit::new().epochs(3).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[2] < losses[0], "{losses:?}");
    Ok(())
}

model! {
    /// "The concept of layer node": one layer on images of two sizes.
    pub struct Nodes;

    let a = Input(shape = [32, 32, 3]);
    let b = Input(shape = [64, 64, 3]);
    let conv = Conv2D(16, (3, 3), padding = same);
    let conved_a = conv(a);
    let conved_b = conv(b);

    Model(inputs = [a, b], outputs = [conved_a, conved_b])
}

#[test]
fn a_layer_is_called_on_two_sizes() -> nn::Result<()> {
    assert_eq!(Nodes::PARAMETERS, 448);
    assert_eq!(Nodes::<f32>::OUTPUT_SHAPES, [Shape::new(&[32, 32, 16]), Shape::new(&[64, 64, 16])]);
    let model = Nodes::boxed(&mut rng());
    // The small image is a corner of the large one, so most pixels are equal.
    let mut small: Vec<[[[f32; 3]; 32]; 32]> = data::zeros(1);
    let mut large: Vec<[[[f32; 3]; 64]; 64]> = data::zeros(1);
    for row in 0..64 {
        for column in 0..64 {
            large[0][row][column] = std::array::from_fn(|c| noise((row * 64 + column) * 3 + c));
        }
    }
    for row in 0..32 {
        small[0][row].copy_from_slice(&large[0][row][..32]);
    }
    let y = model.predict((&small, &large))?;
    let (small, large): (&[[[f32; 16]; 32]; 32], &[[[f32; 16]; 64]; 64]) =
        (data::array(&y.conved_a[0]), data::array(&y.conved_b[0]));
    for row in 0..31 {
        for column in 0..31 {
            for (a, b) in small[row][column].iter().zip(&large[row][column]) {
                assert!((a - b).abs() < 1e-6);
            }
        }
    }
    assert_ne!(small[31][31], large[31][31]);
    Ok(())
}

model! {
    /// "Inception module". The guide concatenates along axis 1, which was the channels in the order of its time, and is
    /// the rows today.
    #[nn(allow(concatenate_over_space))]
    pub struct Inception;

    let input_img = Input(shape = [256, 256, 3]);
    let tower_1 = Conv2D(64, (1, 1), padding = same, activation = relu)(input_img);
    let tower_1 = Conv2D(64, (3, 3), padding = same, activation = relu)(tower_1);
    let tower_2 = Conv2D(64, (1, 1), padding = same, activation = relu)(input_img);
    let tower_2 = Conv2D(64, (5, 5), padding = same, activation = relu)(tower_2);
    let tower_3 = MaxPooling2D((3, 3), strides = (1, 1), padding = same)(input_img);
    let tower_3 = Conv2D(64, (1, 1), padding = same, activation = relu)(tower_3);
    let output = concatenate([tower_1, tower_2, tower_3], axis = 1);

    Model(inputs = input_img, outputs = output)
}

#[test]
fn an_inception_module() -> nn::Result<()> {
    assert_eq!(Inception::PARAMETERS, 140_160);
    assert_eq!(Inception::<f32>::OUTPUT_SHAPES, [Shape::new(&[768, 256, 64])]);
    let mut image: Vec<[[[f32; 3]; 256]; 256]> = data::zeros(1);
    image[0][100][200] = [1.0; 3];
    let y = Inception::boxed(&mut rng()).predict(&image)?;
    let towers: &[[[f32; 64]; 256]; 768] = data::array(&y[0]);
    // A window of 3 × 3 sees the pixel in the first and the third tower, and one of 5 × 5 in the second.
    assert!(towers[101][201].iter().any(|&y| y > 0.0));
    assert!(towers[256 + 102][202].iter().any(|&y| y > 0.0));
    assert!(towers[512 + 101][199].iter().any(|&y| y > 0.0));
    assert!(towers[102][202].iter().all(|&y| y == 0.0));
    assert!(towers[512 + 102][200].iter().all(|&y| y == 0.0));
    Ok(())
}

model! {
    /// "Residual connection on a convolution layer".
    pub struct Residual;

    let x = Input(shape = [256, 256, 3]);
    let y = Conv2D(3, (3, 3), padding = same)(x);
    let z = add([x, y]);

    Model(inputs = x, outputs = z)
}

#[test]
fn a_residual_connection() -> nn::Result<()> {
    assert_eq!(Residual::PARAMETERS, 84);
    let mut model = Residual::boxed(&mut rng());
    model.y.kernel.fill(0.0);
    let mut image: Vec<[[[f32; 3]; 256]; 256]> = data::zeros(1);
    image[0][3][4] = [1.0, 2.0, 3.0];
    let y = model.predict(&image)?;
    assert_eq!(data::arrays::<[[[f32; 3]; 256]; 256], _>(&y), image);
    Ok(())
}

model! {
    /// "Shared vision model": the part that is shared.
    #[nn(allow(pooling_drops_border))]
    pub struct Vision;

    let digit_input = Input(shape = [27, 27, 1]);
    let x = Conv2D(64, (3, 3))(digit_input);
    let x = Conv2D(64, (3, 3))(x);
    let x = MaxPooling2D((2, 2))(x);
    let out = Flatten()(x);

    Model(inputs = digit_input, outputs = out)
}

model! {
    /// "Shared vision model": are two pictures of one digit?
    pub struct Same;

    let digit_a = Input(shape = [27, 27, 1]);
    let digit_b = Input(shape = [27, 27, 1]);
    let vision_model = Vision();
    let out_a = vision_model(digit_a);
    let out_b = vision_model(digit_b);
    let concatenated = concatenate([out_a, out_b]);
    let out = Dense(1, activation = sigmoid)(concatenated);

    Model(inputs = [digit_a, digit_b], outputs = out)
}

#[test]
fn a_shared_vision_model_trains() -> nn::Result<()> {
    assert_eq!(Same::PARAMETERS, 53_057);
    assert_eq!(Vision::<f32>::OUTPUT_SHAPES, [Shape::new(&[11 * 11 * 64])]);
    let mut images: Vec<[[[f32; 1]; 27]; 27]> = data::zeros(16);
    for (k, image) in images.iter_mut().enumerate() {
        // A horizontal or a vertical bar.
        for i in 0..27 {
            let (row, column) = if k % 2 == 0 { (k + 4, i) } else { (i, k + 4) };
            image[row][column] = [1.0];
        }
    }
    let others: Vec<_> = images.iter().cycle().skip(5).step_by(3).take(16).copied().collect();
    let same: Vec<f32> = (0..16).map(|k| if (k + 5 + 3 * k) % 2 == k % 2 { 0.0 } else { 1.0 }).collect();
    let mut model = Same::boxed(&mut rng()).compile(Adam::default(), BinaryCrossentropy::default());
    let history = model.fit((&images, &others), &same, Fit::new().epochs(8).batch_size(8).verbose(0))?;
    let losses = history.get("loss").unwrap();
    assert!(losses[7] < 0.5 * losses[0], "{losses:?}");
    Ok(())
}

model! {
    /// "Visual question answering model": the pictures.
    #[nn(allow(pooling_drops_border))]
    pub struct Pictures;

    Sequential([
        Input(shape = [224, 224, 3]),
        Conv2D(64, (3, 3), activation = relu, padding = same),
        Conv2D(64, (3, 3), activation = relu),
        MaxPooling2D((2, 2)),
        Conv2D(128, (3, 3), activation = relu, padding = same),
        Conv2D(128, (3, 3), activation = relu),
        MaxPooling2D((2, 2)),
        Conv2D(256, (3, 3), activation = relu, padding = same),
        Conv2D(256, (3, 3), activation = relu),
        Conv2D(256, (3, 3), activation = relu),
        MaxPooling2D((2, 2)),
        Flatten(),
    ])
}

model! {
    /// "Visual question answering model": 660 MB of weights.
    pub struct Answers;

    let image_input = Input(shape = [224, 224, 3]);
    let encoded_image = Pictures()(image_input);
    let question_input = Input(shape = [100], dtype = u32);
    let embedded_question = Embedding(input_dim = 10_000, output_dim = 256, input_length = 100)(question_input);
    let encoded_question = LSTM(256)(embedded_question);
    let merged = concatenate([encoded_question, encoded_image]);
    // Zeros, because 160 million random numbers take a while.
    let output = Dense(1000, activation = softmax, kernel_initializer = zeros)(merged);

    Model(inputs = [image_input, question_input], outputs = output)
}

/// Test threads have a stack of 2 MiB.
#[test]
fn visual_question_answering() -> nn::Result<()> {
    assert_eq!((Pictures::PARAMETERS, Answers::PARAMETERS), (1_735_488, 165_077_800));
    assert_eq!(Pictures::<f32>::OUTPUT_SHAPES, [Shape::new(&[160_000])]);
    let mut model = Answers::boxed(&mut rng());
    model.output.bias[7] = 1.0;
    let pictures: Vec<[[[f32; 3]; 224]; 224]> = data::from_numbers(&(0..224 * 224 * 3).collect::<Vec<_>>(), noise)?;
    let question = [std::array::from_fn::<u32, 100, _>(|k| k as u32)];
    let answers = model.predict((&pictures, &question))?;
    assert_eq!(answers[0].imax(), 7);
    assert!((answers[0].sum() - 1.0).abs() < 1e-4);
    // The features of a picture, from the weights of the larger model.
    let features = model.encoded_image.predict(&pictures)?;
    assert!(features[0].iter().any(|&x| x > 0.0));
    Ok(())
}

/// The number of pictures of the video: 100 in the guide.
const FRAMES: usize = if cfg!(feature = "all") { 100 } else { 2 };

model! {
    /// "Video question answering model": the question, a model cut out of the one before.
    pub struct Question;

    let question_input = Input(shape = [100], dtype = u32);
    let embedded_question = Embedding(input_dim = 10_000, output_dim = 256, input_length = 100)(question_input);
    let encoded_question = LSTM(256)(embedded_question);

    Model(inputs = question_input, outputs = encoded_question)
}

model! {
    /// "Video question answering model": 169 million weights.
    pub struct VideoAnswers;

    let video_input = Input(shape = [FRAMES, 224, 224, 3]);
    let encoded_frame_sequence = TimeDistributed(Pictures())(video_input);
    // Zeros, as above: the guide's initial values are random.
    let encoded_video = LSTM(256, kernel_initializer = zeros, recurrent_initializer = zeros)(encoded_frame_sequence);
    let video_question_input = Input(shape = [100], dtype = u32);
    let encoded_video_question = Question()(video_question_input);
    let merged = concatenate([encoded_video, encoded_video_question]);
    let output = Dense(1000, activation = softmax)(merged);

    Model(inputs = [video_input, video_question_input], outputs = output)
}

#[test]
fn video_question_answering() -> nn::Result<()> {
    assert_eq!(VideoAnswers::PARAMETERS, 169_436_968);
    let model = VideoAnswers::boxed(&mut rng());
    let mut video: Vec<[[[[f32; 3]; 224]; 224]; FRAMES]> = data::zeros(1);
    video[0][FRAMES - 1][100][100] = [1.0; 3];
    let question = [[3_u32; 100]];
    let answers = model.predict((&video, &question))?;
    assert!((answers[0].sum() - 1.0).abs() < 1e-5);
    Ok(())
}
