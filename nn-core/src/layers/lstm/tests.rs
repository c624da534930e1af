use super::*;
use crate::activations::{Gelu, HardSigmoid, Sigmoid, Softsign, Tanh};
use crate::constraints::Constraint;
use crate::layer::testing::{check_layer, check_masked};
use crate::layers::recurrent::checks::{MASKS, close, input, pattern, predict, predict_masked, train, train_masked};
use crate::layers::recurrent::{Cell, Recurrent, Run};
use crate::layers::{LSTM, LSTMWeights, LstmState};
use crate::tensor::storage::Buffer;
use crate::weights::Weights;
use crate::weights::initializers::Initializer;
use crate::weights::regularizers::Regularizer;
use crate::weights::zeroed_box;
use crate::{Inline, Layer, Pass, Train};
use nalgebra::{SMatrix, SVector};
use rand::{SeedableRng, rngs::StdRng};
use std::string::ToString;
use std::vec::Vec;

type X = SMatrix<f64, 3, 5>;
type H = SVector<f64, 2>;
type States = (X, H, H);
/// All steps and the last states.
type All = LSTM<3, 2, 8, 1, 5, 1, 0>;
/// The last step.
type Last = LSTM<3, 2, 8, 1, 1, 0, 0>;

#[test]
fn gradients_of_every_form() {
    check_layer::<X, _>(&Last::DEFAULT);
    check_layer::<X, _>(&LSTM::<3, 2, 8, 0, 5, 0, 0>::DEFAULT);
    check_layer::<X, _>(&LSTM { go_backwards: true, ..All::DEFAULT });
    check_layer::<States, _>(&All::DEFAULT);
    check_layer::<States, _>(&LSTM { go_backwards: true, ..Last::DEFAULT });
    check_layer::<SMatrix<f64, 3, 1>, _>(&Last::DEFAULT);
}

#[test]
fn gradients_under_a_mask() {
    check_masked::<X, _>(&Last::DEFAULT, MASKS);
    check_masked::<States, _>(&All::DEFAULT, MASKS);
    check_masked::<States, _>(&LSTM { go_backwards: true, ..All::DEFAULT }, MASKS);
    check_masked::<States, _>(&LSTM { zero_output_for_mask: true, ..All::DEFAULT }, MASKS);
    check_masked::<X, _>(&LSTM { zero_output_for_mask: true, ..Last::DEFAULT }, MASKS);
}

#[test]
fn gradients_of_activations_that_read_their_input() {
    check_layer::<X, _>(&Last::DEFAULT.activation(Softsign).recurrent_activation(HardSigmoid));
    check_layer::<X, _>(&All::DEFAULT.activation(Gelu));
}

#[test]
fn gradients_with_dropout() {
    check_layer::<States, _>(&LSTM::<3, 2, 8, 1, 5, 1, 3> { dropout: 0.4, ..LSTM::DEFAULT });
    check_layer::<X, _>(&LSTM { recurrent_dropout: 0.4, ..All::DEFAULT });
    check_layer::<X, _>(&LSTM::<3, 2, 8, 1, 5, 1, 3> { dropout: 0.4, recurrent_dropout: 0.4, ..LSTM::DEFAULT });
}

#[test]
fn gradients_of_penalties() {
    let regularizer = Regularizer { l1: 0.02, l2: 0.03 };
    check_layer::<X, _>(&LSTM {
        kernel_regularizer: regularizer,
        recurrent_regularizer: Regularizer { l1: 0.05, l2: 0.0 },
        bias_regularizer: regularizer,
        ..Last::DEFAULT
    });
}

