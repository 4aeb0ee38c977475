//! A board with U-Boot that starts the wrong slot, or none: after a cut of power at any write, after tries without a proof.
//! Both halves run as they are shipped: RAUC's backend, and U-Boot's script with its commands told to a shell.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use proptest::prelude::*;
use tempfile::TempDir;

/// Where the two blocks lie on the disk, and how long they are, bytes.
const BLOCKS: [usize; 2] = [1 << 20, 2 << 20];
const BLOCK: usize = 4096;
const FILES: [&str; 3] = [
    "boot/vmlinuz",
    "boot/initrd.img",
    "boot/dtb/broadcom/bcm2711-rpi-4-b.dtb",
];

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("board/image")
        .join(name)
}

/// A disk with nothing before its first partition, and two slots that can start.
struct Board(TempDir);

impl Board {
    fn new() -> Self {
        let board = Self(tempfile::tempdir().expect("a folder"));
        fs::write(board.disk(), vec![0xff; 3 << 20]).expect("a disk");
        fs::create_dir(board.0.path().join("memory")).expect("a folder");
        for slot in ["2", "3"] {
            for file in FILES {
                let file = board.0.path().join("slots").join(slot).join(file);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(file, "").expect("a file");
            }
        }
        board
    }

    fn disk(&self) -> PathBuf {
        self.0.path().join("disk")
    }

    fn blocks(&self) -> [Vec<u8>; 2] {
        let disk = fs::read(self.disk()).expect("the disk");
        BLOCKS.map(|at| disk[at..at + BLOCK].to_vec())
    }

    fn put(&self, blocks: [&[u8]; 2]) {
        let mut disk = fs::read(self.disk()).expect("the disk");
        for (at, block) in BLOCKS.into_iter().zip(blocks) {
            disk[at..at + BLOCK].copy_from_slice(block);
        }
        fs::write(self.disk(), disk).expect("the disk");
    }

    fn call(&self, words: &str) -> Output {
        Command::new(script("boot-choice"))
            .args(words.split(' '))
            .env("KIOSK_BOOT_DISK", self.disk())
            .env("KIOSK_CMDLINE", self.0.path().join("cmdline"))
            .output()
            .expect("the backend runs")
    }

    /// What RAUC is told.
    fn ask(&self, words: &str) -> String {
        let output = self.call(words);
        assert!(output.status.success(), "{words}: {output:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim_end()
            .to_owned()
    }

    /// What U-Boot does from power-on, and with which status it ends; `cut` is the write before which the power goes.
    fn power_on(&self, cut: usize) -> (String, Option<i32>) {
        let commands = include_str!("boot_choice/uboot.sh");
        let script = fs::read_to_string(script("boot.cmd")).expect("the script");
        let output = Command::new("sh")
            .args(["-c", &format!("{commands}\n{script}")])
            .env("DISK", self.disk())
            .env("SLOTS", self.0.path().join("slots"))
            .env("MEMORY", self.0.path().join("memory"))
            .env("CUT", cut.to_string())
            .output()
            .expect("a shell");
        assert!(output.stderr.is_empty(), "{output:?}");
        (
            String::from_utf8(output.stdout).expect("text"),
            output.status.code(),
        )
    }

    /// The slot that starts.
    fn start(&self) -> char {
        let (told, status) = self.power_on(0);
        assert_eq!(status, Some(0), "{told}");
        let at = told.find("rauc.slot=").expect("a slot") + "rauc.slot=".len();
        let slot = told[at..].chars().next().expect("a slot");
        let part = if slot == 'A' { "2" } else { "3" };
        assert!(
            told.contains(&format!("root=PARTUUID=6b696f73-0{part} ")),
            "{told}"
        );
        for file in FILES {
            assert!(
                told.contains(&format!("load {part} /{file}")),
                "{file} of another slot: {told}"
            );
        }
        slot
    }

    fn starts(&self, count: usize) -> String {
        (0..count).map(|_| self.start()).collect()
    }

    /// As RAUC calls it around writing a slot.
    fn install(&self, slot: char) {
        self.ask(&format!("set-state {slot} bad"));
        self.ask(&format!("set-primary {slot}"));
    }
}

/// CRC-32 (IEEE 802.3), least significant bit first.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_new_disk_starts_the_first_slot() {
    let board = Board::new();
    assert_eq!(board.ask("get-primary"), "A");
    assert_eq!(board.ask("get-state B"), "good");
    assert_eq!(board.start(), 'A');
}

#[test]
fn both_halves_write_blocks_of_u_boot_s_own_form() {
    let board = Board::new();
    for half in ["backend", "boot loader"] {
        if half == "backend" {
            board.install('B');
        } else {
            board.start();
        }
        for block in board.blocks() {
            let (sum, body) = block.split_at(4);
            assert_eq!(sum, crc32(body).to_le_bytes(), "{half}");
            assert!(
                body.windows(15).any(|part| part == b"BOOT_ORDER=B A\0"),
                "{half}"
            );
        }
    }
}

#[test]
fn an_installed_slot_has_three_tries_and_then_the_old_one_comes_back() {
    let board = Board::new();
    board.ask("set-state A good");
    board.install('B');
    assert_eq!(
        (board.ask("get-primary"), board.ask("get-state B")),
        ("B".into(), "good".into())
    );
    assert_eq!(board.starts(4), "BBBA");
    assert_eq!(
        (board.ask("get-primary"), board.ask("get-state B")),
        ("A".into(), "bad".into())
    );
    // The same slot, written anew, is tried anew.
    board.ask("set-state A good");
    board.install('B');
    assert_eq!(board.starts(2), "BB");
    board.ask("set-state B good");
    assert_eq!(board.starts(3), "BBB");
}

