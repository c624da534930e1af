//! Tokens as text, as a graph is written.

use proc_macro2::{Delimiter, Spacing, TokenTree};

/// Some tokens on one line: `let x = Dense(64, activation = relu)(x)`.
pub(crate) fn written(tokens: &[TokenTree]) -> String {
    let mut text = String::new();
    for (i, token) in tokens.iter().enumerate() {
        let before = i.checked_sub(1).map(|before| &tokens[before]);
        if before.is_some_and(|before| is_apart(before, token, i.checked_sub(2).map(|i| &tokens[i]))) {
            text.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                text.push_str(&format!("{open}{}{close}", written(&inside)));
            }
            token => text.push_str(&token.to_string()),
        }
    }
    text
}

/// Whether a space stands between two tokens; `earlier` is the one before them.
fn is_apart(before: &TokenTree, token: &TokenTree, earlier: Option<&TokenTree>) -> bool {
    match (before, token) {
        // `[.., 3]`
        (TokenTree::Punct(comma), _) if comma.as_char() == ',' => true,
        (_, TokenTree::Punct(punct)) if matches!(punct.as_char(), ',' | ';' | '.' | ':' | '?') => false,
        (TokenTree::Punct(punct), _) if matches!(punct.as_char(), '.' | '#' | '@' | '\'') => false,
        (TokenTree::Punct(punct), _) if punct.as_char() == ':' => {
            !matches!(earlier, Some(TokenTree::Punct(first)) if first.as_char() == ':')
                && punct.spacing() == Spacing::Alone
        }
        (TokenTree::Punct(punct), _) if punct.spacing() == Spacing::Joint => false,
        // `-1`, but `a - 1`.
        (TokenTree::Punct(punct), _) if matches!(punct.as_char(), '-' | '*' | '&' | '!') => {
            match earlier {
                // `a && b`
                Some(TokenTree::Punct(first)) => first.spacing() == Spacing::Joint,
                earlier => earlier.is_some(),
            }
        }
        (TokenTree::Ident(word), TokenTree::Group(_)) if word == "let" || word == "in" || word == "return" => true,
        (TokenTree::Ident(_) | TokenTree::Group(_), TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        _ => true,
    }
}