/// The formulas, scalar by scalar, with indices as in Keras.
#[test]
fn the_formulas() {
    let w = pattern::<LSTMWeights<f64, 3, 2, 8, 1>>();
    let at = w.as_slice();
    let (kernel, recurrent, bias) =
        (|f: usize, g: usize| at[f * 8 + g], |u: usize, g: usize| at[24 + u * 8 + g], |g: usize| at[40 + g]);
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let x = input::<3, 5>(0);
    let (mut h, mut c, mut expected) = ([0.0; 2], [0.0; 2], Vec::new());
    for t in 0..5 {
        let mut z = [0.0; 8];
        for g in 0..8 {
            z[g] = bias(g);
            for f in 0..3 {
                z[g] += kernel(f, g) * x[(f, t)];
            }
            for u in 0..2 {
                z[g] += recurrent(u, g) * h[u];
            }
        }
        for u in 0..2 {
            c[u] = sigmoid(z[2 + u]) * c[u] + sigmoid(z[u]) * z[4 + u].tanh();
            h[u] = sigmoid(z[6 + u]) * c[u].tanh();
        }
        expected.extend(h);
    }
    let y = predict::<X, _>(&All::DEFAULT, &w, &[x]);
    close(&expected, &y[0]);
    close(&h, &y[1]);
    close(&c, &y[2]);
}

/// `layer(x, mask, initial_state = [h, c])` in Keras 3.15, in float64, with the weights of `pattern`.
#[test]
fn like_keras() {
    let w = pattern::<LSTMWeights<f64, 3, 2, 8, 1>>();
    let x = [input::<3, 5>(0), input::<3, 5>(4), input::<3, 5>(9)];
    let h = [input::<2, 1>(1), input::<2, 1>(3), input::<2, 1>(6)];
    let c = [input::<2, 1>(2), input::<2, 1>(5), input::<2, 1>(8)];

    // LSTM(2)
    let expected = [-0.2344279692, 0.0943227369, -0.1178636411, 0.1165993323, -0.1234314041, 0.1031110297];
    close(&expected, &predict::<X, _>(&Last::DEFAULT, &w, &x)[0]);
    close(&expected, &train::<X, _>(&Last::DEFAULT, &w, &x)[0]);

    // LSTM(2, activation = "softsign", recurrent_activation = "hard_sigmoid")
    let layer = Last::DEFAULT.activation(Softsign).recurrent_activation(HardSigmoid);
    let expected = [-0.1139544303, 0.0701817001, -0.0670958645, 0.0807603864, -0.0904841922, 0.0707072175];
    close(&expected, &predict::<States, _>(&layer, &pattern(), (&x, &h, &c))[0]);

    // LSTM(2, return_sequences = True, return_state = True)
    let given = (&x[..], &h[..], &c[..]);
    let first = [0.1090751656, -0.0415186674, 0.0292963482, 0.0062549724];
    let third = [-0.2522573016, 0.0530821306, -0.2633400704, 0.0596881492, -0.2220629267, 0.0167574832];
    let mut expected = [[0.0; 10]; 3];
    expected[0][2..4].copy_from_slice(&first[..2]);
    expected[0][6..8].copy_from_slice(&first[2..]);
    expected[2][2..8].copy_from_slice(&third);
    let zeros = expected;
    expected[0][4..6].copy_from_slice(&first[..2]);
    expected[0][8..].copy_from_slice(&first[2..]);
    expected[2][8..].copy_from_slice(&third[4..]);
    for y in [
        predict_masked::<States, _>(&All::DEFAULT, &w, given, MASKS),
        train_masked::<States, _>(&All::DEFAULT, &w, given, MASKS),
    ] {
        close(expected.as_flattened(), &y[0]);
        close(&[0.0292963482, 0.0062549724, -0.6666666667, 0.1666666667, -0.2220629267, 0.0167574832], &y[1]);
        close(&[0.0482870025, 0.0100512366, 1.0, -0.3333333333, -0.5161997241, 0.0268112164], &y[2]);
    }

    // LSTM(2, return_sequences = True, zero_output_for_mask = True)
    let layer = LSTM { zero_output_for_mask: true, ..All::DEFAULT };
    close(zeros.as_flattened(), &predict_masked::<States, _>(&layer, &w, given, MASKS)[0]);

    // LSTM(2, return_sequences = True, return_state = True, go_backwards = True)
    let y = predict_masked::<States, _>(&LSTM { go_backwards: true, ..All::DEFAULT }, &w, given, MASKS);
    close(
        &[0.0, 0.0, 0.1660891931, -0.1448754058, 0.1660891931, -0.1448754058, 0.0176671085, 0.0441201224],
        &y[0][..8],
    );
    close(&[-0.2154194277, -0.0082258528, -0.2194877774, 0.0212350681, -0.2434461303, 0.0677157555], &y[0][22..28]);
    close(&[0.0614734064, 0.0659385449, 1.0, -0.3333333333, -0.7046625697, 0.1179598248], &y[2]);
}

