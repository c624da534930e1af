//! [`Template`]: a path with Python's placeholders, `weights.{epoch:02d}-{val_loss:.2f}.safetensors`.

/// A text with placeholders.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Field { name: String, form: Form },
}

/// A format behind the colon: `[0][width][.precision][d|f|e]`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Form {
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Template {
    /// Parses a text.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            plain.push_str(before);
            let brace = &after[..1];
            rest = &after[1..];
            if rest.starts_with(brace) {
                plain.push_str(brace);
                rest = &rest[1..];
            } else if let (true, Some(end)) = (brace == "{", rest.find('}')) {
                let (name, form) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
                parts.push(Piece::Text(core::mem::take(&mut plain)));
                parts.push(Piece::Field { name: name.into(), form: Form::parse(form)? });
                rest = &rest[end + 1..];
            } else {
                return Err(format!("a `{brace}` stands alone in `{text}`"));
            }
        }
        plain.push_str(rest);
        parts.push(Piece::Text(plain));
        Ok(Template(parts))
    }

    /// Returns the names of the placeholders.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Piece::Field { name, .. } => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Fills in the values of the placeholders. The error is the name without a value.
    pub(super) fn fill(&self, value: impl Fn(&str) -> Option<f64>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Field { name, form } => text.push_str(&form.write(value(name).ok_or(name)?)),
            }
        }
        Ok(text)
    }
}

impl Form {
    fn parse(text: &str) -> Result<Self, String> {
        let mut form = Form::default();
        let mut rest = text;
        if let Some(after) = rest.strip_prefix('0') {
            (form.zeros, rest) = (true, after);
        }
        form.width = number(&mut rest)?.unwrap_or(0);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            form.precision = Some(number(&mut rest)?.ok_or_else(|| format!("no number of digits in `{text}`"))?);
        }
        match rest {
            "" => {}
            "d" | "f" | "e" => form.kind = rest.chars().next(),
            _ => return Err(format!("expected `[0][width][.precision][d|f|e]`, got `{text}`")),
        }
        Ok(form)
    }

    fn write(&self, value: f64) -> String {
        let digits = match (self.kind, self.precision) {
            (Some('d'), _) => format!("{value:.0}"),
            (Some('e'), precision) => exponent(value, precision.unwrap_or(6)),
            (Some(_), precision) => format!("{value:.*}", precision.unwrap_or(6)),
            (None, Some(precision)) => format!("{value:.precision$}"),
            (None, None) => value.to_string(),
        };
        let missing = self.width.saturating_sub(digits.len());
        match digits.strip_prefix('-').filter(|_| self.zeros) {
            Some(digits) => format!("-{}{digits}", "0".repeat(missing)),
            None => (if self.zeros { "0" } else { " " }).repeat(missing) + &digits,
        }
    }
}

/// Prints an exponent as Python does: `1.50e-03`.
fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    match text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?))) {
        Some((digits, power)) => format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()),
        None => text,
    }
}

/// The maximum of width and precision. No file has a longer name, and formatting panics at much larger ones.
const LONGEST: usize = 255;

/// Parses a number at the start of a text.
fn number(text: &mut &str) -> Result<Option<usize>, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse() {
        Ok(number) if number <= LONGEST => Ok(Some(number)),
        _ => Err(format!("a width or precision of {digits}, which is more than {LONGEST}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, String> {
        Template::parse(text)?.fill(|name| match name {
            "epoch" => Some(7.0),
            "val_loss" => Some(0.123456789),
            "score" => Some(-1.5e-7),
            _ => None,
        })
    }

    /// The expected texts come from Python's `format`.
    #[test]
    fn placeholders_as_in_python() {
        for (text, expected) in [
            ("plain", "plain"),
            ("{epoch}", "7"),
            ("w.{epoch:02d}-{val_loss:.2f}.safetensors", "w.07-0.12.safetensors"),
            ("{epoch:4d}|{epoch:04d}|{val_loss:8.3f}|{val_loss:f}", "   7|0007|   0.123|0.123457"),
            ("{score:.1e}|{score:010.1e}|{val_loss:e}", "-1.5e-07|-001.5e-07|1.234568e-01"),
            ("{{{epoch}}}", "{7}"),
        ] {
            assert_eq!(fill(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(fill("{val_los}"), Err("val_los".into()));
        assert!(fill("{epoch").unwrap_err().contains("stands alone"));
        assert!(fill("epoch}").unwrap_err().contains("stands alone"));
        assert!(fill("{epoch:x}").unwrap_err().contains("[.precision]"));
        assert!(fill("{epoch:.f}").unwrap_err().contains("digits"));
        for huge in ["256", "70000", "9999999999", "99999999999999999999999"] {
            for form in [format!("{{epoch:{huge}d}}"), format!("{{epoch:.{huge}f}}"), format!("{{epoch:0{huge}.1e}}")] {
                assert!(fill(&form).unwrap_err().contains("more than 255"), "{form}");
            }
        }
        assert_eq!(fill("{epoch:0255.0f}").map(|text| text.len()), Ok(255));
        assert_eq!(fill("{epoch:.255e}").map(|text| text.len()), Ok(261));
    }
}
