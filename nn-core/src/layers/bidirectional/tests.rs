use super::merge_mode::{AVE, CONCAT, MUL, NONE, SUM};
use super::*;
use crate::layer::testing::{check_layer, check_masked};
use crate::layers::recurrent::checks::{MASKS, close, input, pattern, predict, predict_masked, train};
use crate::layers::{
    Bidirectional, BidirectionalWeights, GRU, GRUWeights, LSTM, LSTMWeights, SimpleRNN, SimpleRNNWeights,
};
use crate::weights::Weights;
use crate::weights::regularizers::Regularizer;
use nalgebra::{SMatrix, SVector};
use std::string::ToString;
use std::vec::Vec;

type X = SMatrix<f64, 3, 5>;
type H = SVector<f64, 2>;
type Rnn<const P: usize, const STATE: usize> = SimpleRNN<3, 2, 1, P, STATE, 0>;

#[test]
fn gradients_of_every_mode() {
    check_layer::<X, _>(&Bidirectional::<_, CONCAT, 3, 2, 4, 5, 0>::new(Rnn::<5, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, SUM, 3, 2, 2, 5, 0>::new(Rnn::<5, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, MUL, 3, 2, 2, 5, 0>::new(Rnn::<5, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, AVE, 3, 2, 2, 5, 0>::new(Rnn::<5, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, NONE, 3, 2, 2, 5, 0>::new(Rnn::<5, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, CONCAT, 3, 2, 4, 1, 0>::new(Rnn::<1, 0>::DEFAULT));
    check_layer::<X, _>(&Bidirectional::<_, MUL, 3, 2, 2, 1, 0>::new(Rnn::<1, 0>::DEFAULT));
}

#[test]
fn gradients_of_every_layer_with_states() {
    type Pair = (X, H, H);
    type Four = (X, H, H, H, H);
    check_layer::<Pair, _>(&Bidirectional::<_, CONCAT, 3, 2, 4, 5, 2>::new(Rnn::<5, 1>::DEFAULT));
    check_layer::<Pair, _>(&Bidirectional::<_, NONE, 3, 2, 2, 5, 2>::new(GRU::<3, 2, 6, 2, 5, 1, 0>::DEFAULT));
    check_layer::<Four, _>(&Bidirectional::<_, MUL, 3, 2, 2, 1, 4>::new(LSTM::<3, 2, 8, 1, 1, 1, 0>::DEFAULT));
    check_layer::<Four, _>(&Bidirectional::<_, NONE, 3, 2, 2, 5, 4>::new(LSTM::<3, 2, 8, 1, 5, 1, 0>::DEFAULT));
    let masked = Bidirectional::<_, MUL, 3, 2, 2, 5, 2>::new(GRU::<3, 2, 6, 1, 5, 1, 0>::DEFAULT);
    check_masked::<Pair, _>(&masked, MASKS);
}

#[test]
fn gradients_with_dropout_and_penalties() {
    let layer = GRU::<3, 2, 6, 2, 5, 0, 3> {
        dropout: 0.4,
        kernel_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
        ..GRU::DEFAULT
    };
    check_layer::<X, _>(&Bidirectional::<_, CONCAT, 3, 2, 4, 5, 0>::new(layer));
}

/// `layer(x, mask, initial_state)` in Keras 3.15, in float64, with the weights of `pattern`.
#[test]
fn like_keras() {
    let x = [input::<3, 5>(0), input::<3, 5>(4), input::<3, 5>(9)];
    let h = [input::<2, 1>(1), input::<2, 1>(3), input::<2, 1>(6)];
    let c = [input::<2, 1>(2), input::<2, 1>(5), input::<2, 1>(8)];
    let rnn = pattern::<BidirectionalWeights<SimpleRNNWeights<f64, 3, 2, 1>>>();

    // Bidirectional(LSTM(2))
    let w = pattern::<BidirectionalWeights<LSTMWeights<f64, 3, 2, 8, 1>>>();
    let layer = Bidirectional::<_, CONCAT, 3, 2, 4, 1, 0>::new(LSTM::<3, 2, 8, 1, 1, 0, 0>::DEFAULT);
    let first = [-0.2344279692, 0.0943227369, 0.1068921147, -0.1899693927, -0.1178636411, 0.1165993323];
    let second = [-0.0246501041, -0.0762149337, -0.1234314041, 0.1031110297, 0.0179864241, -0.1428710355];
    for y in [predict::<X, _>(&layer, &w, &x), train::<X, _>(&layer, &w, &x)] {
        close(&[first, second].concat(), &y[0]);
    }

    // Bidirectional(LSTM(2, return_sequences = True, return_state = True), merge_mode = "mul"), states [h, c, c, h]
    type Four = (X, H, H, H, H);
    let layer = Bidirectional::<_, MUL, 3, 2, 2, 5, 4>::new(LSTM::<3, 2, 8, 1, 5, 1, 0>::DEFAULT);
    let y = predict_masked::<Four, _>(&layer, &w, (&x, &h, &c, &c, &h), MASKS);
    let first = [0.0, 0.0, 0.0009804978, -0.0042921284, 0.0, 0.0, -0.0023614053, 0.0007031818, 0.0, 0.0];
    close(&first, &y[0][..10]);
    close(&[-0.0090961762, -0.007233976, 0.0152420768, 0.0048233716, 0.0296283004, 0.0033254784], &y[0][22..28]);
    close(&[0.0292963482, 0.0062549724, -0.6666666667, 0.1666666667, -0.2220629267, 0.0167574832], &y[1]);
    close(&[0.0089891934, 0.1033782784, 1.0, -0.3333333333, 0.0360591198, -0.1362789316], &y[3]);
    close(&[0.0140016891, 0.2128997672, -0.6666666667, 0.1666666667, 0.0612261009, -0.2432630154], &y[4]);

    // Bidirectional(GRU(2, return_sequences = True, return_state = True), merge_mode = None), states [h, c]
    let w = pattern::<BidirectionalWeights<GRUWeights<f64, 3, 2, 6, 2>>>();
    let layer = Bidirectional::<_, NONE, 3, 2, 2, 5, 2>::new(GRU::<3, 2, 6, 2, 5, 1, 0>::DEFAULT);
    let y = predict_masked::<(X, H, H), _>(&layer, &w, (&x, &h, &c), MASKS);
    close(&[0.0, 0.0, -0.1035580783, 0.4669817384, 0.0, 0.0, 0.0832149227, 0.0763598302], &y[0][..8]);
    close(&[0.0, 0.0, 0.2796076342, -0.4069729995, 0.0, 0.0, 0.2752245386, -0.3463139489], &y[1][..8]);
    close(&[-0.3245122751, -0.1545923392, -0.4727175572, 0.0405395579, -0.6538219821, 0.1917042131], &y[1][22..28]);
    close(&[0.2796076342, -0.4069729995, 1.0, -0.3333333333, -0.3245122751, -0.1545923392], &y[3]);

    // Bidirectional(SimpleRNN(2, return_state = True), merge_mode = "ave")
    let layer = Bidirectional::<_, AVE, 3, 2, 2, 1, 2>::new(Rnn::<1, 1>::DEFAULT);
    let y = predict_masked::<X, _>(&layer, &rnn, &x, MASKS);
    close(&[-0.3008373864, 0.2370526451, 0.0, 0.0, -0.4312072669, -0.252872907], &y[0]);
    close(&[-0.6778132983, 0.6138391978, 0.0, 0.0, -0.6664543885, 0.1802082028], &y[2]);

    // Bidirectional(SimpleRNN(2, return_sequences = True), merge_mode = "sum")
    let layer = Bidirectional::<_, SUM, 3, 2, 2, 5, 0>::new(Rnn::<5, 0>::DEFAULT);
    let y = predict::<X, _>(&layer, &rnn, &x);
    close(&[-0.1987145831, -0.0541408676, -0.0460691136, -0.161693567, 0.4717440738, -0.3697314382], &y[0][..6]);

    // Bidirectional(SimpleRNN(2, zero_output_for_mask = True)): without sequences the option has no effect
    let layer = SimpleRNN { zero_output_for_mask: true, ..Rnn::<1, 0>::DEFAULT };
    let y = predict_masked::<X, _>(&Bidirectional::<_, CONCAT, 3, 2, 4, 1, 0>::new(layer), &rnn, &x, MASKS);
    close(&[0.0761385255, -0.1397339076, -0.6778132983, 0.6138391978, 0.0, 0.0, 0.0, 0.0], &y[0][..8]);
}

#[test]
fn both_directions_have_weights() {
    type W = BidirectionalWeights<SimpleRNNWeights<f64, 3, 2, 1>>;
    let mut names = Vec::new();
    <W as Weights<f64>>::variables(&crate::Path::ROOT.join("both"), &mut |v| names.push(v.path.to_string()));
    let expected = ["kernel", "recurrent_kernel", "bias"];
    let expected: Vec<_> = ["forward", "backward"]
        .iter()
        .flat_map(|direction| expected.map(|name| std::format!("both.{direction}.{name}")))
        .collect();
    assert_eq!(names, expected);
    assert_eq!((<W as Weights<f64>>::COUNT, <W as Weights<f64>>::LAYERS), (24, 2));
}

fn args(layer: Value, mode: usize) -> Vec<Value> {
    SPEC.with(&[(arg::layer, layer), (arg::merge_mode, Value::Choice(mode))])
}

#[test]
fn shapes_and_errors() {
    let (x, h, y) = (Shape::new(&[5, 3]), Shape::new(&[2]), Shape::new(&[5, 2]));
    let lstm = Value::Layer(Inferred::many(&[y, h, h], &[3, 2, 8, 1, 5, 1, 0]));
    let concat = infer(&args(lstm, CONCAT), &[x]).unwrap();
    assert_eq!(concat, Inferred::many(&[Shape::new(&[5, 4]), h, h, h, h], &[CONCAT, 3, 2, 4, 5, 4]));
    let none = infer(&args(lstm, NONE), &[x, h, h, h, h]).unwrap();
    assert_eq!(none, Inferred::many(&[y, y, h, h, h, h], &[NONE, 3, 2, 2, 5, 4]));
    let rnn = Value::Layer(Inferred::new(h, &[3, 2, 1, 1, 0, 0]));
    let sum = infer(&args(rnn, SUM), &[x]).unwrap();
    assert_eq!(sum, Inferred::new(h, &[SUM, 3, 2, 2, 1, 0]));

    assert_eq!(inner(&[], &[x, h, h, h, h]).unwrap().outputs(), [x, h, h]);
    let error = inner(&[], &[x, h]).unwrap_err().to_string();
    assert!(error.ends_with("`[h, c, h_back, c_back]`, but got 1"), "{error}");
    let error = infer(&args(lstm, CONCAT), &[x, h, h, h, y]).unwrap_err().to_string();
    assert_eq!(error, "expected an initial state of shape (2,), but got (5, 2)");
    let other = Value::Layer(Inferred::new(Shape::new(&[2, 5, 3]), &[]));
    assert!(infer(&args(other, SUM), &[x]).unwrap_err().to_string().contains("a recurrent layer"));
}
