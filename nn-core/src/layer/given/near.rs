//! Suggestions for a misspelt keyword.

use crate::spec::LayerSpec;

/// The length of the longest name that is compared.
const LONGEST: usize = 40;

/// Returns the argument with the closest name, if at most a third of the letters differ.
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

/// Returns the Levenshtein distance: the least number of letters to replace, insert or delete.
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
