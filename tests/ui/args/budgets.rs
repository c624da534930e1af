use nn::prelude::*;

model! {
    #[budget(rom = "1 KiB", ram = "16 Kb/s", flash = 0.5, params = "many", ram = 4096, macs = 10, macs = 20)]
    #[budget(flash = "2 kib")]
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

model! {
    #[budget(ram: 4096)]
    pub struct Sums;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

const SIZE: f32 = 2.0;

model! {
    #[budget(params = SIZE)]
    pub struct Third;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

fn main() {}
