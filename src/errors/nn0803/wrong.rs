use nn::prelude::*;

model! {
    pub struct Digits;

    Import("../../../examples/data/strokes.keras", outputs = "stroke")
}

fn main() {
    println!("{}", Digits::SUMMARY);
}
