"""Times small networks here, in other libraries and in C: three classifiers of dense layers, and a step of an LSTM.

    python benches/peers/mlp.py --out tables.md

README.md explains the installation, the method and how to read the tables.
"""

import ctypes
import functools
import gzip
import itertools
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import crates
import harness
from harness import Bench, Kind, Library, Start, Workload
from libraries import (
    Jax,
    KerasMethods,
    KerasXla,
    LiteRt,
    Onnx,
    OnnxBinding,
    Torch,
    TorchCompile,
    onnx_classifier,
)

FOLDER = Path(__file__).resolve().parent
LEAST = 200_000  # nanoseconds of a block of calls: a thousand times what a clock costs, and in Python a call


# --- What is timed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Classifier:
    """Dense layers: relu, relu, softmax."""

    name: str  # that of `benches/mlp.rs`
    sizes: tuple
    kinds: tuple

    def predictions(self):
        """The numbers of samples for which there are predictions."""
        return [size for work, size in map(parts, self.kinds) if work == "predict"]

    def weights(self):
        """Kernel and bias of each layer."""
        import numpy as np

        rng, weights = np.random.default_rng(1), []
        for rows, columns in itertools.pairwise(self.sizes):
            limit = (6 / (rows + columns)) ** 0.5
            weights.append(rng.uniform(-limit, limit, (rows, columns)).astype("float32"))
            weights.append(rng.uniform(-0.1, 0.1, columns).astype("float32"))
        return weights

    def samples(self):
        import numpy as np

        if self.name == "digits":
            data = gzip.decompress((harness.ROOT / "examples/data/digits.bin.gz").read_bytes())
            # In the file the digits of each writer stand together.
            records = np.random.default_rng(2).permutation(np.frombuffer(data, "uint8").reshape(-1, 65))
            return records[:, 1:].astype("float32") / 16, records[:, 0].astype("int32")
        rng = np.random.default_rng(2)
        n = {"iris": 1024, "reuters": 2048}[self.name]  # those of reuters are 80 MB, which no cache holds
        x = rng.uniform(-1, 1, (n, self.sizes[0])).astype("float32")
        if self.name == "reuters":
            # A bag of 100 words, of which the k-th has a frequency of about 1/k: 99 % zeros.
            words = (10_000 ** rng.random((n, 100))).astype("int32")
            x = np.zeros_like(x)
            x[np.arange(n)[:, None], words] = 1
        # Labels by chance, so that gradients do not vanish over thousands of steps.
        return x, rng.integers(0, self.sizes[-1], n).astype("int32")


def parts(kind):
    """`rmsprop-32` is RMSprop at batch size 32."""
    work, size = kind.name.split("-")
    return work, int(size)


def kind(name, title, unit, blocks):
    return Kind(name, title, unit, blocks, least=LEAST)


IRIS = Classifier(
    "iris",
    (4, 32, 32, 3),
    (
        kind("predict-1", "one prediction", "µs, 3 digits", 100),
        kind("sgd-32", "SGD step at batch 32", "µs", 100),
        kind("adam-32", "Adam step at batch 32", "µs", 100),
    ),
)
DIGITS = Classifier(
    "digits",
    (64, 64, 64, 10),
    (
        kind("predict-1", "one prediction", "µs, 3 digits", 100),
        kind("predict-256", "256 predictions", "µs", 100),
        kind("rmsprop-32", "RMSprop step at batch 32", "µs", 100),
        kind("epoch-32", "epoch of 1,797 at batch 32", "ms", 10),
    ),
)
REUTERS = Classifier(
    "reuters",
    (10_000, 64, 64, 46),
    (
        kind("rmsprop-32", "RMSprop step at batch 32", "ms", 50),
        kind("rmsprop-512", "RMSprop step at batch 512", "ms", 10),
    ),
)


# --- Libraries ---------------------------------------------------------------------------------------------------------


