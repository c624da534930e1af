use super::*;
use crate::activations::{Gelu, Softmax, Softsign};
use crate::layer::testing::{check_layer, check_masked};
use crate::layers::recurrent::checks::{MASK, MASKS, close, input, pattern, predict, predict_masked, train};
use crate::layers::{SimpleRNN, SimpleRNNWeights, SimpleRnnState};
use crate::weights::Weights;
use crate::weights::regularizers::Regularizer;
use crate::{Inline, Layer, Pass};
use nalgebra::{SMatrix, SVector};
use rand::{SeedableRng, rngs::StdRng};

type X = SMatrix<f64, 3, 5>;
type H = SVector<f64, 2>;
/// All steps and the last state.
type All = SimpleRNN<3, 2, 1, 5, 1, 0>;
/// The last step.
type Last = SimpleRNN<3, 2, 1, 1, 0, 0>;

#[test]
fn gradients_of_every_form() {
    check_layer::<X, _>(&Last::DEFAULT);
    check_layer::<(X, H), _>(&All::DEFAULT);
    check_layer::<(X, H), _>(&SimpleRNN { go_backwards: true, ..All::DEFAULT });
    check_layer::<X, _>(&SimpleRNN::<3, 2, 0, 5, 0, 0>::DEFAULT);
    check_layer::<X, _>(&Last::DEFAULT.activation(Gelu));
    // An activation that reads all units of a step.
    check_layer::<X, _>(&All::DEFAULT.activation(Softmax));
}

#[test]
fn gradients_under_a_mask() {
    check_masked::<X, _>(&Last::DEFAULT, MASKS);
    check_masked::<(X, H), _>(&SimpleRNN { go_backwards: true, ..All::DEFAULT }, MASKS);
    check_masked::<(X, H), _>(&SimpleRNN { zero_output_for_mask: true, ..All::DEFAULT }, MASKS);
}

#[test]
fn gradients_with_dropout() {
    check_layer::<X, _>(&SimpleRNN::<3, 2, 1, 5, 1, 3> { dropout: 0.4, ..SimpleRNN::DEFAULT });
    check_layer::<X, _>(&SimpleRNN { recurrent_dropout: 0.4, ..All::DEFAULT });
    let both = SimpleRNN::<3, 2, 1, 5, 1, 3> { dropout: 0.4, recurrent_dropout: 0.4, ..SimpleRNN::DEFAULT };
    check_layer::<(X, H), _>(&both);
}

#[test]
fn gradients_of_penalties() {
    let regularizer = Regularizer { l1: 0.02, l2: 0.03 };
    check_layer::<X, _>(&SimpleRNN {
        kernel_regularizer: regularizer,
        recurrent_regularizer: Regularizer { l1: 0.05, l2: 0.0 },
        bias_regularizer: regularizer,
        ..Last::DEFAULT
    });
}

/// A masked step has the same effect as no step.
#[test]
fn a_mask_leaves_steps_out() {
    let w = pattern::<SimpleRNNWeights<f64, 3, 2, 1>>();
    let x = input::<3, 5>(0);
    let short = SMatrix::<f64, 3, 2>::from_columns(&[x.column(1), x.column(3)]);
    for go_backwards in [false, true] {
        let layer = SimpleRNN { go_backwards, ..SimpleRNN::<3, 2, 1, 2, 1, 0>::DEFAULT };
        let expected = predict::<SMatrix<f64, 3, 2>, _>(&layer, &w, &[short]);
        let layer = SimpleRNN { go_backwards, ..All::DEFAULT };
        let y = predict_masked::<X, _>(&layer, &w, &[x], &[Some(&MASK[..5])]);
        close(&expected[0], &[y[0][2], y[0][3], y[0][6], y[0][7]]);
        close(&expected[1], &y[1]);
    }
}

/// `layer(x, mask, initial_state = [h])` in Keras 3.15, in float64, with the weights of `pattern`.
#[test]
fn like_keras() {
    let w = pattern::<SimpleRNNWeights<f64, 3, 2, 1>>();
    let x = [input::<3, 5>(0), input::<3, 5>(4), input::<3, 5>(9)];
    let h = [input::<2, 1>(1), input::<2, 1>(3), input::<2, 1>(6)];

    // SimpleRNN(2)
    let expected = [-0.0846537398, -0.7113431043, 0.700539658, -0.8003702353, 0.5271805431, -0.8083981285];
    close(&expected, &predict::<X, _>(&Last::DEFAULT, &w, &x)[0]);
    close(&expected, &train::<X, _>(&Last::DEFAULT, &w, &x)[0]);

    // SimpleRNN(2, use_bias = False, activation = "softsign")
    let none = pattern::<SimpleRNNWeights<f64, 3, 2, 0, Softsign>>();
    let layer = SimpleRNN::<3, 2, 0, 1, 0, 0>::DEFAULT.activation(Softsign);
    let expected = [-0.1786058838, -0.210019769, 0.4070014962, -0.3127995431, 0.3145943474, -0.3169987765];
    close(&expected, &predict::<(X, H), _>(&layer, &none, (&x, &h))[0]);

    // SimpleRNN(2, return_sequences = True, return_state = True)
    let given = (&x[..], &h[..]);
    let y = predict_masked::<(X, H), _>(&All::DEFAULT, &w, given, MASKS);
    close(&[0.0, 0.0, -0.0333209931, -0.5716699661, -0.0333209931, -0.5716699661], &y[0][..6]);
    close(&[-0.3941185679, -0.625100414, -0.1886534856, -0.7340854107, -0.259116013, -0.6841595037], &y[0][22..28]);
    close(&[-0.1009817148, -0.1044519527, -0.6666666667, 0.1666666667, -0.259116013, -0.6841595037], &y[1]);

    // SimpleRNN(2, return_sequences = True, return_state = True, go_backwards = True)
    let y = predict_masked::<(X, H), _>(&SimpleRNN { go_backwards: true, ..All::DEFAULT }, &w, given, MASKS);
    close(&[0.0, 0.0, -0.5716699661, 0.2605204458, -0.5716699661, 0.2605204458], &y[0][..6]);
    close(&[-0.673251521, -0.4355021139, -0.3613459278, -0.7067451199, 0.0547714748, -0.7988249931], &y[0][22..28]);
    close(&[-0.0328643252, -0.6480003474, -0.6666666667, 0.1666666667, 0.0547714748, -0.7988249931], &y[1]);
}

