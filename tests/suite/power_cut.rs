//! The power fails in the middle of any write, the disk is full, sectors rot: the store on a disk that forgets.
//!
//! [`disk`] keeps what was synced and decides by its seed what else survives a cut; [`vfs`] puts SQLite on it, [`plain`]
//! the store's plain files. [`book`] is what the store said, and is held against what it has when the power is back.
//! The kernel is not part of this: `tests/rig` does the same with ext4 on a block device.

mod aside;
mod attachments;
mod bad_queues;
mod book;
mod content;
mod cuts;
mod disk;
mod full;
mod machine;
mod names;
mod plain;
mod rot;
mod stale;
mod vfs;
mod work;
