//! Recurrent layers fed step by step, compared with the whole sequence. `step` of the weights uses the activations of
//! the graph, in any position of the layer.

use nn::activations::{Elementwise, Fixed};
use nn::layers::{GRU, LSTM, SimpleRNN};
use nn::layers::{GruState, SimpleRnnState};
use nn::prelude::*;

/// `y = x³ / 8`, a user's own activation.
#[derive(Clone, Copy)]
pub struct Cube;

impl Elementwise for Cube {
    fn value<T: Scalar>(&self, x: T) -> T {
        x * x * x * T::of(0.125)
    }

    fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
        x * x * T::of(0.375)
    }
}

impl Fixed for Cube {
    const VALUE: Self = Cube;
}

/// Weights that are large enough to tell activations apart.
fn filled<W: Weights<f64>>(w: &mut W) {
    for (i, w) in w.as_mut_slice().iter_mut().enumerate() {
        *w = ((i * 7919) % 23) as f64 / 11.0 - 1.0;
    }
}

fn series() -> SMatrix<f64, 2, 5> {
    SMatrix::from_fn(|feature, step| ((feature * 5 + step) as f64).sin())
}

/// `step` over the series gives the result of the model on the whole series.
macro_rules! steps_of_the_graph {
    ($($test:ident: $layer:ident($($argument:tt)*), $state:ident;)*) => {$(
        #[test]
        fn $test() {
            model! {
                struct Net;
                let x = Input(shape = [5, 2]);
                let rnn = $layer($($argument)*)(x);
                Model(inputs = x, outputs = rnn)
            }
            let mut net = Net::<f64>::new(&mut StdRng::seed_from_u64(1));
            filled(&mut net);
            let (x, mut state) = (series(), $state::default());
            for x in x.column_iter() {
                net.rnn.step(&x.into_owned(), &mut state);
            }
            let difference = (state.h - net.call(&x)).amax();
            assert!(difference < 1e-14, "{difference}");
        }
    )*};
}

steps_of_the_graph! {
    lstm: LSTM(4), LstmState;
    lstm_relu: LSTM(4, activation = relu), LstmState;
    lstm_tanh_by_name: LSTM(4, activation = tanh, recurrent_activation = sigmoid), LstmState;
    lstm_hard_sigmoid: LSTM(4, recurrent_activation = hard_sigmoid), LstmState;
    lstm_both: LSTM(4, activation = softsign, recurrent_activation = hard_sigmoid), LstmState;
    lstm_linear: LSTM(3, activation = linear, use_bias = false), LstmState;
    lstm_softmax: LSTM(3, activation = softmax), LstmState;
    lstm_of_ones_own: LSTM(3, activation = Cube), LstmState;
    lstm_dropout: LSTM(3, dropout = 0.5, recurrent_dropout = 0.5, activation = gelu), LstmState;
    gru: GRU(4), GruState;
    gru_relu: GRU(4, activation = relu), GruState;
    gru_before: GRU(4, reset_after = false), GruState;
    gru_before_relu: GRU(4, reset_after = false, activation = relu), GruState;
    gru_both: GRU(3, activation = softplus, recurrent_activation = hard_sigmoid), GruState;
    simple_rnn: SimpleRNN(4), SimpleRnnState;
    simple_rnn_relu: SimpleRNN(4, activation = relu), SimpleRnnState;
    simple_rnn_linear: SimpleRNN(4, activation = linear, use_bias = false), SimpleRnnState;
}

/// Backwards, the steps come in the layer's reading order.
#[test]
fn backwards() {
    model! {
        struct Net;
        let x = Input(shape = [5, 2]);
        let rnn = GRU(3, activation = relu, go_backwards = true)(x);
        Model(inputs = x, outputs = rnn)
    }
    let mut net = Net::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let (x, mut state) = (series(), GruState::default());
    for t in (0..5).rev() {
        net.rnn.step(&x.column(t).into_owned(), &mut state);
    }
    assert!((state.h - net.call(&x)).amax() < 1e-14);
}

