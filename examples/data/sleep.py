#!/usr/bin/env python3
"""Writes `sleep.keras` and `sleep.safetensors`: a trained network, an input, and Keras's output.

    pip install sleepecg keras tensorflow-cpu safetensors scipy
    KERAS_BACKEND=tensorflow python examples/data/sleep.py
"""

import datetime
import pathlib
import sys
import warnings
import zipfile

import keras
import numpy as np
import sleepecg
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")

# The network is in a zip inside the package.
package = pathlib.Path(sleepecg.__file__).parent / "classifiers/wrn-gru-mesa.zip"
with zipfile.ZipFile(package) as archive:
    name = next(name for name in archive.namelist() if name.endswith(".keras"))
    (folder / "sleep.keras").write_bytes(archive.read(name))

# An hour of heartbeats: intervals with breathing (0.25 Hz), slow waves (0.1 Hz) and a slowing heart.
time = [0.0]
random = np.random.default_rng(1)
while time[-1] < 3600:
    t = time[-1]
    interval = 0.85 + 0.12 * t / 3600 + 0.04 * np.sin(0.5 * np.pi * t) + 0.03 * np.sin(0.2 * np.pi * t)
    time.append(t + interval + random.normal(0, 0.01))
record = sleepecg.SleepRecord(
    sleep_stage_duration=30, recording_start_time=datetime.time(23), heartbeat_times=np.array(time)
)
classifier = sleepecg.load_classifier("wrn-gru-mesa", "SleepECG")
x = sleepecg.extract_features([record], **classifier.feature_extraction_params)[0][0]
# As `sleepecg.stage` does: what cannot be computed is masked.
x = np.where(np.isfinite(x), x, classifier.mask_value).astype(np.float32)[np.newaxis, :120]
y = keras.saving.load_model(folder / "sleep.keras").predict(x, verbose=0)
save_file({"x": np.ascontiguousarray(x[0]), "y": np.ascontiguousarray(y[0])}, folder / "sleep.safetensors")
