//! A layer with an argument of most kinds, and its generated items.

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Default, Inferred, Kind, LayerSpec, Masking, Value, rule};

layer! {
    /// A layer with an argument of most kinds.
    #[example = "let y = Sample(64)(x); // [32] → [64]"]
    /// `I` and `O` are the features.
    #[doc(alias = "Example")]
    pub struct Sample<I, O, B = 1> {
        /// Must be given.
        units: Size,
        /// May be left out.
        length: Option<Size>,
        /// A list.
        axes: Ints = [-1, 2],
        /// A flag.
        keep: Flag = true,
        /// A name.
        mode: Choice { FIRST = "first", SECOND = "second" },
        /// A number that is a field.
        pub rate: Float = 0.25,
        /// Unlimited if it is left out.
        pub limit: Option<Float> = f64::INFINITY,
        /// A bound.
        pub bound: Constraint,
    }

    pub rule {
        /// Found by the rule.
        stride,
    }

    pub const SPEC: LayerSpec {
        weights: SampleWeights<I, O>,
        masking: Masking::Makes { flag: Some(arg::keep), by: &OTHER },
        infer: rule!(infer),
    }
}

layer! {
    /// A layer without a name in a graph.
    pub struct Other {
        /// An axis.
        axis: Int = -1,
    }

    pub const OTHER: LayerSpec { infer: rule!(infer) }
}

/// The shape stays.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

#[test]
fn the_specification() {
    assert_eq!((SPEC.name, SPEC.module, SPEC.consts, SPEC.weight_consts), ("Sample", "tests", 3, Some(2)));
    let args: std::vec::Vec<_> = SPEC.args.iter().map(|arg| (arg.name, arg.kind, arg.default, arg.field)).collect();
    let is = Default::Is;
    assert_eq!(
        args,
        [
            ("units", Kind::Size, Default::Required, false),
            ("length", Kind::Size, Default::Layer, false),
            ("axes", Kind::Ints, is(Value::Ints([-1, 2, 0, 0, 0, 0], 2)), false),
            ("keep", Kind::Flag, is(Value::Flag(true)), false),
            ("mode", Kind::Choice(&["first", "second"]), is(Value::Choice(0)), false),
            ("rate", Kind::Float, is(Value::Float(0.25)), true),
            ("limit", Kind::Float, Default::Layer, true),
            ("bound", Kind::Constraint, Default::Layer, true),
        ]
    );
    assert!(matches!(SPEC.masking, Masking::Makes { flag: Some(3), .. }));
    assert_eq!((SPEC.examples, OTHER.examples), (&["let y = Sample(64)(x); // [32] → [64]"][..], &[][..]));
    assert_eq!((consts::I, consts::O, consts::B), (0, 1, 2));
    assert_eq!((OTHER.name, OTHER.module, OTHER.weight_consts), ("Other", "tests", None));
}

/// A row of the table of arguments.
macro_rules! row {
    ($kind:tt $default:tt) => {
        $crate::__layer_docs!(@row page arg $kind $default " What it does.")
    };
}