#[test]
fn inside_of_other_layers_and_models() {
    model! {
        struct Both;
        let x = Input(shape = [5, 2]);
        let both = Bidirectional(LSTM(3, activation = relu))(x);
        Model(inputs = x, outputs = both)
    }
    let mut net = Both::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let (x, mut there, mut back) = (series(), LstmState::default(), LstmState::default());
    for t in 0..5 {
        net.both.forward.step(&x.column(t).into_owned(), &mut there);
        net.both.backward.step(&x.column(4 - t).into_owned(), &mut back);
    }
    let y = net.call(&x);
    assert!((there.h - y.fixed_rows::<3>(0)).amax() < 1e-14 && (back.h - y.fixed_rows::<3>(3)).amax() < 1e-14);

    model! {
        struct Each;
        let x = Input(shape = [1, 5, 2]);
        let each = TimeDistributed(SimpleRNN(3, activation = relu))(x);
        Model(inputs = x, outputs = each)
    }
    let mut net = Each::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let (x, mut state) = (series(), SimpleRnnState::default());
    for x in x.column_iter() {
        net.each.step(&x.into_owned(), &mut state);
    }
    assert!((state.h - net.call(&x)).amax() < 1e-14);

    model! {
        struct Outer;
        let x = Input(shape = [5, 2]);
        let twice = GRU(2, activation = relu);
        let y = concatenate([twice(x), twice(x)]);
        Model(inputs = x, outputs = y)
    }
    let mut net = Outer::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let (x, mut state) = (series(), GruState::default());
    for x in x.column_iter() {
        net.twice.step(&x.into_owned(), &mut state);
    }
    assert!((state.h - net.call(&x).fixed_rows::<2>(2)).amax() < 1e-14);
}

/// Sizes that only rustc knows have names of their own in the expansion.
#[test]
fn of_constant_sizes() {
    const UNITS: usize = 3;
    model! {
        struct Net;
        let x = Input(shape = [5, 2]);
        let rnn = LSTM(UNITS, activation = relu)(x);
        Model(inputs = x, outputs = rnn)
    }
    let mut net = Net::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let (x, mut state) = (series(), LstmState::default());
    for x in x.column_iter() {
        net.rnn.step(&x.into_owned(), &mut state);
    }
    assert!((state.h - net.call(&x)).amax() < 1e-14);
}

/// In a folded model, the kernel contains a BatchNormalization.
#[test]
fn of_a_folded_model() {
    model! {
        struct Net;
        let x = Input(shape = [5, 2]);
        let scaled = BatchNormalization()(x);
        let rnn = LSTM(3, activation = relu)(scaled);
        Model(inputs = x, outputs = rnn)
    }
    let mut net = Net::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net.rnn);
    net.scaled.moving_mean.fill(0.3);
    net.scaled.moving_variance.fill(2.0);
    let folded = net.fold();
    let (x, mut state) = (series(), LstmState::default());
    for x in x.column_iter() {
        folded.rnn.step(&x.into_owned(), &mut state);
    }
    let difference = (state.h - net.call(&x)).amax();
    assert!(difference < 1e-12, "{difference}");
}

/// `step` of the layer takes the settings that the weights do not know. A layer other than the graph's does not accept
/// the weights.
#[test]
fn by_the_layer() {
    model! {
        struct Net;
        let x = Input(shape = [5, 2]);
        let leaky = LSTM(3, activation = leaky_relu(0.1))(x);
        let before = GRU(3, use_bias = false, reset_after = false)(x);
        let rnn = SimpleRNN(3, activation = elu(alpha = 0.5))(x);
        Model(inputs = x, outputs = [leaky, before, rnn])
    }
    use nn::activations::{Elu, LeakyRelu};
    let mut net = Net::<f64>::new(&mut StdRng::seed_from_u64(1));
    filled(&mut net);
    let leaky = LSTM::<2, 3, 12, 1, 1, 0, 0>::DEFAULT.activation(LeakyRelu { negative_slope: 0.1 });
    let before = GRU { reset_after: false, ..GRU::<2, 3, 9, 0, 1, 0, 0>::DEFAULT };
    let rnn = SimpleRNN::<2, 3, 1, 1, 0, 0>::DEFAULT.activation(Elu { alpha: 0.5 });
    let x = series();
    let mut states = (LstmState::default(), GruState::default(), SimpleRnnState::default());
    for x in x.column_iter() {
        let x = x.into_owned();
        leaky.step(&net.leaky, &x, &mut states.0);
        before.step(&net.before, &x, &mut states.1);
        rnn.step(&net.rnn, &x, &mut states.2);
    }
    let y = net.call(&x);
    assert!((states.0.h - y.leaky).amax() < 1e-14);
    assert!((states.1.h - y.before).amax() < 1e-14);
    assert!((states.2.h - y.rnn).amax() < 1e-14);
}
