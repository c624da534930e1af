//! Models with more outputs than a tuple has: they are a tuple of tuples, and their predictions have names.

use nn::prelude::*;

model! {
    pub struct Thirteen;

    let x = Input(shape = [3]);
    let y0 = Dense(2, activation = tanh)(x);
    let y1 = Dense(2)(y0);
    let y2 = Dense(2)(y1);
    let y3 = Dense(2)(y2);
    let y4 = Dense(2)(y3);
    let y5 = Dense(2)(y4);
    let y6 = Dense(2)(y5);
    let y7 = Dense(2)(y6);
    let y8 = Dense(2)(y7);
    let y9 = Dense(2)(y8);
    let y10 = Dense(2)(y9);
    let y11 = Dense(2)(y10);
    let y12 = Dense(2)(y11);

    Model(
        inputs = x,
        outputs = [
            y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12
        ]
    )
}

model! {
    pub struct TwentyEight;

    let x = Input(shape = [3]);
    let y0 = Dense(2, activation = tanh)(x);
    let y1 = Dense(2)(y0);
    let y2 = Dense(2)(y1);
    let y3 = Dense(2)(y2);
    let y4 = Dense(2)(y3);
    let y5 = Dense(2)(y4);
    let y6 = Dense(2)(y5);
    let y7 = Dense(2)(y6);
    let y8 = Dense(2)(y7);
    let y9 = Dense(2)(y8);
    let y10 = Dense(2)(y9);
    let y11 = Dense(2)(y10);
    let y12 = Dense(2)(y11);
    let y13 = Dense(2)(y12);
    let y14 = Dense(2)(y13);
    let y15 = Dense(2)(y14);
    let y16 = Dense(2)(y15);
    let y17 = Dense(2)(y16);
    let y18 = Dense(2)(y17);
    let y19 = Dense(2)(y18);
    let y20 = Dense(2)(y19);
    let y21 = Dense(2)(y20);
    let y22 = Dense(2)(y21);
    let y23 = Dense(2)(y22);
    let y24 = Dense(2)(y23);
    let y25 = Dense(2)(y24);
    let y26 = Dense(2)(y25);
    let y27 = Dense(2)(y26);

    Model(
        inputs = x,
        outputs = [
            y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15, y16, y17, y18, y19, y20, y21,
            y22, y23, y24, y25, y26, y27
        ]
    )
}

/// Every output is the layer on the output before it.
#[test]
fn outputs_have_their_names() -> nn::Result<()> {
    let model = TwentyEight::new(&mut StdRng::seed_from_u64(1));
    let x = [[1.0_f32, 2.0, 3.0], [-1.0, 0.5, 0.25]];
    let y = model.predict(x)?;
    for (before, after, layer) in [
        (&y.y0, &y.y1, &model.y1),
        (&y.y10, &y.y11, &model.y11),
        (&y.y11, &y.y12, &model.y12),
        (&y.y22, &y.y23, &model.y23),
        (&y.y26, &y.y27, &model.y27),
    ] {
        for (before, after) in before.iter().zip(after) {
            assert!((layer.kernel * before + layer.bias - after).norm() < 1e-6);
        }
    }
    let one = model.call(&x[1]);
    assert_eq!((one.y0, one.y12, one.y27), (y.y0[1], y.y12[1], y.y27[1]));
    Ok(())
}

/// The last group has one output.
#[test]
fn one_more_than_a_tuple() -> nn::Result<()> {
    let model = Thirteen::new(&mut StdRng::seed_from_u64(1));
    let x = [[1.0_f32, 2.0, 3.0]];
    let y = model.predict(x)?;
    assert!((model.y12.kernel * y.y11[0] + model.y12.bias - y.y12[0]).norm() < 1e-6);
    let folded = model.fold().predict(x)?;
    assert!((folded.y12[0] - y.y12[0]).norm() < 1e-6);
    assert_eq!(<Thirteen>::OUTPUT_NAMES[12], "y12");
    Ok(())
}
