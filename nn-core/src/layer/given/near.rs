//! The argument that a misspelt keyword was to be.

use crate::spec::LayerSpec;

/// The longest name that is compared.
const LONGEST: usize = 40;

/// The argument whose name is closest to this one, if it is close: a third of the letters
/// may be wrong.
pub(super) const fn closest(spec: &LayerSpec, name: &str) -> Option<&'static str> {
    let (mut found, mut least, mut i) = (None, usize::MAX, 0);
    while i < spec.args.len() {
        let arg = spec.args[i].name;
        let longer = if arg.len() > name.len() { arg.len() } else { name.len() };
        let allowed = if longer < 6 { 1 } else { longer / 3 };
        let distance = distance(name, arg);
        if distance <= allowed && distance < least {
            (found, least) = (Some(arg), distance);
        }
        i += 1;
    }
    found
}

/// How many letters have to be changed, put in or taken out (Levenshtein).
const fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let (mut row, mut i, mut j) = ([0; LONGEST + 1], 0, 0);
    while j <= b.len() {
        row[j] = j;
        j += 1;
    }
    while i < a.len() {
        let mut before = row[0];
        (row[0], j) = (i + 1, 0);
        while j < b.len() {
            let mut least = before + (a[i] != b[j]) as usize;
            before = row[j + 1];
            if before + 1 < least {
                least = before + 1;
            }
            if row[j] + 1 < least {
                least = row[j] + 1;
            }
            row[j + 1] = least;
            j += 1;
        }
        i += 1;
    }
    row[b.len()]
}
