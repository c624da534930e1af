"""Writes digits.bin.gz: the 1,797 handwritten digits that scikit-learn carries.

    pip install scikit-learn
    python examples/data/digits.py

README.md beside this file says where the digits come from and how the file is laid out.
"""

import gzip
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
labels = digits.target.astype(np.uint8)
pixels = digits.data.astype(np.uint8)
assert labels.shape == (1797,) and pixels.shape == (1797, 64)
assert labels.max() == 9 and pixels.max() == 16 and (pixels == digits.data).all()

samples = np.column_stack([labels, pixels]).tobytes()
file = Path(__file__).with_name("digits.bin.gz")
# No time in the header, so that the file is the same every time.
file.write_bytes(gzip.compress(samples, compresslevel=9, mtime=0))
print(f"{file.name}: {len(labels)} samples, {len(samples)} bytes, {file.stat().st_size} compressed")
