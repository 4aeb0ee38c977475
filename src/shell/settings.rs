//! Reads `kiosk.toml` from its place.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::config::{Config, ConfigFault, MAX_BYTES, Screen};

/// What the image says of the board it was built for: `[screen]` alone, for a machine without settings of its own.
pub const BOARD: &str = "/usr/share/kiosk/board.toml";

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is not there, not readable or not UTF-8.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file has mistakes.
    #[error("{}", listed(path, faults))]
    Faulty {
        /// The file.
        path: PathBuf,
        /// All of them, by line.
        faults: Vec<ConfigFault>,
    },
}

fn listed(path: &Path, faults: &[ConfigFault]) -> String {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| format!("{}: {fault}", path.display()))
        .collect();
    lines.join("\n")
}

/// The configuration in `path`; its relative paths are taken from the folder of the file.
///
/// # Errors
/// See [`SettingsError`]; a file with several mistakes names them all.
pub fn load(path: &Path) -> Result<Config, SettingsError> {
    let unreadable = |error| SettingsError::Unreadable {
        path: path.into(),
        error,
    };
    let text = read(path).map_err(unreadable)?;
    let mut config = Config::parse(&text).map_err(|faults| SettingsError::Faulty {
        path: path.into(),
        faults,
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    config.rebase(&std::path::absolute(folder_or_here(folder)).map_err(unreadable)?);
    Ok(config)
}

/// Which way the screen stands, from the first of `paths` that can say it, whatever else is wrong with that file.
#[must_use]
pub fn screen(paths: &[&Path]) -> Screen {
    let said = |path: &&Path| read(path).ok().and_then(|text| Screen::alone(&text));
    paths.iter().find_map(said).unwrap_or_default()
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    // One byte more than is allowed, so that a longer file is seen to be longer.
    let limit = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

/// The parent of a bare file name is empty, which is no path.
fn folder_or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_start_at_the_file() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let config =
            load(&root.join("board/laptop/kiosk.toml")).expect("the laptop's file is good");
        assert!(config.store.path.starts_with(root.join("board/laptop")));
    }

    #[test]
    fn a_screen_is_known_by_the_board_where_there_are_no_settings() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let (own, board) = (dir.path().join("kiosk.toml"), dir.path().join("board.toml"));
        let rotation = || screen(&[&own, &board]).rotation.degrees();
        assert_eq!(rotation(), 0);
        std::fs::write(&board, "[screen]\nrotation = 90\n").expect("write");
        assert_eq!(rotation(), 90);
        std::fs::write(&own, "[machine]\nid = 1\n[screen]\nrotation = 270\n").expect("write");
        assert_eq!(rotation(), 270);
    }

    #[test]
    fn a_missing_file_and_a_faulty_one_are_told_apart_by_name() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("kiosk.toml");
        let missing = load(&path).expect_err("no file");
        assert!(matches!(missing, SettingsError::Unreadable { .. }));
        assert!(missing.to_string().contains("kiosk.toml"));
        std::fs::write(&path, "[machine]\nid = 1\n").expect("write");
        let faulty = load(&path).expect_err("mistakes").to_string();
        assert!(
            faulty.contains("kiosk.toml: line 2: machine.id"),
            "{faulty}"
        );
        std::fs::write(&path, [0xFF, 0xFE]).expect("write");
        assert!(matches!(load(&path), Err(SettingsError::Unreadable { .. })));
    }
}