#[test]
fn steps_are_those_of_the_sequence() {
    type Steps = SMatrix<f32, 3, 5>;
    let layer = SimpleRNN::<3, 7, 1, 5, 0, 0>::DEFAULT;
    let mut w = <SimpleRNNWeights<f32, 3, 7, 1> as Weights<f32>>::zeroed();
    Layer::<f32, Steps>::init(&layer, &mut w, &mut StdRng::seed_from_u64(1));
    let x = Steps::from_fn(|f, t| (f * 5 + t) as f32 / 15.0 - 0.4);
    let mut y = [SMatrix::<f32, 7, 5>::zeros()];
    let mut scratch = crate::Buffer::with_capacity(1);
    Layer::<f32, Steps>::forward::<Inline<1>>(&layer, &w, &[x], &mut y, Pass::inference(&mut scratch));
    let mut state = SimpleRnnState::default();
    for t in 0..5 {
        let h = *w.step(&x.column(t).into_owned(), &mut state);
        let difference = (h - y[0].column(t)).amax();
        assert!(difference <= f32::EPSILON, "step {t}: {difference}");
    }
}

/// With an identity as recurrent kernel and input at the first step only, a unit lives until it is dropped.
#[test]
fn the_state_is_dropped_alike_at_every_step() {
    type Long = SMatrix<f64, 1, 3>;
    let mut w = <SimpleRNNWeights<f64, 1, 40, 0, crate::activations::Linear> as Weights<f64>>::zeroed();
    w.recurrent_kernel = SMatrix::identity();
    w.kernel.fill(1.0);
    let layer = SimpleRNN { recurrent_dropout: 0.25, ..SimpleRNN::<1, 40, 0, 3, 0, 0>::DEFAULT };
    let layer = layer.activation(crate::activations::Linear);
    let y = &train::<Long, _>(&layer, &w, &std::vec![Long::new(1.0, 0.0, 0.0); 100])[0];
    let mut kept = 0;
    for y in y.chunks_exact(120) {
        for u in 0..40 {
            // The first step starts from zero, so nothing is dropped yet.
            let (first, second, third) = (y[u], y[40 + u], y[80 + u]);
            assert_eq!(first, 1.0);
            assert!(second == 0.0 && third == 0.0 || (second - 4.0 / 3.0).abs() + (third - 16.0 / 9.0).abs() < 1e-9);
            kept += usize::from(second > 0.0);
        }
    }
    assert!((2900..3100).contains(&kept), "{kept} of 4000 are kept at a rate of 0.25");
}

/// As in Keras, a cell with gates drops nothing at a rate of 1.
#[test]
fn a_rate_of_one() {
    use crate::layers::{LSTM, LSTMWeights};
    let w = pattern::<SimpleRNNWeights<f64, 3, 2, 0>>();
    let layer = SimpleRNN { dropout: 1.0, ..SimpleRNN::<3, 2, 0, 5, 0, 3>::DEFAULT };
    assert_eq!(train::<X, _>(&layer, &w, &[input(0)])[0], [0.0; 10]);
    let w = pattern::<LSTMWeights<f64, 3, 2, 8, 0>>();
    let layer = LSTM { dropout: 1.0, recurrent_dropout: 1.0, ..LSTM::<3, 2, 8, 0, 5, 0, 3>::DEFAULT };
    assert_eq!(train::<X, _>(&layer, &w, &[input(0)]), predict::<X, _>(&layer, &w, &[input(0)]));
}

#[test]
fn shapes() {
    let (x, h) = (Shape::new(&[5, 3]), Shape::new(&[2]));
    let mut args = SPEC.with(&[(arg::units, Value::Size(2)), (arg::use_bias, Value::Flag(false))]);
    assert_eq!(infer(&args, &[x]).unwrap(), Inferred::new(h, &[3, 2, 0, 1, 0, 0]));
    for flag in [arg::use_bias, arg::return_sequences, arg::return_state] {
        args[flag] = Value::Flag(true);
    }
    args[arg::dropout] = Value::Float(0.5);
    let all = Inferred::many(&[Shape::new(&[5, 2]), h], &[3, 2, 1, 5, 1, 3]);
    assert_eq!(infer(&args, &[x, h]).unwrap(), all);
}
