use super::*;

const HEAD: &str = r#"{"recording":1,"device":"reader","settings":null}"#;

fn fault(lines: &[&str]) -> (usize, String) {
    let fault = Recording::parse(lines.join("\n").as_bytes()).expect_err("a fault");
    (fault.line, fault.what)
}

#[test]
fn what_is_written_is_read() {
    let inputs = [
        Input::Opened,
        Input::Lost,
        Input::Command(serde_json::json!({"poll": true})),
        Input::Bytes(vec![0; 300]),
        Input::Timeout { due_us: Some(7) },
        Input::Timeout { due_us: None },
    ];
    let outputs = [
        Output::Bytes(vec![1, 2, 3]),
        Output::Event("Status(Online)".into()),
        Output::Wish("reopen".into()),
        Output::Waits("bytes".into()),
    ];
    let mut writing = Writing::default();
    for (at_us, input) in (0..).zip(&inputs) {
        writing.input(at_us, input);
        outputs.iter().for_each(|output| writing.output(output));
    }
    writing.end("limit");
    let text = head("reader", &()) + &writing.into_text();
    let read = Recording::parse(text.as_bytes()).expect("a recording");
    assert_eq!(read.end.as_deref(), Some("limit"));
    assert_eq!(read.steps.len(), inputs.len());
    for (step, input) in read.steps.iter().zip(&inputs) {
        assert_eq!(step.input, *input);
        let told: Vec<&Output> = step.outputs.iter().map(|(_, output)| output).collect();
        assert_eq!(told, outputs.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_damaged_file_is_refused_with_its_line() {
    let opened = r#"{"us":5,"given":"opened"}"#;
    assert_eq!(fault(&[""]).0, 1);
    assert_eq!(
        fault(&[r#"{"recording":2,"device":"x","settings":0}"#]).0,
        1
    );
    assert_eq!(fault(&[HEAD, opened, "{"]).0, 3);
    assert_eq!(fault(&[HEAD, opened, "", opened]).0, 3);
    assert_eq!(fault(&[HEAD, r#"{"told":"event","is":"x"}"#]).0, 2);
    for wrong in [
        r#"{"us":4,"given":"lost"}"#,
        r#"{"us":99999999999999999,"given":"lost"}"#,
        r#"{"us":6,"given":"gone"}"#,
        r#"{"us":6,"given":"bytes"}"#,
        r#"{"us":6,"given":"bytes","hex":"0"}"#,
        r#"{"us":6,"given":"bytes","hex":"(00*99999999999)"}"#,
        r#"{"us":6,"given":"lost","hex":"00"}"#,
        r#"{"us":6,"told":"bytes","hex":"00"}"#,
        r#"{"given":"lost"}"#,
        r#"{"told":"event"}"#,
        r#"{"us":6,"given":"lost","more":1}"#,
        r#"{"end":"limit","us":6}"#,
        "{}",
        "[]",
    ] {
        assert_eq!(fault(&[HEAD, opened, wrong]).0, 3, "{wrong}");
    }
    let end = r#"{"end":"limit"}"#;
    assert_eq!(
        fault(&[HEAD, end, opened]),
        (3, "a line behind the end".into())
    );
    let bytes = [HEAD.as_bytes(), b"\n\xFF"].concat();
    assert_eq!(Recording::parse(&bytes).expect_err("a fault").line, 2);
}

#[test]
fn few_lines_cannot_stand_for_any_amount_of_memory() {
    let line = r#"{"us":5,"given":"bytes","hex":"(00*65536)"}"#;
    let many = vec![line; MOST / 65_536 + 1];
    let lines = [&[HEAD][..], &many].concat();
    assert_eq!(fault(&lines), (lines.len(), "no bytes in hex".into()));
}
