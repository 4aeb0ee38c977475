//! The fleet agent: a server in trouble, machines that are killed, RAUC itself, and a thousand of them.

mod certificate;
mod certified;
mod papers;
mod rauc;
mod rig;
mod server;
mod stick;
mod thousand;
mod users;
mod way;
