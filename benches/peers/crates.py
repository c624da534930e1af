"""Rows for other libraries of Rust: the packages of `rust/`, which all take the same arguments."""

from dataclasses import dataclass

from harness import Crate


@dataclass(frozen=True)
class Peer:
    title: str
    package: str
    library: str  # whose version counts
    first: tuple = ()  # arguments before all others
    predicts_only: bool = False
    dense_only: bool = False


PEERS = {
    "burn-flex": Peer("burn, backend `flex`", "peer-burn", "burn", ("--flex",)),
    "burn-ndarray": Peer("burn, backend `ndarray`", "peer-burn", "burn", ("--ndarray",)),
    "candle": Peer("candle; its RMSprop is ours", "peer-candle", "candle-nn"),
    "dfdx": Peer("dfdx", "peer-dfdx", "dfdx", dense_only=True),
    "tract": Peer("tract", "peer-tract", "tract-onnx", predicts_only=True),
}


def rows(model, kinds, names=None):
    """The rows for a model. `names` has other names of kinds, with a number of samples, where they have none."""

    def command(peer):
        def arguments(kind, blocks, folder):
            name = names[kind.name] if names else kind.name
            return [*peer.first, model, name, str(blocks), str(kind.warm_up), str(kind.least), folder]

        return arguments

    rows, predictions = {}, tuple(kind.name for kind in kinds if kind.name.startswith("predict"))
    for name, peer in PEERS.items():
        able = predictions if peer.predicts_only else tuple(kind.name for kind in kinds)
        if able and not (peer.dense_only and model == "headline"):
            rows[name] = Crate(peer.title, peer.package, peer.library, command(peer), able)
    return rows
