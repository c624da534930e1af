//! The lines that the macro shows for pasted Python are a valid graph.

/// The errors of a graph, as text.
fn errors(graph: &str) -> String {
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
];

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
