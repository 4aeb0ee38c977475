//! Names and numbers with their middle hidden.

/// Chinese: first and last character stay ("张*伟"), of two only the first ("张*").
/// Latin script: the first letter of each word stays.
pub(super) fn name(name: &str) -> String {
    if name.chars().any(|char| char.is_ascii_alphabetic()) {
        return latin(name);
    }
    let length = name.chars().count();
    let last = if length > 2 { length - 1 } else { length };
    name.chars()
        .enumerate()
        .map(|(at, char)| {
            let shown = length > 1 && at == 0 || at == last;
            if shown { char } else { '*' }
        })
        .collect()
}

fn latin(name: &str) -> String {
    let mut in_word = false;
    name.chars()
        .map(|char| {
            let hidden = in_word && char.is_alphanumeric();
            in_word = char.is_alphanumeric();
            if hidden { '*' } else { char }
        })
        .collect()
}

/// First four and last four characters stay; a number shorter than twelve is hidden whole.
pub(super) fn number(number: &str) -> String {
    let length = number.chars().count();
    number
        .chars()
        .enumerate()
        .map(|(at, char)| {
            let shown = length >= 12 && (at < 4 || at >= length - 4);
            if shown { char } else { '*' }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (full, masked) in [
            ("张建伟", "张*伟"),
            ("张伟", "张*"),
            ("欧阳建伟", "欧**伟"),
            ("阿不都·热西提", "阿*****提"),
            ("张", "*"),
            ("", ""),
            ("𠮷田", "𠮷*"),
            ("SMITH, JOHN PAUL", "S****, J*** P***"),
            ("O'NEIL", "O'N***"),
        ] {
            assert_eq!(name(full), masked);
        }
    }

    #[test]
    fn numbers() {
        for (full, masked) in [
            ("440200194803120017", "4402**********0017"),
            ("11010519491231002X", "1101**********002X"),
            ("UTO999980010110", "UTO9*******0110"),
            ("H12345678", "*********"),
            ("", ""),
        ] {
            assert_eq!(number(full), masked);
        }
    }
}
