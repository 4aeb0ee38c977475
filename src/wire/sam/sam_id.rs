//! Identity of the module ("management information").

/// Text of the 16 bytes as it is printed on the reader: `05.03-20240101-0000123456-4000000001`.
///
/// Little-endian: two u16 (maker, model), three u32 (batch, which reads like a date, and two serial parts).
/// `None` when the first number or the batch cannot be: the first answer after power-on is sometimes wrong.
#[must_use]
pub fn decode(data: &[u8]) -> Option<String> {
    let data: &[u8; 16] = data.try_into().ok()?;
    let short = |at: usize| u16::from_le_bytes([data[at], data[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
    let (maker, model, batch) = (short(0), short(2), long(4));
    let plausible =
        (1..=99).contains(&maker) && model <= 99 && (19_990_101..=29_991_231).contains(&batch);
    plausible.then(|| {
        format!(
            "{maker:02}.{model:02}-{batch:08}-{:010}-{:010}",
            long(8),
            long(12)
        )
    })
}
