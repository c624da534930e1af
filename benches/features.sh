#!/usr/bin/env bash
# Measures the costs of each set of features: crates, a cold build, and the size of a program.
#
#   benches/features.sh ["set" ...]      the sets of the table in the documentation of the crate, unless some are given
#
# A separate package outside this repository has two programs with the model 64-64-64-10. `predict` calls it once.
# `train`, for sets with that feature, fits it on some samples. Crates are counted by `cargo tree`, with `nn-model`
# itself and the crates that only the macro needs. A cold build is a release build of `predict` with an empty target
# folder; its CPU seconds repeat even on a busy machine. Sizes are of programs without symbols, built with Cargo's
# release profile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
cp Cargo.lock rust-toolchain.toml "$work/"
export CARGO_INCREMENTAL=0
unset CARGO_TARGET_DIR

cat >"$work/src/digits.rs" <<'RUST'
use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}
RUST

cat >"$work/src/predict.rs" <<'RUST'
mod digits;

use nn::prelude::*;

fn main() {
    let digits = digits::Digits::new(&mut Xoshiro256PlusPlus::seed_from_u64(1));
    let image = SVector::<f32, 64>::repeat(std::env::args().count() as f32);
    println!("{}", digits.call(&image).argmax().0);
}
RUST

cat >"$work/src/train.rs" <<'RUST'
mod digits;

use nn::prelude::*;

fn main() -> nn::Result<()> {
    let digits = digits::Digits::boxed(&mut Xoshiro256PlusPlus::seed_from_u64(1));
    let mut digits = digits.compile(RmsProp::default(), SparseCategoricalCrossentropy::default()).metrics(Accuracy);
    let images: Vec<_> = (0..64).map(|k| SVector::<f32, 64>::repeat(k as f32)).collect();
    let labels: Vec<u32> = (0..64).map(|k| k % 10).collect();
    digits.fit(&images, &labels, Fit::new().epochs(2))?;
    println!("{}", digits.model().call(&images[1]).argmax().0);
    Ok(())
}
RUST

[ $# -gt 0 ] || set -- "" std std,rayon files train train,files default

# Kilobytes of a program without symbols.
kilobytes() {
    strip "target/release/$1"
    echo $((($(wc -c <"target/release/$1") + 500) / 1000))
}

printf '%-12s %8s %8s %8s %12s %10s\n' features crates 'CPU s' 'wall s' 'predict KB' 'train KB'
for set in "$@"; do
    cat >"$work/Cargo.toml" <<TOML
[package]
name = "digits"
version = "0.0.0"
edition = "2024"

[dependencies]
nn-model = { path = "$root", default-features = false, features = [$(sed 's/[^,]\+/"&"/g' <<<"$set")] }

[[bin]]
name = "predict"
path = "src/predict.rs"

[[bin]]
name = "train"
path = "src/train.rs"

[workspace]
TOML
    (
        cd "$work"
        rm -rf target
        crates=$(cargo tree --quiet --offline --edges normal,build --prefix none --package nn-model | awk '{ print $1, $2 }' | sort -u | wc -l)
        TIMEFORMAT='%R %U %S'
        { time cargo build --quiet --offline --release --bin predict 2>log || { cat log; exit 1; }; } 2>times
        read -r wall user system <times
        train=-
        case $set in *train* | default)
            cargo build --quiet --offline --release --bin train
            train=$(kilobytes train)
            ;;
        esac
        awk -v set="${set:-(none)}" -v crates="$crates" -v wall="$wall" -v cpu="$user" -v kernel="$system" -v predict="$(kilobytes predict)" -v train="$train" \
            'BEGIN { printf "%-12s %8d %8.0f %8.0f %12d %10s\n", set, crates, cpu + kernel, wall, predict, train }'
    )
done
