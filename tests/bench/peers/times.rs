//! What a peer says of its puts, for `tests/bench/queue/peers.rs`.
#![allow(dead_code)]

use std::path::PathBuf;
use std::time::Duration;

/// How many puts, and where.
pub fn asked() -> (usize, PathBuf) {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().and_then(|count| count.parse().ok());
    let path = arguments.next().map(PathBuf::from);
    count.zip(path).expect("COUNT PATH")
}

/// 2 KiB of hex digits.
pub fn body() -> String {
    "7f3a".repeat(512)
}

/// Bytes this process has written to the disk.
pub fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").expect("procfs");
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).expect("write_bytes")
}

/// p50 and p99 in milliseconds, bytes written for each.
pub fn say(mut times: Vec<Duration>, written: u64) {
    times.sort();
    let ms = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1000.0;
    println!("{} {} {}", ms(50), ms(99), written / times.len() as u64);
}
