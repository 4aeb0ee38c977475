//! The fleet agent: the update server's wire, RAUC, and what carries out the policy of `domain::update`.

pub mod agent;
pub mod attributes;
pub mod ddi;
pub mod fetch;
pub mod figures;
pub mod handler;
pub mod kept;
pub mod push;
pub mod rauc;
pub mod renewal;
pub mod request;
pub mod ship;
pub mod stick;
