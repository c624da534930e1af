//! Names of a file as identifiers of Rust.

use std::collections::HashSet;

/// Words that cannot name a field, and those that cannot even be written as `r#word`.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum", "extern",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "abstract", "become",
];

/// Makes identifiers, and never the same one twice.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Returns an identifier for a name of a file. `instead` is for a name without letters.
    pub(crate) fn identifier(&mut self, name: &str, instead: &str) -> String {
        let name = identifier(name, instead);
        let mut free = name.clone();
        let mut number = 0;
        while !self.taken.insert(free.clone()) {
            number += 1;
            free = format!("{name}_{number}");
        }
        free
    }
}

/// Returns a name in `snake_case`: letters and digits of ASCII, and one `_` between words.
pub(crate) fn identifier(name: &str, instead: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => word.push(letter),
            _ if word.ends_with('_') || word.is_empty() => {}
            _ => word.push('_'),
        }
    }
    let mut word = snake(word.trim_end_matches('_'));
    if word.is_empty() {
        word = instead.into();
    }
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        word = format!("{instead}_{word}");
    }
    if KEYWORDS.contains(&word.as_str()) {
        word.push('_');
    }
    word
}

/// Returns the name of a class as Keras makes names of layers from it: `conv2d_transpose` from `Conv2DTranspose`.
pub(crate) fn snake(class: &str) -> String {
    let letters: Vec<char> = class.chars().collect();
    let mut word = String::new();
    for (place, &letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(place + 1);
        let starts = match before {
            _ if !letter.is_ascii_uppercase() => false,
            None | Some('_') => false,
            // `GRUCell` → `gru_cell`, `MaxPooling` → `max_pooling`, but `Conv2D` → `conv2d`.
            Some(before) if before.is_ascii_lowercase() => true,
            Some(_) => after.is_some_and(char::is_ascii_lowercase),
        };
        if starts {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_keras_s_names() {
        for (class, name) in [
            ("Dense", "dense"),
            ("Conv2D", "conv2d"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("DepthwiseConv2D", "depthwise_conv2d"),
            ("LSTM", "lstm"),
            ("GRUCell", "gru_cell"),
            ("BatchNormalization", "batch_normalization"),
            ("PReLU", "p_re_lu"),
            ("LeakyReLU", "leaky_re_lu"),
            ("MaxPooling1D", "max_pooling1d"),
            ("RMSNormalization", "rms_normalization"),
            ("SimpleRNN", "simple_rnn"),
        ] {
            assert_eq!(snake(class), name);
        }
    }

    #[test]
    fn names_are_identifiers_and_unique() {
        let mut names = Names::default();
        let found: Vec<_> =
            ["block1/conv:0", "block1 conv 0", "1st", "", "type", "Über", "dense_1", "dense-1", "Dense"]
                .iter()
                .map(|name| names.identifier(name, "layer"))
                .collect();
        let expected =
            ["block1_conv_0", "block1_conv_0_1", "layer_1st", "layer", "type_", "ber", "dense_1", "dense_1_1", "dense"];
        assert_eq!(found, expected);
    }
}
