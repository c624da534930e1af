#!/usr/bin/env python3
"""Checks the editor's view of a graph: asks rust-analyzer about `src/lib.rs` over the protocol of editors.

    tests/editor/drive.py           all checks
    tests/editor/drive.py -v        and rust-analyzer's answers

It needs `rust-analyzer` in the toolchain, and only the standard library of Python.
"""

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "src" / "lib.rs"
# From the start of rust-analyzer; a machine without a build compiles the macro and its dependencies in it.
LOADED_IN = 600
ANSWER_IN = 60
VERBOSE = "-v" in sys.argv[1:]


class Server:
    """rust-analyzer, and the messages to and from it."""

    def __init__(self):
        self.process = subprocess.Popen(["rust-analyzer"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.messages = queue.Queue()
        self.last_id = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        out = self.process.stdout
        while True:
            length = None
            while (line := out.readline().strip()):
                name, value = line.split(b":", 1)
                if name.lower() == b"content-length":
                    length = int(value)
            if length is None:
                self.messages.put(None)
                return
            self.messages.put(json.loads(out.read(length)))

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method, params):
        self._send({"method": method, "params": params})

    def request(self, method, params):
        """The answer; asked again while rust-analyzer says that the text has changed meanwhile."""
        while True:
            self.last_id += 1
            number = self.last_id
            self._send({"id": number, "method": method, "params": params})
            answer = self.until(lambda message: message.get("id") == number and "method" not in message, ANSWER_IN, method)
            if "error" not in answer:
                return answer["result"]
            # ContentModified, ServerCancelled
            if answer["error"]["code"] not in (-32801, -32802):
                sys.exit(f"error: {method}: {answer['error']['message']}")

    def until(self, wanted, seconds, what):
        """The first message that is wanted. Requests from rust-analyzer get an empty answer meanwhile."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self.messages.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                sys.exit(f"error: nothing came within {seconds} s: {what}")
            if message is None:
                sys.exit(f"error: rust-analyzer ended: {what}")
            if "id" in message and "method" in message:
                items = message["params"].get("items") if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": [None] * len(items) if items else None})
            if wanted(message):
                return message

    def start(self):
        """Opens the workspace, with proc macros and what its build writes, and waits until it is loaded."""
        self.request("initialize", {
            "processId": os.getpid(),
            "rootUri": HERE.as_uri(),
            "workspaceFolders": [{"uri": HERE.as_uri(), "name": "editor"}],
            "capabilities": {
                "textDocument": {
                    "hover": {"contentFormat": ["markdown"]},
                    "diagnostic": {},
                    "completion": {"completionItem": {"snippetSupport": False}},
                },
                "experimental": {"serverStatusNotification": True},
            },
            "initializationOptions": {
                "procMacro": {"enable": True},
                "cargo": {"buildScripts": {
                    "enable": True,
                    # Only the part of the workspace that the sample needs.
                    "overrideCommand": ["cargo", "check", "--quiet", "--locked", "-p", "nn-editor", "--message-format=json"],
                    "rebuildOnSave": False,
                }},
                "checkOnSave": False,
                "cachePriming": {"enable": False},
            },
        })
        self.notify("initialized", {})

    def stop(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.wait(ANSWER_IN)


def marks(text):
    """The places that comments mark: `^name` below the first character of a word."""
    places, code = {}, 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = list(re.finditer(r"\^(\w+)", line)) if line.lstrip().startswith("//") else []
        if not found:
            code = number
        for mark in found:
            places[mark[1]] = {"line": code, "character": mark.start()}
    return places


class Editor:
    """The sample, as it is open in an editor."""

    def __init__(self, server):
        self.server = server
        self.text = SAMPLE.read_text()
        self.places = marks(self.text)
        self.document = {"uri": SAMPLE.as_uri()}
        self.version = 1
        self.failed = 0
        server.notify("textDocument/didOpen", {"textDocument": {
            **self.document, "languageId": "rust", "version": 1, "text": self.text}})

    def at(self, place):
        position = self.places[place] if isinstance(place, str) else place
        return {"textDocument": self.document, "position": position}

    def write(self, text):
        self.version += 1
        self.server.notify("textDocument/didChange", {
            "textDocument": {**self.document, "version": self.version}, "contentChanges": [{"text": text}]})

    @contextmanager
    def typed(self, line, instead):
        """The place behind what stands `instead` of a line, for as long as it does."""
        assert self.text.count(line) == 1, line
        before = self.text.split(line)[0] + instead
        self.write(self.text.replace(line, instead))
        yield {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        self.write(self.text)

    # The requests of an editor.

    def shown(self, place):
        hover = self.server.request("textDocument/hover", self.at(place))
        return hover["contents"]["value"] if hover else ""

    def led_to(self, place):
        """The files and places that a definition leads to."""
        links = self.server.request("textDocument/definition", self.at(place)) or []
        links = [links] if isinstance(links, dict) else links
        return [(link["uri"], link["range"]["start"]) for link in links]

    def offered(self, place):
        answer = self.server.request("textDocument/completion", self.at(place)) or []
        items = answer["items"] if isinstance(answer, dict) else answer
        # A label goes on with arguments, `relu(…)`, or with aliases, `Dense (alias Linear)`.
        return [item["label"].partition("(")[0].strip() for item in items]

    def complaints(self):
        report = self.server.request("textDocument/diagnostic", {"textDocument": self.document})
        return [f"{item.get('code')}: {item['message']}" for item in report["items"]]

    # The checks.

    def check(self, what, right, answer):
        print(("ok      " if right else "FAILED  ") + what)
        self.failed += not right
        if VERBOSE or not right:
            print("        " + str(answer).replace("\n", "\n        "))

    def hover(self, place, *words):
        answer = self.shown(place)
        self.check(f"hover on {place} shows {', '.join(words)}", all(word in answer for word in words), answer)

    def definition(self, place, target):
        """Of a mark, or of a file by the end of its path."""
        answer = self.led_to(place)
        if target in self.places:
            right = answer == [(self.document["uri"], self.places[target])]
        else:
            right = len(answer) == 1 and answer[0][0].endswith(target)
        self.check(f"the definition of {place} is {target}", right, answer)

    def completion(self, what, place, *words):
        answer = self.offered(place)
        self.check(f"completion of `{what}` offers {', '.join(words)}", all(word in answer for word in words), answer)

    def diagnostics(self, what, *words):
        """One with each of these words, and no other. An editor may show repeated text twice."""
        answer = list(dict.fromkeys(self.complaints()))
        right = len(answer) == len(words) and all(word in text for word, text in zip(words, answer))
        self.check(f"diagnostics {what}: {', '.join(words) or 'none'}", right, "\n".join(answer))


def rust_sources():
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], cwd=HERE, capture_output=True, text=True, check=True)
    return (Path(sysroot.stdout.strip()) / "lib/rustlib/src/rust/library/core").is_dir()


def right_graph(editor):
    editor.diagnostics("of a right graph")

    editor.hover("small", "Tensor2<f32, 8, 8>")
    editor.hover("small_used", "Tensor2<f32, 8, 8>")
    editor.hover("small_listed", "Tensor2<f32, 8, 8>")
    editor.hover("flat", "Tensor1<f32, 64>")
    editor.hover("state", "Tensor1<f32, 4>")
    editor.hover("x", "Tensor1<f32, 12>")
    editor.hover("wide_used", "Dense<64, 12, 1>")
    # rust-analyzer finds rustc's errors with the sources of `core`.
    sources = rust_sources()
    editor.hover("pixels_used", "Tensor<f32, &[8, 8]>" if sources else "Tensor<f32")
    editor.hover("h", "Tensor<f32, &[32]>" if sources else "Tensor<f32")
    for use, place in [
        ("small_used", "small"), ("small_listed", "small"), ("pixels_used", "pixels"), ("flat_used", "flat"),
        ("wide_used", "wide"), ("tower_used", "tower"), ("h_used", "h"), ("x_used", "x"), ("again_used", "again"),
        ("state_used", "state"), ("digit_listed", "digit"), ("HIDDEN_shape", "HIDDEN"), ("HIDDEN_units", "HIDDEN"),
        ("Digits_used", "Digits"),
    ]:
        editor.definition(use, place)

    editor.hover("Input", "An input", "shape = [28, 28]")
    editor.hover("Dense", "fully connected layer")
    editor.hover("GRU", "GRU")
    editor.hover("concatenate", "concatenate")
    editor.hover("relu", "rectified linear unit")
    editor.hover("tanh", "tanh")
    editor.hover("he_normal", "HeNormal")
    editor.hover("l2", "Regularizer")
    editor.hover("HIDDEN_units", "How wide the hidden layer is", "32")
    editor.hover("HIDDEN_shape", "How wide the hidden layer is", "32")
    editor.hover("Digits", "Recognises a handwritten digit")
    editor.hover("Digits_used", "Recognises a handwritten digit")
    editor.hover("boxed", "fn boxed")
    editor.definition("Dense", "layers/dense.rs")
    editor.definition("relu", "activations/relu.rs")


def half_written(editor):
    digit = "let digit = Dense(10, activation = softmax)(both);"
    for instead, word in [
        ("let digit = Dense(10)(p|", "pixels"),
        ("let digit = Dense(10)(p|);", "pixels"),
        ("let digit = Dense(10)(|", "pixels"),
        ("let digit = Dense(10)(bo|", "both"),
        ("let digit = Dense(10, activation = re|", "relu"),
        ("let digit = Dense(10, activation = re|)(both);", "relu"),
        ("let digit = Dense(10, kernel_initializer = he|)(both);", "he_normal"),
        ("let digit = Dense(10, kernel_regularizer = l|)(both);", "l2"),
        ("let digit = Den|", "Dense"),
        ("let digit = Den|(10)(both);", "Dense"),
        ("let digit = Dense(HID|", "HIDDEN"),
        ("let digit = Dense(HID|)(both);", "HIDDEN"),
        ("let digit = conc|", "concatenate"),
    ]:
        with editor.typed(digit, instead.replace("|", "")) as end:
            # The cursor stands at the bar.
            end["character"] -= len(instead) - 1 - instead.index("|")
            editor.completion(instead, end, word)

    with editor.typed(digit, "let digit = Dense(10)(p"):
        editor.hover("Digits_used", "Digits")
        editor.definition("Digits_used", "Digits")
        editor.hover("flat", "Tensor1<f32, 64>")
        editor.definition("tower_used", "tower")
    with editor.typed(digit, "let digit = Dens(10)(both);"):
        editor.diagnostics("of a misspelt layer", "Dense")
    editor.diagnostics("once it is right again")


def loaded(message):
    return message.get("method") == "experimental/serverStatus" and message["params"]["quiescent"]


def main():
    began = time.monotonic()
    server = Server()
    try:
        server.start()
        editor = Editor(server)
        server.until(loaded, LOADED_IN, "the workspace")
        print(f"loaded in {time.monotonic() - began:.0f} s")
        right_graph(editor)
        half_written(editor)
        server.stop()
    finally:
        server.process.kill()
    print(f"{time.monotonic() - began:.0f} s, {editor.failed} failed")
    sys.exit(editor.failed != 0)


if __name__ == "__main__":
    main()
