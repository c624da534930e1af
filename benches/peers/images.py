"""Times networks on images here and in other libraries: LeNet, and the networks of MLPerf Tiny.

    python benches/peers/images.py --out tables.md

README.md explains the installation, the method and how to read the tables.
"""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass

import harness
from harness import Bench, Kind, Library, Start, Workload
from mlp import LEAST, parts

RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-7

# --- The networks. `op` has the layers of a library; each takes the next weights. -------------------------------------


def lenet(op, x):
    x = op.maxima(op.conv(x, 6, 5, relu=True), 2)
    x = op.maxima(op.conv(x, 16, 5, padding="valid", relu=True), 2)
    x = op.dense(op.dense(op.flatten(x), 120, relu=True), 84, relu=True)
    return op.dense(x, 10)


def resnet8(op, x):
    a = op.conv(x, 16, 3, relu=True)
    x = op.relu(op.add(a, op.conv(op.conv(a, 16, 3, relu=True), 16, 3)))
    for filters in 32, 64:
        y = op.conv(op.conv(x, filters, 3, strides=2, relu=True), filters, 3)
        x = op.relu(op.add(op.conv(x, filters, 1, strides=2), y))
    return op.dense(op.flatten(op.means(x, (8, 8))), 10)


def ds_cnn(op, x):
    x = op.conv(x, 64, (10, 4), strides=2, relu=True)
    for _ in range(4):
        x = op.conv(op.depthwise(x), 64, 1, relu=True)
    return op.dense(op.flatten(op.means(x, (24, 5))), 12)


def mobilenet(op, x):
    x = op.conv(x, 8, 3, strides=2, relu=True)
    filters = 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256
    strides = 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1
    for filters, strides in zip(filters, strides, strict=True):
        x = op.conv(op.depthwise(x, strides), filters, 1, relu=True)
    return op.dense(op.flatten(op.means(x, (3, 3))), 2)


@dataclass(frozen=True)
class Network:
    name: str  # that of `benches/images.rs`
    graph: Callable
    shape: tuple
    classes: int
    samples: int  # whole batches for a training step; otherwise so many that no near cache holds them
    kinds: tuple

    def weights(self):
        """Kernel and bias of each layer."""
        import numpy as np

        rng, recorder = np.random.default_rng(1), Recorder()
        self.graph(recorder, self.shape)

        def values(shape, inputs):
            # He's limits: the activations neither vanish nor explode. Biases are not 0, so that a lost one shows.
            limit = (6 / inputs) ** 0.5 if inputs else 0.1
            return rng.uniform(-limit, limit, shape).astype("float32")

        return [values(*about) for about in recorder.variables]

    def data(self):
        import numpy as np

        rng = np.random.default_rng(2)
        x = rng.uniform(0, 1, (self.samples, *self.shape)).astype("float32")
        return x, rng.integers(0, self.classes, self.samples).astype("int32")


