//! `kiosk outbox export`: what waits, sealed onto a stick, when the line does not come back.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use kiosk::shell::carry::{self, Bundle, Stick};
use kiosk::shell::clock::Clock;
use kiosk::shell::identity;
use serde_json::json;

use super::Which;
use super::hold::hold;
use crate::cli::{Outcome, say, say_error};

#[derive(Args)]
pub struct Export {
    /// Folder to put the bundle into, e.g. of a mounted stick.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    which: Which,
    /// One JSON object a bundle instead of sentences.
    #[arg(long)]
    json: bool,
}

impl Export {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        let by_hand = config.platform.by_hand.as_ref().context(
            "没有配置平台的封装公钥：请在 kiosk.toml 的 [platform] 中填写 seal_key 和 signer\n\
             no key to seal to: set seal_key and signer in [platform] of kiosk.toml; the platform's operator has them",
        )?;
        let stick = Stick::at(&self.folder, &config.machine.id)?;
        let store = hold(&config)?;
        let identity = identity::load(&identity::Place::of(&config.store.path))?;
        let stamp = Clock::system().stamp();
        let exported = carry::export(&store, &identity, &by_hand.seal_key, &stick, stamp)?;
        for (number, why) in &exported.left_out {
            say_error(&format!(
                "{number}: 无法读取，未导出 cannot be read, left out: {why}"
            ));
        }
        anyhow::ensure!(
            !exported.bundles.is_empty() || !exported.left_out.is_empty(),
            "没有待上传的办件，未写入任何文件 no case waits, nothing was written"
        );
        for bundle in &exported.bundles {
            self.tell(bundle);
        }
        Ok(if exported.left_out.is_empty() {
            Outcome::Well
        } else {
            Outcome::Faulty
        })
    }

    fn tell(
        &self,
        Bundle {
            file,
            digest,
            cases,
        }: &Bundle,
    ) {
        if self.json {
            let keys: Vec<&str> = cases.iter().map(|case| case.key.0.as_str()).collect();
            let bundle = json!({
                "file": file, "digest": digest.hex(), "count": cases.len(), "keys": keys,
            });
            say(&bundle.to_string());
        } else {
            say(&format!(
                "{}: 已导出 {count} 件（状态不变） {count} cases exported, still waiting here\nSHA-256 {}",
                file.display(),
                digest.hex(),
                count = cases.len(),
            ));
        }
    }
}
