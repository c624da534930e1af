//! The lines that the macro shows for pasted Python are a valid graph.

/// The errors of a graph, as text.
pub(super) fn errors(graph: &str) -> String {
    let mut diagnostics = crate::Diagnostics::new();
    if let Some(mut syntax) = crate::parse::parse(graph.parse().expect("tokens"), &mut diagnostics) {
        crate::read(&mut syntax, &mut diagnostics);
    }
    diagnostics.into_messages().join("\n")
}

/// The lines that an error says to write.
fn shown(errors: &str) -> String {
    let (_, rest) = errors.split_once("= help: write").expect("a help");
    match rest.strip_prefix(" `") {
        Some(line) => line.split('`').next().unwrap_or_default().to_string(),
        None => rest.lines().skip(1).take_while(|line| line.starts_with("          ")).collect::<Vec<_>>().join("\n"),
    }
}

/// Graphs that Keras and PyTorch have, but for the names of losses and optimizers.
const GRAPHS: &[&str] = &[
    r#"
inputs = keras.Input(shape=(784,), name="digits-in")
dense = layers.Dense(64, activation="relu")
x = dense(inputs)
x = layers.Dense(64, activation=tf.nn.relu, use_bias=False)(x)
outputs = layers.Dense(10, kernel_regularizer=keras.regularizers.L2(0.01))(x)
model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
model.summary()
keras.utils.plot_model(model, "my_first_model.png")
"#,
    r#"
from keras import layers
num_classes = 10
input_shape = (28, 28, 1)
"""A text about the model."""
model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu", padding="same"),
        layers.Flatten(),
        # A comment.
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
"#,
    r#"
model = Sequential()
model.add(Dense(12, input_shape=(8,), activation="relu"))
model.add(Dense(8, activation="relu"))  # the second one
model.add(Dense(1, activation="sigmoid"))
model.fit(x, y)
"#,
    r#"
words = keras.Input(shape=(20,), dtype="int32")
encoder = layers.LSTM(16, return_state=True)
(outputs, state_h, state_c) = encoder(layers.Embedding(1000, 8)(words))
states = [state_h, state_c]
decoded = layers.LSTM(16)(layers.Embedding(500, 8)(words), initial_state=states)
total = outputs + decoded
part = keras.Model(words, total, name="part")
model = keras.Model([words], {"total": total, "decoded": decoded})
"#,
    r#"
x = keras.Input(shape=(28, 28), batch_size=32, dtype=tf.float32)
self.fc1 = nn.Linear(28 * 28, 128, bias=False)
self.fc2 = nn.Linear(in_features=128, out_features=10)
self.norm = nn.BatchNorm1d(128)
x1 = torch.flatten(x, 1)
h = F.relu(self.norm(self.fc1(x1)))
h = nn.Dropout(p=0.2)(h) - h
h = nn.GELU()(h)
y = F.log_softmax(self.fc2(h), dim=1)
return keras.Model(x, y)
"#,
    r#"
x = keras.Input(shape=(20, 16))
self.lstm = nn.LSTM(16, 32, num_layers=2, dropout=.1)
h, _ = self.lstm(x)
y = nn.Linear(32, 1)(h[:, -1, :])
return keras.Model(x, y)
"#,
    r#"
x = keras.Input(shape=(20, 16))
lstm = nn.LSTM(input_size=16, hidden_size=32, batch_first=True)
out, (h, c) = lstm(x)
return keras.Model(x, [out, h, c])
"#,
    r#"
x = keras.Input(shape=(20, 16))
_, (h, _) = nn.LSTM(16, 32)(x)
y = nn.Linear(32, 1)(h[-1])
return keras.Model(x, y)
"#,
    r#"
x = keras.Input(shape=(20, 16))
out, h = nn.GRU(16, 32, 1, bidirectional=True)(x)
z, _ = nn.RNN(64, 8, nonlinearity="tanh")(out)
return keras.Model(x, [z, h, h_backward])
"#,
    r#"
x = keras.Input(shape=(28, 28, 1))
a, b = x, nn.Conv2d(1, 1, kernel_size=5, padding=2)(x)
y = layers.Dropout(0.5)(a + b)
return keras.Model(x, [a + y, nn.Conv2d(1, 8, (3, 3), 1, (1, 1))(a * b)])
"#,
    "model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Dropout(p=.5), nn.Linear(64, 10))",
    "nn.Sequential(nn.Linear(in_features=784, out_features=64), nn.ReLU(), nn.Linear(64, 10))",
    r#"
model = Sequential()
model.add(Embedding(1000, 64, input_length=20))
model.add(LSTM(32, dropout=.2))
model.add(Dense(1, activation="sigmoid"))
"#,
    r#"
x = keras.Input(shape=(8,))
y = x |> Dense(8) |> relu
model = keras.Model(x, y)
"#,
];