class Recorder:
    """Layers of shapes: they record the variables."""

    def __init__(self):
        self.variables = []

    def layer(self, kernel, inputs, outputs):
        self.variables += [(kernel, inputs), ((outputs,), 0)]

    def conv(self, x, filters, window, strides=1, padding="same", relu=False):
        height, width = pair(window)
        self.layer((height, width, x[2], filters), height * width * x[2], filters)
        if padding == "same":
            return -(-x[0] // strides), -(-x[1] // strides), filters
        return (x[0] - height) // strides + 1, (x[1] - width) // strides + 1, filters

    def depthwise(self, x, strides=1):
        self.layer((3, 3, x[2], 1), 9, x[2])
        return -(-x[0] // strides), -(-x[1] // strides), x[2]

    def dense(self, x, units, relu=False):
        self.layer((x[0], units), x[0], units)
        return (units,)

    def maxima(self, x, size):
        return x[0] // size, x[1] // size, x[2]

    def means(self, x, size):
        return x[0] // size[0], x[1] // size[1], x[2]

    def flatten(self, x):
        return (x[0] * x[1] * x[2],)

    def relu(self, x):
        return x

    def add(self, x, y):
        return x


def pair(window):
    return window if isinstance(window, tuple) else (window, window)


# --- Libraries: each gives its prediction and, if it trains, its step. ------------------------------------------------


class KerasOps:
    """Layers of Keras, with their weights set."""

    def __init__(self, network, keras):
        self.layers, self.values = keras.layers, iter(network.weights())
        inputs = keras.Input(network.shape)
        self.set = []
        logits = network.graph(self, inputs)
        self.model = keras.Model(inputs, self.layers.Softmax()(logits))
        for layer in self.set:
            layer.set_weights([next(self.values), next(self.values)])

    def layer(self, layer, x):
        self.set.append(layer)
        return layer(x)

    def conv(self, x, filters, window, strides=1, padding="same", relu=False):
        activation = "relu" if relu else None
        return self.layer(
            self.layers.Conv2D(filters, window, strides=strides, padding=padding, activation=activation), x
        )

    def depthwise(self, x, strides=1):
        return self.layer(self.layers.DepthwiseConv2D(3, strides=strides, padding="same", activation="relu"), x)

    def dense(self, x, units, relu=False):
        return self.layer(self.layers.Dense(units, activation="relu" if relu else None), x)

    def maxima(self, x, size):
        return self.layers.MaxPooling2D(size)(x)

    def means(self, x, size):
        return self.layers.AveragePooling2D(size)(x)

    def flatten(self, x):
        return self.layers.Flatten()(x)

    def relu(self, x):
        return self.layers.ReLU()(x)

    def add(self, x, y):
        return self.layers.Add()([x, y])


class TensorFlow:
    """Keras's layers in a `tf.function`."""

    compiled = False

    def __init__(self, network, threads):
        os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        import keras

        self.keras, self.tf, self.network = keras, tf, network
        model = KerasOps(network, keras).model
        self.jitted = tf.function(functools.partial(model, training=False), jit_compile=self.compiled)

    def own(self, array):
        return self.tf.constant(array)

    def predict(self, x):
        return self.jitted(x).numpy()

    def step(self):
        keras, tf, model = self.keras, self.tf, KerasOps(self.network, self.keras).model
        optimizer, crossentropy = keras.optimizers.Adam(RATE, *BETAS, EPSILON), keras.losses.SparseCategoricalCrossentropy()
        optimizer.build(model.trainable_variables)

        @tf.function(jit_compile=self.compiled)
        def step(x, y):
            with tf.GradientTape() as tape:
                loss = crossentropy(y, model(x, training=True))
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            return loss

        return lambda x, y: float(step(x, y))


class TensorFlowXla(TensorFlow):
    compiled = True


class JaxOps:
    def __init__(self, values):
        import jax

        self.jax, self.values = jax, iter(values)

    def conv(self, x, filters, window, strides=1, padding="same", relu=False, groups=1):
        kernel, bias = next(self.values), next(self.values)
        x = self.jax.lax.conv_general_dilated(
            x,
            kernel,
            (strides, strides),
            padding.upper(),
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )
        return self.jax.nn.relu(x + bias) if relu else x + bias

    def depthwise(self, x, strides=1):
        kernel, bias = next(self.values), next(self.values)
        self.values = iter([self.jax.numpy.swapaxes(kernel, 2, 3), bias, *self.values])
        return self.conv(x, x.shape[3], 3, strides, relu=True, groups=x.shape[3])

    def dense(self, x, units, relu=False):
        x = x @ next(self.values) + next(self.values)
        return self.jax.nn.relu(x) if relu else x

    def windows(self, x, size, start, function):
        size = (1, *pair(size), 1)
        return self.jax.lax.reduce_window(x, start, function, size, size, "VALID")

    def maxima(self, x, size):
        return self.windows(x, size, -self.jax.numpy.inf, self.jax.lax.max)

    def means(self, x, size):
        return self.windows(x, size, 0.0, self.jax.lax.add) / (size[0] * size[1])

    def flatten(self, x):
        return x.reshape(len(x), -1)

    def relu(self, x):
        return self.jax.nn.relu(x)

    def add(self, x, y):
        return x + y


class Jax:
    def __init__(self, network, threads):
        import jax
        import jax.numpy as jnp
        import numpy as np

        self.jax, self.jnp, self.np, self.network = jax, jnp, np, network
        self.weights = [jnp.asarray(values) for values in network.weights()]
        self.jitted = jax.jit(lambda w, x: jax.nn.softmax(network.graph(JaxOps(w), x)))

    def own(self, array):
        return self.jnp.asarray(array)

    def predict(self, x):
        return self.np.asarray(self.jitted(self.weights, x))

    def step(self):
        jax, jnp, network, map = self.jax, self.jnp, self.network, self.jax.tree.map

        def loss(w, x, y):
            logits = network.graph(JaxOps(w), x)
            return -jnp.sum(jax.nn.one_hot(y, logits.shape[1]) * jax.nn.log_softmax(logits)) / len(y)

        def update(state, x, y):
            w, m, v, t = state
            value, g = jax.value_and_grad(loss)(w, x, y)
            t = t + 1
            rate = RATE * jnp.sqrt(1 - BETAS[1] ** t) / (1 - BETAS[0] ** t)
            m = map(lambda m, g: m + (1 - BETAS[0]) * (g - m), m, g)
            v = map(lambda v, g: v + (1 - BETAS[1]) * (g * g - v), v, g)
            return (map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), w, m, v), m, v, t), value

        jitted = jax.jit(update, donate_argnums=0)
        zeros = [map(jnp.zeros_like, self.weights) for _ in range(2)]
        state = map(jnp.array, self.weights), *zeros, jnp.zeros((), "int32")

        def step(x, y):
            nonlocal state
            state, value = jitted(state, x, y)
            return float(value)  # on a processor, the weights are ready when the loss is

        return step


