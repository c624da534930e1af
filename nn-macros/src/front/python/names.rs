//! Names of other libraries, names of older versions of Keras, and short names, with their counterparts here.

use crate::diagnostics::Diagnostic;
use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;

/// The counterpart of a name in this library.
enum Here {
    /// A layer, and a remark about its arguments.
    Is(&'static str, &'static str),
    /// Nothing yet, and the nearest thing that exists.
    Not(&'static str),
    /// Something that is not a layer.
    Other(&'static str),
}
use Here::{Is, Not, Other};

const OUTPUTS: &str = "it takes the number of outputs alone: `Dense(64, activation = relu)`";
const FEATURES: &str = "it takes no number of features: the macro knows the shape of its input";
const FILTERS: &str = "it takes no input channels: `Conv2D(filters = 32, kernel_size = 3)`, with channels last";
const FILTERS_OF_STEPS: &str =
    "it takes no input channels: `Conv1D(filters = 32, kernel_size = 3)`, with channels last";
const FILTERS_BACK: &str =
    "it takes no input channels: `Conv2DTranspose(filters = 32, kernel_size = 3)`, with channels last";
const FILTERS_OF_STEPS_BACK: &str =
    "it takes no input channels: `Conv1DTranspose(filters = 32, kernel_size = 3)`, with channels last";
const UNITS: &str = "it takes the number of units alone: `LSTM(64, return_sequences = true)`";
const GRU_UNITS: &str = "it takes the number of units alone: `GRU(64, return_sequences = true)`";
const MERGE: &str = "it is called on a list: `concatenate([a, b])`";
const SHAPE: &str = "it takes the shape of a sample: `Reshape([8, 8])`; the batch is not counted";
const POOL: &str = "it takes the size of its windows: `MaxPooling2D(2)`, or `MaxPooling2D((2, 3), strides = 2)`";
const POOL_1D: &str = "it takes the size of its windows: `MaxPooling1D(2)`, or `MaxPooling1D(3, strides = 2)`";
const MEANS: &str =
    "it takes the size of its windows: `AveragePooling2D(2)`, or `AveragePooling2D((2, 3), strides = 2)`";
const MEANS_1D: &str = "it takes the size of its windows: `AveragePooling1D(2)`, or `AveragePooling1D(3, strides = 2)`";
const PARTS: &str = "it takes the height and width of its output: `AdaptiveAveragePooling2D((2, 3))`";
const PARTS_1D: &str = "it takes the number of steps of its output: `AdaptiveAveragePooling1D(4)`";
const VOLUME: &str = "layers for volumes (3D) are left out; the layers for images (2D) are the nearest";
const NORM: &str = "`LayerNormalization` and `BatchNormalization` are the nearest";
const DROP: &str = "`SpatialDropout2D` is the nearest: it drops whole channels of an image";
const CHANNELS: &str = "it drops whole channels, which come last: `SpatialDropout2D(0.2)(image)`";
const PADDING: &str = "rows come first, and all pads are zeros: `ZeroPadding2D(((top, bottom), (left, right)))(image)`";
const LARGER: &str = "it takes the factors of rows and columns: `UpSampling2D((2, 2), interpolation = nearest)(image)`";
const VOLUMES: &str = "the layers for images are the nearest: `ZeroPadding2D`, `Cropping2D`, `UpSampling2D`";
const GROUPS: &str = "it takes the number of groups alone: `GroupNormalization(8)`";
const INSTANCE: &str = "each channel is a group by itself: `GroupNormalization(groups = -1)`";
const CELL: &str = "the layers `SimpleRNN`, `LSTM` and `GRU` run over all steps of a sequence";
const OWN: &str = "a layer of your own can do it: see `nn::layer!`";
const BEFORE: &str = "prepare the samples before they are given to the model";
const STACK: &str = "list the layers as they are called, or in `Sequential([..])`";

/// Names of PyTorch.
const TORCH: &[(&str, Here)] = &[
    ("Linear LazyLinear", Is("Dense", OUTPUTS)),
    (
        "BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d SyncBatchNorm",
        Is("BatchNormalization", FEATURES),
    ),
    ("LayerNorm", Is("LayerNormalization", FEATURES)),
    ("Conv2d LazyConv2d", Is("Conv2D", FILTERS)),
    ("AdaptiveAvgPool1d", Is("AdaptiveAveragePooling1D", PARTS_1D)),
    ("AdaptiveMaxPool1d", Is("AdaptiveMaxPooling1D", PARTS_1D)),
    ("AdaptiveAvgPool2d", Is("AdaptiveAveragePooling2D", PARTS)),
    ("AdaptiveMaxPool2d", Is("AdaptiveMaxPooling2D", PARTS)),
    ("MaxPool1d", Is("MaxPooling1D", POOL_1D)),
    ("MaxPool2d", Is("MaxPooling2D", POOL)),
    ("AvgPool1d", Is("AveragePooling1D", MEANS_1D)),
    ("AvgPool2d", Is("AveragePooling2D", MEANS)),
    ("MaxPool3d AvgPool3d AdaptiveAvgPool3d AdaptiveMaxPool3d", Not(VOLUME)),
    ("LPPool1d LPPool2d FractionalMaxPool2d", Not("`AveragePooling2D` and `MaxPooling2D` are the nearest")),
    ("Conv1d LazyConv1d", Is("Conv1D", FILTERS_OF_STEPS)),
    ("ConvTranspose2d LazyConvTranspose2d", Is("Conv2DTranspose", FILTERS_BACK)),
    ("ConvTranspose1d LazyConvTranspose1d", Is("Conv1DTranspose", FILTERS_OF_STEPS_BACK)),
    ("Unflatten", Is("Reshape", SHAPE)),
    ("EmbeddingBag", Not("`Embedding`, and `GlobalAveragePooling1D` after it")),
    ("Conv3d LazyConv3d ConvTranspose3d", Not(VOLUME)),
    ("Fold Unfold PixelShuffle", Not("`Reshape` and `Permute` move the numbers of a tensor")),
    ("Upsample UpsamplingNearest2d", Is("UpSampling2D", LARGER)),
    (
        "UpsamplingBilinear2d",
        Not("`UpSampling2D` with `interpolation = bilinear` is the nearest; it does not align corners"),
    ),
    ("ZeroPad1d ConstantPad1d", Is("ZeroPadding1D", "steps before and behind: `ZeroPadding1D((1, 2))(steps)`")),
    ("ZeroPad2d ConstantPad2d", Is("ZeroPadding2D", PADDING)),
    ("ReflectionPad2d ReplicationPad2d", Not("`ZeroPadding2D` pads with zeros")),
    ("Dropout1d", Is("SpatialDropout1D", "it drops whole features of a sequence: `SpatialDropout1D(0.2)(steps)`")),
    ("Dropout2d", Is("SpatialDropout2D", CHANNELS)),
    ("Dropout3d", Not(DROP)),
    ("FeatureAlphaDropout", Is("AlphaDropout", "`noise_shape = (None, 1, None)` drops whole features of a sequence")),
    ("GroupNorm", Is("GroupNormalization", GROUPS)),
    ("InstanceNorm1d InstanceNorm2d InstanceNorm3d", Is("GroupNormalization", INSTANCE)),
    ("RMSNorm", Is("RMSNormalization", FEATURES)),
    ("LocalResponseNorm", Not(NORM)),
    ("RNNCell", Not(CELL)),
    (
        "MultiheadAttention Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer",
        Not(OWN),
    ),
    (
        "Bilinear CosineSimilarity PairwiseDistance",
        Not("`Dot` is the nearest: with `normalize = true` it gives the cosine"),
    ),
    ("Softmax2d", Not("`Softmax` on channels that come last is the same")),
    ("Softmin RReLU GLU", Not(OWN)),
    ("ModuleList ModuleDict ParameterList ParameterDict Module", Other(STACK)),
    (
        "CrossEntropyLoss NLLLoss MSELoss BCELoss BCEWithLogitsLoss L1Loss HuberLoss",
        Other("a loss is given to `compile`, and is no part of a graph"),
    ),
];

/// Functions of PyTorch.
const FUNCTIONS: &[(&str, Here)] = &[
    ("cat concat stack hstack vstack merge", Is("concatenate", MERGE)),
    ("sum", Is("add", "it is called on a list: `add([a, b])`")),
    ("mul", Is("multiply", "it is called on a list: `multiply([a, b])`")),
    ("sub", Is("subtract", "it is called on a list: `subtract([a, b])`")),
    ("matmul mm bmm einsum", Is("dot", "it is called on a list: `dot([a, b])`")),
    ("view unflatten", Is("Reshape", SHAPE)),
    ("transpose", Is("Permute", "axes begin with 1, and the batch is not counted: `Permute([2, 1])(x)`")),
    ("batch_norm", Is("BatchNormalization", FEATURES)),
    ("layer_norm", Is("LayerNormalization", FEATURES)),
    ("group_norm", Is("GroupNormalization", GROUPS)),
    ("instance_norm", Is("GroupNormalization", INSTANCE)),
    ("rms_norm", Is("RMSNormalization", FEATURES)),
    ("max_pool1d", Is("MaxPooling1D", POOL_1D)),
    ("max_pool2d", Is("MaxPooling2D", POOL)),
    ("avg_pool1d", Is("AveragePooling1D", MEANS_1D)),
    ("avg_pool2d", Is("AveragePooling2D", MEANS)),
    ("adaptive_avg_pool1d", Is("AdaptiveAveragePooling1D", PARTS_1D)),
    ("adaptive_max_pool1d", Is("AdaptiveMaxPooling1D", PARTS_1D)),
    ("adaptive_avg_pool2d", Is("AdaptiveAveragePooling2D", PARTS)),
    ("adaptive_max_pool2d", Is("AdaptiveMaxPooling2D", PARTS)),
    ("max_pool3d avg_pool3d adaptive_avg_pool3d adaptive_max_pool3d", Not(VOLUME)),
    ("conv1d", Is("Conv1D", FILTERS_OF_STEPS)),
    ("conv2d", Is("Conv2D", FILTERS)),
    ("conv_transpose1d", Is("Conv1DTranspose", FILTERS_OF_STEPS_BACK)),
    ("conv_transpose2d", Is("Conv2DTranspose", FILTERS_BACK)),
    ("squeeze unsqueeze", Not("`Reshape` gives a tensor another shape")),
    (
        "split chunk tile repeat norm matrix_norm clamp clip abs sqrt pow log mean max min argmax scaled_dot_product_attention",
        Not(OWN),
    ),
];

/// Names of older versions of Keras.
const OLD: &[(&str, Here)] = &[
    ("CuDNNLSTM", Is("LSTM", "it needs no other version to be fast: `LSTM(64)`")),
    ("CuDNNGRU", Is("GRU", "it needs no other version to be fast: `GRU(64)`")),
    ("TimeDistributedDense", Is("Dense", "it is called on every step by itself: `Dense(8)(steps)`")),
    ("Convolution2D", Is("Conv2D", FILTERS)),
    ("Convolution1D", Is("Conv1D", FILTERS_OF_STEPS)),
    ("Convolution2DTranspose Deconvolution2D Deconv2D", Is("Conv2DTranspose", FILTERS_BACK)),
    ("Convolution1DTranspose", Is("Conv1DTranspose", FILTERS_OF_STEPS_BACK)),
    ("SeparableConvolution2D", Is("SeparableConv2D", "`SeparableConv2D(filters = 32, kernel_size = 3)`")),
    ("SeparableConvolution1D", Is("SeparableConv1D", "`SeparableConv1D(filters = 32, kernel_size = 3)`")),
    ("Merge", Is("concatenate", "`add`, `multiply` and `concatenate` each are a layer: `concatenate([a, b])`")),
    ("ThresholdedReLU", Not("the activation `threshold` is the nearest")),
    ("MaxoutDense Highway LocallyConnected1D LocallyConnected2D", Not(OWN)),
];

/// Short names, and those of other libraries. A word that users may call their own models by, such as `Sub` or `Stack`,
/// is not among them.
const SHORT: &[(&str, Here)] = &[
    ("Fc FC FullyConnected FullyConnectedLayer InnerProduct fc linear_layer", Is("Dense", OUTPUTS)),
    ("BatchNorm BatchNormLayer Bn BN bn", Is("BatchNormalization", FEATURES)),
    ("LN Ln", Is("LayerNormalization", FEATURES)),
    ("Conv Convolution ConvLayer conv", Is("Conv2D", FILTERS)),
    ("Concat", Is("concatenate", MERGE)),
    ("Hadamard", Is("multiply", "it is called on a list: `multiply([a, b])`")),
    ("MatMul", Is("dot", "it is called on a list: `dot([a, b])`")),
    ("Emb Embed", Is("Embedding", "it takes the numbers of words and of features: `Embedding(1000, 8)`")),
    ("Transpose", Is("Permute", "axes begin with 1, and the batch is not counted: `Permute([2, 1])(x)`")),
    ("InputLayer Placeholder", Is("Input", "it takes the shape of a sample: `Input(shape = [64])`")),
    ("BiLSTM BLSTM", Is("Bidirectional", "write `Bidirectional(LSTM(64))`")),
    ("BiGRU BiRNN", Is("Bidirectional", "write `Bidirectional(GRU(64))`")),
    ("RecurrentLayer", Is("SimpleRNN", UNITS)),
    ("LongShortTermMemory", Is("LSTM", UNITS)),
    ("GatedRecurrentUnit", Is("GRU", GRU_UNITS)),
    ("MaxPool MaxPooling Pooling Pool2D", Is("MaxPooling2D", POOL)),
    ("AvgPool AveragePooling", Is("AveragePooling2D", MEANS)),
    ("GlobalAvgPool GlobalAveragePooling", Is("GlobalAveragePooling2D", FEATURES)),
    ("GlobalMaxPool GlobalMaxPooling", Is("GlobalMaxPooling2D", FEATURES)),
    ("SelfAttention MHA TransformerBlock", Not(OWN)),
];

/// The nearest things to layers that only Keras has.
const KERAS: &[(&str, Here)] = &[
    ("MaxPool1D", Is("MaxPooling1D", POOL_1D)),
    ("MaxPool2D", Is("MaxPooling2D", POOL)),
    ("AvgPool1D", Is("AveragePooling1D", MEANS_1D)),
    ("AvgPool2D", Is("AveragePooling2D", MEANS)),
    ("GlobalAvgPool1D", Is("GlobalAveragePooling1D", FEATURES)),
    ("GlobalAvgPool2D", Is("GlobalAveragePooling2D", FEATURES)),
    ("GlobalMaxPool1D", Is("GlobalMaxPooling1D", FEATURES)),
    ("GlobalMaxPool2D", Is("GlobalMaxPooling2D", FEATURES)),
    ("MaxPool3D MaxPooling3D AvgPool3D AveragePooling3D GlobalAvgPool3D GlobalAveragePooling3D", Not(VOLUME)),
    ("GlobalMaxPool3D GlobalMaxPooling3D AdaptiveAveragePooling3D AdaptiveMaxPooling3D", Not(VOLUME)),
    ("Conv3D Conv3DTranspose Convolution3D", Not(VOLUME)),
    ("ConvLSTM1D ConvLSTM2D ConvLSTM3D", Not("`TimeDistributed(Conv2D(..))` and `LSTM` are the nearest")),
    ("SpatialDropout3D", Not(DROP)),
    ("ZeroPadding3D Cropping3D UpSampling3D", Not(VOLUMES)),
    ("SpectralNormalization", Not(NORM)),
    ("LSTMCell GRUCell SimpleRNNCell StackedRNNCells", Not(CELL)),
    (
        "Resizing TextVectorization StringLookup IntegerLookup CategoryEncoding Discretization Hashing CenterCrop",
        Not(BEFORE),
    ),
    ("RandomFlip RandomRotation RandomZoom RandomCrop RandomTranslation RandomContrast RandomBrightness", Not(BEFORE)),
    ("Lambda Attention AdditiveAttention MultiHeadAttention GroupQueryAttention EinsumDense", Not(OWN)),
];

/// Whose the names of a table are.
const TABLES: &[(&str, &[(&str, Here)])] =
    &[("PyTorch's ", TORCH), ("PyTorch's ", FUNCTIONS), ("Keras's older ", OLD), ("", SHORT), ("Keras's ", KERAS)];

fn find(name: &str) -> Option<(&'static str, &'static Here)> {
    TABLES.iter().find_map(|(whose, table)| {
        let found = table.iter().find(|(names, _)| names.split(' ').any(|other| other == name))?;
        Some((*whose, &found.1))
    })
}

/// The message about a layer of this name, and its cure.
pub(crate) struct Answer {
    pub(crate) message: String,
    help: String,
}

impl Answer {
    pub(crate) fn add_to(&self, error: &mut Diagnostic) {
        error.help(&self.help);
    }
}

/// The answer to the name of a layer or a function that another library has. `written` is how it was written.
pub(crate) fn layer(name: &str, written: &str) -> Option<Answer> {
    if let Some((whose, here)) = find(name) {
        return Some(match here {
            Is(ours, help) => {
                Answer { message: format!("{whose}`{written}` is `{ours}` here"), help: (*help).to_string() }
            }
            Not(nearest) => {
                Answer { message: format!("{whose}`{written}` is not in this library"), help: (*nearest).to_string() }
            }
            Other(help) => Answer { message: format!("{whose}`{written}` is not a layer"), help: (*help).to_string() },
        });
    }
    let is_layer = LAYERS.iter().any(|spec| alike(spec.name) == alike(name));
    let ours = activation(name).filter(|_| !is_layer)?;
    let help = if name.starts_with(char::is_uppercase) {
        format!("write `Activation({ours})(x)`, or `activation = {ours}` in the layer before it")
    } else {
        format!("write `{ours}(x)`")
    };
    Some(Answer { message: format!("`{written}` is the activation `{ours}` here"), help })
}

/// Whether a layer of PyTorch cannot be made without arguments, such as its sizes.
pub(crate) fn takes_arguments(name: &str) -> bool {
    let none = ["Softmax2d", "Softmin", "RReLU", "GLU", "Module", "ModuleList", "ModuleDict"];
    TORCH.iter().any(|(names, _)| names.split(' ').any(|other| other == name)) && !none.contains(&name)
}

/// The activation that another library writes so: `LogSoftmax`, `logsoftmax` and `lrelu`.
pub(crate) fn activation(name: &str) -> Option<&'static str> {
    value(name, ACTIVATIONS.iter().flat_map(|spec| spec.names.iter().copied()))
}

/// The one of the names that is meant by a name of another library.
pub(crate) fn value<'a>(name: &str, ours: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let name = alike(name);
    let other = OTHERS.iter().find(|(others, _)| others.split(' ').any(|other| other == name)).map(|(_, ours)| *ours);
    let same = |wanted: &str| ours.clone().find(|ours| alike(ours) == wanted);
    same(&name).or_else(|| same(&alike(other?)))
}

