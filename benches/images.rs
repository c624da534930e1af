//! Networks on images for `peers/images.py`, which times the same work in other libraries and writes weights and data
//! for all.
//!
//! ```sh
//! cargo bench --bench images -- lenet predict-1 100 200000 FOLDER
//! ```
//!
//! The arguments and the output are those of `mlp.rs`. The kinds are `predict-1`, and for `lenet` also `adam-N`, a
//! training step at batch size N.
//!
//! LeNet has relu and maxima, as its copies for MNIST have today; LeCun's of 1998 has tanh and trained means. The
//! others are the networks of MLPerf Tiny. Their BatchNormalization layers are folded into the convolutions, as every
//! library ships them: `folded` in a name says so.

mod peer;

use nn::prelude::*;
use peer::{Request, batches, print, steps};
use std::hint::black_box;

model! {
    /// Ten classes of images of 28 × 28 pixels.
    pub struct LeNet;

    let image = Input(shape = [28, 28, 1]);
    let x = MaxPooling2D(2)(Conv2D(6, 5, padding = same, activation = relu)(image));
    let x = MaxPooling2D(2)(Conv2D(16, 5, activation = relu)(x));
    let x = Dense(120, activation = relu)(Flatten()(x));
    let x = Dense(84, activation = relu)(x);
    let class = Dense(10, activation = softmax)(x);

    Model(inputs = image, outputs = class)
}

model! {
    /// Ten classes of images of 32 × 32 pixels.
    pub struct Resnet8;

    let conv = |x, filters, strides| Conv2D(filters, 3, strides = strides, padding = same)(x);
    let image = Input(shape = [32, 32, 3]);
    let a = relu(conv(image, 16, 1));
    let x = relu(conv(a, 16, 1));
    let x = conv(x, 16, 1);
    let b = relu(add([a, x]));

    let x = relu(conv(b, 32, 2));
    let x = conv(x, 32, 1);
    let shortcut = Conv2D(32, 1, strides = 2, padding = same)(b);
    let c = relu(add([shortcut, x]));

    let x = relu(conv(c, 64, 2));
    let x = conv(x, 64, 1);
    let shortcut = Conv2D(64, 1, strides = 2, padding = same)(c);
    let d = relu(add([shortcut, x]));

    let x = Flatten()(AveragePooling2D(8)(d));
    let class = Dense(10, activation = softmax)(x);

    Model(inputs = image, outputs = class)
}

model! {
    /// Twelve words of 49 frames with ten coefficients each.
    #[nn(allow(pooling_drops_border))]
    pub struct DsCnn;

    let block = |x| {
        let x = DepthwiseConv2D(3, padding = same, activation = relu)(x);
        Conv2D(64, 1, padding = same, activation = relu)(x)
    };
    let sound = Input(shape = [49, 10, 1]);
    let x = Conv2D(64, (10, 4), strides = 2, padding = same, activation = relu)(sound);
    let x = block(block(block(block(x))));
    let x = Flatten()(AveragePooling2D((24, 5))(x));
    let word = Dense(12, activation = softmax)(x);

    Model(inputs = sound, outputs = word)
}

model! {
    /// Two classes of pictures of 96 × 96 pixels.
    pub struct Mobilenet;

    let block = |x, filters, strides| {
        let x = DepthwiseConv2D(3, strides = strides, padding = same, activation = relu)(x);
        Conv2D(filters, 1, padding = same, activation = relu)(x)
    };
    let picture = Input(shape = [96, 96, 3]);
    let x = Conv2D(8, 3, strides = 2, padding = same, activation = relu)(picture);
    let x = block(x, 16, 1);
    let x = block(block(x, 32, 2), 32, 1);
    let x = block(block(x, 64, 2), 64, 1);
    let x = block(x, 128, 2);
    let x = block(block(block(block(block(x, 128, 1), 128, 1), 128, 1), 128, 1), 128, 1);
    let x = block(block(x, 256, 2), 256, 1);
    let x = Flatten()(AveragePooling2D(3)(x));
    let person = Dense(2, activation = softmax)(x);

    Model(inputs = picture, outputs = person)
}

/// One prediction at a time.
macro_rules! predict {
    ($request:expr, $model:expr, $x:expr) => {{
        print("first", $model.call(&$x[0]).as_slice());
        let mut next = batches($x.len(), 1);
        $request.measure(|| {
            black_box($model.call(black_box(&$x[next().start])));
        });
    }};
}

/// The model with the weights of the folder, and its samples.
macro_rules! start {
    ($request:expr, $Model:ty, $CHANNELS:literal, $PIXELS:expr) => {{
        let model = $request.fill(<$Model>::boxed(&mut StdRng::seed_from_u64(1)), "weights");
        (model, $request.samples::<$CHANNELS, { $PIXELS }>("x"))
    }};
}

fn main() {
    let Some((model, request)) = &Request::given() else {
        return eprintln!("benches/peers/images.py runs this, with a model, a kind, numbers and a folder");
    };
    match (model.as_str(), request.work.as_str()) {
        ("lenet", "predict") => {
            let (model, x) = start!(request, LeNet, 1, 28 * 28);
            predict!(request, model, x);
        }
        ("lenet", "adam") => {
            let (model, x) = start!(request, LeNet, 1, 28 * 28);
            let y = request.labels("y");
            steps!(request, model, Adam::default(), x, y);
        }
        ("resnet8", "predict") => {
            let (model, x) = start!(request, Resnet8, 3, 32 * 32);
            predict!(request, model, x);
        }
        ("ds-cnn", "predict") => {
            let (model, x) = start!(request, DsCnn, 1, 49 * 10);
            predict!(request, model, x);
        }
        ("mobilenet", "predict") => {
            let (model, x) = start!(request, Mobilenet, 3, 96 * 96);
            predict!(request, model, x);
        }
        (model, work) => panic!("there is no {work} of {model}"),
    }
}
