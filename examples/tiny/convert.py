#!/usr/bin/env python3
"""Converts the trained networks of MLPerf Tiny to safetensors, with inputs and Keras's outputs.

    python3 examples/tiny/convert.py FOLDER [MATERIAL]

MATERIAL has the files of https://github.com/mlcommons/tiny as `mlperf_tiny/*.h5`, and inputs with the outputs of Keras
as `mlperf_tiny/golden/*.npz`. It is $NN_MATERIAL if it is not given. The script needs numpy, h5py and safetensors.
"""

import os
import sys
from pathlib import Path

import h5py
import numpy as np
from safetensors.numpy import save_file

out, material = Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["NN_MATERIAL"]) / "mlperf_tiny"
out.mkdir(parents=True, exist_ok=True)


def weights(source, target):
    """Writes the weights of an h5 file under the names `<layer>.<variable>` of Keras 3."""
    tensors = {}

    def visit(path, item):
        if isinstance(item, h5py.Dataset) and "optimizer" not in path:
            layer, variable = path.split("/")[-2:]
            tensors[f"{layer}.{variable.split(':')[0].replace('depthwise_kernel', 'kernel')}"] = np.asarray(item, np.float32)

    with h5py.File(material / source) as file:
        file.get("model_weights", file).visititems(visit)
    save_file(tensors, out / f"{target}.safetensors")


def golden(target, x, y):
    """Writes inputs and outputs."""
    save_file({"x": np.ascontiguousarray(x, np.float32), "y": np.ascontiguousarray(y, np.float32)}, out / f"{target}_golden.safetensors")


for source, target in [("ad01.h5", "anomaly"), ("pretrainedResnet.h5", "resnet8"), ("kws_model.h5", "ds_cnn"), ("vww_96.h5", "mobilenet")]:
    weights(source, target)

ad = np.load(material / "golden/ad01.npz")
golden("anomaly", ad["x"], ad["h5_keras_jax"])
resnet = np.load(material / "golden/resnet_cifar10_20_float.npz")
golden("resnet8", resnet["x"], resnet["h5_keras_jax"])
vww = np.load(material / "golden/vww_5.npz")
golden("mobilenet", vww["images"] / np.float32(255), vww["h5_keras_jax"])

# The outputs of the network for words are made here: its file names an argument that Keras 3 does not know.
try:
    import keras
except ImportError:
    print("without Keras there are no outputs of the network for words")
else:
    from keras import layers

    def block(x):
        x = layers.ReLU()(layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same")(x)))
        return layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(64, 1, padding="same")(x)))

    sound = keras.Input((49, 10, 1))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(64, (10, 4), strides=2, padding="same")(sound)))
    for _ in range(4):
        x = block(x)
    x = layers.Flatten()(layers.AveragePooling2D((24, 5))(x))
    model = keras.Model(sound, layers.Dense(12, activation="softmax")(x))
    from safetensors.numpy import load_file

    tensors = load_file(out / "ds_cnn.safetensors")
    order = {"gamma": 0, "beta": 1, "moving_mean": 2, "moving_variance": 3, "kernel": 0, "bias": 1}
    for layer in model.layers:
        own = {name.split(".")[1]: value for name, value in tensors.items() if name.split(".")[0] == layer.name}
        layer.set_weights([value for _, value in sorted(own.items(), key=lambda item: order[item[0]])])
    x = np.random.default_rng(1).normal(0, 30, (8, 49, 10, 1)).astype(np.float32)
    golden("ds_cnn", x, model.predict(x, verbose=0))
