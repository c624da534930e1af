//! Layers with arguments of every kind, right and wrong.

use super::{Random, answers, count};
use nn_core::layers::LAYERS;
use nn_core::spec::{Dtype, Kind};

/// A value that an argument of this kind accepts, sensible or not.
fn value(kind: Kind, random: &mut Random) -> String {
    let whole = [
        "-7",
        "-2",
        "-1",
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "4294967295",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
        "-99999999999999999999",
        "N",
    ];
    let mut one = || whole[random.below(whole.len())].to_string();
    match kind {
        Kind::Size | Kind::Int => one(),
        Kind::Sizes | Kind::Ints | Kind::Axes | Kind::Dims | Kind::Floats => {
            let count = 1 + one().len() % 4;
            format!("[{}]", (0..count).map(|_| one()).collect::<Vec<_>>().join(", "))
        }
        Kind::Pairs => match one().len() % 3 {
            0 => one(),
            1 => format!("[{}, {}]", one(), one()),
            _ => format!("(({}, {}), {})", one(), one(), one()),
        },
        Kind::Float => match &*one() {
            "N" => ["1e999", "-1e999", "1e-999", "f64::NAN"][random.below(4)].to_string(),
            whole => format!("{whole}.5"),
        },
        Kind::Flag => ["true", "false"][random.below(2)].to_string(),
        Kind::ActivationAfter | Kind::Activation(_) => ["tanh", "None", "softmax"][random.below(3)].to_string(),
        Kind::Choice(names) => names[random.below(names.len())].to_string(),
        Kind::Layer => {
            let layers = [
                "Dense(3)",
                "Dense(2, activation = relu)",
                "Flatten()",
                "Reshape([2, -1])",
                "TimeDistributed(Dense(N))",
                "LSTM(2, return_sequences = true)",
                "GRU(4294967295, return_state = true)",
                "Activation(relu)",
                "my::Layer()",
                "Add()",
                "x0",
            ];
            layers[random.below(layers.len())].to_string()
        }
        Kind::Initializer => ["zeros", "random_normal(stddev = 2.0)", "constant(1e999)"][random.below(3)].to_string(),
        Kind::Constraint => ["max_norm(1e999)", "non_neg"][random.below(2)].to_string(),
        Kind::ActivityAfter => ["l1(1e999)", "l2(N)"][random.below(2)].to_string(),
        Kind::Regularizer => ["l2(0.1)", "None", "l1(-1e999)"][random.below(3)].to_string(),
        #[allow(unreachable_patterns)]
        _ => "x".to_string(),
    }
}

#[test]
fn no_arguments_make_a_shape_rule_panic() {
    let mut random = Random(1);
    let dimensions = ["1", "2", "3", "4", "7", "4294967295", "N"];
    for spec in LAYERS {
        for _ in 0..count(40) {
            let mut arguments = Vec::new();
            for arg in spec.args {
                if random.below(2) == 0 || matches!(arg.default, nn_core::spec::Default::Required) {
                    arguments.push(format!("{} = {}", arg.name, value(arg.kind, &mut random)));
                }
            }
            let inputs = spec.inputs.min + random.below(spec.inputs.max.min(3) - spec.inputs.min.min(2));
            let names: Vec<String> = (0..inputs).map(|i| format!("x{i}")).collect();
            let mut shape: Vec<&str> = Vec::new();
            let mut lets = String::new();
            for name in &names {
                if shape.is_empty() || random.below(2) == 0 {
                    shape = (0..random.below(5)).map(|_| dimensions[random.below(dimensions.len())]).collect();
                }
                let dtype = if spec.reads == [Dtype::U32] { ", dtype = u32" } else { "" };
                lets.push_str(&format!("let {name} = Input(shape = [{}]{dtype});", shape.join(", ")));
            }
            let (call, names) = (arguments.join(", "), names.join(", "));
            let graph = format!(
                "struct One; {lets} let y = {}({call})([{names}]); Model(inputs = [{names}], outputs = y)",
                spec.name
            );
            answers(graph.parse().expect("tokens"));
        }
    }
}