def library(make, classifier, threads):
    """Starts a class of libraries.py."""
    peer, (x, y) = make(classifier, threads), classifier.samples()
    first, second, measures = {}, {}, {}
    for kind in classifier.kinds:
        work, size = parts(kind)
        if work != "predict" and not hasattr(peer, "step"):
            continue
        # The last samples, if they are fewer than `size`, are for epochs only.
        pieces = [(peer.own(x[k : k + size]), peer.own(y[k : k + size])) for k in range(0, len(x) - size + 1, size)]
        if work == "predict":
            function, restart, pieces = peer.predict, None, [piece[:1] for piece in pieces]
            first[kind.name] = [float(number) for number in peer.predict(*pieces[0])[0]]
        elif work == "epoch":
            (function, restart), pieces = peer.epoch(peer.own(x), peer.own(y), size), [()]
            loss, accuracy = function()
            if not (loss < 3 and 0.2 < accuracy <= 1):
                raise ArithmeticError(f"after an epoch the loss is {loss} and the accuracy {accuracy}")
        else:
            function, restart = peer.step(work)
            first[kind.name] = [function(*pieces[0])]
            second[kind.name] = [function(*pieces[1])]
            restart()
            if abs(function(*pieces[0]) - first[kind.name][0]) > harness.TOLERANCE:
                raise ArithmeticError("it does not go back to the first weights")
        measures[kind.name] = harness.calls(function, pieces, restart)
    return Start(first, second, measures)


# --- C, which times itself --------------------------------------------------------------------------------------------

PLAIN = ["-O3", "-march=native"]
FAST = [*PLAIN, "-ffast-math"]
TILED = [*FAST, "-DTILED"]


def compiler():
    return os.environ.get("CC", "cc")


def compiled(source, flags, **sizes):
    """Compiles a file for some sizes and loads it."""
    with tempfile.TemporaryDirectory() as folder:
        defined = [f"-D{name}={value}" for name, value in sizes.items()]
        command = [compiler(), *flags, "-shared", "-fPIC", *defined, FOLDER / source, "-o", f"{folder}/c.so", "-lm"]
        try:
            subprocess.run(command, check=True)
        except FileNotFoundError:
            raise ImportError(f"there is no {compiler()}") from None
        return ctypes.CDLL(f"{folder}/c.so")


def at(array):
    return array.ctypes.data_as(ctypes.c_void_p)  # keeps the array


def timed(restart, function, *arguments):
    """Measures a function that takes, after its arguments, numbers of blocks and calls, and where to put the times."""

    def measure(blocks, n):
        times = (ctypes.c_double * blocks)()
        function(*arguments, blocks, n, times)
        return list(times)

    measure.restart = restart
    return measure


def c(flags, classifier, threads):
    import numpy as np

    sizes, batch = classifier.sizes, max(parts(kind)[1] for kind in classifier.kinds)
    c = compiled("mlp.c", flags, MAX=batch, **{f"N{k}": size for k, size in enumerate(sizes)})
    c.make.restype, c.one_step.restype = ctypes.c_void_p, ctypes.c_float
    weights = np.concatenate([value.ravel() for value in classifier.weights()])
    x, y = (np.ascontiguousarray(array) for array in classifier.samples())
    first, second, measures = {}, {}, {}
    for kind in classifier.kinds:
        work, size = parts(kind)
        optimizers = {"sgd": 0, "adam": 1, "rmsprop": 2, "epoch": 2, "predict": 0}
        net = ctypes.c_void_p(c.make())
        restart = functools.partial(c.restart, net, at(weights), optimizers[work])
        restart()
        if work == "predict":
            output = np.zeros(sizes[-1], "float32")
            c.first_prediction(net, at(x), at(output))
            first[kind.name] = output.tolist()
            measures[kind.name] = timed(restart, c.measure_predictions, net, at(x), len(x), size)
        elif work == "epoch":
            measures[kind.name] = timed(restart, c.measure_epochs, net, at(x), at(y), len(x), size)
        else:
            losses = [c.one_step(net, at(x[k * size :]), at(y[k * size :]), size) for k in (0, 1)]
            first[kind.name], second[kind.name] = losses[:1], losses[1:]
            measures[kind.name] = timed(restart, c.measure_steps, net, at(x), at(y), len(x), size)
    return Start(first, second, measures)


# --- A step of an LSTM, one after another, as for a stream ------------------------------------------------------------

UNITS = 32
STREAM = (
    kind("step-1", "step with 1 input", "µs, 3 digits", 100),
    kind("step-512", "step with 512 inputs", "µs, 3 digits", 100),
)


def stream(inputs):
    """Weights and samples."""
    import numpy as np

    rng = np.random.default_rng(1)
    shapes = (inputs, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)
    weights = [rng.uniform(-0.1, 0.1, shape).astype("float32") for shape in shapes]
    return weights, rng.uniform(-1, 1, (64, inputs)).astype("float32")


def stream_c(flags, threads):
    import numpy as np

    first, measures = {}, {}
    for kind in STREAM:
        _, inputs = parts(kind)
        c = compiled("lstm.c", flags, INPUTS=inputs, UNITS=UNITS)
        weights, x = stream(inputs)
        c.load(at(np.concatenate([value.ravel() for value in weights])))
        output = np.zeros(UNITS, "float32")
        c.first(at(x), at(output))
        first[kind.name] = output.tolist()
        measures[kind.name] = timed(None, c.measure, at(x), len(x))
    return Start(first, {}, measures)


