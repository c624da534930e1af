"""The classifiers of mlp.py in each library: a class with its work for all kinds.

`own` makes an array the library's own, before anything is timed. `predict` gives an array in memory. `step` and `epoch`
give a function that trains, and one that goes back to the first weights: a step gives its loss, an epoch the loss and the
accuracy, once they are numbers of Python. The libraries are imported late, because each process has only its own.
"""

import functools
import itertools
import os

SGD_RATE, RATE, RHO, BETAS, EPSILON = 0.01, 1e-3, 0.9, (0.9, 0.999), 1e-7


class Keras:
    def __init__(self, classifier, threads):
        os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        import keras

        self.keras, self.tf, self.classifier = keras, tf, classifier
        self.model = self.new()

    def new(self):
        keras, (inputs, *hidden, outputs) = self.keras, self.classifier.sizes
        layers = [keras.layers.Dense(units, activation="relu") for units in hidden]
        layers.append(keras.layers.Dense(outputs, activation="softmax"))
        model = keras.Sequential([keras.Input((inputs,)), *layers])
        model.set_weights(self.classifier.weights())
        return model

    def optimizer(self, name):
        optimizers = self.keras.optimizers
        if name == "sgd":
            return optimizers.SGD(SGD_RATE)
        if name == "adam":
            return optimizers.Adam(RATE, *BETAS, EPSILON)
        return optimizers.RMSprop(RATE, rho=RHO, epsilon=EPSILON)

    def restart(self, model, optimizer):
        model.set_weights(self.classifier.weights())
        for variable in optimizer.variables:
            if variable is not optimizer.learning_rate:
                variable.assign(variable * 0)


class KerasMethods(Keras):
    def own(self, array):
        return array

    def predict(self, x):
        return self.model.predict_on_batch(x)

    def step(self, optimizer):
        model = self.new()
        model.compile(self.optimizer(optimizer), "sparse_categorical_crossentropy")

        def step(x, y):
            # Keras gives the mean over all steps since its metrics were reset, which is cheap.
            model.reset_metrics()
            return float(model.train_on_batch(x, y, return_dict=True)["loss"])

        return step, lambda: self.restart(model, model.optimizer)

    def epoch(self, x, y, batch):
        model = self.new()
        model.compile(self.optimizer("rmsprop"), "sparse_categorical_crossentropy", metrics=["accuracy"])

        def epoch():
            history = model.fit(x, y, batch_size=batch, epochs=1, verbose=0).history
            return history["loss"][0], history["accuracy"][0]

        return epoch, lambda: self.restart(model, model.optimizer)


class KerasXla(Keras):
    def own(self, array):
        return self.tf.constant(array)

    def predict(self, x):
        return self.jitted_predict(x).numpy()

    @functools.cached_property
    def jitted_predict(self):
        return self.tf.function(functools.partial(self.model, training=False), jit_compile=True)

    def jitted_step(self, optimizer):
        keras, tf, model = self.keras, self.tf, self.new()
        optimizer, crossentropy = self.optimizer(optimizer), keras.losses.SparseCategoricalCrossentropy()
        optimizer.build(model.trainable_variables)

        @tf.function(jit_compile=True)
        def step(x, y):
            with tf.GradientTape() as tape:
                outputs = model(x, training=True)
                loss = crossentropy(y, outputs)
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
            return loss, tf.math.count_nonzero(tf.argmax(outputs, 1, "int32") == y, dtype="int32")

        return step, lambda: self.restart(model, optimizer)

    def step(self, optimizer):
        step, restart = self.jitted_step(optimizer)
        return lambda x, y: float(step(x, y)[0]), restart

    def epoch(self, x, y, batch):
        (step, restart), tf, samples = self.jitted_step("rmsprop"), self.tf, len(x)

        def epoch():
            order = tf.random.shuffle(tf.range(samples))
            loss, right = 0.0, 0
            for k in range(0, samples, batch):
                some = order[k : k + batch]
                values = step(tf.gather(x, some), tf.gather(y, some))
                loss, right = loss + values[0] * float(len(some)), right + values[1]
            return float(loss) / samples, int(right) / samples

        return epoch, restart


