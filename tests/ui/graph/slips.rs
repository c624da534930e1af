use nn::prelude::*;

model! {
    pub struct Digits;

    let x = Input(shape = [28 28]);
    let a = Dense[3](x);
    let b = x |> Dense(4) |> relu;
    let c = x >> Dense(4);
    let d = x.Flatten().Dense(4).relu();
    let e = Dense(4)[x];
    let f = Dense(units => 4)(x);
    let g = Dense(4; activation = relu)(x);
    let h, i = a, b;
    let j := Dense(4)(x);
    let k = Dense(4) x;
    let l = Dense(784, 10)(x);
    let m = concatenate{a, b};
    let n = Dropout(.5)(x);
    let o = x[:, -1];
    let p = Box::new(x);
    let q = Dense(28x28)(x);
    let r = Dense(4).(x);
    x -> Dense(4) -> s;

    Model{inputs: x, outputs: y}
}

model! {
    pub struct Chain;

    Sequential[Input(shape = [64]), Dense(10)]
}

fn main() {}
