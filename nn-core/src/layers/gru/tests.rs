use super::*;
use crate::activations::{HardSigmoid, Softsign};
use crate::layer::testing::{check_layer, check_masked};
use crate::layers::recurrent::checks::{MASKS, close, input, pattern, predict, predict_masked, train, train_masked};
use crate::layers::{GRU, GRUWeights, GruState};
use crate::weights::Weights;
use crate::weights::regularizers::Regularizer;
use crate::{Inline, Layer, Pass};
use nalgebra::{SMatrix, SVector};
use rand::{SeedableRng, rngs::StdRng};
use std::string::ToString;
use std::vec::Vec;

type X = SMatrix<f64, 3, 5>;
type H = SVector<f64, 2>;
/// All steps and the last state, with the reset gate after the product and before it.
type After = GRU<3, 2, 6, 2, 5, 1, 0>;
type Before = GRU<3, 2, 6, 1, 5, 1, 0>;
/// The last step.
type Last = GRU<3, 2, 6, 2, 1, 0, 0>;

#[test]
fn gradients_of_every_form() {
    check_layer::<X, _>(&Last::DEFAULT);
    check_layer::<(X, H), _>(&After::DEFAULT);
    check_layer::<(X, H), _>(&Before::DEFAULT);
    check_layer::<X, _>(&GRU { go_backwards: true, ..After::DEFAULT });
    check_layer::<(X, H), _>(&GRU { go_backwards: true, ..Before::DEFAULT });
    check_layer::<X, _>(&GRU::<3, 2, 6, 0, 5, 0, 0>::DEFAULT);
    check_layer::<(X, H), _>(&GRU { reset_after: false, ..GRU::<3, 2, 6, 0, 1, 0, 0>::DEFAULT });
}

#[test]
fn gradients_under_a_mask() {
    check_masked::<X, _>(&Last::DEFAULT, MASKS);
    check_masked::<(X, H), _>(&After::DEFAULT, MASKS);
    check_masked::<(X, H), _>(&Before::DEFAULT, MASKS);
    check_masked::<(X, H), _>(&GRU { go_backwards: true, ..After::DEFAULT }, MASKS);
    check_masked::<(X, H), _>(&GRU { zero_output_for_mask: true, ..Before::DEFAULT }, MASKS);
}

#[test]
fn gradients_of_activations_that_read_their_input() {
    check_layer::<X, _>(&Last::DEFAULT.activation(Softsign).recurrent_activation(HardSigmoid));
    check_layer::<X, _>(&Before::DEFAULT.activation(Softsign).recurrent_activation(HardSigmoid));
}

#[test]
fn gradients_with_dropout() {
    check_layer::<X, _>(&GRU::<3, 2, 6, 2, 5, 1, 3> { dropout: 0.4, ..GRU::DEFAULT });
    check_layer::<X, _>(&GRU { recurrent_dropout: 0.4, ..After::DEFAULT });
    check_layer::<(X, H), _>(&GRU { recurrent_dropout: 0.4, ..Before::DEFAULT });
    check_layer::<X, _>(&GRU::<3, 2, 6, 1, 5, 1, 3> { dropout: 0.4, recurrent_dropout: 0.4, ..GRU::DEFAULT });
}

#[test]
fn gradients_of_penalties() {
    let regularizer = Regularizer { l1: 0.02, l2: 0.03 };
    check_layer::<X, _>(&GRU {
        kernel_regularizer: regularizer,
        recurrent_regularizer: Regularizer { l1: 0.05, l2: 0.0 },
        bias_regularizer: regularizer,
        ..Last::DEFAULT
    });
}