/// Names of activations and initializers elsewhere, without `_` and capitals.
const OTHERS: &[(&str, &str)] = &[
    ("lrelu leaky", "leaky_relu"),
    ("exp", "exponential"),
    ("identity id none noop", "linear"),
    ("logistic sigm", "sigmoid"),
    ("hswish", "hard_silu"),
    ("hsigmoid", "hard_sigmoid"),
    ("htanh", "hard_tanh"),
    ("gelunew gelufast gelupytorchtanh", "gelu_tanh"),
    ("logsig", "log_sigmoid"),
    ("xavier xavieruniform glorot", "glorot_uniform"),
    ("xaviernormal", "glorot_normal"),
    ("kaiming kaiminguniform he", "he_uniform"),
    ("kaimingnormal", "he_normal"),
    ("normal gaussian", "random_normal"),
    ("uniform", "random_uniform"),
    ("truncnormal", "truncated_normal"),
    ("lasso", "l1"),
    ("ridge weightdecay", "l2"),
    ("nonneg", "non_neg"),
    ("unitnorm", "unit_norm"),
    ("maxnorm", "max_norm"),
];

/// A name without `_` and capitals.
pub(crate) fn alike(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// Arguments as PyTorch and older versions of Keras call them, and the names here of which a layer may have one.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("out_features hidden_size output_size size neurons n nodes num_units", &["units"]),
    ("output_dim", &["units", "output_dim"]),
    ("embedding_dim embed_dim", &["output_dim"]),
    ("num_embeddings vocab_size", &["input_dim"]),
    ("out_channels nb_filter channels", &["filters"]),
    ("kernel window", &["kernel_size", "pool_size"]),
    ("kernel_size pool ksize poolsize pool_length", &["pool_size"]),
    ("stride subsample", &["strides"]),
    ("border_mode pad", &["padding"]),
    ("dilation", &["dilation_rate"]),
    ("p prob probability drop dropout_rate", &["rate"]),
    ("bias", &["use_bias"]),
    ("act activation_fn nonlinearity activation_function", &["activation"]),
    ("eps", &["epsilon"]),
    ("init weights_init kernel_init kernel_initialiser W_init", &["kernel_initializer"]),
    ("bias_init", &["bias_initializer"]),
    ("W_regularizer regularizer regularization weight_decay", &["kernel_regularizer"]),
    ("b_regularizer", &["bias_regularizer"]),
    ("W_constraint", &["kernel_constraint"]),
    ("dim concat_axis", &["axis"]),
    ("negative_slope alpha", &["negative_slope", "alpha"]),
    ("shape size new_shape", &["target_shape"]),
];

/// The argument of a layer that another library calls so.
pub(crate) fn argument<'a>(name: &str, ours: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let candidates = ARGUMENTS.iter().filter(|(others, _)| others.split(' ').any(|other| other == name));
    let mut candidates = candidates.flat_map(|(_, candidates)| candidates.iter());
    candidates.find_map(|candidate| ours.clone().find(|ours| ours == candidate))
}
