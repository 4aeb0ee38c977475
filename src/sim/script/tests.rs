use super::*;

#[test]
fn reads_every_kind_of_line() {
    let steps = parse(
        "# a visit\ncard lay elder\n\n touch \"下一步 \\\"x\\\"\"  # go\nwait 30s\nexpect no text \"a b\"\ndraw 0,0 1,0.5\n",
    )
    .expect("valid");
    let actions: Vec<_> = steps.iter().map(|s| (s.line, s.action.clone())).collect();
    assert_eq!(
        actions,
        [
            (2, Action::CardLay("elder".into())),
            (4, Action::Touch("下一步 \"x\"".into())),
            (5, Action::Wait(Duration::from_secs(30))),
            (6, Action::ExpectNoText("a b".into())),
            (7, Action::Draw(vec![(0.0, 0.0), (1.0, 0.5)])),
        ]
    );
}

#[test]
fn tells_every_bad_line_with_its_number() {
    let faults = parse(
        "card lay\nwait 3\ntouch \"x\nplatform status 70000\nscreenshot a/b\ndraw 2,0\nfly\n",
    )
    .expect_err("bad");
    assert_eq!(
        faults.iter().map(|f| f.line).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
}
