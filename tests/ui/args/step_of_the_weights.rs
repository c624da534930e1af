//! The weights know the type of an activation, but not its parameters, and without a bias a GRU's do not know `reset_after`.
use nn::{layers::{GruState, SimpleRnnState}, prelude::*};

model! {
    struct Net;
    let x = Input(shape = [5, 2]);
    let leaky = LSTM(3, activation = leaky_relu(0.1))(x);
    let before = GRU(3, use_bias = false, reset_after = false)(x);
    let elu = SimpleRNN(3, activation = elu)(x);
    let fixed = LSTM(3, activation = relu)(x);
    Model(inputs = x, outputs = [leaky, before, elu, fixed])
}

fn main() {
    let net = Net::<f32>::new(&mut StdRng::seed_from_u64(1));
    let x = SVector::zeros();
    net.leaky.step(&x, &mut LstmState::default());
    net.before.step(&x, &mut GruState::default());
    net.elu.step(&x, &mut SimpleRnnState::default());
    // The layer of another graph.
    nn::layers::LSTM::<2, 3, 12, 1, 1, 0, 0>::DEFAULT.step(&net.fixed, &x, &mut LstmState::default());
}