# --- What our bench and other programs read ---------------------------------------------------------------------------


def safetensors(path, names, arrays):
    head, at = {}, 0
    for name, array in zip(names, arrays, strict=True):
        head[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    head = json.dumps(head).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + b"".join(array.tobytes() for array in arrays))


def write_classifier(classifier, folder):
    names = [f"{layer}.{name}" for layer in ("first", "second", "last") for name in ("kernel", "bias")]
    safetensors(folder / "weights.safetensors", names, classifier.weights())
    (folder / "weights").write_bytes(b"".join(value.tobytes() for value in classifier.weights()))
    for name, array in zip("xy", classifier.samples()):
        (folder / name).write_bytes(array.tobytes())
    if classifier.predictions():
        try:
            (folder / "model.onnx").write_bytes(onnx_classifier(classifier))
        except ImportError:
            pass  # who reads it says that it is not there


def write_stream(folder):
    for kind in STREAM:
        _, inputs = parts(kind)
        weights, x = stream(inputs)
        names = "lstm.kernel", "lstm.recurrent_kernel", "lstm.bias"
        safetensors(folder / f"weights-{inputs}.safetensors", names, weights)
        (folder / f"x-{inputs}").write_bytes(x.tobytes())


def bench(title, model):
    """Our row for a model of `benches/mlp.rs`."""

    def command(kind, blocks, folder):
        return [model, kind.name, str(blocks), str(kind.least), folder]

    return Bench(title, "mlp", command)


# --- The tables -------------------------------------------------------------------------------------------------------


def workload(title, classifier, ours):
    """`ours` has the models of `benches/mlp.rs` that do the work."""

    def row(title, start, make, *packages):
        return Library(title, functools.partial(start, make, classifier), packages)

    rows = {name: bench(title, model) for name, title, model in ours}
    rows |= {
        "c": row("C, plain loops, `-O3 -march=native`", c, PLAIN),
        "c-fast": row("C, plain loops, and `-ffast-math`", c, FAST),
        "c-tiled": row("C, tiles in registers, and `-ffast-math`", c, TILED),
        "keras": row(
            "Keras on TensorFlow, `train_on_batch`, `predict_on_batch`, `fit`",
            library,
            KerasMethods,
            "keras",
            "tensorflow",
        ),
        "keras-xla": row(
            "Keras on TensorFlow, `tf.function(jit_compile=True)`", library, KerasXla, "keras", "tensorflow"
        ),
        "jax": row("JAX, `jit`; an epoch is a `lax.scan`", library, Jax, "jax", "jaxlib"),
        "torch": row("PyTorch, eager", library, Torch, "torch"),
        "torch-compile": row("PyTorch, `torch.compile`", library, TorchCompile, "torch"),
    }
    if classifier.predictions():
        rows |= {
            "onnx": row("ONNX Runtime, `run`", library, Onnx, "onnxruntime"),
            "onnx-binding": row("ONNX Runtime, with IO binding", library, OnnxBinding, "onnxruntime"),
            "litert": row("LiteRT, `set_tensor`, `invoke`, `get_tensor`", library, LiteRt, "ai-edge-litert"),
        }
    rows |= crates.rows(classifier.name, classifier.kinds)
    return Workload(title, classifier.kinds, rows, functools.partial(write_classifier, classifier))


WORKLOADS = {
    "iris": workload("A: classifier 4-32-32-3", IRIS, [("ours", "nn", "iris")]),
    "digits": workload("B: digits, classifier 64-64-64-10", DIGITS, [("ours", "nn", "digits")]),
    # The same samples, as vectors and as lists of the words that are in them.
    "reuters": workload(
        "C: Reuters, classifier 10,000-64-64-46",
        REUTERS,
        [("ours", "nn, dense input", "reuters"), ("ours-sparse", "nn, `sparse = true`", "reuters-sparse")],
    ),
    "lstm": Workload(
        "LSTM(32), one step of a stream",
        STREAM,
        {
            "ours": bench("nn, `step`", "stream"),
            "c": Library("C, plain loops, `-O3 -march=native`", functools.partial(stream_c, PLAIN), ()),
            "c-fast": Library("C, plain loops, and `-ffast-math`", functools.partial(stream_c, FAST), ()),
        },
        write_stream,
    ),
}

if __name__ == "__main__":
    harness.main("Times small networks in several libraries", WORKLOADS)
