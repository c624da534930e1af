//! The struct.

use super::*;

model! {
    /// Says
    /// what it is for.
    #[derive(Clone, PartialEq, PartialOrd)]
    #[cfg(any())]
    pub struct Absent;

    let x = Input(shape = [3]);
    let y = Dense(2)(x);

    Model(inputs = x, outputs = y)
}

model! {
    #[derive(Clone)]
    #[must_use]
    pub(crate) struct Attributes;

    let x = Input(shape = [3]);
    let y = Dense(2)(x);

    Model(inputs = x, outputs = y)
}

mod private {
    use super::*;

    model! {
        struct Hidden;

        let x = Input(shape = [3]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }

    #[test]
    fn is_seen_here() {
        check::<Hidden<f64>>();
    }
}

#[test]
fn in_a_function() {
    const SIZE: usize = 3;

    model! {
        struct Local;

        let x = Input(shape = [SIZE]);
        let y = Dense(2)(x);

        Model(inputs = x, outputs = y)
    }

    check::<Local<f64>>();
    let LocalOutputs { y } = LocalOutputs { y: Local::new(&mut rng()).call(&SVector::zeros()) };
    assert_eq!(y, SVector::<f32, 2>::zeros());
}

#[test]
fn single_and_double_precision() {
    check::<Attributes<f64>>();
    let single: SVector<f32, 2> = Attributes::new(&mut rng()).call(&SVector::repeat(1.0));
    let double: SVector<f64, 2> = Attributes::<f64>::new(&mut rng()).call(&SVector::repeat(1.0));
    assert!((single.cast::<f64>() - double).norm() < 1e-6);
    assert_eq!((Attributes::PARAMETER_BYTES, <Attributes<f64> as Model>::PARAMETER_BYTES), (32, 64));
}

#[test]
fn constants() {
    assert_eq!((Attributes::PARAMETERS, Attributes::MACS, Attributes::ARENA_BYTES), (8, 6, 0));
    assert!(Attributes::SUMMARY.contains("│ y (Dense)      │ (None, 2)    │       8 │ x            │"));
}
