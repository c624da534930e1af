//! Unit tests.

fn expanded(source: &str) -> String {
    let tokens = crate::expand_model(source.parse().expect("tokens"));
    prettyplease::unparse(&syn::parse2(tokens).expect("items"))
}

#[test]
fn show() {
    println!(
        "{}",
        expanded(
            r#"
    /// Recognises a handwritten digit.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
    "#
        )
    );
    println!(
        "{}",
        expanded(
            r#"
    pub struct Pair;
    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let tower = Digits();
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(both);
    Model(inputs = [a, b], outputs = same)
    "#
        )
    );
}