#[test]
fn steps_are_those_of_the_sequence() {
    let mut w = <LSTMWeights<f32, 3, 7, 28, 1> as Weights<f32>>::zeroed();
    Layer::<f32, SMatrix<f32, 3, 5>>::init(
        &LSTM::<3, 7, 28, 1, 5, 0, 0>::DEFAULT,
        &mut w,
        &mut StdRng::seed_from_u64(1),
    );
    let x = SMatrix::<f32, 3, 5>::from_fn(|f, t| (f * 5 + t) as f32 / 15.0 - 0.4);
    let (mut y, layer) = ([SMatrix::<f32, 7, 5>::zeros()], LSTM::<3, 7, 28, 1, 5, 0, 0>::DEFAULT);
    // No heap.
    let mut scratch = crate::Buffer::with_capacity(1);
    Layer::<f32, SMatrix<f32, 3, 5>>::forward::<Inline<1>>(&layer, &w, &[x], &mut y, Pass::inference(&mut scratch));
    let mut state = LstmState::default();
    for t in 0..5 {
        let h = *w.step(&x.column(t).into_owned(), &mut state);
        let difference = (h - y[0].column(t)).amax();
        assert!(difference <= f32::EPSILON, "step {t}: {difference}");
    }
    let layer = layer.activation(Softsign);
    let before = w;
    let mut w = <LSTMWeights<f32, 3, 7, 28, 1, Softsign> as Weights<f32>>::zeroed();
    w.as_mut_slice().copy_from_slice(before.as_slice());
    Layer::<f32, SMatrix<f32, 3, 5>>::forward::<Inline<1>>(&layer, &w, &[x], &mut y, Pass::inference(&mut scratch));
    state = LstmState::default();
    layer.step(&w, &x.column(0).into_owned(), &mut state);
    assert!((state.h - y[0].column(0)).amax() <= f32::EPSILON);
}

#[test]
fn fresh_weights() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut w = <LSTMWeights<f64, 3, 2, 8, 1> as Weights<f64>>::zeroed();
    Layer::<f64, X>::init(&Last::DEFAULT, &mut w, &mut rng);
    assert_eq!(w.bias.as_slice(), [0., 0., 1., 1., 0., 0., 0., 0.]);
    // Keras's (2, 8) recurrent kernel has orthogonal rows: columns here.
    assert!((w.recurrent_kernel.transpose() * w.recurrent_kernel - SMatrix::<f64, 2, 2>::identity()).amax() < 1e-12);
    assert!(w.kernel.amax() <= (6.0f64 / 11.0).sqrt());
    let layer = LSTM { unit_forget_bias: false, bias_initializer: Initializer::Ones, ..Last::DEFAULT };
    Layer::<f64, X>::init(&layer, &mut w, &mut rng);
    assert!(w.bias.iter().all(|&b| b == 1.0));
    let layer = LSTM { kernel_constraint: Constraint::NonNeg, ..Last::DEFAULT };
    Train::<f64, X>::constrain(&layer, &mut w);
    assert!(w.kernel.min() == 0.0 && w.recurrent_kernel.min() < 0.0);
    let mut names = Vec::new();
    <LSTMWeights<f64, 3, 2, 8, 1> as Weights<f64>>::variables(&crate::Path::ROOT, &mut |v| {
        names.push(std::format!("{} {}", v.path, v.shape));
    });
    assert_eq!(names, ["kernel (3, 8)", "recurrent_kernel (2, 8)", "bias (8,)"]);
}

