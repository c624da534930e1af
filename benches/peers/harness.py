"""The shared parts of the comparisons in this folder: processes, turns, checks and tables.

Every peer is a process of its own, because the number of threads of most libraries is fixed when they are loaded. The
process waits for requests, does them while all others wait, and answers with times.
"""

import argparse
import datetime
import gc
import importlib.metadata
import itertools
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOLERANCE = 1e-4
ROOT = Path(__file__).resolve().parents[2]
RUST = ROOT / "benches/peers/rust"  # a workspace with a package for each library of Rust


@dataclass(frozen=True)
class Kind:
    """A column of a table."""

    name: str
    title: str
    unit: str  # a key of UNITS
    blocks: int  # how many times each pass takes
    warm_up: int = 1  # calls that are not timed
    least: int = 0  # nanoseconds that a block of calls takes at least; 0 is one call


@dataclass(frozen=True)
class Library:
    """A row of a table, in a process of its own."""

    title: str
    make: Callable  # gives, for a number of threads, `Start`; raises ImportError if the library is missing
    packages: tuple  # whose versions count


@dataclass(frozen=True)
class Bench:
    """A row for this library: a bench of cargo's, in a new process for each request, because it starts at once."""

    title: str
    name: str
    command: Callable  # the arguments for a kind, a number of blocks, and a folder with data
    kinds: tuple = None  # names of those that it can do; None is all

    def build(self, threads, given):
        """A path, and the version of that program."""
        if self.name in given:
            return given[self.name], "nn as given"  # nothing says of which revision it is
        return build(ROOT, "bench", "--bench", self.name, "--no-run", *threaded(threads)), "nn " + revision()


@dataclass(frozen=True)
class Crate:
    """A row for another library of Rust: a package of `rust/`, in a process for each request as well."""

    title: str
    name: str
    library: str  # whose version counts
    command: Callable
    kinds: tuple = None

    def build(self, threads, given):
        return build(RUST, "build", "--release", "--locked", "--package", self.name), locked(self.library)


@dataclass(frozen=True)
class Workload:
    title: str
    kinds: tuple
    rows: dict  # `Library`s, `Bench`es and `Crate`s; ratios refer to the first `Bench`
    write: Callable  # writes into a folder what the programs read: weights and data


@dataclass(frozen=True)
class Start:
    """The first results of a peer, and its functions for a number of blocks and of calls in a block."""

    first: dict  # for some kinds, numbers that must agree with those of other peers
    second: dict  # and numbers that are only printed
    measures: dict  # each has an attribute `restart`, None or a function that is called before every pass


UNITS = {"ms": (1e6, 2), "µs": (1e3, 1), "ns": (1, 0), "µs, 3 digits": (1e3, 3)}


# --- The process of a peer --------------------------------------------------------------------------------------------


def calls(function, arguments, restart=None):
    """Measures `function`, which each time takes the next of `arguments`. Each pass begins with `restart`."""
    turn = itertools.cycle(arguments)

    def measure(blocks, n):
        times = []
        for _ in range(blocks):
            block = list(itertools.islice(turn, n))
            start = time.perf_counter_ns()
            for x in block:
                result = function(*x)
            times.append((time.perf_counter_ns() - start) / n)
        if isinstance(result, float) and not math.isfinite(result):
            raise ArithmeticError(f"the loss is {result}")
        return times

    measure.restart = restart
    return measure


def version(package):
    for name in package, f"{package}-cpu":
        try:
            return f"{package} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            pass
    return package


def serve(library, threads):
    """Answers each request with a line of times; first reports the peer's results."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # The output of the libraries is not an answer.

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    try:
        start = library.make(threads)
    except ImportError as error:
        return answer(missing=f"not installed: {error}")
    versions = [version(package) for package in library.packages]
    answer(first=start.first, second=start.second, kinds=list(start.measures), versions=versions)
    for request in sys.stdin:
        kind, *numbers = request.split()
        measure, (blocks, warm_up, least) = start.measures[kind], map(int, numbers)
        if measure.restart:
            measure.restart()
        gc.collect()
        gc.disable()
        if warm_up:
            measure(1, warm_up)
        n = 1
        while least and measure(1, n)[0] * n < least:
            n *= 2
        times = measure(blocks, n)
        gc.enable()
        answer(times=times)


# --- The process that asks them ---------------------------------------------------------------------------------------


def environment(threads):
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    # The last two are for libraries of Rust.
    counts = "OMP MKL OPENBLAS VECLIB_MAXIMUM NUMEXPR RAYON MATMUL".split()
    kept.update({f"{name}_NUM_THREADS": str(threads) for name in counts})
    kept.update(TF_NUM_INTRAOP_THREADS=str(threads), TF_NUM_INTEROP_THREADS=str(threads), CUDA_VISIBLE_DEVICES="")
    kept.update(JAX_PLATFORMS="cpu")
    # Memory that is freed is kept: to ask the system for each temporary anew costs candle five times the work itself.
    kept.update(MALLOC_TRIM_THRESHOLD_="2000000000", MALLOC_MMAP_THRESHOLD_="32000000")
    if threads == 1:
        kept["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return kept


def pin(threads):
    """Keeps a process, from its start, on the last cores that it may use: the first ones serve most interrupts."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        return lambda: os.sched_setaffinity(0, cores[-threads:])
    print("note: this system cannot pin a process to a core", file=sys.stderr)
    return None


