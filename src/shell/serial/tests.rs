//! The whole way over a pseudo terminal is tested with the simulated reader, in `sim`.

use super::*;

#[test]
fn commands_have_a_limit() {
    let (commands, received) = sync_channel(1);
    let (wake, _woken) = UnixStream::pair().unwrap();
    let driver = SerialDriver {
        commands: Some(commands),
        wake,
        thread: None,
    };
    assert_eq!(driver.send(1), Ok(()));
    assert_eq!(driver.send(2), Err(Overrun));
    drop(received);
    assert_eq!(driver.send(3), Err(Overrun));
}
