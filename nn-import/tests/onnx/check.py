"""Compares what `nn-import` reads from ONNX files with ONNX Runtime, layer by layer as Keras computes it.

    cargo build -p nn-import
    python nn-import/tests/onnx/check.py                 # the models beside this file
    python nn-import/tests/onnx/check.py nodes DIR       # ONNX's node cases, which `gen_nodes.py` writes into DIR
    python nn-import/tests/onnx/check.py files X.onnx .. # any files with one input, on random numbers

A graph of `model!` is nearly Python: each line is evaluated with the layers of Keras. It needs onnx 1.23.2,
onnxruntime 1.32.0, keras 3.15.1, jax and safetensors. For each node case the inputs that must be constants become
initializers. A case counts as refused if `nn-import` says why it does not read it.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from safetensors.numpy import load_file

ROOT = Path(__file__).parents[3]
PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "nn-import"
SCRATCH = Path(tempfile.mkdtemp())
TOLERANCE = 1e-5
L = keras.layers


class Refused(Exception):
    pass


class Function:
    """An activation with numbers, or one of another name in Keras."""

    def __init__(self, name, **fields):
        self.function = lambda x: getattr(keras.activations, name)(x, **fields)


def words():
    """What the words of a graph mean in Python."""
    fixed = "relu relu6 sigmoid tanh softplus softsign mish silu gelu hard_silu exponential selu softmax log_softmax"
    names = {word: word for word in f"{fixed} hard_sigmoid hard_tanh linear same valid nearest bilinear".split()}
    for name in ["leaky_relu", "elu", "celu", "threshold", "hard_shrink", "soft_shrink"]:
        names[name] = lambda name=name, **fields: Function(name, **fields)
    names["gelu_tanh"] = Function("gelu", approximate=True)
    names.update({name: getattr(L, name) for name in dir(L) if name[0].isupper()})
    number = lambda value: np.array(value, dtype="f4") if isinstance(value, list) else value
    names.update(
        true=True,
        false=False,
        u32="int32",
        Input=lambda shape, dtype="float32": keras.Input(shape, dtype=dtype),
        Activation=lambda act: L.Activation(act.function if isinstance(act, Function) else act),
        LeakyReLU=lambda negative_slope=0.3: L.LeakyReLU(negative_slope=negative_slope),
        AveragePooling1D=lambda pool_size=2, **rest: L.AveragePooling1D(pool_size, **rest),
        AveragePooling2D=lambda pool_size=2, **rest: L.AveragePooling2D(pool_size, **rest),
        Rescaling=lambda scale, offset=0.0: L.Rescaling(number(scale), number(offset)),
        Model=keras.Model,
    )
    return names


def variables(layer):
    if isinstance(layer, L.Bidirectional):
        ways = ("forward", layer.forward_layer), ("backward", layer.backward_layer)
        return {f"{way}.{name}": value for way, inner in ways for name, value in variables(inner).items()}
    all = layer.cell.variables if hasattr(layer, "cell") else layer.variables
    return {value.name: value for value in all if "seed" not in value.name}


def build(text, weights):
    """Makes a Keras model of a graph, and fills in its weights."""
    names, used = words(), set()
    for line in text.splitlines():
        match = re.match(r"let (.+?) = (.*);$", line)
        if not match:
            if line.startswith("Model"):
                model = eval(line, names)
            continue
        pattern, call = match.groups()
        depth = 0
        for end, letter in enumerate(call, 1):
            depth += {"(": 1, ")": -1}.get(letter, 0)
            if letter == ")" and depth == 0:
                break
        named = re.search(r'name = "(\w+)"', call[:end])
        layer = eval(re.sub(r',? ?name = "\w+"', "", call[:end]), names)
        names["_layer"] = layer
        value = eval("_layer" + call[end:], names) if call[end:] else layer
        targets = pattern.strip("()").split(", ")
        names.update(zip(targets, value) if pattern.startswith("(") else [(pattern, value)])
        if hasattr(layer, "variables"):
            for name, variable in variables(layer).items():
                key = f"{named[1] if named else pattern}.{name}"
                assert weights[key].shape == tuple(variable.shape), (key, weights[key].shape, variable.shape)
                variable.assign(weights[key])
                used.add(key)
    assert used == set(weights), set(weights) - used
    return model


def read(path):
    out = SCRATCH / "weights.safetensors"
    run = subprocess.run([PROGRAM, path, out], capture_output=True, text=True)
    assert "panicked" not in run.stderr, run.stderr
    if run.returncode:
        raise Refused(run.stderr.strip().replace("\n", " "))
    return run.stdout, load_file(out)


def compare(path, inputs, outputs, names):
    """Returns the largest difference, relative to the largest output. Inputs have the batch first."""
    text, weights = read(path)
    note = r"// The (input|output) `(.+?)` .*its axes are axes ([\d, ]+) of the file"
    orders = {(what, name): [0, *map(int, axes.split(", "))] for what, name, axes in re.findall(note, text)}
    shapes = re.findall(r"let (\w+) = Input\(shape = \[([\d, ]*)\]", text)
    given = []
    for (name, shape), x in zip(shapes, inputs):
        x = x.transpose(orders.get(("input", name), range(x.ndim)))
        given.append(x.reshape([x.shape[0], *map(int, shape.split(", "))]))
    made = build(text, weights)(given if len(given) > 1 else given[0], training=False)
    worst = 0.0
    for y, expected, name in zip(made if isinstance(made, (list, tuple)) else [made], outputs, names):
        y = np.asarray(y, dtype="f8")
        if ("output", name) in orders:
            y = y.transpose(np.argsort(orders["output", name]))
        found = [np.inf]
        # The batch may be another axis of the file, or lost if it is one sample.
        for axis in range(expected.ndim):
            there = np.moveaxis(expected, axis, 0).astype("f8")
            if y.size == there.size and (there.shape[0] == y.shape[0] or y.shape[0] == 1):
                here = y.reshape(there.shape)
                alike = (here == there) | (np.isnan(here) & np.isnan(there))
                scale = np.abs(there[np.isfinite(there)]).max(initial=0.0) or 1.0
                found.append(np.where(alike, 0.0, np.abs(here - there) / scale).max(initial=0.0))
        worst = max(worst, min(found))
    return worst


def fixtures():
    for path in sorted(Path(__file__).parent.glob("*.onnx")):
        arrays = load_file(path.with_suffix(".safetensors"))
        yield path.stem, compare(path, [arrays["x"]], [arrays["y"]], ["y"])


def files(paths):
    for path in map(Path, paths):
        session = onnxruntime.InferenceSession(path)
        shape = [length if isinstance(length, int) else 2 for length in session.get_inputs()[0].shape]
        x = np.random.default_rng(1).normal(size=shape).astype("f4")
        y = session.run(None, {session.get_inputs()[0].name: x})
        yield path.stem, compare(path, [x], y, [output.name for output in session.get_outputs()])


SEVERAL = "Add Sub Mul Div Max Min Sum Mean Concat MatMul Pow".split()
RECURRENT = {"LSTM": (0, 5, 6), "GRU": (0, 5), "RNN": (0, 5)}


def choices(node, graph):
    """The sets of inputs that stay inputs, each tried in turn. All others become constants."""
    count = len(graph.input)
    if node.op_type in RECURRENT:
        place = {name: place for place, name in enumerate(node.input)}
        return [[place[i.name] in RECURRENT[node.op_type] for i in graph.input], [True] + [False] * (count - 1)]
    if node.op_type in SEVERAL and count > 1:
        return [[True] * count, [True] + [False] * (count - 1), [False] + [True] * (count - 1)]
    if node.op_type == "Gather":
        return [[False] + [True] * (count - 1), [True] + [False] * (count - 1)]
    return [[True] + [False] * (count - 1)]


def case(folder):
    """Returns the difference of a node case, with a fixed batch and with an open one."""
    model = onnx.load(folder / "model.onnx")
    graph, node = model.graph, model.graph.node[0]

    def array(path):
        tensor = TensorProto()
        tensor.ParseFromString(path.read_bytes())
        return numpy_helper.to_array(tensor)

    data = folder / "test_data_set_0"
    arrays = [array(data / f"input_{i}.pb") for i in range(len(graph.input))]
    expected = [array(data / f"output_{i}.pb") for i in range(len(graph.output))]
    layout = any(attribute.name == "layout" and attribute.i for attribute in node.attribute)
    batch = int(node.op_type in RECURRENT and not layout)
    if any(x.size == 0 for x in arrays[:1]):
        raise Refused("an axis has the length 0")
    if node.op_type in ("LayerNormalization", "Dropout", "MaxPool"):
        del graph.output[1:]
    found, reason = None, ""
    for keep in choices(node, graph):
        for is_open in (False, True):
            changed = onnx.ModelProto()
            changed.CopyFrom(model)
            del changed.graph.input[:]
            for kept, given, x in zip(keep, graph.input, arrays):
                if kept:
                    changed.graph.input.add().CopyFrom(given)
                    dims = changed.graph.input[-1].type.tensor_type.shape.dim
                    if is_open and len(dims) > batch:
                        dims[batch].dim_param = "N"
                else:
                    changed.graph.initializer.append(numpy_helper.from_array(x, given.name))
            path = SCRATCH / "case.onnx"
            onnx.save(changed, path)
            given = [np.moveaxis(x, batch, 0) if batch else x for kept, x in zip(keep, arrays) if kept]
            names = [output.name for output in graph.output]
            try:
                difference = compare(path, given, expected, names)
                if difference > TOLERANCE:
                    # Some cases have outputs of four digits.
                    session = onnxruntime.InferenceSession(folder / "model.onnx")
                    exact = session.run(names, {i.name: x for i, x in zip(graph.input, arrays)})
                    difference = compare(path, given, exact, names)
                found = max(found or 0.0, difference)
            except Refused as refused:
                reason = reason or str(refused)
    if found is None:
        raise Refused(reason)
    return found


def nodes(folder):
    source = (ROOT / "nn-import/src/onnx/ops/mod.rs").read_text()
    names = set(re.findall(r'"(\w+)"', source[source.index("operators! {\n    \"") :]))
    for path in sorted(Path(folder).iterdir()):
        if "_expanded" in path.name or not (path / "model.onnx").exists():
            continue
        graph = onnx.load(path / "model.onnx").graph
        types = [value.type.tensor_type.elem_type for value in [*graph.input[:1], *graph.output[:1]]]
        if len(graph.node) != 1 or graph.node[0].op_type not in names or not graph.input:
            continue
        # Numbers of other types than floats are no tensors of a network, except indices.
        if types[1] in (1, 11) and (types[0] in (1, 11) or graph.node[0].op_type == "Gather"):
            yield path


def main(what="fixtures", *rest):
    tally, reasons = collections.Counter(), []
    if what == "nodes":
        def results():
            for path in nodes(rest[0]):
                try:
                    yield path.name, case(path)
                except Refused as refused:
                    reasons.append(f"refused {path.name}: {refused}")
        found = results()
    else:
        found = fixtures() if what == "fixtures" else files(rest)
    for name, difference in found:
        agrees = difference <= TOLERANCE
        tally["agree" if agrees else "WRONG"] += 1
        if not agrees or what != "nodes":
            print(f"{name}: {difference:.1e}{'' if agrees else ' WRONG'}")
    tally["refused"] = len(reasons)
    print(*reasons, sep="\n")
    print(dict(tally))
    sys.exit(tally["WRONG"] > 0)


main(*sys.argv[1:])