/// A `Sequential` without a shape leaves it open, and that is all.
#[test]
fn a_shape_that_is_left_open() {
    for (graph, shown) in [
        (
            r#"model = Sequential([Dense(64, activation="relu"), Dense(10)])"#,
            "Input(shape = [..]), Dense(64, activation",
        ),
        ("model = Sequential([Embedding(1000, 8), LSTM(8)])", "Input(shape = [..], dtype = u32), Embedding(1000, 8)"),
        (
            "nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU())",
            "Input(shape = [..]), Conv2D(8, 3, padding = same)",
        ),
    ] {
        let errors = errors(&format!("struct Pasted;\n{graph}"));
        assert_eq!(errors.matches("explained in").count(), 1, "one error: {errors}");
        assert!(errors.contains(shown) && errors.contains("`..` stands for"), "{errors}");
    }
    // The help as it is, without the sizes.
    let errors = errors("struct Pasted; Sequential([Input(shape = [..]), Dense(10)])");
    assert!(errors.starts_with("`..` stands for the sizes of your samples"), "{errors}");
    assert_eq!(errors.matches("explained in").count(), 1, "one error: {errors}");
}

#[test]
fn what_is_shown_is_a_graph() {
    for graph in GRAPHS {
        let errors_of_python = errors(&format!("struct Pasted;{graph}"));
        assert_eq!(errors_of_python.matches("explained in").count(), 1, "one error: {errors_of_python}");
        let shown = shown(&errors_of_python);
        assert!(shown.contains("Model(") || shown.contains("Sequential("), "{shown}");
        assert_eq!(errors(&format!("struct Pasted; {shown}")), "", "{shown}");
    }
}

/// Classes and functions of Python, and the graphs that are shown for them.
const CLASSES: &[(&str, &str)] = &[
    (
        r#"
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 10)  # the last one

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return x
"#,
        "let inputs = Input(shape = [64]);
let fc1 = Dense(32);
let fc2 = Dense(10);
let x = relu(fc1(inputs));
let x = fc2(x);
Model(inputs = inputs, outputs = x)",
    ),
    (
        r#"
import torch
class Net(nn.Module):
    """A text."""
    def __init__(self, p: float = 0.5):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.drop = nn.Dropout()
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(self.conv2(x).relu(), 2)
        x = x.view(-1, 64 * 12 * 12)
        x = F.dropout(x, p=0.2, training=self.training)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(self.drop(x)), dim=1)

model = Net()
"#,
        "let inputs = Input(shape = [.., .., 1]);
