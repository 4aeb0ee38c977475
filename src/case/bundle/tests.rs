use super::*;
use crate::case::{Digest, Epoch, Key, Link, Machine, MachineIdentity, SealSecret};

const ATTACHMENT: usize = 70_000;

fn machine() -> MachineIdentity {
    MachineIdentity::from_seed(&[7; 32])
}

fn platform() -> SealSecret {
    SealSecret::from_seed(&[8; 32])
}

fn contents() -> Vec<Vec<u8>> {
    let scan = (0..ATTACHMENT).map(|at| (at % 251) as u8).collect();
    vec![scan, br#"{"case":1}"#.to_vec(), br#"{"case":3}"#.to_vec()]
}

fn carried(content: &[u8]) -> Carried {
    Carried {
        digest: Digest::of(content),
        length: content.len() as u64,
    }
}

fn manifest() -> Manifest {
    let (name, epoch) = (
        Machine::parse("00042").unwrap(),
        Epoch::parse("7K").unwrap(),
    );
    let contents = contents();
    let case = |seq: u32, content: &[u8]| CarriedCase {
        seq: seq.into(),
        key: Key::mint(&name, &epoch, seq, [5; 10]),
        body: carried(content),
    };
    Manifest {
        version: BUNDLE_VERSION,
        machine: "00042".into(),
        epoch: "7K".into(),
        platform: platform().public().fingerprint(),
        created: Created {
            at: None,
            clock_class: "unknown".into(),
            boot_id: "00000000-0000-4000-8000-000000000000".into(),
            monotonic_ms: 61_000,
        },
        up_to_seq: 4,
        head: Link::first("00042", "7K"),
        count: 2,
        cases: vec![case(1, &contents[1]), case(3, &contents[2])],
        attachments: vec![carried(&contents[0])],
    }
}

fn begun(manifest: Manifest) -> Result<Sealer<Vec<u8>>, BundleError> {
    Sealer::begin(
        Vec::new(),
        manifest,
        &machine(),
        &platform().public(),
        [9; 32],
    )
}

fn bundle() -> Vec<u8> {
    let mut sealer = begun(manifest()).unwrap();
    for content in contents() {
        sealer.item(&mut content.as_slice()).unwrap();
    }
    sealer.finish().unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<(Item, Vec<u8>)>, BundleError> {
    let mut opener = Opener::begin(bytes, &platform(), |name, _| {
        (name == "00042").then(|| machine().public())
    })?;
    let mut items = Vec::new();
    loop {
        let mut content = Vec::new();
        let mut sink = |piece: &[u8]| {
            content.extend_from_slice(piece);
            Ok(())
        };
        match opener.next(&mut sink)? {
            Some(item) => items.push((item, content)),
            None => return Ok(items),
        }
    }
}

#[test]
fn what_goes_in_comes_out_in_order() {
    let items = read(&bundle()).unwrap();
    let manifest = manifest();
    let kinds: Vec<_> = items.iter().map(|(item, _)| item.clone()).collect();
    assert_eq!(
        kinds,
        [
            Item::Attachment(manifest.attachments[0].clone()),
            Item::Case(manifest.cases[0].clone()),
            Item::Case(manifest.cases[1].clone()),
        ]
    );
    let bytes: Vec<_> = items.into_iter().map(|(_, content)| content).collect();
    assert_eq!(bytes, contents());
}

/// The file was written once and never changes: a bundle of any released version can be imported.
#[test]
fn bytes_are_those_of_the_vector() {
    let mut small = manifest();
    small.attachments.clear();
    let mut sealer = begun(small).unwrap();
    for content in &contents()[1..] {
        sealer.item(&mut content.as_slice()).unwrap();
    }
    let made = sealer.finish().unwrap();
    assert!(made == include_bytes!("../../../tests/vectors/bundle_v1.bin"));
}

#[test]
fn nothing_of_a_case_can_be_read_in_it() {
    let bundle = bundle();
    for secret in [b"case\"".as_slice(), b"00042", b"eyJ"] {
        assert!(!bundle.windows(secret.len()).any(|w| w == secret));
    }
}

#[test]
fn a_bundle_cut_anywhere_is_not_a_whole_one() {
    let bundle = bundle();
    for length in (0..bundle.len())
        .step_by(1_999)
        .chain(bundle.len() - 60..bundle.len())
    {
        assert!(read(&bundle[..length]).is_err(), "{length} bytes");
    }
    let mut longer = bundle.clone();
    longer.push(0);
    assert!(matches!(read(&longer), Err(BundleError::Overlong)));
}

#[test]
fn one_changed_byte_anywhere_is_found() {
    let bundle = bundle();
    for at in (0..bundle.len()).step_by(2_003).chain(0..60) {
        let mut changed = bundle.clone();
        changed[at] ^= 1;
        assert!(read(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn records_that_change_places_do_not_open() {
    let bundle = bundle();
    let mut starts = vec![9 + 32];
    while let Some(length) = bundle
        .get(starts[starts.len() - 1]..)
        .and_then(|b| b.first_chunk())
    {
        starts.push(starts[starts.len() - 1] + 4 + u32::from_be_bytes(*length) as usize);
    }
    let record = |n: usize| &bundle[starts[n]..starts[n + 1]];
    let swapped = [
        &bundle[..starts[1]],
        record(2),
        record(1),
        &bundle[starts[3]..],
    ]
    .concat();
    assert_eq!(swapped.len(), bundle.len());
    assert!(matches!(read(&swapped), Err(BundleError::Sealed)));
}

#[test]
fn another_version_another_file_and_another_platform_are_told_apart() {
    let mut newer = bundle();
    newer[8] = 2;
    let error = read(&newer).unwrap_err();
    assert!(matches!(error, BundleError::Version(2)), "{error}");
    assert!(error.to_string().contains("version 2"));
    assert!(matches!(
        read(b"%PDF-1.7 and so on"),
        Err(BundleError::NotABundle)
    ));
    let stranger = SealSecret::from_seed(&[1; 32]);
    let bundle = bundle();
    let opened = Opener::begin(bundle.as_slice(), &stranger, |_, claimed| Some(claimed));
    assert!(matches!(opened.err(), Some(BundleError::Sealed)));
}

#[test]
fn only_a_known_machine_with_its_own_key_is_believed() {
    let bundle = bundle();
    let with = |known: Option<MachineIdentity>| {
        Opener::begin(bundle.as_slice(), &platform(), |_, _| {
            known.map(|k| k.public())
        })
        .err()
    };
    assert!(matches!(with(None), Some(BundleError::UnknownMachine(name)) if name == "00042"));
    let other = MachineIdentity::from_seed(&[1; 32]);
    assert!(matches!(
        with(Some(other)),
        Some(BundleError::Manifest(NotSigned::OtherKey))
    ));
}

#[test]
fn a_manifest_that_contradicts_itself_is_not_written() {
    type Change = fn(&mut Manifest);
    let changes: [Change; 7] = [
        |m| m.count = 3,
        |m| m.cases.swap(0, 1),
        |m| m.machine = "00043".into(),
        |m| m.up_to_seq = 2,
        |m| m.cases[0].body.length = 0,
        |m| m.platform = "another".into(),
        |m| m.version = 2,
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut wrong = manifest();
        change(&mut wrong);
        assert!(
            matches!(begun(wrong), Err(BundleError::Unsound(_))),
            "change {n}"
        );
    }
}

#[test]
fn content_that_is_not_the_manifests_is_not_written() {
    let contents = contents();
    let wrong: [&[u8]; 3] = [
        &[0; ATTACHMENT],
        &contents[0][..9],
        &[&contents[0][..], b"x"].concat(),
    ];
    for content in wrong {
        assert!(begun(manifest()).unwrap().item(&mut &content[..]).is_err());
    }
    let mut half = begun(manifest()).unwrap();
    half.item(&mut contents[0].as_slice()).unwrap();
    assert!(matches!(half.finish(), Err(BundleError::Truncated(_))));
}