class Failure(Exception):
    pass


def message(errors):
    """The message of a failed Rust program: its panic, or the last line."""
    lines = errors.strip().splitlines()
    panic = next((k for k, line in enumerate(lines) if " panicked at " in line), None)
    return lines[panic + 1] if panic is not None and panic + 1 < len(lines) else last_line(errors)


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1]


class Peer:
    """A process that serves a `Library`."""

    def __init__(self, workload, name, row, threads):
        self.name, self.title = name, row.title
        self.errors = tempfile.TemporaryFile("w+")
        command = [sys.executable, sys.argv[0], "--serve", workload, name, "--threads", str(threads)]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.process = subprocess.Popen(command, env=environment(threads), preexec_fn=pin(threads), **pipes)
        about = self.answer()
        self.first, self.second = about["first"], about["second"]
        self.kinds, self.versions = about["kinds"], about["versions"]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise Failure(f"failed: {last_line(self.errors.read())}")
        fields = json.loads(line)
        if "missing" in fields:
            raise Failure(fields["missing"])
        return fields

    def times(self, kind, blocks):
        try:
            print(kind.name, blocks, kind.warm_up, kind.least, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # `answer` finds out why
        return self.answer()["times"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Program:
    """The program of a `Bench` or a `Crate`. It prints lines with a word and numbers: `time` or the kind, and maybe `first`
    and `second`."""

    def __init__(self, name, row, kinds, threads, given, folder):
        self.name, self.title, self.threads, self.command, self.folder = name, row.title, threads, row.command, folder
        self.is_ours = isinstance(row, Bench)
        self.path, version = row.build(threads, given)
        self.versions = [version]
        kinds = [kind for kind in kinds if row.kinds is None or kind.name in row.kinds]
        self.kinds, self.first, self.second = [kind.name for kind in kinds], {}, {}
        for kind in kinds:
            lines = self.lines(kind, 1)
            self.first.update({kind.name: numbers for word, *numbers in lines if word == "first"})
            self.second.update({kind.name: numbers for word, *numbers in lines if word == "second"})

    def lines(self, kind, blocks):
        run = dict(env=environment(self.threads), preexec_fn=pin(self.threads), capture_output=True, text=True)
        try:
            done = subprocess.run([self.path, *self.command(kind, blocks, self.folder)], **run)
        except OSError as error:
            raise Failure(f"failed: {error}") from None
        if done.returncode != 0:
            raise Failure(f"failed: {message(done.stderr)}")
        lines = (line.split() for line in done.stdout.splitlines())
        return [(word, *map(float, numbers)) for word, *numbers in lines]

    def times(self, kind, blocks):
        return [numbers[0] for word, *numbers in self.lines(kind, blocks) if word in ("time", kind.name)]

    def end(self):
        pass


def build(folder, *arguments):
    """Builds a program with cargo and gives its path."""
    print(f"cargo {' '.join(arguments)}", file=sys.stderr)
    command = ["cargo", *arguments, "--message-format=json-render-diagnostics"]
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise Failure("there is no cargo") from None
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    paths = [m["executable"] for m in messages if m.get("executable")]
    if done.returncode != 0 or not paths:
        errors = [line for line in done.stderr.splitlines() if line.startswith("error")]
        raise Failure(f"does not build: {(errors or ['no message'])[0]}")
    return paths[-1]


def threaded(threads):
    """With several threads, ours is built with the feature for it, if there is one."""
    features = tomllib.loads((ROOT / "Cargo.toml").read_text())["features"]
    return ["--features", "rayon"] if threads > 1 and "rayon" in features else []


def locked(library):
    packages = tomllib.loads((RUST / "Cargo.lock").read_text())["package"]
    return next(f"{library} {package['version']}" for package in packages if package["name"] == library)


def revision():
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return git.stdout.strip() or "of unknown revision"


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def check(sources, kinds):
    """Prints the first results of all, and whether they agree."""
    lines, agree = [], True
    for kind in kinds:
        computing = [source for source in sources if kind.name in source.first]
        for source in computing:
            pairs = zip(source.first[kind.name], computing[0].first[kind.name], strict=True)
            difference = max(abs(a - b) for a, b in pairs)
            agrees = difference <= TOLERANCE  # not if one is NaN
            agree &= agrees
            numbers = [source.first[kind.name][:3], source.second.get(kind.name, [])]
            first, second = (", ".join(f"{number:.7f}" for number in part) for part in numbers)
            verdict = f"differs by {difference:.1e}{'' if agrees else ', TOO MUCH'}"
            lines.append(f"{kind.name:12} {source.name:17} {first}{'; then ' if second else ''}{second}  {verdict}")
    return "\n".join(lines), agree


def table(kinds, rows, reference):
    def cells(kind, times):
        if not times:
            return "– | –"
        median, least = statistics.median(times), min(times)
        (unit, digits), ours = UNITS[kind.unit], reference and reference[kind.name]
        ratio = f"{median / statistics.median(ours):.2f}" if ours else "–"
        return f"{median / unit:.{digits}f} ({least / unit:.{digits}f}) | {ratio}"

    heads = [f"{kind.title}, {kind.unit.split(',')[0]}: median (min) | ratio" for kind in kinds]
    lines = [f"| peer | {' | '.join(heads)} |", "|---|" + "--:|--:|" * len(kinds)]
    for source, times in rows:
        lines.append(f"| {source.title} | {' | '.join(cells(kind, times[kind.name]) for kind in kinds)} |")
    return lines


def compare(name, workload, threads, options):
    """Times a workload and gives the table."""
    sources, skipped, kinds = [], [], workload.kinds
    folder, written = tempfile.TemporaryDirectory(), False
    for row_name, row in workload.rows.items():
        if options.only and row_name not in options.only:
            continue
        print(f"{name}, {threads} thread(s): starting {row_name}", file=sys.stderr)
        try:
            if isinstance(row, Library):
                sources.append(Peer(name, row_name, row, threads))
                continue
            if not written:
                workload.write(Path(folder.name))
                written = True
            sources.append(Program(row_name, row, kinds, threads, options.ours, folder.name))
        except Failure as failure:
            skipped.append((row_name, failure))
            print(f"{row_name} is skipped: {failure}", file=sys.stderr)
    if not sources:
        print(f"{name}: there is nothing to time", file=sys.stderr)
        return ""
    report, agree = check(sources, kinds)
    print(report, file=sys.stderr)
    if not agree:
        sys.exit(f"error: the peers do not compute the same within {TOLERANCE:g}")

    rows = [(source, {kind.name: [] for kind in kinds}) for source in sources]
    for k in range(options.passes):
        print(f"pass {k + 1} of {options.passes}", file=sys.stderr)
        for kind, (source, times) in itertools.product(kinds, rows):
            if kind.name not in source.kinds:
                continue
            try:
                times[kind.name] += source.times(kind, options.blocks or kind.blocks)
            except Failure as failure:
                sys.exit(f"error: {source.title}: {failure}")
    for source in sources:
        source.end()
    folder.cleanup()
    versions = dict.fromkeys(version for source in sources for version in source.versions)
    blocks = ", ".join(f"{options.blocks or kind.blocks} ({kind.title})" for kind in kinds)
    reference = next((times for source, times in rows if isinstance(source, Program) and source.is_ours), None)
    lines = [
        f"## {workload.title}",
        "",
        f"{datetime.date.today()}, {processor()}, {os.cpu_count()} cores; {threads} thread(s).",
        f"{options.passes} passes; times in each: {blocks}.",
        f"Python {platform.python_version()}, {', '.join(versions)}.",
        "",
        *table(kinds, rows, reference),
    ]
    lines += ["", *(f"Skipped: {row_name}: {why}." for row_name, why in skipped)] if skipped else []
    return "\n".join(lines) + "\n"


def main(description, workloads):
    names = list(dict.fromkeys(name for workload in workloads.values() for name in workload.rows))

    def some(known):
        def parse(text):
            if unknown := set(text.split(",")) - set(known):
                raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
            return text.split(",")

        return parse

    parser = argparse.ArgumentParser(description=f"{description}; see README.md.")
    parser.add_argument("--threads", default="1", help="threads and cores of every peer; 1,2 runs all with each (1)")
    parser.add_argument("--passes", type=int, default=7, help="how often every peer has its turn (7)")
    parser.add_argument("--blocks", type=int, help="times that each pass takes, instead of each column's own number")
    parser.add_argument("--only", metavar="NAMES", type=some(names), help=f"some of {','.join(names)}")
    parser.add_argument("--workloads", metavar="NAMES", type=some(workloads), help=f"some of {','.join(workloads)}")
    parser.add_argument("--ours", metavar="PATHS", default="", help="built benches; without them, cargo builds")
    parser.add_argument("--out", metavar="FILE", help="write the tables here too")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    threads = [int(number) for number in options.threads.split(",")]
    if options.serve:
        workload, name = options.serve
        return serve(workloads[workload].rows[name], threads[0])

    if min(*threads, options.passes, 1 if options.blocks is None else options.blocks) < 1:
        parser.error("the numbers are at least 1")
    if hasattr(os, "sched_getaffinity") and max(threads) > len(os.sched_getaffinity(0)):
        parser.error(f"there are {len(os.sched_getaffinity(0))} cores")
    # A binary of cargo's has the name of the bench and a hash.
    paths = [os.path.abspath(path) for path in options.ours.split(",") if path]
    options.ours = {os.path.basename(path).split("-")[0]: path for path in paths}
    text = ""
    for number in threads:
        for name in options.workloads or workloads:
            part = compare(name, workloads[name], number, options)
            print(part, flush=True)
            text += part + "\n"
            if options.out:  # now, so that a failure loses nothing
                Path(options.out).write_text(text, encoding="utf-8")
