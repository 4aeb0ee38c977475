//! Sealed bundles as they come on a stick: anything at all, and what a machine with a good key could write.

use std::sync::LazyLock;

use kiosk::case::bundle::{
    BUNDLE_VERSION, BundleError, CARRIED_MAX, CASES_MAX, Item, MANIFEST, Manifest, Opener, Sealer,
};
use kiosk::case::{BODY_LIMIT, MachineIdentity, SealSecret, signed};
use serde_json::Value;

use super::input::Input;

static MACHINE: LazyLock<MachineIdentity> = LazyLock::new(|| MachineIdentity::from_seed(&[7; 32]));
static PLATFORM: LazyLock<SealSecret> = LazyLock::new(|| SealSecret::from_seed(&[8; 32]));

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte_or_zero() {
        0 => drop(read(input.rest())),
        1 => by_a_liar(input),
        _ => by_a_machine(input),
    }
}

/// Reads to the end; how many bytes of content there were.
fn read(bytes: &[u8]) -> Result<usize, BundleError> {
    let known = |name: &str, _| (name == "00042").then(|| MACHINE.public());
    let mut opener = Opener::begin(bytes, &PLATFORM, known)?;
    let manifest = opener.manifest().clone();
    assert_eq!(
        (manifest.version, manifest.count),
        (BUNDLE_VERSION, manifest.cases.len())
    );
    assert!(manifest.count <= CASES_MAX && manifest.attachments.len() <= CARRIED_MAX);
    let (mut length, mut items) = (0, 0);
    loop {
        let mut whole = 0;
        let mut sink = |piece: &[u8]| {
            whole += piece.len();
            Ok(())
        };
        let item = opener.next(&mut sink)?;
        length += whole;
        assert!(length <= bytes.len(), "more content than bytes");
        items += 1;
        match item {
            Some(Item::Case(case)) => {
                assert!(case.body.length == whole as u64 && whole <= BODY_LIMIT)
            }
            Some(Item::Attachment(carried)) => assert_eq!(carried.length, whole as u64),
            None => break,
        }
    }
    assert_eq!(items, manifest.cases.len() + manifest.attachments.len() + 1);
    Ok(length)
}

/// Records that open, in which a machine that is known says anything: its manifest, then the rest.
fn by_a_liar(mut input: Input<'_>) {
    let manifest = match serde_json::from_slice::<Value>(manifest_bytes(&mut input)) {
        Ok(mut value) => {
            if let Some(platform) = value.get_mut("platform") {
                *platform = PLATFORM.public().fingerprint().into();
            }
            signed::sign(&MACHINE, MANIFEST, &value)
        }
        Err(_) => "not.signed.at all".to_owned(),
    };
    let info = *b"KIOSKBDL\x01";
    let (encapsulated, mut sealing) = PLATFORM.public().begin(&info, [9; 32]).expect("a good key");
    let mut bytes = [&info[..], &encapsulated].concat();
    let mut record = |content: &[u8]| {
        let sealed = sealing.seal(content, b"").expect("sealed");
        bytes.extend((sealed.len() as u32).to_be_bytes());
        bytes.extend(sealed);
    };
    record(manifest.as_bytes());
    for _ in 0..input.byte_or_zero() % 8 {
        record(input.piece());
    }
    bytes.extend(input.rest());
    let _ = read(&bytes);
}

/// What the firmware's own writer takes, the reader takes, to the last byte.
fn by_a_machine(mut input: Input<'_>) {
    let Ok(mut manifest) = serde_json::from_slice::<Manifest>(manifest_bytes(&mut input)) else {
        return;
    };
    manifest.platform = PLATFORM.public().fingerprint();
    let key = PLATFORM.public();
    let Ok(mut sealer) = Sealer::begin(Vec::new(), manifest, &MACHINE, &key, [9; 32]) else {
        return;
    };
    let mut length = 0;
    for _ in 0..8 {
        let content = input.piece();
        if sealer.item(&mut &content[..]).is_err() {
            break;
        }
        length += content.len();
    }
    if let Ok(bytes) = sealer.finish() {
        match read(&bytes) {
            Ok(read) => assert_eq!(read, length),
            // Another machine's name.
            Err(error) => assert!(matches!(error, BundleError::UnknownMachine(_)), "{error}"),
        }
    }
}

/// A manifest as JSON, with two bytes of length before it.
fn manifest_bytes<'a>(input: &mut Input<'a>) -> &'a [u8] {
    let length = u16::from_be_bytes([input.byte_or_zero(), input.byte_or_zero()]);
    input.take(length.into())
}
