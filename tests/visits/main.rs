//! Whole visits through the real pages, on the simulated machine: one script each, in a process of its own.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::process::Command;

/// Scripts that fill the disk need one of their own.
fn program(root: &Path, script: &Path) -> Option<Command> {
    let kiosk = env!("CARGO_BIN_EXE_kiosk");
    if !std::fs::read_to_string(script)
        .unwrap()
        .contains("\ndisk full")
    {
        return Some(Command::new(kiosk));
    }
    let small_disk = root.join("tests/visits/small-disk");
    let probe = Command::new(&small_disk).arg("true").output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        println!(
            "no small disk can be mounted here: {} not played",
            script.display()
        );
        return None;
    }
    let mut command = Command::new(small_disk);
    command.arg(kiosk);
    Some(command)
}

fn play(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join(format!("tests/visits/{name}.visit"));
    let Some(mut program) = program(root, &script) else {
        return;
    };
    let out = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("visits")
        .join(name);
    let played = program
        .args([
            "visit".as_ref(),
            script.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
        ])
        .current_dir(root)
        .output()
        .expect("the kiosk starts");
    assert!(
        played.status.success(),
        "{}{}",
        String::from_utf8_lossy(&played.stdout),
        String::from_utf8_lossy(&played.stderr)
    );
    read_codes(&out, name);
}

/// The QR code of every receipt that came out whole, read back by a program that is not ours.
fn read_codes(out: &Path, name: &str) {
    let pictures = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for picture in pictures.filter(|p| {
        p.to_string_lossy().contains("receipt-") && p.extension().is_some_and(|e| e == "png")
    }) {
        let Ok(read) = Command::new("zbarimg")
            .args(["-q", "--raw"])
            .arg(&picture)
            .output()
        else {
            println!("zbarimg is not installed: codes of {name} not read back");
            return;
        };
        let code = String::from_utf8_lossy(&read.stdout).into_owned();
        // A receipt torn before its code has none; one that has a code has the whole of it.
        let torn = name == "paper-out" || name == "plugs_pulled";
        // A technician's test page has a code of its own, the slip after a paper change none.
        let service = name == "technician" && (code == "SELFTEST W0012\n" || code.is_empty());
        let slip = name.starts_with("blank") && code.starts_with("KIOSKA/W0012/");
        assert!(
            service
                || slip
                || code.starts_with("KIOSK2/") && code.contains("/W0012-")
                || (torn && code.is_empty()),
            "{}: {code:?}",
            picture.display()
        );
    }
}

macro_rules! visits {
    ($($test:ident $name:literal;)*) => {
        $(#[test] fn $test() { play($name); })*

        #[test]
        fn every_script_is_played() {
            let mut here: Vec<String> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/visits"))
                .unwrap()
                .filter_map(|entry| entry.unwrap().file_name().to_str().unwrap().strip_suffix(".visit").map(str::to_owned))
                .collect();
            here.sort();
            let mut listed = vec![$($name.to_owned()),*];
            listed.sort();
            assert_eq!(here, listed);
        }
    };
}

visits! {
    annual_report_is_a_guide "annual-report";
    benefit_confirmation "benefit";
    birth_registration_offline "birth-offline";
    blank_machine_comes_into_service "blank";
    blank_machine_refuses_orders "blank-refused";
    blank_machine_waits_for_its_server "blank-server-gone";
    bus_card_by_post "bus-card";
    elder_allowance_signed "elder-allowance";
    fifty_cases_through_a_bad_day "fifty-cases";
    flexible_work_with_a_wrong_bank_card "flexible-work";
    idle_is_warned_and_wiped "idle";
    nobody_answers "nobody_answers";
    outages_and_power_cuts "outage_power_cut";
    plugs_are_pulled "plugs_pulled";
    lost_answer_is_asked_again "lost-answer";
    medical_in_english "medical-en";
    medical_on_a_lying_screen "medical-landscape";
    no_card "no-card";
    technician_and_a_lesson "technician";
    paper_ends_in_mid_receipt "paper-out";
    pension "pension";
    power_cut_while_waiting "power-cut";
    refused_later_and_corrected "refused-later";
    residence_with_a_change "residence-change";
    too_young_is_told_first "too-young";
    unemployment_by_search "unemployment-search";
    utilities_four_in_one "utilities";
    utilities_offline_on_a_lying_screen "utilities-offline-landscape";
}
