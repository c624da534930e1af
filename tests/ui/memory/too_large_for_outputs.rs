use nn::prelude::*;

model! {
    pub struct Copies;

    let one = Input(shape = [10]);
    let all = RepeatVector(10_000)(one);
    let all = Activation(tanh)(all);

    Model(inputs = one, outputs = all)
}

fn main() {
    let copies = Copies::new(&mut StdRng::seed_from_u64(1));
    let mut arena = nn::Arena::new();
    copies.call_in(&SVector::zeros(), &mut arena);
}
