//! The metadata of a weight file: the model, its graph, and the version of this library.
//!
//! The names of the entries belong to the form of [`Model::DESCRIPTION`]. If that form changes, they get other names,
//! so that files of older versions count as files without a graph.

use crate::Model;
use crate::spec::description::hex;

/// The entry with the 16 digits of [`Model::FINGERPRINT`].
pub(super) const FINGERPRINT: &str = "fingerprint";
/// The entry with [`Model::DESCRIPTION`].
pub(super) const GRAPH: &str = "graph";

/// Returns the entries that all files of a model have.
pub(super) fn metadata<M: Model>() -> impl Iterator<Item = (String, String)> {
    let graph = (!M::DESCRIPTION.is_empty())
        .then(|| [(FINGERPRINT, hex(M::FINGERPRINT).to_string()), (GRAPH, M::DESCRIPTION.to_string())]);
    let own = [("model", M::NAME.to_string()), ("version", env!("CARGO_PKG_VERSION").to_string())];
    own.into_iter().chain(graph.into_iter().flatten()).map(|(key, value)| (key.into(), value))
}

/// Adds metadata to the bytes of a safetensors file, in the order of the names. The library `safetensors` would write
/// them in a random order, and the same weights would be other bytes each time.
pub(super) fn with_metadata(file: Vec<u8>, metadata: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let Some((length, rest)) = file.split_first_chunk::<8>() else { return file };
    let (header, tensors) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut metadata: Vec<_> = metadata.collect();
    metadata.sort();
    let entries: Vec<_> = metadata.iter().map(|(key, value)| format!("{}:{}", json(key), json(value))).collect();
    // The header is an object: `{"dense.bias":{..}}`, or `{}` with spaces behind it.
    let others = header.strip_prefix(b"{").unwrap_or_default().trim_ascii();
    let comma = if others.starts_with(b"}") { "" } else { "," };
    let mut made = format!("{{\"__metadata__\":{{{}}}{comma}", entries.join(",")).into_bytes();
    made.extend_from_slice(others);
    // Tensors begin at a multiple of 8.
    made.resize(made.len().next_multiple_of(8), b' ');
    let length = (made.len() as u64).to_le_bytes();
    [&length[..], &made, tensors].concat()
}

/// Returns a string of JSON.
fn json(text: &str) -> String {
    let mut json = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => json.extend(['\\', sign]),
            '\u{0}'..' ' => json.push_str(&format!("\\u{:04x}", u32::from(sign))),
            _ => json.push(sign),
        }
    }
    json + "\""
}

/// Returns the differences if a file is of another graph. A file that does not name its graph may be of any.
pub(super) fn differs<M: Model>(fingerprint: Option<&str>, graph: Option<&str>) -> Option<String> {
    let same = match (fingerprint, graph) {
        (Some(fingerprint), _) => fingerprint == hex(M::FINGERPRINT).as_str(),
        (None, Some(graph)) => graph == M::DESCRIPTION,
        (None, None) => true,
    };
    if same || M::DESCRIPTION.is_empty() {
        return None;
    }
    let file = graph.unwrap_or_default();
    let lines = |of: &str, but: &str| {
        const MOST: usize = 3;
        let all: Vec<_> = of.lines().filter(|line| !but.lines().any(|other| other == *line)).collect();
        let first: Vec<_> = all.iter().take(MOST).map(|line| format!("`{}`", line.trim())).collect();
        match (first.is_empty(), all.len().saturating_sub(MOST)) {
            (true, _) => "nothing else".to_string(),
            (_, 0) => first.join(", "),
            (_, more) => format!("{} and {more} more", first.join(", ")),
        }
    };
    let (model, file) = (lines(M::DESCRIPTION, file), lines(file, M::DESCRIPTION));
    Some(format!(
        "the file is of another graph with the same weights: the model has {model}, the file has {file}\
         \n  = help: `load_matching` takes weights from a file of another graph"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_sorted_and_escaped() {
        let tensors: Vec<(String, safetensors::tensor::TensorView<'_>)> = Vec::new();
        let empty = safetensors::serialize(tensors, None).unwrap();
        let entries = || [("b", "\"\\\n"), ("a", "größer")].map(|(a, b)| (a.to_string(), b.to_string())).into_iter();
        let file = with_metadata(empty, entries());
        let (length, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        assert_eq!(length + 8, file.len());
        let metadata = header.metadata().as_ref().unwrap();
        assert_eq!((metadata["a"].as_str(), metadata["b"].as_str()), ("größer", "\"\\\n"));
        assert!(String::from_utf8_lossy(&file).contains(r#"{"__metadata__":{"a":"größer","b":"\"\\\u000a"}}"#));
    }
}
