//! The header of a safetensors file: 8 bytes of length, then JSON with the name, type, shape and place of every tensor.
//!
//! Source: <https://huggingface.co/docs/safetensors>. The header is a small subset of JSON, so it is parsed here. A
//! JSON library would cost every build of a model more than the whole macro.

use std::ops::Range;

/// A tensor of a file.
#[derive(Debug, PartialEq)]
pub(super) struct Tensor {
    pub(super) name: String,
    /// `F32`
    pub(super) dtype: String,
    pub(super) shape: Vec<usize>,
    /// Its bytes in the file.
    pub(super) range: Range<usize>,
}

/// The tensors of a file, in the order of their bytes, and the description of its graph if it has one; or the fault in
/// the file.
pub(super) fn parse(file: &[u8]) -> Result<(Vec<Tensor>, Option<String>), String> {
    let (length, rest) = file.split_first_chunk::<8>().ok_or("it is shorter than 8 bytes")?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let header = rest.get(..length).ok_or("its header is longer than the file")?;
    let header = std::str::from_utf8(header).map_err(|_| "its header is not UTF-8")?;
    let mut json = Json { rest: header };
    let (mut tensors, mut graph) = (Vec::new(), None);
    json.object(|json, name| {
        if name == "__metadata__" {
            return json.object(|json, key| {
                let value = json.string()?;
                if key == "graph" {
                    graph = Some(value);
                }
                Ok(())
            });
        }
        tensors.push(tensor(json, name)?);
        Ok(())
    })?;
    json.end()?;
    tensors.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
    place(&mut tensors, 8 + length, file.len())?;
    Ok((tensors, graph))
}

fn tensor(json: &mut Json<'_>, name: String) -> Result<Tensor, String> {
    let (mut dtype, mut shape, mut offsets) = (None, None, None);
    json.object(|json, key| {
        match key.as_str() {
            "dtype" => dtype = Some(json.string()?),
            "shape" => shape = Some(json.numbers()?),
            "data_offsets" => offsets = Some(json.numbers()?),
            _ => return Err(format!("tensor `{name}` has an unknown entry `{key}`")),
        }
        Ok(())
    })?;
    match (dtype, shape, offsets.as_deref()) {
        (Some(dtype), Some(shape), Some(&[start, end])) if start <= end => {
            Ok(Tensor { name, dtype, shape, range: start..end })
        }
        _ => Err(format!("tensor `{name}` needs a dtype, a shape and data_offsets")),
    }
}

/// Moves the ranges behind the header. Checks that they fill the file and that each fits its shape.
fn place(tensors: &mut [Tensor], data: usize, end: usize) -> Result<(), String> {
    let mut at = data;
    for tensor in tensors.iter_mut() {
        let Tensor { name, dtype, shape, range } = tensor;
        let bits = match dtype.as_str() {
            "F64" | "I64" | "U64" => 64,
            "F32" | "I32" | "U32" => 32,
            "F16" | "BF16" | "I16" | "U16" => 16,
            "BOOL" | "I8" | "U8" | "F8_E4M3" | "F8_E5M2" | "F8_E8M0" => 8,
            _ => return Err(format!("tensor `{name}` has an unknown type {dtype}")),
        };
        let bytes = shape.iter().try_fold(bits / 8, |size: usize, &dim| size.checked_mul(dim));
        let moved = range.start.checked_add(data).zip(range.end.checked_add(data));
        match moved {
            Some((start, stop)) if start == at && stop <= end && bytes == Some(stop - start) => *range = start..stop,
            _ => return Err(format!("tensor `{name}` is not where its header says")),
        }
        at = range.end;
    }
    if at == end { Ok(()) } else { Err("there are bytes that belong to no tensor".into()) }
}

/// The unread rest of a text.
struct Json<'a> {
    rest: &'a str,
}

