use nn::prelude::*;

model! {
    pub struct Attentive;

    Import("attentive.keras")
}

fn main() {
    println!("{}", Attentive::SUMMARY);
}
