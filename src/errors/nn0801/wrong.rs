use nn::prelude::*;

model! {
    pub struct Digits;

    Import("strokes.kers")
}

fn main() {
    println!("{}", Digits::SUMMARY);
}