let conv1 = Conv2D(32, 3, 1);
let conv2 = Conv2D(64, kernel_size = 3, padding = same);
let pool = MaxPooling2D(2, 2);
let drop = Dropout(0.5);
let fc1 = Dense(128);
let fc2 = Dense(10);
let x = pool(relu(conv1(inputs)));
let x = MaxPooling2D(2)(relu(conv2(x)));
let x = Flatten()(x);
let x = Dropout(rate = 0.2)(x);
let x = relu(fc1(x));
let output = log_softmax(fc2(drop(x)));
Model(inputs = inputs, outputs = output)",
    ),
    (
        r#"
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.stack = nn.Sequential(nn.Linear(28*28, 512), nn.ReLU(), nn.Linear(512, 10))
    def forward(self, x):
        x = self.flatten(x)
        logits = self.stack(x)
        return logits
"#,
        "let inputs = Input(shape = [28 * 28]);
let flatten = Flatten();
let stack = Sequential([Dense(512), ReLU(), Dense(10)]);
let x = flatten(inputs);
let logits = stack(x);
Model(inputs = inputs, outputs = logits)",
    ),
    (
        r#"
class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(64, activation="relu")
        self.dropout = layers.Dropout(0.5)
        self.classifier = layers.Dense(10, activation="softmax")
    def call(self, a, b, training=False):
        h = self.dense(layers.concatenate([a, b]))
        h = self.dropout(h, training=training)
        return self.classifier(h), h
"#,
        "let a = Input(shape = [..]);
let b = Input(shape = [..]);
let dense = Dense(64, activation = relu);
let dropout = Dropout(0.5);
let classifier = Dense(10, activation = softmax);
let h = dense(concatenate([a, b]));
let h = dropout(h);
let output_0 = classifier(h);
Model(inputs = [a, b], outputs = [output_0, h])",
    ),
    (
        r#"
class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.fc = nn.Linear(16, 2)
    def forward(self, x):
        x = self.embedding(x)
        out, (h, c) = self.lstm(x)
        return self.fc(out[:, -1, :])
"#,
        "let inputs = Input(shape = [..], dtype = u32);
let embedding = Embedding(1000, 8);
let lstm = LSTM(16, return_state = true);
let fc = Dense(2);
let x = embedding(inputs);
let (out, h, c) = lstm(x);
let output = fc(out);
Model(inputs = inputs, outputs = output)",
    ),
    (
        r#"
def get_model():
    inputs = keras.Input(shape=(128,))
    outputs = layers.Dense(1)(inputs)
    return keras.Model(inputs, outputs)
model = get_model()
"#,
        "let inputs = Input(shape = [128]);
let outputs = Dense(1)(inputs);
Model(inputs, outputs)",
    ),
];

#[test]
fn classes_and_functions_become_a_graph() {
    for (class, graph) in CLASSES {
        let errors = errors(&format!("struct Net;\n{class}"));
        let lines: Vec<String> = shown(&errors).lines().map(|line| line.trim().to_string()).collect();
        assert_eq!(lines.join("\n"), *graph, "{errors}");
        assert_eq!(errors.matches("explained in").count(), 1, "{errors}");
        // Sizes that are left open are those of the samples.
        let closed = graph.replace("[.., .., 1]", "[28, 28, 1]").replace("[..]", "[8]").replace("28 * 28", "784");
        assert_eq!(self::errors(&format!("struct Net;\n{closed}")), "");
    }
}

#[test]
fn a_half_converted_graph_has_one_error() {
    for (graph, end) in [
        (
            "let inputs = keras.Input(shape=(64,));
             let x = layers.Dense(64, activation=\"relu\", use_bias=True)(inputs);
             let outputs = layers.Dense(10, activation=\"softmax\")(x);
             let model = keras.Model(inputs, outputs);",
            "Model(inputs, outputs)",
        ),
        (
            "let a = Input(shape = [64]);
             let y = Dense(10)(a);
             let model = keras.Model(inputs=a, outputs=y, name=\"m\");",
            "Model(inputs = a, outputs = y)",
        ),
    ] {
        let errors = errors(&format!("struct Net;\n{graph}"));
        assert_eq!(errors.matches("explained in").count(), 1, "{errors}");
        let written = shown(&errors);
        assert_eq!(written.lines().last().map(str::trim), Some(end), "{errors}");
    }
}
