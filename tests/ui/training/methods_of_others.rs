use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<()> {
    let (x, y) = (vec![[0.0_f32; 64]], vec![0_u32]);
    let digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    let outputs = digits.forward(&x[0]);
    println!("{}", outputs[0]);
    digits.eval();
    digits.to("cuda").train();
    digits.parameters();
    digits.get_layer("digit");
    digits.count_params();
    let mut digits = digits.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new()).metrics(Accuracy::new());
    digits.zero_grad();
    digits.add(3);
    digits.fit(&x, &y, Fit::new().verbose(false).batch(32))?;
    digits.fit(&x, &y, Fit::new().callbacks(vec![EarlyStopping::new()]))?;
    Ok(())
}