class Jax:
    def __init__(self, classifier, threads):
        import jax
        import jax.numpy as jnp
        import numpy as np

        self.jax, self.jnp, self.np, self.classifier = jax, jnp, np, classifier
        self.weights = jax.tree.map(jnp.asarray, classifier.weights())
        self.jitted_predict = jax.jit(lambda w, x: jax.nn.softmax(self.logits(w, x)))

    def own(self, array):
        return self.jnp.asarray(array)

    def logits(self, w, x):
        for k in range(0, len(w) - 2, 2):
            x = self.jax.nn.relu(x @ w[k] + w[k + 1])
        return x @ w[-2] + w[-1]

    def predict(self, x):
        return self.np.asarray(self.jitted_predict(self.weights, x))

    def start(self, optimizer):
        """Weights, the slots of the optimizer, and the number of steps if it counts them: each array costs time."""
        copy = self.jax.tree.map(self.jnp.array, self.weights)
        slots = {"sgd": 0, "rmsprop": 1, "adam": 2}[optimizer]
        zeros = [self.jax.tree.map(self.jnp.zeros_like, copy) for _ in range(slots)]
        return copy, *zeros, *([self.jnp.zeros((), "int32")] if optimizer == "adam" else [])

    def update(self, optimizer, state, x, y):
        jax, jnp, map = self.jax, self.jnp, self.jax.tree.map
        w, *state = state

        def loss(w):
            logits = self.logits(w, x)
            right = jnp.sum(jnp.argmax(logits, 1) == y)
            # The gradient of this is faster than that of an indexing.
            return -jnp.sum(jax.nn.one_hot(y, logits.shape[1]) * jax.nn.log_softmax(logits)) / len(y), right

        (value, right), g = jax.value_and_grad(loss, has_aux=True)(w)
        if optimizer == "sgd":
            w = map(lambda w, g: w - SGD_RATE * g, w, g)
        elif optimizer == "adam":
            m, v, t = state
            t = t + 1
            rate = RATE * jnp.sqrt(1 - BETAS[1] ** t) / (1 - BETAS[0] ** t)
            m = map(lambda m, g: m + (1 - BETAS[0]) * (g - m), m, g)
            v = map(lambda v, g: v + (1 - BETAS[1]) * (g * g - v), v, g)
            w = map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), w, m, v)
            state = m, v, t
        else:
            v = map(lambda v, g: RHO * v + (1 - RHO) * g * g, *state, g)
            w = map(lambda w, v, g: w - RATE * g / jnp.sqrt(v + EPSILON), w, v, g)
            state = [v]
        return (w, *state), value, right

    def step(self, optimizer):
        def update(state, x, y):
            state, value, _ = self.update(optimizer, state, x, y)
            return state, value

        # The old weights are given away, so that the new ones can take their place.
        jitted, state = self.jax.jit(update, donate_argnums=0), self.start(optimizer)

        def step(x, y):
            nonlocal state
            state, value = jitted(state, x, y)
            return float(value)  # on a processor, the weights are ready when the loss is

        def restart():
            nonlocal state
            state = self.start(optimizer)

        return step, restart

    def epoch(self, x, y, batch):
        jax, jnp, samples = self.jax, self.jnp, len(x)
        whole = samples // batch * batch

        def one(state, some):
            state, value, right = self.update("rmsprop", state, x[some], y[some])
            return state, (value * len(some), right)

        def epoch(state, order):
            state, (losses, right) = jax.lax.scan(one, state, order[:whole].reshape(-1, batch))
            loss, right = jnp.sum(losses), jnp.sum(right)
            if whole < samples:
                state, last = one(state, order[whole:])
                loss, right = loss + last[0], right + last[1]
            return state, loss / samples, right / samples

        jitted, state, rng = jax.jit(epoch, donate_argnums=0), self.start("rmsprop"), self.np.random.default_rng(1)

        def run():
            nonlocal state
            # NumPy's permutation, because JAX's own costs about half as much as the steps.
            state, loss, accuracy = jitted(state, rng.permutation(samples).astype("int32"))
            return float(loss), float(accuracy)

        def restart():
            nonlocal state
            state = self.start("rmsprop")

        return run, restart