class LiteRt:
    """Its model, which TensorFlow converts, is for one sample. It computes with XNNPACK."""

    def __init__(self, network, threads):
        os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
        from ai_edge_litert.interpreter import Interpreter

        import tensorflow as tf
        import keras

        call = tf.function(KerasOps(network, keras).model)
        call = call.get_concrete_function(tf.TensorSpec((1, *network.shape), tf.float32))
        content = tf.lite.TFLiteConverter.from_concrete_functions([call]).convert()
        self.interpreter = Interpreter(model_content=content, num_threads=threads)
        self.interpreter.allocate_tensors()
        self.at = self.interpreter.get_input_details()[0]["index"]
        self.out = self.interpreter.get_output_details()[0]["index"]

    def own(self, array):
        return array

    def predict(self, x):
        self.interpreter.set_tensor(self.at, x)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.out)


def library(make, network, threads):
    peer, (x, y) = make(network, threads), network.data()
    first, second, measures = {}, {}, {}
    for kind in network.kinds:
        work, size = parts(kind)
        pieces = [(peer.own(x[k : k + size]), peer.own(y[k : k + size])) for k in range(0, len(x), size)]
        if work == "predict":
            function, pieces = peer.predict, [piece[:1] for piece in pieces]
            first[kind.name] = [float(number) for number in peer.predict(*pieces[0])[0]]
        elif hasattr(peer, "step"):
            function = peer.step()
            first[kind.name], second[kind.name] = [function(*pieces[0])], [function(*pieces[1])]
        else:
            continue
        measures[kind.name] = harness.calls(function, pieces)
    return Start(first, second, measures)


# --- The tables -------------------------------------------------------------------------------------------------------


def write(network, folder):
    (x, y) = network.data()
    (folder / "weights").write_bytes(b"".join(values.tobytes() for values in network.weights()))
    (folder / "x").write_bytes(x.tobytes())
    (folder / "y").write_bytes(y.tobytes())


def workload(title, network):
    def command(kind, blocks, folder):
        return [network.name, kind.name, str(blocks), str(kind.least), folder]

    def row(title, make, *packages):
        return Library(title, functools.partial(library, make, network), packages)

    rows = {
        "ours": Bench("nn", "images", command),
        "litert": row("LiteRT, `set_tensor`, `invoke`, `get_tensor`", LiteRt, "ai-edge-litert"),
        "tf": row("Keras on TensorFlow, `tf.function`", TensorFlow, "keras", "tensorflow"),
        "tf-xla": row("Keras on TensorFlow, `tf.function(jit_compile=True)`", TensorFlowXla, "keras", "tensorflow"),
        "jax": row("JAX, `jit`", Jax, "jax", "jaxlib"),
    }
    return Workload(title, network.kinds, rows, functools.partial(write, network))


PREDICTION = Kind("predict-1", "one prediction", "µs", 50, least=LEAST)
STEP = Kind("adam-128", "Adam step at batch 128", "ms", 10, warm_up=3, least=LEAST)

WORKLOADS = {
    "lenet": workload(
        "LeNet, 28 × 28 × 1", Network("lenet", lenet, (28, 28, 1), 10, 1024, (PREDICTION, STEP))
    ),
    "resnet8": workload("ResNet-8, 32 × 32 × 3", Network("resnet8", resnet8, (32, 32, 3), 10, 64, (PREDICTION,))),
    "ds-cnn": workload("DS-CNN, 49 × 10 × 1", Network("ds-cnn", ds_cnn, (49, 10, 1), 12, 256, (PREDICTION,))),
    "mobilenet": workload(
        "MobileNetV1 with a quarter of its channels, 96 × 96 × 3",
        Network("mobilenet", mobilenet, (96, 96, 3), 2, 16, (PREDICTION,)),
    ),
}

if __name__ == "__main__":
    harness.main("Times networks on images in several libraries", WORKLOADS)
