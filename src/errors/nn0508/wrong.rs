use nn::prelude::*;

model! {
    pub struct Filter;

    let sound = Input(shape = [100, 1]);
    let h = GRU(8, return_sequences = true)(sound);
    let y = Dense(1)(h);

    Model(inputs = sound, outputs = y)
}

fn main() {
    let filter = Filter::new(&mut StdRng::seed_from_u64(1));
    let mut stream = filter.stream();
}