#[test]
fn a_machine_with_no_tries_left_goes_on_trying() {
    let board = Board::new();
    board.ask("set-state A bad");
    board.ask("set-state B bad");
    assert_eq!(board.ask("get-primary"), "A");
    assert_eq!(board.starts(7), "AAABBBA");
}

#[test]
fn a_slot_that_was_half_written_is_not_started() {
    let board = Board::new();
    board.ask("set-state A good");
    // The power goes while RAUC writes, and the machine starts more often than there are tries.
    board.ask("set-state B bad");
    assert_eq!(board.starts(3), "AAA");
    for file in FILES {
        let _ = fs::remove_file(board.0.path().join("slots/3").join(file));
    }
    // Even then: what has no kernel gives its turn back at once.
    let told: Vec<_> = (0..4).map(|_| board.power_on(0)).collect();
    assert!(
        told.iter().any(|(_, status)| *status == Some(0)),
        "{told:?}"
    );
}

#[test]
fn a_slot_without_a_kernel_gives_way() {
    for missing in &FILES[..2] {
        let board = Board::new();
        board.ask("set-state A good");
        board.install('B');
        fs::remove_file(board.0.path().join("slots/3").join(missing)).expect("a file");
        let ends: Vec<_> = (0..3).map(|_| board.power_on(0).1).collect();
        assert_eq!(ends, [Some(3); 3], "{missing}");
        assert_eq!(board.power_on(0).1, Some(0));
    }
}

#[test]
fn a_slot_without_this_board_s_tree_starts_with_that_of_the_first_stages() {
    let board = Board::new();
    fs::remove_file(board.0.path().join("slots/2").join(FILES[2])).expect("a file");
    let (told, status) = board.power_on(0);
    assert_eq!(status, Some(0));
    assert!(told.ends_with("0x2eff0000\n"), "{told}");
}

#[test]
fn what_is_no_command_changes_nothing() {
    let board = Board::new();
    board.install('B');
    let before = board.blocks();
    for words in [
        "set-primary C",
        "set-state A",
        "set-state A fine",
        "set-primary",
        "get-state D",
        "mark A",
        "",
    ] {
        assert!(!board.call(words).status.success(), "{words:?}");
    }
    assert_eq!(board.blocks(), before);
}

#[test]
fn the_running_slot_is_that_of_the_command_line() {
    let board = Board::new();
    assert!(!board.call("get-current").status.success());
    fs::write(board.0.path().join("cmdline"), "ro rauc.slot=B quiet\n").expect("a file");
    assert_eq!(board.ask("get-current"), "B");
}

/// What a cut of power can leave of a write: nothing of it, some of its sectors, a sector of rubbish, all of it.
fn torn(old: &[u8], new: &[u8], how: usize) -> Vec<u8> {
    let mut block = old.to_vec();
    let whole = how.min(BLOCK / 512) * 512;
    block[..whole].copy_from_slice(&new[..whole]);
    if how > BLOCK / 512 {
        block = new.to_vec();
        block[..512].fill(0xa5);
    }
    block
}

#[test]
fn a_cut_of_power_leaves_the_old_choice_or_the_new_one() {
    let answers =
        |board: &Board| ["get-primary", "get-state A", "get-state B"].map(|words| board.ask(words));
    for change in [
        "set-primary B",
        "set-state A bad",
        "set-state B bad",
        "set-state B good",
    ] {
        let board = Board::new();
        board.ask("set-primary A");
        let (before, old) = (answers(&board), board.blocks());
        board.ask(change);
        let (after, new) = (answers(&board), board.blocks());
        for how in [0, 1, 4, 7, 9] {
            for second in [false, true] {
                if second {
                    board.put([&new[0], &torn(&old[1], &new[1], how)]);
                } else {
                    board.put([&torn(&old[0], &new[0], how), &old[1]]);
                }
                let found = answers(&board);
                assert!(
                    found == before || found == after,
                    "{change} cut at {how}: {found:?}"
                );
                if second {
                    assert_eq!(found, after, "{change}: the first block is whole");
                }
                // And it can be said again.
                board.ask(change);
                assert_eq!(answers(&board), after, "{change} after {how}");
            }
        }
    }
}

#[test]
fn a_cut_while_u_boot_counts_costs_one_try_at_most() {
    for cut in [1, 2] {
        let board = Board::new();
        board.ask("set-state A good");
        board.install('B');
        assert_eq!(board.power_on(cut).1, Some(9));
        let tries = if cut == 1 { "BBBA" } else { "BBA" };
        assert_eq!(board.starts(tries.len()), tries);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is said and however often it starts: a slot that is called bad is not started while the other has tries.
    #[test]
    fn a_slot_called_bad_is_left_alone(steps in prop::collection::vec(0_u8..6, 1..8)) {
        let board = Board::new();
        for step in steps {
            match step {
                0 => board.install('A'),
                1 => board.install('B'),
                2 => { board.ask("set-state A good"); }
                3 => { board.ask("set-state B good"); }
                4 => { board.ask("set-state A bad"); }
                _ => { board.ask("set-state B bad"); }
            }
            let (primary, a, b) = (board.ask("get-primary"), board.ask("get-state A"), board.ask("get-state B"));
            let started = board.start().to_string();
            prop_assert_eq!(&started, &primary);
            if (a == "bad") != (b == "bad") {
                prop_assert_eq!(started, if a == "bad" { "B" } else { "A" });
            }
        }
    }
}