#[test]
fn the_input_is_dropped_alike_at_every_step() {
    // With this kernel and bias, c sums up sigmoid(0) · linear(x), so the output shows which features are kept.
    type Wide = LSTM<100, 1, 4, 0, 7, 0, 100, crate::activations::Linear, Sigmoid>;
    let mut w = <LSTMWeights<f64, 100, 1, 4, 0, crate::activations::Linear> as Weights<f64>>::zeroed();
    w.kernel.row_mut(2).fill(1.0);
    let x = std::vec![SMatrix::<f64, 100, 7>::repeat(1.0); 50];
    let layer: Wide =
        LSTM::<100, 1, 4, 0, 7, 0, 100> { dropout: 0.25, ..LSTM::DEFAULT }.activation(crate::activations::Linear);
    let y = &train::<SMatrix<f64, 100, 7>, _>(&layer, &w, &x)[0];
    let mut kept = 0.0;
    for y in y.chunks_exact(7) {
        // c = c / 2 + s / 2 and h = c / 2, where s is the sum of the kept features: the same at all steps.
        let s = 4.0 * y[0];
        for t in 1..7 {
            assert!((y[t] - s * (1.0 - 0.5f64.powi(t as i32 + 1)) / 2.0).abs() < 1e-9);
        }
        let count = s * 0.75;
        assert!((count - count.round()).abs() < 1e-9, "each feature is dropped or multiplied by 4/3");
        kept += count;
    }
    assert!((3650.0..3850.0).contains(&kept), "{kept} of 5000 are kept at a rate of 0.25");
    let first: Vec<_> = y.chunks_exact(7).map(|y| y[0]).collect();
    assert!(first.iter().any(|y| *y != first[0]), "each sample drops its own features");
    let y = &predict::<SMatrix<f64, 100, 7>, _>(&layer, &w, &x)[0];
    assert!((y[0] - 25.0).abs() < 1e-9, "nothing is dropped in a prediction");
}

fn args(units: usize) -> Vec<Value> {
    SPEC.with(&[(arg::units, Value::Size(units))])
}

#[test]
fn shapes() {
    let (x, h) = (Shape::new(&[5, 3]), Shape::new(&[2]));
    let mut given = args(2);
    assert_eq!(infer(&given, &[x]).unwrap(), Inferred::new(h, &[3, 2, 8, 1, 1, 0, 0]));
    for flag in [arg::return_sequences, arg::return_state] {
        given[flag] = Value::Flag(true);
    }
    given[arg::dropout] = Value::Float(0.5);
    let all = Inferred::many(&[Shape::new(&[5, 2]), h, h], &[3, 2, 8, 1, 5, 1, 3]);
    assert_eq!(infer(&given, &[x, h, h]).unwrap(), all);
    // A value that only rustc can compute may be above 0.
    given[arg::dropout] = Value::Absent;
    assert_eq!(infer(&given, &[x]).unwrap().constant(6), 3);
}

