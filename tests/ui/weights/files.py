"""Writes the files of weights that the tests beside this file, those of tests/include.rs and the catalogue of errors read.

    python tests/ui/weights/files.py
"""

import json
import pathlib
import shutil
import struct

FOLDER = pathlib.Path(__file__).parent
KERNEL, BIAS = ("F32", [2, 1], [2.0, -3.0]), ("F32", [1], [0.5])


def number(dtype, value):
    if dtype == "BF16":
        return struct.pack("<f", value)[2:]
    return struct.pack({"F16": "<e", "F32": "<f", "F64": "<d"}[dtype], value)


def write(name, tensors, **metadata):
    header, data = {"__metadata__": {"model": "Line", **metadata}}, b""
    for tensor, (dtype, shape, values) in tensors.items():
        start = len(data)
        data += b"".join(number(dtype, value) for value in values)
        header[tensor] = {"dtype": dtype, "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    # The data is aligned, as the writers of this format do it.
    text += b" " * (-len(text) % 8)
    (FOLDER / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


# Not in the order of the model.
write("line", {"y.bias": BIAS, "y.kernel": KERNEL})
# Of a model with another activation.
TANH = "Input#1 (2,)\ny: Dense units=1 of Input#1\ntanh#1 of y\noutputs tanh#1"
write("tanh", {"y.kernel": KERNEL, "y.bias": BIAS}, graph=TANH)
write("half", {"y.kernel": ("F16", *KERNEL[1:]), "y.bias": ("BF16", *BIAS[1:])})
write("double", {"y.kernel": ("F64", *KERNEL[1:]), "y.bias": ("F64", *BIAS[1:])})
write("renamed", {"y.kernal": KERNEL, "y.bias": BIAS})
write("more", {"y.kernel": KERNEL, "y.bias": BIAS, "z.kernel": KERNEL})
write("checkpoint", {"y.kernel": KERNEL, "y.bias": BIAS, "optimizer.momentum.y.kernel": KERNEL})
write("three", {"y.kernel": ("F32", [3, 1], [1.0, 2.0, 3.0]), "y.bias": BIAS})
# For tests of both halves: the nearest number, ties to even, and what is too large for one of them.
write("large", {"y.kernel": ("F32", [2, 1], [65536.0, -1.0]), "y.bias": ("F32", [1], [-1.0e5])})
write("ties", {"y.kernel": ("F32", [2, 1], [1 + 2**-8, 1 + 3 * 2**-11]), "y.bias": ("F16", [1], [-(2.0**-24)])})
write("bf16", {"y.bias": ("BF16", [1], [0.5]), "y.kernel": ("BF16", [2, 1], [1 + 2**-7, -(2.0**-20)])})
write("diverged", {"y.kernel": ("F32", [2, 1], [2.0, float("nan")]), "y.bias": ("BF16", [1], [float("-inf")])})
write("diverged_f64", {"y.kernel": ("F64", [2, 1], [float("inf"), 1.0]), "y.bias": ("F64", [1], [0.5])})
(FOLDER / "text.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")

# The examples in the catalogue of errors have theirs beside them.
EXAMPLES = {
    "nn0702": "text", "nn0703": "renamed", "nn0704": "more", "nn0705": "three", "nn0706": "double", "nn0707": "large",
    "nn0708": "diverged", "nn0709": "tanh",
}
for page, name in EXAMPLES.items():
    shutil.copy(FOLDER / f"{name}.safetensors", FOLDER.parents[2] / "src/errors" / page)
