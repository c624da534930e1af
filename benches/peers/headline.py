"""Times the headline model of `benches/headline.rs` here and in other libraries: a training step and a prediction.

    python benches/peers/headline.py --out table.md

README.md explains the installation, the method and how to read the table.
"""

import os

import crates
import harness
from harness import Bench, Kind, Library, Start, Workload
from libraries import onnx_bytes, onnx_session

WORDS, VOCABULARY, EMBEDDING, LSTM, ADDITIONAL, DENSE = 100, 10_000, 512, 32, 5, 64
BATCH, BATCHES = 32, 16  # as in headline.rs, which says why there are several batches
LOSS_WEIGHTS = (1.0, 0.2)
LEARNING_RATE, RHO, EPSILON = 1e-3, 0.9, 1e-7
KINDS = (
    # As many calls without timing as in headline.rs.
    Kind("step", f"step at batch {BATCH}", "ms", blocks=20, warm_up=5),
    Kind("predict", "one prediction", "µs", blocks=200, warm_up=20),
)


# --- What every peer starts from --------------------------------------------------------------------------------------


def weights():
    """Keras's layouts; the gates of the LSTM are input, forget, cell, output."""
    import numpy as np

    rng = np.random.default_rng(1)

    def glorot(rows, cols):
        limit = (6 / (rows + cols)) ** 0.5
        return rng.uniform(-limit, limit, (rows, cols)).astype("float32")

    def dense(rows, cols):
        return [glorot(rows, cols), np.zeros(cols, "float32")]

    bias = np.zeros(4 * LSTM, "float32")
    bias[LSTM : 2 * LSTM] = 1  # Keras's `unit_forget_bias`
    return {
        "embedding": [rng.uniform(-0.05, 0.05, (VOCABULARY, EMBEDDING)).astype("float32")],
        "lstm": [glorot(EMBEDDING, 4 * LSTM), glorot(LSTM, 4 * LSTM), bias],
        "aux_output": dense(LSTM, 1),
        "dense_1": dense(LSTM + ADDITIONAL, DENSE),
        "dense_2": dense(DENSE, DENSE),
        "dense_3": dense(DENSE, DENSE),
        "main_output": dense(DENSE, 1),
    }


def samples():
    """Words, additional input, and the label that serves both outputs."""
    import numpy as np

    rng, n = np.random.default_rng(2), BATCH * BATCHES
    words = rng.integers(0, VOCABULARY, (n, WORDS)).astype("int32")
    additional = rng.uniform(-1, 1, (n, ADDITIONAL)).astype("float32")
    return words, additional, rng.integers(0, 2, (n, 1)).astype("float32")


def pieces(arrays, size):
    """The arrays cut into tuples of `size` samples."""
    return [tuple(a[k : k + size] for a in arrays) for k in range(0, len(arrays[0]), size)]


# --- The peers: each gives its training step, its prediction, the batches for one and the samples for the other. ------
# The arrays are already the library's own, unless its call takes NumPy arrays. A step gives its loss, which has
# been computed when it returns, and a prediction both outputs. A peer that only predicts has no step and no batches.


def keras_model(threads):
    os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    import keras
    from keras import layers

    main_input = keras.Input((WORDS,), dtype="int32")
    x = layers.Embedding(VOCABULARY, EMBEDDING, name="embedding")(main_input)
    lstm_out = layers.LSTM(LSTM, name="lstm")(x)
    aux_output = layers.Dense(1, activation="sigmoid", name="aux_output")(lstm_out)
    aux_input = keras.Input((ADDITIONAL,))
    x = layers.concatenate([lstm_out, aux_input])
    for k in 1, 2, 3:
        x = layers.Dense(DENSE, activation="relu", name=f"dense_{k}")(x)
    main_output = layers.Dense(1, activation="sigmoid", name="main_output")(x)
    model = keras.Model([main_input, aux_input], [main_output, aux_output])
    for name, values in weights().items():
        model.get_layer(name).set_weights(values)
    return keras, tf, model, keras.optimizers.RMSprop(LEARNING_RATE, rho=RHO, epsilon=EPSILON)


