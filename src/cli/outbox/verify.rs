//! `kiosk outbox verify`: a receipt's code, checked offline.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use clap::Args;
use kiosk::case::{Invalid, NotAProof, Proof, PublicIdentity};
use serde_json::json;

use crate::cli::{Outcome, say};

/// Begins every code of a receipt, of this version and of others.
const MARK: &str = "KIOSK";
/// Larger texts are pictures.
const TEXT_LIMIT: usize = 4096;

#[derive(Args)]
pub struct Verify {
    /// The code's text in quotes (it may hold blanks), or a file: the text, or a picture of the receipt, which is read
    /// with zbarimg.
    #[arg(value_name = "TEXT|FILE")]
    code: String,
    /// Public key of the machine: 43 characters of base64url, or a file that holds them. `kiosk doctor` on the machine
    /// shows it.
    #[arg(long, value_name = "PUB|FILE", allow_hyphen_values = true)]
    key: String,
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let key = key(&self.key)?;
        let text = text(&self.code)?;
        let proof = match Proof::parse(&text) {
            Err(NotAProof::Foreign) => {
                anyhow::bail!("这不是本类自助机回执的二维码 {}", NotAProof::Foreign)
            }
            other => other,
        };
        let fault = match &proof {
            Err(fault) => Some((part(*fault), fault.to_string())),
            Ok(proof) => proof
                .verify(&key)
                .err()
                .map(|invalid| (reason(invalid), invalid.to_string())),
        };
        let proof = proof.ok();
        if self.json {
            say(&as_json(proof.as_ref(), fault.as_ref(), &key).to_string());
        } else {
            in_words(proof.as_ref(), fault.as_ref(), &key);
        }
        Ok(if fault.is_some() {
            Outcome::Faulty
        } else {
            Outcome::Well
        })
    }
}

type Fault = (&'static str, String);

fn part(fault: NotAProof) -> &'static str {
    match fault {
        NotAProof::Foreign => "不是本类回执的二维码",
        NotAProof::Time => "时间无法读出",
        NotAProof::Number => "收件号有误：抄错或被改动",
        NotAProof::Digests => "办件摘要无法读出",
        NotAProof::Signature => "签名无法读出",
    }
}

fn reason(invalid: Invalid) -> &'static str {
    match invalid {
        Invalid::Unsigned => "回执没有签名",
        Invalid::Mismatch => "签名不符：内容被改动，或不是这台机器的密钥",
    }
}

fn in_words(proof: Option<&Proof>, fault: Option<&Fault>, key: &PublicIdentity) {
    match fault {
        None => say("有效 valid"),
        Some((zh, en)) => say(&format!("无效 not valid: {zh} {en}")),
    }
    let Some(proof) = proof else { return };
    for (number, digest) in &proof.cases {
        say(&format!(
            "收件号 filing number: {}  摘要 digest: {digest}",
            number.0
        ));
    }
    let time = match (proof.time_on_paper(), &proof.time) {
        (Some(time), _) => time,
        (None, Some(claimed)) => {
            format!("时间未校准，机器自称 not set, the machine claims {claimed}")
        }
        (None, None) => "时间未校准 clock not set".to_owned(),
    };
    say(&format!("时间 time: {time} ({})", class(proof.clock)));
    say(&format!("密钥指纹 key: {}", key.fingerprint()));
}

/// The clock's classes by their letters.
fn class(letter: char) -> &'static str {
    match letter {
        'T' => "trusted",
        'H' => "holdover",
        'B' => "bounded",
        'U' => "unknown",
        _ => "a class this program does not know",
    }
}

fn as_json(
    proof: Option<&Proof>,
    fault: Option<&Fault>,
    key: &PublicIdentity,
) -> serde_json::Value {
    let cases = proof.map(|proof| {
        let case = |(number, digest): &(kiosk::case::FilingNumber, String)| json!({"filing_number": number.0, "digest": digest});
        proof.cases.iter().map(case).collect::<Vec<_>>()
    });
    json!({
        "valid": fault.is_none(),
        "fault": fault.map(|(_, en)| en),
        "cases": cases,
        "time": proof.and_then(|proof| proof.time.clone()),
        "clock": proof.map(|proof| class(proof.clock)),
        "key": key.fingerprint(),
    })
}

fn key(given: &str) -> anyhow::Result<PublicIdentity> {
    let found = PublicIdentity::parse(given.trim()).ok().or_else(|| {
        let text = fs::read_to_string(given).ok()?;
        PublicIdentity::parse(text.trim()).ok()
    });
    found.context("--key: 公钥应为 43 个 base64url 字符，或含有它的文件 43 characters of base64url, or a file that holds them")
}

/// The text of the code.
fn text(given: &str) -> anyhow::Result<String> {
    if given.trim_start().starts_with(MARK) {
        return Ok(given.to_owned());
    }
    let path = Path::new(given);
    let bytes = fs::read(path).with_context(|| {
        format!("{given}: 既不是回执的二维码内容，也不是文件 neither the text of a code nor a file")
    })?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= TEXT_LIMIT => Ok(text),
        _ => scan(path),
    }
}

/// What zbarimg reads in a picture.
fn scan(picture: &Path) -> anyhow::Result<String> {
    let read = Command::new("zbarimg")
        .args(["-q", "--raw", "--"])
        .arg(picture)
        .output();
    let read = match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => anyhow::bail!(
            "{}: 读图片需要 zbarimg（软件包 zbar-tools）；也可用手机扫码，把内容作为参数 \
             a picture needs zbarimg (package zbar-tools); or scan it with a telephone and give the text",
            picture.display()
        ),
        other => other.context("zbarimg")?,
    };
    let codes = String::from_utf8_lossy(&read.stdout);
    let ours = codes.lines().find(|line| line.starts_with(MARK));
    ours.map(str::to_owned).with_context(|| {
        format!(
            "{}: 图片里读不到回执的二维码 no code of a receipt could be read in the picture",
            picture.display()
        )
    })
}
