#!/usr/bin/env python3
"""Writes `strokes.keras`: a convolutional network that Keras trains on the digits 0 to 4 of mnist.bin.gz.

    pip install keras tensorflow-cpu
    KERAS_BACKEND=tensorflow python examples/data/strokes.py
"""

import gzip
from pathlib import Path

import keras
import numpy as np
from keras import layers

folder = Path(__file__).parent
records = np.frombuffer(gzip.decompress((folder / "mnist.bin.gz").read_bytes()), np.uint8).reshape(-1, 785)
records = records[records[:, 0] < 5]
y, x = records[:, 0], records[:, 1:].reshape(-1, 28, 28, 1).astype(np.float32) / 255

keras.utils.set_random_seed(1)
image = keras.Input((28, 28, 1), name="image")
h = layers.MaxPooling2D(name="pool1")(layers.Conv2D(8, 3, activation="relu", name="conv1")(image))
h = layers.MaxPooling2D(name="pool2")(layers.Conv2D(16, 3, activation="relu", name="conv2")(h))
h = layers.Dense(32, activation="relu", name="strokes")(layers.Flatten(name="flatten")(h))
digit = layers.Dense(5, activation="softmax", name="digit")(h)
model = keras.Model(image, digit, name="strokes")
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=10, batch_size=64, verbose=2)
# Without the optimizer, whose state would be two thirds of the file.
keras.Model(image, digit, name="strokes").save(folder / "strokes.keras")
