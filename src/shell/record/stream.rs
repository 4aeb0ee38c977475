//! The bytes of several inputs as one stream, and back into their portions.

use zeroize::Zeroizing;

use super::Input;

/// All bytes that came, one after the other.
pub(super) fn joined(inputs: &[&mut Input]) -> Zeroizing<Vec<u8>> {
    let mut stream = Zeroizing::new(Vec::with_capacity(inputs.iter().map(|i| len(i)).sum()));
    for input in inputs {
        if let Input::Bytes(bytes) = &**input {
            stream.extend_from_slice(bytes);
        }
    }
    stream
}

/// Puts `stream`, as long as [`joined`] gave it, in the place of what came.
pub(super) fn divide(mut stream: &[u8], inputs: &mut [&mut Input]) {
    for input in inputs {
        if let Input::Bytes(bytes) = &mut **input {
            let (mine, rest) = stream.split_at(bytes.len());
            bytes.copy_from_slice(mine);
            stream = rest;
        }
    }
}

fn len(input: &Input) -> usize {
    match input {
        Input::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}
