#!/usr/bin/env bash
# Times `cargo check` after a touch and after an edit of one file with a graph, as multiples of an empty file.
#
#   benches/compile_time.sh [runs]       medians of that many runs, 5 unless given
#
# A separate package outside this repository depends on `nn`; each graph in turn is its only file. A touch keeps the
# text: the macro runs again, and rustc finds no change. An edit changes the size of every layer, so everything is
# checked again. The output has wall-clock and CPU seconds, and the CPU time over that of an empty file. On a busy
# machine only CPU times repeat. The last column is the CPU time of an edit for each layer, beyond the empty file. It is
# constant if the time grows linearly.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
runs=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src" "$work/graphs"

cat >"$work/Cargo.toml" <<TOML
[package]
name = "one-graph"
version = "0.0.0"
edition = "2024"

[dependencies]
nn = { package = "nn-model", path = "$root" }

[workspace]
TOML
cp "$root/Cargo.lock" "$work/"
cp "$root/rust-toolchain.toml" "$work/"

# Adds a graph: its name and number of layers, and the file from standard input.
names=() layers=()
graph() {
    names+=("$1") layers+=("$2")
    cat >"$work/graphs/$1.rs"
}

graph empty 0 </dev/null

graph digits 3 <<'RUST'
nn::model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}
RUST

# The lecture's model with two inputs and two outputs.
graph headline 6 <<'RUST'
nn::model! {
    pub struct Headline;

    let headline = Input(shape = [100], dtype = u32);
    let additional = Input(shape = [5]);
    let x = Embedding(10_000, 512)(headline);
    let x = LSTM(32)(x);
    let side = Dense(1, activation = sigmoid)(x);
    let x = concatenate([x, additional]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main = Dense(1, activation = sigmoid)(x);

    Model(inputs = [headline, additional], outputs = [main, side])
}
RUST

# The ResNet-8 of MLPerf Tiny: convolutions, normalizations, activations and merges from a template.
graph resnet8 29 <examples/tiny/resnet8.rs

# A chain of Dense layers with an activation each.
row() {
    echo 'nn::model! { pub struct Row; let first = Input(shape = [64]); let x = Dense(64, activation = relu)(first);'
    for _ in $(seq $(($1 - 2))); do echo 'let x = Dense(64, activation = relu)(x);'; done
    echo 'let y = Dense(1)(x); Model(inputs = first, outputs = y) }'
}
for count in 50 100 200; do graph "dense_$count" "$count" < <(row "$count"); done

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# Wall-clock and CPU seconds of a check.
check() {
    local TIMEFORMAT='%R %U %S'
    { time cargo check --quiet --offline 2>check.log; } 2>&1 | awk '{ print $1, $2 + $3 }'
}

touched() {
    touch src/lib.rs
    check
}

# The graph in another size, and the next time in the first size.
edited() {
    if grep -q 64 src/lib.rs; then sed -i 's/64/65/g' src/lib.rs; else sed -i 's/65/64/g' src/lib.rs; fi
    touched
}

cd "$work"
export CARGO_TARGET_DIR="$work/target"
: >src/lib.rs
cargo check --quiet

column() { cut -d' ' -f"$1" "$2" | median; }

printf '%-12s %28s   %28s\n' '' 'touch' 'edit'
printf '%-12s %8s %8s %10s   %8s %8s %10s %10s\n' graph 'wall s' 'CPU s' 'x empty' 'wall s' 'CPU s' 'x empty' 'ms/layer'
for i in "${!names[@]}"; do
    cp "graphs/${names[i]}.rs" src/lib.rs
    cargo check --quiet --offline
    for _ in $(seq "$runs"); do touched; done >touches
    for _ in $(seq "$runs"); do edited; done >edits
    touch_cpu=$(column 2 touches) edit_cpu=$(column 2 edits)
    [ "${layers[i]}" = 0 ] && empty=$touch_cpu
    awk -v name="${names[i]}" -v layers="${layers[i]}" -v empty="$empty" -v tw="$(column 1 touches)" -v tc="$touch_cpu" \
        -v ew="$(column 1 edits)" -v ec="$edit_cpu" 'BEGIN {
        each = layers ? sprintf("%.1f", (ec - empty) * 1000 / layers) : "-"
        printf "%-12s %8.2f %8.2f %10.1f   %8.2f %8.2f %10.1f %10s\n", name, tw, tc, tc / empty, ew, ec, ec / empty, each
    }'
done