class Torch:
    compiled = False

    def __init__(self, classifier, threads):
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)
        self.torch, self.classifier = torch, classifier
        model = self.new()
        # Softmax is outside the model, because the loss takes logits.
        self.probabilities = self.jit(lambda x: torch.softmax(model(x), 1))

    def jit(self, function):
        # Compiled for each batch size by itself, as the others are.
        return self.torch.compile(function, dynamic=False) if self.compiled else function

    def own(self, array):
        tensor = self.torch.from_numpy(array)
        return tensor.long() if array.dtype == "int32" else tensor

    def new(self):
        nn, sizes = self.torch.nn, self.classifier.sizes
        layers = [layer for pair in itertools.pairwise(sizes) for layer in (nn.Linear(*pair), nn.ReLU())]
        model = nn.Sequential(*layers[:-1])
        self.load(model)
        return model

    def load(self, model):
        with self.torch.no_grad():
            for parameter, value in zip(model.parameters(), self.classifier.weights()):
                parameter.copy_(self.torch.from_numpy(value.T))

    def predict(self, x):
        with self.torch.inference_mode():
            return self.probabilities(x).numpy()

    def training(self, optimizer, with_accuracy):
        torch, model = self.torch, self.new()
        optimizer = {
            "sgd": lambda w: torch.optim.SGD(w, SGD_RATE),
            "adam": lambda w: torch.optim.Adam(w, RATE, BETAS, EPSILON),
            # Its epsilon is added to the root, Keras's under it: the work is the same, but not the loss after a step.
            "rmsprop": lambda w: torch.optim.RMSprop(w, RATE, RHO, EPSILON),
        }[optimizer](model.parameters())

        def loss(x, y):
            logits = model(x)
            right = (logits.argmax(1) == y).sum() if with_accuracy else None
            return torch.nn.functional.cross_entropy(logits, y), right

        loss, update = self.jit(loss), self.jit(optimizer.step)

        def step(x, y):
            optimizer.zero_grad()
            value, right = loss(x, y)
            value.backward()
            update()
            return value.detach(), right

        def restart():
            self.load(model)
            # In place, lest something is compiled once more.
            for slots in optimizer.state.values():
                for slot in slots.values():
                    slot.zero_()

        return step, restart

    def step(self, optimizer):
        step, restart = self.training(optimizer, with_accuracy=False)
        return lambda x, y: step(x, y)[0].item(), restart

    def epoch(self, x, y, batch):
        (step, restart), torch, samples = self.training("rmsprop", with_accuracy=True), self.torch, len(x)

        def epoch():
            loss, right = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for some in torch.randperm(samples).split(batch):
                values = step(x[some], y[some])
                loss += values[0] * len(some)
                right += values[1]
            return loss.item() / samples, right.item() / samples

        return epoch, restart


class TorchCompile(Torch):
    compiled = True


def onnx_classifier(classifier):
    """The model as a file of ONNX has it, for any number of samples."""
    from onnx import TensorProto, helper, numpy_helper

    weights, (inputs, *_, outputs) = classifier.weights(), classifier.sizes
    names = [name for k in range(len(weights) // 2) for name in (f"kernel_{k}", f"bias_{k}")]
    nodes, x = [], "x"
    for k in range(0, len(weights), 2):
        last = k == len(weights) - 2
        nodes.append(helper.make_node("Gemm", [x, *names[k : k + 2]], [f"z_{k}"]))
        x = "y" if last else f"h_{k}"
        nodes.append(helper.make_node("Softmax" if last else "Relu", [f"z_{k}"], [x]))
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])]
        for name, size in (("x", inputs), ("y", outputs))
    ]
    initial = [numpy_helper.from_array(value, name) for name, value in zip(names, weights)]
    graph = helper.make_graph(nodes, classifier.name, *ends, initial)
    return onnx_bytes(graph)


def onnx_bytes(graph):
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    return model.SerializeToString()


def onnx_session(model, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options)


class Onnx:
    """ONNX Runtime, with a call that takes NumPy's arrays."""

    def __init__(self, classifier, threads):
        import onnxruntime

        self.session, self.runtime = onnx_session(onnx_classifier(classifier), threads), onnxruntime

    def own(self, array):
        return array

    def predict(self, x):
        return self.session.run(None, {"x": x})[0]


class OnnxBinding(Onnx):
    """With inputs and outputs that are the runtime's own, and bound before the call is timed."""

    def own(self, array):
        if array.dtype != "float32":
            return array
        binding = self.session.io_binding()
        binding.bind_ortvalue_input("x", self.runtime.OrtValue.ortvalue_from_numpy(array))
        shape = [len(array), self.session.get_outputs()[0].shape[1]]
        output = self.runtime.OrtValue.ortvalue_from_shape_and_type(shape, "float32")
        binding.bind_ortvalue_output("y", output)
        return binding, output

    def predict(self, bound):
        self.session.run_with_iobinding(bound[0])
        return bound[1].numpy()


class LiteRt:
    """Its model, which TensorFlow converts, is for a fixed number of samples."""

    def __init__(self, classifier, threads):
        from ai_edge_litert.interpreter import Interpreter

        os.environ.update(TF_CPP_MIN_LOG_LEVEL="3")
        import tensorflow as tf

        weights, self.interpreters = classifier.weights(), {}

        def logits(x):
            for k in range(0, len(weights) - 2, 2):
                x = tf.nn.relu(x @ weights[k] + weights[k + 1])
            return x @ weights[-2] + weights[-1]

        for samples in classifier.predictions():
            call = tf.function(lambda x: tf.nn.softmax(logits(x)))
            call = call.get_concrete_function(tf.TensorSpec((samples, classifier.sizes[0]), tf.float32))
            content = tf.lite.TFLiteConverter.from_concrete_functions([call]).convert()
            interpreter = Interpreter(model_content=content, num_threads=threads)
            interpreter.allocate_tensors()
            ends = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
            self.interpreters[samples] = interpreter, *ends

    def own(self, array):
        return array

    def predict(self, x):
        interpreter, at, out = self.interpreters[len(x)]
        interpreter.set_tensor(at, x)
        interpreter.invoke()
        return interpreter.get_tensor(out)