def keras_methods(threads):
    keras, _, model, optimizer = keras_model(threads)
    losses = [keras.losses.BinaryCrossentropy(), keras.losses.BinaryCrossentropy()]
    model.compile(optimizer, losses, loss_weights=list(LOSS_WEIGHTS))

    def step(words, additional, y):
        # Keras gives the mean over all steps since its metrics were reset, which is cheap.
        model.reset_metrics()
        return float(model.train_on_batch([words, additional], [y, y], return_dict=True)["loss"])

    def predict(words, additional):
        return model.predict_on_batch([words, additional])

    return step, predict, pieces(samples(), BATCH), pieces(samples()[:2], 1)


def keras_xla(threads):
    keras, tf, model, optimizer = keras_model(threads)
    loss = keras.losses.BinaryCrossentropy()
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True)
    def jitted_step(words, additional, y):
        with tf.GradientTape() as tape:
            outputs = model([words, additional], training=True)
            total = sum(weight * loss(y, output) for weight, output in zip(LOSS_WEIGHTS, outputs))
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return total

    @tf.function(jit_compile=True)
    def jitted_predict(words, additional):
        return model([words, additional], training=False)

    def step(*batch):
        return float(jitted_step(*batch))

    def predict(*sample):
        return [output.numpy() for output in jitted_predict(*sample)]

    arrays = [tf.constant(a) for a in samples()]
    return step, predict, pieces(arrays, BATCH), pieces(arrays[:2], 1)


def jax_jit(threads):
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.nn import log_sigmoid, relu, sigmoid

    def dense(x, w):
        return x @ w[0] + w[1]

    def logits(w, words, additional):
        kernel, recurrent, bias = w["lstm"]
        x = w["embedding"][0][words.T] @ kernel + bias  # the input's part of all gates at once; time comes first

        def cell(state, x):
            h, c = state
            i, f, g, o = jnp.split(x + h @ recurrent, 4, axis=-1)
            c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
            return (sigmoid(o) * jnp.tanh(c), c), None

        zero = jnp.zeros((words.shape[0], LSTM))
        lstm_out = jax.lax.scan(cell, (zero, zero), x)[0][0]
        x = jnp.concatenate([lstm_out, additional], axis=-1)
        for k in 1, 2, 3:
            x = relu(dense(x, w[f"dense_{k}"]))
        return dense(x, w["main_output"]), dense(lstm_out, w["aux_output"])

    def loss(w, words, additional, y):
        def crossentropy(z):
            return -jnp.mean(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z))

        return sum(a * crossentropy(z) for a, z in zip(LOSS_WEIGHTS, logits(w, words, additional)))

    def update(w, v, *batch):
        value, g = jax.value_and_grad(loss)(w, *batch)
        v = jax.tree.map(lambda v, g: RHO * v + (1 - RHO) * g * g, v, g)
        w = jax.tree.map(lambda w, v, g: w - LEARNING_RATE * g / jnp.sqrt(v + EPSILON), w, v, g)
        return w, v, value

    # The old weights are given away, so that the new ones can take their place.
    jitted_update = jax.jit(update, donate_argnums=(0, 1))
    jitted_predict = jax.jit(lambda w, *x: tuple(sigmoid(z) for z in logits(w, *x)))
    w = jax.tree.map(jnp.asarray, weights())
    v = jax.tree.map(jnp.zeros_like, w)

    def step(*batch):
        nonlocal w, v
        w, v, value = jitted_update(w, v, *batch)
        jax.block_until_ready((w, v))
        return float(value)

    def predict(*sample):
        return [np.asarray(output) for output in jitted_predict(w, *sample)]

    def own(pieces):
        return jax.tree.map(jnp.asarray, pieces)

    return step, predict, own(pieces(samples(), BATCH)), own(pieces(samples()[:2], 1))