#[test]
fn the_documentation_of_an_argument() {
    let rows = [
        (row!([Size] []), "a whole number | required"),
        (row!([Option Size] []), "a whole number | none"),
        (row!([Sizes][Shape::new(&[1])]), "a whole number, or a list of them | `1`"),
        (row!([Sizes][Shape::new(&[2, 3])]), "a whole number, or a list of them | `[2, 3]`"),
        (row!([Option Sizes] []), "a whole number, or a list of them | none"),
        (row!([Ints][[-1, 2]]), "a list of whole numbers | `[-1, 2]`"),
        (row!([Flag][true]), "`true` or `false` | `true`"),
        (row!([Choice "one"] []), "`one` | `one`"),
        (row!([Choice "one", "two", "three"] []), "`one`, `two` or `three` | `one`"),
        (row!([Float] []), "a number | required"),
        (row!([Option Float] [f64::INFINITY]), "a number | none"),
        (row!([Activation Tanh] [Tanh]), "an [activation](crate::activations) | `tanh`"),
        (row!([ActivationAfter] []), "an [activation](crate::activations) | none"),
        (row!([Initializer][GlorotUniform]), "an [initializer](crate::initializers) | `glorot_uniform`"),
        (
            row!([Initializer][RandomUniform { minval: -0.05, maxval: 0.05 }]),
            "an [initializer](crate::initializers) | `random_uniform(minval = -0.05, maxval = 0.05)`",
        ),
        (row!([Initializer][crate::START]), "an [initializer](crate::initializers) | `crate::START`"),
        (row!([Constraint] []), "a [constraint](crate::constraints) | none"),
        (row!([Layer] []), "a layer | required"),
    ];
    for (row, expected) in rows {
        assert_eq!(row, std::format!(" | `arg` | {expected} | What it does. |"));
    }
    assert_eq!(
        crate::__layer_docs!(@row own arg [Regularizer] [] " A penalty."),
        " | `arg` | a regularizer | none | A penalty. |"
    );
}

#[test]
fn initializers_have_the_names_of_a_graph() {
    for spec in crate::initializers::INITIALIZERS {
        let value = spec.path.rsplit("::").next().unwrap();
        let line = std::format!("(@value {value}) => {{ \"{}\" }};", spec.names[0]);
        assert!(include_str!("docs.rs").contains(&line), "no line `{line}`");
    }
}

/// An argument is a row of a table, whose cells end at a bar.
#[test]
fn no_argument_has_a_bar_in_its_documentation() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/layers");
    let paths = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    for path in paths.filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let declared = text.split("\nlayer! {\n").skip(1).filter_map(|rest| rest.split("\n}\n").next());
        let docs = declared.flat_map(str::lines).filter(|line| line.starts_with("        ///"));
        docs.for_each(|line| assert!(!line.contains('|'), "{}: {line}", path.display()));
    }
}

#[test]
fn what_a_rule_finds() {
    assert_eq!(Consts { B: 3, I: 1, O: 2 }.list(), [1, 2, 3]);
    assert_eq!((Fields { stride: 5 }.list(), SPEC.fields), ([("stride", 5)], &["stride"][..]));
    let found = Inferred::new(Shape::new(&[7]), &Consts { I: 1, O: 2, B: 3 }.list()).with(&Fields { stride: 5 }.list());
    assert_eq!((found.consts(), found.value("stride")), (&[1, 2, 3][..], 5));
}

#[test]
fn arguments_by_name() {
    let given = SPEC.with(&[(arg::units, Value::Size(7)), (arg::mode, Value::Choice(mode::SECOND))]);
    let args = Args(&given);
    assert_eq!((args.units(), args.length(), args.axes(), args.keep()), (7, None, &[-1, 2][..], true));
    assert_eq!((args.mode(), args.rate(), args.limit()), (mode::SECOND, Some(0.25), None));
    let given = SPEC.with(&[(arg::length, Value::Size(3)), (arg::rate, Value::Absent)]);
    assert_eq!((Args(&given).length(), Args(&given).rate()), (Some(3), None));
    assert_eq!(OTHER::Args(&OTHER.with(&[])).axis(), -1);
}

#[cfg(feature = "compute")]
#[test]
fn fields() {
    let Sample { rate, limit, bound, stride } = Sample::<2, 3>::DEFAULT;
    assert_eq!((rate, limit, bound, stride), (0.25, f64::INFINITY, crate::weights::constraints::Constraint::None, 0));
    let Other = Other::DEFAULT;
}

#[test]
#[should_panic(expected = "the leading constants")]
fn weights_with_another_constant() {
    super::leading(["Sample", "SampleWeights"], &[0, 2]);
}

#[test]
#[should_panic(expected = "the weights of a layer are called like it with `Weights` behind")]
fn weights_of_another_name() {
    super::leading(["Sample", "SampleWeight"], &[0]);
}
