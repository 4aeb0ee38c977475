//! The README's commands of provisioning, typed as they stand there by somebody who knows nothing else; then mistakes, each of
//! which must say what to do in both languages.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::command::Said;

/// Where the README's commands begin and end.
const BLOCK: &str = "The whole chain on one computer";

/// A terminal in a folder of its own: what was exported stays for what is typed later, simulators run until it is closed.
struct Terminal {
    folder: tempfile::TempDir,
    exported: Vec<String>,
    ports: Vec<(&'static str, u16)>,
    running: Vec<(Child, Option<ChildStdin>)>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for (child, _) in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Terminal {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::os::unix::fs::symlink(root.join("board"), folder.path().join("board")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kiosk"), folder.path().join("kiosk"))
            .unwrap();
        // Held together, so that they are two.
        let free = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (est, platform) = (free(), free());
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        Self {
            folder,
            exported: Vec::new(),
            ports: vec![("8443", port(&est)), ("8417", port(&platform))],
            running: Vec::new(),
        }
    }

    fn shell(&self, line: &str) -> Command {
        let mut line = format!("{}\n{line}", self.exported.join("\n"));
        for (written, free) in &self.ports {
            line = line.replace(written, &free.to_string());
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command
            .args(["-c", &line])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .env_remove("CREDENTIALS_DIRECTORY");
        command
    }

    /// One whole line of the README. What runs until it is stopped has begun when it has said its first line.
    fn types(&mut self, line: &str) {
        if line.starts_with("export ") {
            self.exported.push(line.to_owned());
        } else if line.starts_with("kiosk sim ") {
            let mut child = self
                .shell(&format!("exec {line}"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut said = BufReader::new(child.stdout.take().unwrap());
            let mut first = String::new();
            assert!(said.read_line(&mut first).unwrap() > 0, "{line}");
            std::thread::spawn(move || said.lines().count());
            let input = child.stdin.take();
            self.running.push((child, input));
        } else {
            let said = self.tries(line);
            assert_eq!(said.code, 0, "{line}\n{}\n{}", said.out, said.err);
            self.free_the_ports();
        }
    }

    /// The settings name the platform's port as well.
    fn free_the_ports(&self) {
        let settings = self.folder.path().join("files/kiosk.toml");
        if let Ok(mut text) = std::fs::read_to_string(&settings) {
            for (written, free) in &self.ports {
                text = text.replace(written, &free.to_string());
            }
            std::fs::write(settings, text).unwrap();
        }
    }

    fn tries(&self, line: &str) -> Said {
        let output: Output = self.shell(line).output().unwrap();
        Said::of(output)
    }

    /// The server takes its word when it reads it: asked again until it is as expected.
    fn renews_until(&self, is_it: impl Fn(i32) -> bool) -> Said {
        for _ in 0..50 {
            let said = self.tries("kiosk provision renew --now $PLACES");
            if is_it(said.code) {
                return said;
            }
        }
        panic!("the server never heard what was said to it");
    }

    /// The district's server, which was started first, is told of a trouble.
    fn est(&mut self, word: &str) {
        let input = self.running[0].1.as_mut().unwrap();
        writeln!(input, "{word}").unwrap();
    }
}

/// The lines of the README's block, whole and without their comments.
fn lines() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let block = text.split(BLOCK).nth(1).unwrap();
    let block = block.split("```sh\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap().replace("\\\n", " ");
    let lines = block.lines().map(|line| line.split(" # ").next().unwrap());
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn says_what_to_do(line: &str, said: &Said) {
    let all = format!("{}{}", said.out, said.err);
    assert_ne!(said.code, 0, "{line}: {all}");
    assert!(
        all.contains("处理：") && all.contains("do: "),
        "{line}: {all}"
    );
}

#[test]
fn the_readmes_commands_bring_a_machine_into_service_and_each_mistake_says_what_to_do() {
    let mut terminal = Terminal::new();
    let lines = lines();
    assert!(lines.len() > 8, "{lines:?}");
    // Before there is a key, a book or a server.
    for line in [
        "kiosk provision order --key desk.key --server https://127.0.0.1:8443 --ca district/ca.pem --machine W0012 --division 440203 --site 点",
        "kiosk provision enrol --identity id --order-key order-key --config m/kiosk.toml KIOSKP/10",
        "kiosk provision finish --identity id --order-key order-key --config m/kiosk.toml",
    ] {
        says_what_to_do(line, &terminal.tries(line));
    }
    for line in &lines {
        terminal.types(line);
    }
    let status = terminal.tries("kiosk provision status $PLACES --json");
    assert_eq!(status.code, 0, "{}", status.err);
    assert_eq!(status.json_lines()[0]["step"], "inService");
    // The printer's own process draws it after it has said that it printed.
    let slip = terminal.folder.path().join("paper/receipt-1.png");
    let until = Instant::now() + Duration::from_secs(30);
    while !slip.exists() {
        assert!(Instant::now() < until, "no slip came out");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What a technician and a desk may do wrong.
    for line in [
        "kiosk provision enrol $PLACES no-such-file.txt",
        "kiosk provision enrol $PLACES https://shop.example/",
        "kiosk provision order --key order-key --server https://127.0.0.1:8443 --ca district/ca.pem --machine W0013 --division 440203 --site 点",
        "kiosk provision order --key desk.key --server https://127.0.0.1:8443 --ca nothing.pem --machine W0013 --division 440203 --site 点",
        "kiosk provision run --identity other --order-key nothing --config o/kiosk.toml kiosk-order.txt",
        // Another machine with an order that was followed.
        "kiosk provision enrol --identity other --order-key order-key --config o/kiosk.toml kiosk-order.txt",
        "kiosk provision finish --identity third --order-key order-key --config t/kiosk.toml",
    ] {
        says_what_to_do(line, &terminal.tries(line));
    }
    // The server's troubles.
    for fault in [
        "wrong-server",
        "foreign-certificate",
        "wrong-key",
        "portal",
        "status:503",
    ] {
        terminal.est(fault);
        says_what_to_do(fault, &terminal.renews_until(|code| code != 0));
    }
    terminal.est("well");
    terminal.renews_until(|code| code == 0);
    // A second order for the same number is for a machine that takes its place, and the desk is told what that means.
    let order = lines.iter().find(|line| line.contains("provision order "));
    let said = terminal.tries(order.unwrap());
    assert!(
        said.out.contains("未上传的办件") && said.out.contains("note: "),
        "{}",
        said.out
    );
}
