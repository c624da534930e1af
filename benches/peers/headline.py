"""Times the headline model of `benches/headline.rs` here and in other libraries: a training step and a prediction.

    python benches/peers/headline.py --out table.md

README.md says what to install, what is timed and how to read the table.

Every peer is a process of its own, because the number of threads of most libraries is fixed when they are loaded. The
process waits for requests, does them while all others wait, and answers with times.
"""

import argparse
import datetime
import gc
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS, VOCABULARY, EMBEDDING, LSTM, ADDITIONAL, DENSE = 100, 10_000, 512, 32, 5, 64
BATCH, BATCHES = 32, 16  # as in headline.rs, which says why there are several batches
LOSS_WEIGHTS = (1.0, 0.2)
LEARNING_RATE, RHO, EPSILON = 1e-3, 0.9, 1e-7
WARM_UP = {"step": 5, "predict": 20}  # of every pass, as in headline.rs
TOLERANCE = 1e-4
ROOT = Path(__file__).resolve().parents[2]


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
# The arrays are already the library's own, except where its call takes those of numpy. A step gives its loss, which has
# been computed when it returns, and a prediction both outputs.


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


# The name in the table, the function, and the packages whose versions count.
PEERS = {
    "keras": ("Keras on TensorFlow, `train_on_batch`, `predict_on_batch`", keras_methods, ["keras", "tensorflow"]),
    "keras-xla": ("Keras on TensorFlow, `tf.function(jit_compile=True)`", keras_xla, ["keras", "tensorflow"]),
    "jax": ("JAX, `jit`", jax_jit, ["jax", "jaxlib"]),
    "torch": ("PyTorch, eager", torch_eager, ["torch"]),
    "torch-compile": ("PyTorch, `torch.compile`", torch_compile, ["torch"]),
    "torch-compile-rnn": ("PyTorch, `torch.compile` with `allow_rnn`", torch_compile_rnn, ["torch"]),
}


# --- The process of a peer --------------------------------------------------------------------------------------------


def version(package):
    for name in package, f"{package}-cpu":
        try:
            return f"{package} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            pass
    return f"{package} of unknown version"


def serve(peer, threads):
    """Answers the requests `step N` and `predict N` with a line of times; first of all says what the peer computes."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What the libraries print is not an answer.

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    _, make, packages = PEERS[peer]
    try:
        step, predict, batches, singles = make(threads)
    except ImportError as error:
        return answer(missing=f"not installed: {error}")
    outputs = [float(output.reshape(())) for output in predict(*singles[0])]
    answer(outputs=outputs, losses=[step(*batches[0]), step(*batches[1])], versions=[version(p) for p in packages])
    work = {"step": (step, batches), "predict": (predict, singles)}
    turn = {"step": 0, "predict": 0}
    for request in sys.stdin:
        kind, n = request.split()
        (call, arguments), times = work[kind], []
        gc.collect()
        gc.disable()
        for k in range(-WARM_UP[kind], int(n)):
            x = arguments[turn[kind] % len(arguments)]
            turn[kind] += 1
            start = time.perf_counter_ns()
            result = call(*x)
            end = time.perf_counter_ns()
            if k >= 0:
                times.append(end - start)
        gc.enable()
        if kind == "step" and not result < float("inf"):
            raise ArithmeticError(f"the loss is {result}")
        answer(times=times)


# --- The process that asks them ---------------------------------------------------------------------------------------


def environment(threads):
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    counts = "OMP MKL OPENBLAS VECLIB_MAXIMUM NUMEXPR".split()
    kept.update({f"{name}_NUM_THREADS": str(threads) for name in counts})
    kept.update(TF_NUM_INTRAOP_THREADS=str(threads), TF_NUM_INTEROP_THREADS=str(threads), CUDA_VISIBLE_DEVICES="")
    kept.update(JAX_PLATFORMS="cpu")
    if threads == 1:
        kept["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return kept


def pin(threads):
    """Keeps a process, from its start, on the last cores that it may use: the first ones serve most interrupts."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        return lambda: os.sched_setaffinity(0, cores[-threads:])
    print("note: this system cannot pin a process to a core", file=sys.stderr)
    return None


class Failure(Exception):
    pass


