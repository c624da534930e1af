//! Slips of the pen: brackets, operators and commas of other languages. One slip is one error, and no bare one of the
//! parser.

use super::pasted::errors;

/// Values of a statement.
const VALUES: &[&str] = &[
    "Dense[3](x)",
    "Dense{3}(x)",
    "Dense{3}{x}",
    "Dense<3>(x)",
    "Dense(4)[x]",
    "Dense(4){x}",
    "Dense(4) x",
    "Dense 4 (x)",
    "x |> Dense(4)",
    "x |> Dense(4) |> relu",
    "x >> Dense(4) >> relu()",
    "x -> Dense(4) -> softmax",
    "x => Dense(4)",
    "x ~> Dense(4)",
    "x.Dense(4).relu().Dense(2)",
    "Dense(4) <| x",
    "Dense(4) << x",
    "x | Dense(4)",
    "x <- Dense(4)",
    "x ++ x",
    "x <> x",
    "concatenate{x, x}",
    "concatenate[x, x]",
    "concatenate<x, x>",
    "add[x, x]",
    "relu[x]",
    "relu{x}",
    "relu x",
    "Flatten x",
    "new Dense(4)(x)",
    "(x) Dense(4)",
    "Dense.new(4)(x)",
    "Dense(units => 4)(x)",
    "Dense(units := 4)(x)",
    "Dense(units 4)(x)",
    r#"Dense("units" = 4)(x)"#,
    "Dense(4; activation = relu)(x)",
    "Dense(4 activation = relu)(x)",
    "Dense(4,, activation = relu)(x)",
    "Dense(, 4)(x)",
    "Dense(4, activation = )(x)",
    "Dense(4, activation == relu)(x)",
    "Dense(4).(x)",
    "Dense(4)::(x)",
    "Dense(4)(x)?",
    "Dense(4)(x).await",
    "Dense(4)(x) as f32",
    "Dense(8, 4)(x)",
    "LSTM(8, 4)(x)",
    "x[:, -1]",
    "x[:, 0]",
    "Dense(4)(x)[..]",
    "Some(Dense(4)(x))",
    "Box::new(x)",
    "x.clone()",
    "x.reshape([2, 4])",
    "x ? Dense(4)(x) : x",
    "Dense(4)(x) then relu",
    "Add([x, x])",
    "Reshape(2, 4)(x)",
    "Reshape([2 4])(x)",
    "Dense(.5)(x)",
    "Dense(8x8)(x)",
    "Dense(4.0)(x)",
    "{ Dense(4)(x) }",
    "torch::nn::Linear(8, 4)(x)",
    "z = Dense(4)(x)",
    "merge(x, x)",
];

/// Statements that mean to bind `y`.
const STATEMENTS: &[&str] = &[
    "let y := Dense(4)(x);",
    "let y == Dense(4)(x);",
    "let y <- Dense(4)(x);",
    "let y -> Dense(4)(x);",
    "let y Dense(4)(x);",
    "let y;",
    "let = Dense(4)(x);",
    "let y = ;",
    "let y: Dense(4)(x);",
    "let y, z = Dense(4)(x), Dense(3)(x);",
    "let (y, z) = Dense(4)(x), Dense(3)(x);",
    "let y = Dense(4)(x),",
    "let y = Dense(4)(x):",
    "let y = Dense(4)(x).",
    "let 1y = Dense(4)(x);",
    "let y-1 = Dense(4)(x);",
    "let self.y = Dense(4)(x);",
    "let y += x;",
    "const y = Dense(4)(x);",
    "var y = Dense(4)(x);",
    "y <- x |> Dense(4);",
    "x -> Dense(4) -> y;",
    "Dense(4)(x);",
];

/// Ends of a graph.
const ENDS: &[&str] = &[
    "Model[inputs = x, outputs = y]",
    "Model{inputs: x, outputs: y}",
    "Model { inputs = x, outputs = y }",
    "Model(inputs: x, outputs: y)",
    "Model(inputs => x, outputs => y)",
    "Model(x -> y)",
    "Model(inputs = x; outputs = y)",
    "Model(inputs = x outputs = y)",
    "Model inputs = x, outputs = y",
    "Model(inputs = x), outputs = y",
    "Model<x, y>",
    "Sequential[Dense(4)]",
    "Sequential{Dense(4)}",
    "Model(inputs = x, outputs = y |> Dense(4))",
    r#"Model("inputs" = x, "outputs" = y)"#,
    "keras.Model(x, y)",
    "Ok(y)",
    "Output(y)",
];

/// Phrases of the parser, which do not say what to write.
const BARE: &[&str] =
    &["expected an expression", "expected expression", "expected one of", "unexpected end", "expected identifier"];

fn check(graph: &str) {
    let errors = errors(&format!("struct Slips;\n{graph}"));
    assert_eq!(errors.matches("explained in").count(), 1, "one error in `{graph}`: {errors}");
    assert!(errors.contains("= help: "), "no help for `{graph}`: {errors}");
    let bare = BARE.iter().find(|phrase| errors.contains(*phrase));
    assert!(bare.is_none(), "a bare error of the parser in `{graph}`: {errors}");
}

#[test]
fn one_slip_is_one_error() {
    for value in VALUES {
        check(&format!("let x = Input(shape = [8]);\nlet y = {value};\nModel(inputs = x, outputs = y)"));
    }
    for statement in STATEMENTS {
        check(&format!("let x = Input(shape = [8]);\n{statement}\nModel(inputs = x, outputs = y)"));
    }
    for end in ENDS {
        check(&format!("let x = Input(shape = [8]);\nlet y = Dense(4)(x);\n{end}"));
    }
}

/// Valid graphs that look like slips.
#[test]
fn code_without_a_slip() {
    for value in [
        "Dense(SIZES[0])(x)",
        "Dense({ 4 })(x)",
        "Dense(1 << 2)(x)",
        "Dense(4, use_bias = N == 3)(x)",
        "Dense(if N > 3 { 4 } else { 5 })(x)",
        "Dense(match N { 1 => 2, _ => 3 })(x)",
        "Dense(4, activation = my::Leaky { slope: 0.1 })(x)",
        "my::Layer::<4>(units = 4)(x)",
        "my::Layer(f = |x: f32| -> f32 { x })(x)",
        "torch::nn::Linear()(x)",
        "Reshape([2; 3])(x)",
        "(|a| add([a, a]))(x)",
    ] {
        let graph = format!("let x = Input(shape = [8]);\nlet y = {value};\nModel(inputs = x, outputs = y)");
        let errors = errors(&format!("struct Right;\n{graph}"));
        assert_eq!(errors, "", "`{graph}`");
    }
}
