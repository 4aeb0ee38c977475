//! Bytes of an order. One order has one spelling: what is read is written the same again.

use super::{
    BYTES_MAX, MachineId, NotAnOrder, Order, SERVER_MAX, SITE_MAX, TERM_MAX_MIN, Task, Tier,
};

pub(super) const VERSION: u8 = 1;
/// Bytes of the signature at the end.
pub(super) const SIGNATURE: usize = 64;

const DECOMMISSION: u8 = 1;
const WITH_WAITING: u8 = 2;
const REPLACES: u8 = 4;
const BOUND: u8 = 8;
const DIVISION_MAX: u64 = 999_999_999_999;

/// All bytes but the signature.
pub(super) fn written(order: &Order) -> Result<Vec<u8>, NotAnOrder> {
    check(order)?;
    let mut flags = match order.task {
        Task::Enrol => 0,
        Task::Decommission { with_waiting_cases } => {
            DECOMMISSION | if with_waiting_cases { WITH_WAITING } else { 0 }
        }
    };
    flags |= order.replaces.map_or(0, |_| REPLACES) | order.bound_to.map_or(0, |_| BOUND);
    let mut bytes = vec![VERSION, flags];
    bytes.extend(order.issued_s.to_be_bytes());
    bytes.extend(order.term_min.to_be_bytes());
    bytes.extend(&order.division.to_be_bytes()[2..]);
    bytes.push(match order.tier {
        Tier::Village => 1,
        Tier::Town => 2,
        Tier::District => 3,
    });
    bytes.extend(order.machine.as_str().bytes());
    bytes.extend(order.replaces.iter().flat_map(|id| id.as_str().bytes()));
    bytes.extend(order.bound_to.iter().flatten());
    bytes.extend(order.ca);
    bytes.extend(order.password);
    for (text, field) in [(&order.server, "server"), (&order.site, "site")] {
        bytes.push(u8::try_from(text.len()).map_err(|_| NotAnOrder::Field(field))?);
        bytes.extend(text.bytes());
    }
    Ok(bytes)
}

/// An order out of all its bytes; the signature is only cut off.
pub(super) fn read(bytes: &[u8]) -> Result<Order, NotAnOrder> {
    let end = bytes
        .len()
        .checked_sub(SIGNATURE)
        .ok_or(NotAnOrder::Truncated)?;
    if bytes.len() > BYTES_MAX {
        return Err(NotAnOrder::Truncated);
    }
    let mut rest = Rest(&bytes[..end]);
    let [version, flags] = rest.take()?;
    if version != VERSION {
        return Err(NotAnOrder::Version(version));
    }
    let with_waiting_cases = flags & WITH_WAITING != 0;
    let task = match flags & DECOMMISSION {
        0 if with_waiting_cases => return Err(NotAnOrder::Field("flags")),
        0 => Task::Enrol,
        _ => Task::Decommission { with_waiting_cases },
    };
    if flags & !(DECOMMISSION | WITH_WAITING | REPLACES | BOUND) != 0 {
        return Err(NotAnOrder::Field("flags"));
    }
    let (issued_s, term_min) = (
        u32::from_be_bytes(rest.take()?),
        u16::from_be_bytes(rest.take()?),
    );
    let division = rest
        .take::<6>()?
        .iter()
        .fold(0, |code, byte| code << 8 | u64::from(*byte));
    let tier = match rest.take()? {
        [1] => Tier::Village,
        [2] => Tier::Town,
        [3] => Tier::District,
        _ => return Err(NotAnOrder::Field("tier")),
    };
    let machine = rest.machine("machine")?;
    let replaces = match flags & REPLACES {
        0 => None,
        _ => Some(rest.machine("replaces")?),
    };
    let bound_to = match flags & BOUND {
        0 => None,
        _ => Some(rest.take()?),
    };
    let (ca, password) = (rest.take()?, rest.take()?);
    let (server, site) = (rest.text("server")?, rest.text("site")?);
    if !rest.0.is_empty() {
        return Err(NotAnOrder::Truncated);
    }
    let order = Order {
        task,
        issued_s,
        term_min,
        division,
        tier,
        machine,
        replaces,
        bound_to,
        ca,
        password,
        server,
        site,
    };
    check(&order)?;
    Ok(order)
}

fn check(order: &Order) -> Result<(), NotAnOrder> {
    let visible = |b: u8| b.is_ascii_graphic();
    let host = order.server.strip_prefix("https://").unwrap_or_default();
    // A path, a user or a fragment would lead somewhere else than the name says.
    let good_host =
        !host.is_empty() && host.bytes().all(visible) && !host.contains(['/', '@', '#', '?', '\\']);
    let site = &order.site;
    let fits = [
        ("term", (1..=TERM_MAX_MIN).contains(&order.term_min)),
        ("division", order.division <= DIVISION_MAX),
        ("server", good_host && order.server.len() <= SERVER_MAX),
        (
            "site",
            !site.is_empty()
                && site.len() <= SITE_MAX
                && !site.chars().any(char::is_control)
                && site.trim() == site,
        ),
        (
            "replaces",
            order.replaces != Some(order.machine)
                && (order.task == Task::Enrol || order.replaces.is_none()),
        ),
    ];
    match fits.iter().find(|(_, fits)| !fits) {
        Some((field, _)) => Err(NotAnOrder::Field(field)),
        None => Ok(()),
    }
}

struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], NotAnOrder> {
        let (head, rest) = self.0.split_first_chunk().ok_or(NotAnOrder::Truncated)?;
        self.0 = rest;
        Ok(*head)
    }

    fn machine(&mut self, field: &'static str) -> Result<MachineId, NotAnOrder> {
        let bytes: [u8; 5] = self.take()?;
        let text = std::str::from_utf8(&bytes).map_err(|_| NotAnOrder::Field(field))?;
        MachineId::parse(text).ok_or(NotAnOrder::Field(field))
    }

    fn text(&mut self, field: &'static str) -> Result<String, NotAnOrder> {
        let [len] = self.take()?;
        let (head, rest) = self
            .0
            .split_at_checked(usize::from(len))
            .ok_or(NotAnOrder::Truncated)?;
        self.0 = rest;
        String::from_utf8(head.to_vec()).map_err(|_| NotAnOrder::Field(field))
    }
}
