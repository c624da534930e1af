//! Const expressions.

use super::*;
use nn::layer::Shape;

const HIDDEN: usize = 6;
const fn half(n: usize) -> usize {
    n / 2
}

model! {
    pub struct Halves;

    let x = Input(shape = [HIDDEN / 2]);
    let h = Dense(HIDDEN, activation = tanh)(x);
    let y = Dense(half(HIDDEN) - 1)(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Literal arithmetic, constants of other modules and of types, several axes.
    pub struct Mixed;

    let x = Input(shape = [2 * 2 - 1, i8::BITS as usize - 3]);
    let tower = Dense(self::HIDDEN - 4);
    let a = tower(x);
    let b = tower(x);
    let y = concatenate([a, b, x], axis = -1);

    Model(inputs = x, outputs = y)
}

model! {
    /// Such a model as a layer.
    pub struct Around;

    let x = Input(shape = [3]);
    let halves = Halves();
    let y = concatenate([halves(x), x, halves(x)]);

    Model(inputs = x, outputs = y)
}

#[test]
fn gradients() {
    check::<Halves<f64>>();
    check::<Mixed<f64>>();
    check::<Around<f64>>();
}

#[test]
fn shapes_are_known_when_the_program_is_compiled() {
    const OUTPUT: Shape = <Halves as Model>::OUTPUT_SHAPES[0];
    assert_eq!(OUTPUT, Shape::new(&[2]));
    assert_eq!(Mixed::<f32>::OUTPUT_SHAPES, [Shape::new(&[3, 9])]);
    assert_eq!(Around::<f32>::OUTPUT_SHAPES, [Shape::new(&[7])]);
    assert_eq!(Halves::PARAMETERS, 3 * 6 + 6 + 6 * 2 + 2);
    let y: SVector<f32, 2> = Halves::new(&mut rng()).call(&SVector::zeros());
    assert_eq!(y, SVector::<f32, 2>::zeros());
}