class Peer:
    def __init__(self, name, threads, pinned):
        self.name, self.title = name, PEERS[name][0]
        self.errors = tempfile.TemporaryFile("w+")
        command = [sys.executable, __file__, "--serve", name, "--threads", str(threads)]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.process = subprocess.Popen(command, env=environment(threads), preexec_fn=pinned, **pipes)
        about = self.answer()
        self.outputs, self.losses, self.versions = about["outputs"], about["losses"], about["versions"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise Failure(f"failed: {(self.errors.read().strip().splitlines() or ['no message'])[-1]}")
        fields = json.loads(line)
        if "missing" in fields:
            raise Failure(fields["missing"])
        return fields

    def times(self, kind, n):
        try:
            print(kind, n, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # `answer` finds out why
        return self.answer()["times"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    """`benches/headline.rs`: a new process for every request, since it starts at once."""

    title = "nn"

    def __init__(self, path, threads, pinned):
        self.path, self.threads, self.pinned = path or build(), threads, pinned
        # Nothing says of which revision a given binary is.
        self.versions = ["nn as given" if path else "nn " + revision()]
        self.times("predict", 1)

    def times(self, kind, n):
        run = dict(env=environment(self.threads), preexec_fn=self.pinned, capture_output=True, text=True)
        try:
            done = subprocess.run([self.path, f"--{kind}", str(n)], **run)
        except OSError as error:
            raise Failure(f"failed: {error}") from None
        if done.returncode != 0:
            raise Failure(f"failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
        lines = [line.split() for line in done.stdout.splitlines()]
        return [int(line[1]) for line in lines if len(line) == 2 and line[0] == kind]

    def end(self):
        pass


def build():
    """Builds the bench with cargo and gives its path."""
    print("building benches/headline.rs", file=sys.stderr)
    command = "cargo bench --bench headline --no-run --message-format=json-render-diagnostics".split()
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise Failure("there is no cargo, and no --ours") from None
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    paths = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "headline"]
    if done.returncode != 0 or not paths:
        errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
        raise Failure(f"does not build: {(errors or ['no message'])[0]}")
    return paths[-1]


def revision():
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return git.stdout.strip() or "of unknown revision"


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def check(peers):
    """All peers must compute the same: the first loss, and before it one prediction."""
    first, lines = peers[0], []
    for peer in peers:
        own, reference = [peer.losses[0], *peer.outputs], [first.losses[0], *first.outputs]
        difference = max(abs(a - b) for a, b in zip(own, reference))
        verdict = "agrees" if difference <= TOLERANCE else "DIFFERS"
        numbers = ", ".join(f"{number:.7f}" for number in [peer.losses[0], *peer.outputs, peer.losses[1]])
        lines.append(f"{peer.name:17} {numbers}  {verdict}")
    head = f"first loss, first prediction (main, aux), second loss; all but that within {TOLERANCE:g} of {first.name}:"
    return "\n".join([head, *lines]), all("DIFFERS" not in line for line in lines)


def table(rows, ours, head, skipped):
    def cells(times, reference, unit, digits):
        median, least = statistics.median(times), min(times)
        ratio = f"{median / statistics.median(reference):.2f}" if reference else "–"
        return f"{median / unit:.{digits}f} ({least / unit:.{digits}f}) | {ratio}"

    lines = [
        *head,
        "",
        f"| peer | step at batch {BATCH}, ms: median (min) | ratio | one prediction, µs: median (min) | ratio |",
        "|---|--:|--:|--:|--:|",
    ]
    for source, times in rows:
        reference = dict(rows).get(ours, {"step": None, "predict": None})
        step = cells(times["step"], reference["step"], 1e6, 2)
        lines.append(f"| {source.title} | {step} | {cells(times['predict'], reference['predict'], 1e3, 1)} |")
    lines += ["", *(f"Skipped: {name}: {why}." for name, why in skipped)] if skipped else []
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Times the headline model in several libraries; see README.md.")
    parser.add_argument("--threads", type=int, default=1, help="threads and cores of every peer (1)")
    parser.add_argument("--passes", type=int, default=7, help="how often every peer has its turn (7)")
    parser.add_argument("--steps", type=int, default=20, help="timed training steps of each pass (20)")
    parser.add_argument("--predictions", type=int, default=200, help="timed predictions of each pass (200)")
    parser.add_argument("--only", metavar="NAMES", help=f"some of ours,{','.join(PEERS)}")
    parser.add_argument("--ours", metavar="PATH", help="the built bench; without it, cargo builds it")
    parser.add_argument("--out", metavar="FILE", help="write the table here too")
    parser.add_argument("--serve", choices=PEERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve, arguments.threads)

    names = arguments.only.split(",") if arguments.only else ["ours", *PEERS]
    if unknown := set(names) - {"ours", *PEERS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: ours, {', '.join(PEERS)}")
    if min(arguments.threads, arguments.passes, arguments.steps, arguments.predictions) < 1:
        parser.error("the numbers are at least 1")
    if hasattr(os, "sched_getaffinity") and arguments.threads > len(os.sched_getaffinity(0)):
        parser.error(f"there are {len(os.sched_getaffinity(0))} cores")
    sources, skipped, pinned = [], [], pin(arguments.threads)
    for name in names:
        print(f"starting {name}", file=sys.stderr)
        try:
            if name == "ours":
                sources.append(Ours(arguments.ours and os.path.abspath(arguments.ours), arguments.threads, pinned))
            else:
                sources.append(Peer(name, arguments.threads, pinned))
        except Failure as failure:
            skipped.append((name, failure))
            print(f"{name} is skipped: {failure}", file=sys.stderr)
    if not sources:
        sys.exit("error: there is nothing to time")
    peers = [source for source in sources if isinstance(source, Peer)]
    if peers:
        report, agree = check(peers)
        print(report, file=sys.stderr)
        if not agree:
            sys.exit("error: the peers do not compute the same")

    rows = [(source, {"step": [], "predict": []}) for source in sources]
    for k in range(arguments.passes):
        print(f"pass {k + 1} of {arguments.passes}", file=sys.stderr)
        for kind, n in ("step", arguments.steps), ("predict", arguments.predictions):
            for source, times in rows:
                try:
                    times[kind] += source.times(kind, n)
                except Failure as failure:
                    sys.exit(f"error: {source.title}: {failure}")
    for source in sources:
        source.end()
    versions = dict.fromkeys(v for source in sources for v in source.versions)
    head = [
        f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores; {arguments.threads} thread(s).",
        f"{arguments.passes} passes of {arguments.steps} steps and {arguments.predictions} predictions.",
        f"Python {platform.python_version()}, {', '.join(versions)}.",
    ]
    if peers:
        head.append(f"The first loss and the first prediction of all peers agree within {TOLERANCE:g}.")
    ours = next((source for source in sources if isinstance(source, Ours)), None)
    text = table(rows, ours, head, skipped)
    print(text, end="")
    if arguments.out:
        Path(arguments.out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