def torch_eager(threads, compiled=False):
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits as crossentropy

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(threads)

    class Headline(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
            self.lstm = nn.LSTM(EMBEDDING, LSTM, batch_first=True)
            self.aux_output = nn.Linear(LSTM, 1)
            self.dense_1 = nn.Linear(LSTM + ADDITIONAL, DENSE)
            self.dense_2 = nn.Linear(DENSE, DENSE)
            self.dense_3 = nn.Linear(DENSE, DENSE)
            self.main_output = nn.Linear(DENSE, 1)

        def forward(self, words, additional):
            lstm_out = self.lstm(self.embedding(words))[0][:, -1]
            x = torch.cat([lstm_out, additional], dim=-1)
            for dense in self.dense_1, self.dense_2, self.dense_3:
                x = torch.relu(dense(x))
            return self.main_output(x), self.aux_output(lstm_out)

    model = Headline()
    with torch.no_grad():
        for name, values in weights().items():
            parameters = list(getattr(model, name).parameters())
            for parameter, value in zip(parameters, values):
                value = torch.from_numpy(value)
                parameter.copy_(value.T if value.ndim == 2 and name != "embedding" else value)
        # PyTorch has a second bias, which would make the bias learn twice as fast.
        model.lstm.bias_hh_l0.zero_().requires_grad_(False)
    # Its epsilon is added to the root, Keras's under it: the work is the same, but not the loss after a step.
    optimizer = torch.optim.RMSprop(model.parameters(), lr=LEARNING_RATE, alpha=RHO, eps=EPSILON)

    def loss(words, additional, y):
        return sum(a * crossentropy(z, y) for a, z in zip(LOSS_WEIGHTS, model(words, additional)))

    def predictions(words, additional):
        return tuple(torch.sigmoid(z) for z in model(words, additional))

    update = optimizer.step
    if compiled:
        loss, predictions, update = torch.compile(loss), torch.compile(predictions), torch.compile(update)

    def step(*batch):
        optimizer.zero_grad()
        value = loss(*batch)
        value.backward()
        update()
        return value.item()

    def predict(*sample):
        with torch.inference_mode():
            return [output.numpy() for output in predictions(*sample)]

    arrays = [torch.from_numpy(a) for a in samples()]
    return step, predict, pieces(arrays, BATCH), pieces(arrays[:2], 1)


def torch_compile(threads):
    return torch_eager(threads, compiled=True)


def torch_compile_rnn(threads):
    import torch._dynamo

    # By default an LSTM is left as it is; this unrolls it into the graph.
    torch._dynamo.config.allow_rnn = True
    return torch_eager(threads, compiled=True)


def onnx_headline():
    """The model as a file of ONNX has it, for any number of samples."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    def gates(array):
        """In the order of ONNX: input, output, forget, cell; with rows for the outputs, and one direction."""
        i, f, g, o = np.split(array.T, 4)
        return np.concatenate([i, o, f, g])[None]

    arrays = {}
    for name, values in weights().items():
        arrays |= {f"{name}_{k}": value for k, value in enumerate(values)}
    arrays["lstm_0"], arrays["lstm_1"] = gates(arrays["lstm_0"]), gates(arrays["lstm_1"])
    bias = gates(arrays["lstm_2"])
    arrays["lstm_2"] = np.concatenate([bias, np.zeros_like(bias)], axis=1)
    arrays["direction"] = np.array([0])
    node = helper.make_node
    nodes = [
        node("Gather", ["embedding_0", "words"], ["embedded"]),
        node("Transpose", ["embedded"], ["sequence"], perm=[1, 0, 2]),
        node("LSTM", ["sequence", "lstm_0", "lstm_1", "lstm_2"], ["", "last"], hidden_size=LSTM),
        node("Squeeze", ["last", "direction"], ["lstm_out"]),
        node("Concat", ["lstm_out", "additional"], ["x_0"], axis=1),
    ]
    for k in 1, 2, 3:
        nodes.append(node("Gemm", [f"x_{k - 1}", f"dense_{k}_0", f"dense_{k}_1"], [f"z_{k}"]))
        nodes.append(node("Relu", [f"z_{k}"], [f"x_{k}"]))
    for name, x in ("main_output", "x_3"), ("aux_output", "lstm_out"):
        nodes.append(node("Gemm", [x, f"{name}_0", f"{name}_1"], [f"{name}_z"]))
        nodes.append(node("Sigmoid", [f"{name}_z"], [name]))

    def ends(kind, *sizes):
        return [helper.make_tensor_value_info(name, kind, ["n", size]) for name, size in sizes]

    inputs = ends(TensorProto.INT32, ("words", WORDS)) + ends(TensorProto.FLOAT, ("additional", ADDITIONAL))
    outputs = ends(TensorProto.FLOAT, ("main_output", 1), ("aux_output", 1))
    initial = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in arrays.items()]
    return onnx_bytes(helper.make_graph(nodes, "headline", inputs, outputs, initial))


def onnx(threads):
    session = onnx_session(onnx_headline(), threads)

    def predict(words, additional):
        return session.run(None, {"words": words, "additional": additional})

    return None, predict, None, pieces(samples()[:2], 1)


def onnx_binding(threads):
    """With inputs and outputs that are the runtime's own, and bound before the call is timed."""
    import onnxruntime

    session, value = onnx_session(onnx_headline(), threads), onnxruntime.OrtValue

    def bound(*arrays):
        binding, outputs = session.io_binding(), []
        for name, array in zip(("words", "additional"), arrays):
            binding.bind_ortvalue_input(name, value.ortvalue_from_numpy(array))
        for name in "main_output", "aux_output":
            outputs.append(value.ortvalue_from_shape_and_type([len(arrays[0]), 1], "float32"))
            binding.bind_ortvalue_output(name, outputs[-1])
        return binding, outputs

    def predict(binding, outputs):
        session.run_with_iobinding(binding)
        return [output.numpy() for output in outputs]

    return None, predict, None, [bound(*piece) for piece in pieces(samples()[:2], 1)]


# --- What other programs read -----------------------------------------------------------------------------------------


def write(folder):
    arrays = [value for values in weights().values() for value in values]
    (folder / "weights").write_bytes(b"".join(value.tobytes() for value in arrays))
    for name, array in zip(("words", "additional", "y"), samples()):
        (folder / name).write_bytes(array.tobytes())
    try:
        (folder / "model.onnx").write_bytes(onnx_headline())
    except ImportError:
        pass  # who reads it says that it is not there


# --- The table --------------------------------------------------------------------------------------------------------


def start(make):
    """The result of `make`, in the form for the harness."""

    def started(threads):
        step, predict, batches, singles = make(threads)
        first = {"predict": [float(output.reshape(())) for output in predict(*singles[0])]}
        second, measures = {}, {"predict": harness.calls(predict, singles)}
        if step:
            first["step"], second["step"] = [step(*batches[0])], [step(*batches[1])]
            measures["step"] = harness.calls(step, batches)
        return Start(first, second, measures)

    return started


def row(title, make, *packages):
    return Library(title, start(make), packages)


WORKLOADS = {
    "headline": Workload(
        "Headline model, embedding and LSTM(32)",
        KINDS,
        {
            "ours": Bench("nn", "headline", lambda kind, blocks, _: [f"--{kind.name}", str(blocks)]),
            "keras": row(
                "Keras on TensorFlow, `train_on_batch`, `predict_on_batch`", keras_methods, "keras", "tensorflow"
            ),
            "keras-xla": row("Keras on TensorFlow, `tf.function(jit_compile=True)`", keras_xla, "keras", "tensorflow"),
            "jax": row("JAX, `jit`", jax_jit, "jax", "jaxlib"),
            "torch": row("PyTorch, eager", torch_eager, "torch"),
            "torch-compile": row("PyTorch, `torch.compile`", torch_compile, "torch"),
            "torch-compile-rnn": row("PyTorch, `torch.compile` with `allow_rnn`", torch_compile_rnn, "torch"),
            "onnx": row("ONNX Runtime, `run`", onnx, "onnxruntime"),
            "onnx-binding": row("ONNX Runtime, with IO binding", onnx_binding, "onnxruntime"),
            **crates.rows("headline", KINDS, {"step": f"rmsprop-{BATCH}", "predict": "predict-1"}),
        },
        write,
    )
}

if __name__ == "__main__":
    harness.main("Times the headline model in several libraries", WORKLOADS)