#[test]
fn errors() {
    let (x, h) = (Shape::new(&[5, 3]), Shape::new(&[2]));
    let error = infer(&args(2), &[Shape::new(&[64])]).unwrap_err().to_string();
    assert!(error.starts_with("expected a sequence of shape (steps, features), but got (64,); "), "{error}");
    let error = infer(&args(2), &[Shape::new(&[5, 3, 2])]).unwrap_err().to_string();
    assert!(error.contains("TimeDistributed(Flatten())"), "{error}");
    let error = infer(&args(2), &[x, h]).unwrap_err().to_string();
    assert_eq!(error, "expected an initial state of 2 tensors, `[h, c]`, but got 1");
    let error = infer(&args(2), &[x, h, Shape::new(&[3])]).unwrap_err();
    assert_eq!(error.blame, crate::spec::shape::Blame::Input(2));
    assert_eq!(error.to_string(), "expected an initial state of shape (2,), but got (3,)");
    for (at, value, says) in [
        (arg::dropout, Value::Float(1.5), "from 0 to 1"),
        (arg::recurrent_dropout, Value::Float(-0.5), "from 0 to 1"),
        (arg::stateful, Value::Flag(true), "`return_state = true` gives the last state"),
    ] {
        let mut given = args(2);
        given[at] = value;
        let error = infer(&given, &[x]).unwrap_err();
        assert_eq!(error.blame, crate::spec::shape::Blame::Argument(at));
        assert!(error.to_string().contains(says), "{error}");
    }
}

/// The default activations: the constant names their types for a reader.
const _: LSTM<3, 2, 8, 1, 1, 0, 0, Tanh, Sigmoid> = Last::DEFAULT;

/// Tests equality to the last bit, even if the units leave a part of a vector.
#[test]
fn a_prediction_does_not_depend_on_the_samples_beside_it() {
    fn check<const U: usize, const G: usize>() {
        type X = SMatrix<f32, 3, 5>;
        let layer = LSTM::<3, U, G, 1, 1, 0, 0>::DEFAULT;
        let mut w = zeroed_box::<f32, LSTMWeights<f32, 3, U, G, 1>>();
        Layer::<f32, X>::init(&layer, &mut w, &mut StdRng::seed_from_u64(3));
        let x: [X; 11] = core::array::from_fn(|k| X::from_fn(|i, j| ((k * 5 + i * 3 + j) % 13) as f32 / 6.0 - 1.0));
        let mut together = [SVector::<f32, U>::zeros(); 11];
        let mut scratch = <LSTM<3, U, G, 1, 1, 0, 0> as Layer<f32, X>>::Scratch::<Inline<11>>::with_capacity(11);
        layer.forward::<Inline<11>>(&w, &x[..], &mut together[..], Pass::inference(&mut scratch));
        for (x, together) in x.iter().zip(&together) {
            let mut alone = [SVector::<f32, U>::zeros()];
            layer.forward::<Inline<11>>(&w, &[*x][..], &mut alone[..], Pass::inference(&mut scratch));
            assert_eq!(alone[0], *together);
            let mut state = LstmState::default();
            for x in x.column_iter() {
                layer.step(&w, &x.into_owned(), &mut state);
            }
            assert_eq!(state.h, *together);
        }
    }
    check::<1, 4>();
    check::<5, 20>();
    check::<20, 80>();
    check::<32, 128>();
    check::<36, 144>();
}

/// The input's share of the gates, from elsewhere.
#[test]
fn a_walk_from_the_gates() {
    type X = SMatrix<f64, 3, 5>;
    let w = pattern::<LSTMWeights<f64, 3, 2, 8, 1>>();
    let x = [input::<3, 5>(0), input::<3, 5>(4)];
    let expected = predict::<X, _>(&Last::DEFAULT, &w, &x);
    let (mut y, mut scratch) = ([0.0; 4], <Last as Layer<f64, X>>::Scratch::<Inline<2>>::with_capacity(2));
    let gates = |pre: &mut [f64]| {
        for (pre, x) in pre.chunks_exact_mut(8).zip(x.iter().flat_map(|x| x.column_iter())) {
            pre.copy_from_slice((w.kernel * x + w.bias).as_slice());
        }
    };
    let layer = Last::DEFAULT;
    let options = Recurrent::options(&layer);
    type Pass = <Last as Cell>::Sizes;
    let states = <Pass as Run<f64, X>>::run_from::<Inline<2>, _>(
        &layer,
        options,
        &w,
        2,
        gates,
        [&[]; 2],
        &[],
        &mut y,
        &mut scratch,
    );
    close(&expected[0], &y);
    close(&expected[0], states[0]);
}
