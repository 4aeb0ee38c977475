//! Columns that stand under each other, Chinese among Latin.

/// Lines of a table: headings in Chinese, headings in English, then the rows.
pub fn lines(headings: &[(&str, &str)], rows: &[Vec<String>]) -> Vec<String> {
    let heading = |of: fn(&(&str, &str)) -> String| headings.iter().map(of).collect::<Vec<_>>();
    let mut all = vec![
        heading(|(zh, _)| (*zh).to_owned()),
        heading(|(_, en)| (*en).to_owned()),
    ];
    all.extend_from_slice(rows);
    let widths: Vec<usize> = (0..headings.len())
        .map(|at| all.iter().map(|row| width(&row[at])).max().unwrap_or(0))
        .collect();
    all.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths);
            let line: String = cells
                .map(|(cell, width_of)| format!("{cell}{}  ", " ".repeat(width_of - width(cell))))
                .collect();
            line.trim_end().to_owned()
        })
        .collect()
}

/// Columns on a terminal: Chinese characters and full-width punctuation take two (Unicode TR 11, W and F).
fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFD}');
    text.chars().map(|c| 1 + usize::from(wide(c))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [
            vec!["高龄津贴".to_owned(), "1".to_owned()],
            vec!["bus card".to_owned(), "22".to_owned()],
        ];
        let lines = lines(&[("事项", "item"), ("次数", "tries")], &rows);
        assert_eq!(
            lines,
            [
                "事项      次数",
                "item      tries",
                "高龄津贴  1",
                "bus card  22"
            ]
        );
    }
}