/// The formulas of both forms, scalar by scalar, with indices as in Keras.
#[test]
fn the_formulas() {
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let x = input::<3, 5>(0);
    let formulas = |at: &[f64], after: bool| {
        let kernel = |f: usize, g: usize| at[f * 6 + g];
        let recurrent = |u: usize, g: usize| at[18 + u * 6 + g];
        let bias = |column: usize, g: usize| if column == 0 || after { at[30 + column * 6 + g] } else { 0.0 };
        let (mut h, mut y) = ([0.0; 2], Vec::new());
        for t in 0..5 {
            let input = |g: usize| bias(0, g) + (0..3).map(|f| kernel(f, g) * x[(f, t)]).sum::<f64>();
            let state = |g: usize, h: [f64; 2]| bias(1, g) + (0..2).map(|u| recurrent(u, g) * h[u]).sum::<f64>();
            let z = [0, 1].map(|u| sigmoid(input(u) + state(u, h)));
            let r = [2, 3].map(|u| sigmoid(input(u) + state(u, h)));
            let reset = [r[0] * h[0], r[1] * h[1]];
            let n = [0, 1]
                .map(|u| (input(4 + u) + if after { r[u] * state(4 + u, h) } else { state(4 + u, reset) }).tanh());
            h = [0, 1].map(|u| z[u] * h[u] + (1.0 - z[u]) * n[u]);
            y.extend(h);
        }
        y
    };
    let w = pattern::<GRUWeights<f64, 3, 2, 6, 2>>();
    close(&formulas(w.as_slice(), true), &predict::<X, _>(&After::DEFAULT, &w, &[x])[0]);
    let w = pattern::<GRUWeights<f64, 3, 2, 6, 1>>();
    close(&formulas(w.as_slice(), false), &predict::<X, _>(&Before::DEFAULT, &w, &[x])[0]);
}

/// `layer(x, mask, initial_state = [h])` in Keras 3.15, in float64, with the weights of `pattern`.
#[test]
fn like_keras() {
    let after = pattern::<GRUWeights<f64, 3, 2, 6, 2>>();
    let before = pattern::<GRUWeights<f64, 3, 2, 6, 1>>();
    let none = pattern::<GRUWeights<f64, 3, 2, 6, 0>>();
    let x = [input::<3, 5>(0), input::<3, 5>(4), input::<3, 5>(9)];
    let h = [input::<2, 1>(1), input::<2, 1>(3), input::<2, 1>(6)];

    // GRU(2)
    let expected = [0.2246813076, -0.2420101433, -0.0280627836, 0.0966071847, 0.024626865, 0.0040916286];
    close(&expected, &predict::<X, _>(&Last::DEFAULT, &after, &x)[0]);
    close(&expected, &train::<X, _>(&Last::DEFAULT, &after, &x)[0]);

    // GRU(2, reset_after = False)
    let expected = [0.2552195907, -0.0988015226, -0.0614848113, 0.2506737483, -0.0034565005, 0.1712333508];
    close(&expected, &predict::<X, _>(&GRU::<3, 2, 6, 1, 1, 0, 0>::DEFAULT, &before, &x)[0]);

    // GRU(2, use_bias = False)
    let layer = GRU::<3, 2, 6, 0, 1, 0, 0>::DEFAULT;
    let expected = [0.103435388, 0.0789254193, -0.1467004963, 0.4193445098, -0.085765942, 0.3619227223];
    close(&expected, &predict::<(X, H), _>(&layer, &none, (&x, &h))[0]);

    // GRU(2, use_bias = False, reset_after = False, activation = "softsign", recurrent_activation = "hard_sigmoid")
    let layer = GRU { reset_after: false, ..layer }.activation(Softsign).recurrent_activation(HardSigmoid);
    let expected = [0.0944191687, 0.0603056537, -0.1431523466, 0.2972302361, -0.0782951024, 0.2599263481];
    close(&expected, &predict::<(X, H), _>(&layer, &pattern(), (&x, &h))[0]);

    // GRU(2, return_sequences = True, return_state = True)
    let given = (&x[..], &h[..]);
    let first = [0.0, 0.0, -0.1035580783, 0.4669817384, -0.1035580783, 0.4669817384, 0.0832149227, 0.0763598302];
    let third = [0.2042717857, 0.3368998398, 0.2585243161, 0.155225715, 0.1922926507, -0.0270295266];
    for y in [
        predict_masked::<(X, H), _>(&After::DEFAULT, &after, given, MASKS),
        train_masked::<(X, H), _>(&After::DEFAULT, &after, given, MASKS),
    ] {
        close(&first, &y[0][..8]);
        close(&[0.0; 12], &y[0][10..22]);
        close(&third, &y[0][22..28]);
        close(&third[4..], &y[0][28..]);
        close(&[first[6], first[7], -0.6666666667, 0.1666666667, third[4], third[5]], &y[1]);
    }

    // GRU(2, reset_after = False, return_sequences = True, return_state = True, go_backwards = True)
    let y = predict_masked::<(X, H), _>(&GRU { go_backwards: true, ..Before::DEFAULT }, &before, given, MASKS);
    let first = [0.0, 0.0, 0.1456893692, 0.2493556603, 0.1456893692, 0.2493556603, -0.0119994356, 0.2855917692];
    close(&first, &y[0][..8]);
    let third = [0.1669690998, 0.2912412477, 0.246810489, 0.1868431969, 0.3053618456, 0.1758828674];
    close(&third, &y[0][22..28]);
    close(&[first[6], first[7], -0.6666666667, 0.1666666667, third[4], third[5]], &y[1]);
}

