//! An update server like Eclipse hawkBit towards devices, written from the specification of its Direct Device Integration API:
//! targets, actions, rollouts in groups, confirmation, cancellation, files with ranges, and troubles on request.
//!
//! [`Server`] is the server without a socket, in whatever time it is told; [`Hawkbit`] puts it on a port of the loopback address.

mod answers;
mod file;
mod http;
mod rollout;
mod server;
mod trouble;

pub use http::Hawkbit;
pub use rollout::{Group, Rollout, RolloutState};
pub use server::{Action, Artifact, Feedback, Phase, Server, Target};
pub use trouble::Trouble;