impl Json<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    /// Reads the next character if it is this one.
    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.take(sign) {
            return Ok(());
        }
        let found: String = self.rest.chars().take(12).collect();
        Err(format!("its header has {found:?} where `{sign}` should be"))
    }

    fn end(&mut self) -> Result<(), String> {
        self.skip();
        if self.rest.is_empty() { Ok(()) } else { Err("its header goes on behind its end".into()) }
    }

    /// `{"name": …, "name": …}`
    fn object(&mut self, mut entry: impl FnMut(&mut Self, String) -> Result<(), String>) -> Result<(), String> {
        self.expect('{')?;
        if self.take('}') {
            return Ok(());
        }
        let mut names = Vec::new();
        loop {
            let name = self.string()?;
            if names.contains(&name) {
                return Err(format!("its header has `{name}` twice"));
            }
            names.push(name.clone());
            self.expect(':')?;
            entry(self, name)?;
            if !self.take(',') {
                return self.expect('}');
            }
        }
    }

    /// `[2, 3]`
    fn numbers(&mut self) -> Result<Vec<usize>, String> {
        self.expect('[')?;
        let mut numbers = Vec::new();
        if self.take(']') {
            return Ok(numbers);
        }
        loop {
            self.skip();
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let (number, rest) = self.rest.split_at(end);
            numbers.push(number.parse().map_err(|_| "its header has something else where a number should be")?);
            self.rest = rest;
            if !self.take(',') {
                self.expect(']')?;
                return Ok(numbers);
            }
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.expect('"')?;
        let mut text = String::new();
        let mut signs = self.rest.chars();
        loop {
            let sign = signs.next().ok_or("its header ends in a text")?;
            let sign = match sign {
                '"' => break,
                '\\' => match signs.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some('b') => '\u{8}',
                    Some('f') => '\u{c}',
                    Some('u') => unicode(&mut signs).ok_or("its header has a sign that is none")?,
                    Some(sign @ ('"' | '\\' | '/')) => sign,
                    _ => return Err("its header has a sign that is none".into()),
                },
                sign => sign,
            };
            text.push(sign);
        }
        self.rest = signs.as_str();
        Ok(text)
    }
}

/// The character after `\u`, which may need two escapes.
fn unicode(signs: &mut std::str::Chars<'_>) -> Option<char> {
    let high = four(signs)?;
    if !(0xD800..0xDC00).contains(&high) {
        return char::from_u32(high);
    }
    let low = (signs.next()? == '\\' && signs.next()? == 'u').then(|| four(signs))??;
    let low = low.checked_sub(0xDC00).filter(|&low| low < 0x400)?;
    char::from_u32(0x10000 + ((high - 0xD800) << 10) + low)
}

fn four(signs: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |number, _| Some(number * 16 + signs.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.bytes());
        file.extend(std::iter::repeat_n(0, data));
        file
    }

    #[test]
    fn tensors_in_the_order_of_their_bytes() {
        let header = r#"{"__metadata__":{"graph":"a\nb","model":"A \"B\" \u00e9\ud83d\ude00"},
            "b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}, "a":{"shape":[3,1],"dtype":"F32","data_offsets":[0,12]}}  "#;
        let (tensors, graph) = parse(&file(header, 16)).unwrap();
        assert_eq!(graph.as_deref(), Some("a\nb"));
        assert_eq!(tensors[0].name, "a");
        assert_eq!(tensors[0].range.len(), 12);
        assert_eq!((tensors[1].shape.len(), tensors[1].range.end), (0, 8 + header.len() + 16));
        assert_eq!(parse(&file("{}", 0)), Ok((vec![], None)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let one = |shape: &str, offsets: &str| {
            format!(r#"{{"a":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}}}"#)
        };
        let wrong = [
            (vec![1, 2], "shorter than 8"),
            (vec![255; 20], "longer than the file"),
            (file("[]", 0), "where `{` should be"),
            (file(r#"{"a":"#, 0), "where `{` should be"),
            (file(r#"{"a":{"dtype":"F32"}}"#, 0), "needs a dtype"),
            (file(&one("[2]", "[0,4]"), 4), "not where"),
            (file(&one("[1]", "[4,8]"), 8), "not where"),
            (file(&one("[1]", "[0,4]"), 3), "not where"),
            (file(&one("[1]", "[0,4]"), 5), "belong to no tensor"),
            (file(&one("[99999999999999999999]", "[0,4]"), 4), "number should be"),
            (file(&one("[4611686018427387904,4]", "[0,0]"), 0), "not where"),
            (file(&one("[1]", "[0,4]").replace("F32", "F33"), 4), "unknown type"),
            (file(r#"{"a" "#, 0), "where `:` should be"),
            (file(r#"{"a\x"#, 0), "a sign that is none"),
        ];
        for (file, expected) in wrong {
            let error = parse(&file).unwrap_err();
            assert!(error.contains(expected), "{error:?} does not say {expected:?}");
        }
    }
}