#[test]
fn steps_are_those_of_the_sequence() {
    type Steps = SMatrix<f32, 3, 5>;
    type W<const NB: usize> = GRUWeights<f32, 3, 7, 21, NB>;
    type State = GruState<f32, 7>;
    fn check<const NB: usize>(layer: GRU<3, 7, 21, NB, 5, 0, 0>, step: impl Fn(&W<NB>, &SVector<f32, 3>, &mut State)) {
        let mut w = <W<NB> as Weights<f32>>::zeroed();
        Layer::<f32, Steps>::init(&layer, &mut w, &mut StdRng::seed_from_u64(1));
        let x = Steps::from_fn(|f, t| (f * 5 + t) as f32 / 15.0 - 0.4);
        let mut y = [SMatrix::<f32, 7, 5>::zeros()];
        let mut scratch = crate::Buffer::with_capacity(1);
        Layer::<f32, Steps>::forward::<Inline<1>>(&layer, &w, &[x], &mut y, Pass::inference(&mut scratch));
        let (mut state, mut of_layer) = (GruState::default(), GruState::default());
        for t in 0..5 {
            let x = x.column(t).into_owned();
            step(&w, &x, &mut state);
            layer.step(&w, &x, &mut of_layer);
            let difference = (state.h - y[0].column(t)).amax();
            assert!(difference <= f32::EPSILON, "step {t}: {difference}");
            assert_eq!(state, of_layer);
        }
    }
    let layer = GRU::<3, 7, 21, 0, 5, 0, 0>::DEFAULT;
    check(layer, |w, x, state| _ = layer.step(w, x, state));
    check::<1>(GRU::DEFAULT, |w, x, state| _ = w.step(x, state));
    check::<2>(GRU::DEFAULT, |w, x, state| _ = w.step(x, state));
}

#[test]
fn the_bias_has_keras_shape() {
    fn shapes<const NB: usize>() -> Vec<std::string::String> {
        let mut shapes = Vec::new();
        <GRUWeights<f64, 3, 2, 6, NB> as Weights<f64>>::variables(&crate::Path::ROOT, &mut |v| {
            shapes.push(std::format!("{} {}", v.path, v.shape));
        });
        shapes
    }
    assert_eq!(shapes::<2>(), ["kernel (3, 6)", "recurrent_kernel (2, 6)", "bias (2, 6)"]);
    assert_eq!(shapes::<1>()[2], "bias (6,)");
    assert_eq!(shapes::<0>().len(), 2);
}

#[test]
fn shapes_and_errors() {
    let (x, h) = (Shape::new(&[5, 3]), Shape::new(&[2]));
    let mut args = SPEC.with(&[(arg::units, Value::Size(2))]);
    assert_eq!(infer(&args, &[x]).unwrap(), Inferred::new(h, &[3, 2, 6, 2, 1, 0, 0]));
    for (flag, value) in [(arg::reset_after, false), (arg::return_sequences, true), (arg::return_state, true)] {
        args[flag] = Value::Flag(value);
    }
    args[arg::dropout] = Value::Float(0.5);
    let all = Inferred::many(&[Shape::new(&[5, 2]), h], &[3, 2, 6, 1, 5, 1, 3]);
    assert_eq!(infer(&args, &[x, h]).unwrap(), all);
    let error = infer(&args, &[x, h, h]).unwrap_err().to_string();
    assert_eq!(error, "expected an initial state of 1 tensor, `[h]`, but got 2");
}
