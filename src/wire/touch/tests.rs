//! Sequences as panels send them, and any sequence at all.

use proptest::prelude::*;

use super::*;

const RANGE: Axis = Axis { min: 0, max: 4000 };

fn slots() -> Panel {
    Panel {
        x: RANGE,
        y: RANGE,
        kind: Kind::Slots(0),
    }
}

fn told(panel: &mut TouchPanel, inputs: &[Input]) -> Vec<Touch> {
    inputs.iter().for_each(|&input| panel.handle(input));
    std::iter::from_fn(|| panel.poll_touch()).collect()
}

#[test]
fn a_tap_on_a_multi_touch_panel() {
    let mut panel = TouchPanel::new(slots(), Rotation::None);
    use Input::*;
    assert_eq!(
        told(&mut panel, &[Finger(7), X(1000), Y(3000), Report]),
        [Touch::Down(0.25, 0.75)]
    );
    assert_eq!(
        told(&mut panel, &[X(2000), Report]),
        [Touch::Move(0.5, 0.75)]
    );
    assert_eq!(
        told(&mut panel, &[Finger(-1), Report]),
        [Touch::Up(0.5, 0.75)]
    );
    // The kernel does not repeat what is as it was: the next finger has only its own height.
    assert_eq!(
        told(&mut panel, &[Finger(8), Y(0), Report]),
        [Touch::Down(0.5, 0.0)]
    );
}

#[test]
fn a_second_finger_is_not_followed_even_when_the_first_is_lifted() {
    let mut panel = TouchPanel::new(slots(), Rotation::None);
    use Input::*;
    let first = [
        Finger(1),
        X(400),
        Y(400),
        Slot(1),
        Finger(2),
        X(0),
        Y(0),
        Report,
    ];
    assert_eq!(told(&mut panel, &first), [Touch::Down(0.1, 0.1)]);
    assert_eq!(told(&mut panel, &[Slot(1), X(90), Report]), []);
    assert_eq!(
        told(&mut panel, &[Slot(0), Finger(-1), Slot(1), Y(90), Report]),
        [Touch::Up(0.1, 0.1)]
    );
    assert_eq!(told(&mut panel, &[X(4000), Report, Finger(-1), Report]), []);
}

#[test]
fn a_finger_that_is_exchanged_within_one_report_is_two_touches() {
    let mut panel = TouchPanel::new(slots(), Rotation::None);
    use Input::*;
    told(&mut panel, &[Finger(1), X(0), Y(0), Report]);
    assert_eq!(
        told(&mut panel, &[Finger(-1), Finger(2), X(4000), Report]),
        [Touch::Up(0.0, 0.0), Touch::Down(1.0, 0.0)]
    );
    assert_eq!(
        told(&mut panel, &[Finger(3), Report]),
        [Touch::Up(1.0, 0.0), Touch::Down(1.0, 0.0)]
    );
}

#[test]
fn an_absolute_pointer_touches_with_its_button() {
    let panel = Panel {
        x: Axis {
            min: 100,
            max: 1100,
        },
        y: Axis { min: -50, max: 50 },
        kind: Kind::Single(600, 0),
    };
    let mut panel = TouchPanel::new(panel, Rotation::None);
    use Input::*;
    // Moving without a button touches nothing.
    assert_eq!(told(&mut panel, &[X(350), Report]), []);
    assert_eq!(
        told(&mut panel, &[Pressed(true), Report]),
        [Touch::Down(0.25, 0.5)]
    );
    assert_eq!(
        told(&mut panel, &[Pressed(false), Report]),
        [Touch::Up(0.25, 0.5)]
    );
}

#[test]
fn a_panel_on_its_side_is_touched_where_it_is_looked_at() {
    use Input::*;
    let tap = [Finger(1), X(1000), Y(0), Report];
    for (rotation, at) in [
        (Rotation::None, Touch::Down(0.25, 0.0)),
        (Rotation::Quarter, Touch::Down(0.0, 0.75)),
        (Rotation::Half, Touch::Down(0.75, 1.0)),
        (Rotation::ThreeQuarters, Touch::Down(1.0, 0.25)),
    ] {
        let mut panel = TouchPanel::new(slots(), rotation);
        assert_eq!(told(&mut panel, &tap), [at], "{rotation:?}");
    }
}

#[test]
fn an_unplugged_panel_holds_no_finger_down() {
    let mut panel = TouchPanel::new(slots(), Rotation::None);
    use Input::*;
    told(&mut panel, &[Finger(1), X(0), Y(0), Report]);
    panel.lost();
    assert_eq!(told(&mut panel, &[]), [Touch::Up(0.0, 0.0)]);
    panel.lost();
    assert_eq!(told(&mut panel, &[]), []);
}

#[test]
fn after_lost_events_the_finger_counts_again_when_it_touches_anew() {
    let mut panel = TouchPanel::new(slots(), Rotation::None);
    use Input::*;
    told(&mut panel, &[Finger(1), X(0), Y(0), Report]);
    assert_eq!(told(&mut panel, &[Dropped]), [Touch::Up(0.0, 0.0)]);
    assert_eq!(
        told(&mut panel, &[Finger(5), X(9), Report, X(40), Report]),
        []
    );
    assert_eq!(
        told(&mut panel, &[Finger(6), X(2000), Y(2000), Report]),
        [Touch::Down(0.5, 0.5)]
    );
}

#[test]
fn an_axis_without_a_range_is_at_its_edge() {
    let axis = Axis { min: 5, max: 5 };
    assert_eq!(axis.fraction(5).to_bits(), 0.0_f32.to_bits());
    let widest = Axis {
        min: i32::MIN,
        max: i32::MAX,
    };
    assert_eq!(widest.fraction(i32::MAX).to_bits(), 1.0_f32.to_bits());
}

fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        (-1..20).prop_map(Input::Slot),
        (-1..4).prop_map(Input::Finger),
        any::<i32>().prop_map(Input::X),
        any::<i32>().prop_map(Input::Y),
        any::<bool>().prop_map(Input::Pressed),
        Just(Input::Report),
        Just(Input::Report),
        Just(Input::Dropped),
    ]
}

proptest! {
    /// Whatever a broken panel sends: down, moves, up, in this order, on the picture, and nothing held at the end.
    #[test]
    fn touches_come_in_order(inputs in prop::collection::vec(any_input(), 0..80), single: bool, min: i32, max: i32) {
        let axis = Axis { min, max };
        let kind = if single { Kind::Single(0, 0) } else { Kind::Slots(-1) };
        let mut panel = TouchPanel::new(Panel { x: axis, y: axis, kind }, Rotation::Quarter);
        let mut touches = told(&mut panel, &inputs);
        panel.lost();
        touches.extend(told(&mut panel, &[]));
        let mut down = false;
        for touch in touches {
            let (Touch::Down(x, y) | Touch::Move(x, y) | Touch::Up(x, y)) = touch;
            prop_assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y));
            prop_assert_eq!(down, !matches!(touch, Touch::Down(..)));
            down = !matches!(touch, Touch::Up(..));
        }
        prop_assert!(!down);
    }
}
