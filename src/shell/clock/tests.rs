use super::*;

const YEAR_S: i64 = 31_557_600;

fn at(unix: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(unix)
}

#[test]
fn a_wall_clock_set_wrong_leaves_deadlines_alone_and_is_not_believed() {
    let clock = Clock::starting_at(at(WALL_FLOOR_UNIX_S + 60));
    let (before, right) = (clock.now(), clock.true_unix_seconds());
    assert_eq!(clock.class(), ClockClass::Trusted);
    clock.clone().set_wall_error(-20 * YEAR_S);
    assert_eq!(clock.wall(), None, "a year before this machine was built");
    clock.set_wall_error(21 * YEAR_S);
    assert_eq!(clock.wall(), None, "more than twenty years on");
    clock.set_wall_error(3 * 3600);
    assert_eq!(clock.class(), ClockClass::Unknown, "possible, not proved");
    assert!(clock.unix_seconds() >= Some(right + 3 * 3600));
    assert!(clock.true_unix_seconds() - right < 60);
    assert!(clock.now() - before < Duration::from_secs(60));
}

#[test]
fn the_platforms_word_sets_it_right() {
    let clock = Clock::starting_at(at(WALL_FLOOR_UNIX_S + 60));
    clock.set_wall_error(-20 * YEAR_S);
    assert!(clock.certificate_seconds() >= WALL_FLOOR_UNIX_S as i64);
    let right = clock.true_unix_seconds();
    clock.heard(clock.boot_ms(), i64::try_from(right).expect("small"));
    assert_eq!(clock.class(), ClockClass::Trusted);
    let known = clock.unix_seconds().expect("known");
    assert!(known.abs_diff(right) < 60, "{known} {right}");
    assert_eq!(clock.stamp().clock_class, ClockClass::Trusted);
}

#[test]
fn a_clock_that_was_never_set_has_no_wall_time() {
    let clock = Clock::starting_at(at(12));
    assert_eq!(clock.wall(), None);
    assert_eq!(clock.unix_seconds(), None);
    assert_eq!(clock.rfc3339(), None);
    assert_eq!(clock.today(), None);
    assert_eq!(clock.hh_mm(), "");
    assert_eq!(clock.stamp().clock_class, ClockClass::Unknown);
}

#[test]
fn advance_moves_both_clocks_of_all_clones() {
    let clock = Clock::starting_at(at(1_772_672_820)); // 2026-03-05T09:07:00+08:00
    let other = clock.clone();
    let before = clock.now();
    assert_eq!(other.hh_mm(), "09:07");
    other.advance(Duration::from_secs(3600));
    assert!(clock.now() - before >= Duration::from_secs(3600));
    assert!(clock.boot_ms() >= 3_600_000);
    assert_eq!(clock.hh_mm(), "10:07");
    assert_eq!(clock.today(), Some((2026, 3, 5)));
}

#[test]
fn the_system_clock_agrees_with_its_own_parts() {
    let clock = Clock::system();
    let first = clock.stamp();
    assert_eq!(first.boot_id, clock.boot_id());
    assert_eq!(first.wall_rfc3339.is_some(), clock.wall().is_some());
    assert!(clock.stamp().monotonic_ms >= first.monotonic_ms);
    assert!(clock.now() >= clock.started);
}
