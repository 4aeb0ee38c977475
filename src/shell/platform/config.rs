//! How to reach the platform, and what is refused at start.

use std::time::Duration;

use thiserror::Error;

use super::Token;

/// How to reach the platform.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Everything before `/cases`, e.g. `https://gateway.example/ebus/zzsb/v1`. Plain `http` only to a loopback
    /// address (`127.0.0.1`, `[::1]`).
    pub base_url: String,
    /// Application id at the gateway, 1 to 64 of `[0-9A-Za-z._-]`.
    pub paasid: String,
    /// Secret at the gateway.
    pub token: Token,
    /// Roots that the server's certificate must lead to, PEM. Needed for `https`; the system's roots are never used.
    pub ca_pem: Option<Vec<u8>>,
    /// This machine's id, 1 to 64 of `[0-9A-Za-z._-]`.
    pub device: String,
    /// Longest time to a connection, TLS included.
    pub connect_timeout: Duration,
    /// Longest time to the end of an answer.
    pub answer_timeout: Duration,
}

/// Why a client cannot be made from its configuration.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// `base_url` cannot be used.
    #[error("platform URL: {0}")]
    Url(String),
    /// `base_url` is plain HTTP to another machine.
    #[error("platform URL: plain http is for loopback addresses only, use https")]
    PlainHttp,
    /// `ca_pem` cannot be used.
    #[error("platform CA: {0}")]
    Roots(String),
    /// An id has characters that cannot stand in a header.
    #[error("not an id of 1 to 64 of [0-9A-Za-z._-]: {0:?}")]
    Name(String),
    /// The HTTP client does not start.
    #[error("platform client: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::platform::Client;
    use std::sync::Arc;

    fn made(base_url: &str, ca_pem: Option<&[u8]>) -> Result<Client, ConfigError> {
        let config = ClientConfig {
            base_url: base_url.into(),
            paasid: "demo".into(),
            token: Token::new("demo-token-not-real".into()),
            ca_pem: ca_pem.map(<[u8]>::to_vec),
            device: "A0001".into(),
            connect_timeout: Duration::from_secs(1),
            answer_timeout: Duration::from_secs(1),
        };
        Client::new(config, Arc::new(|| 0))
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!(made("http://127.0.0.1:8080/ebus/zzsb/v1", None).is_ok());
        assert!(made("http://[::1]:8080/v1", None).is_ok());
        for far in [
            "http://platform.example/v1",
            "http://127.0.0.1.example/v1",
            "http://10.0.0.1/v1",
        ] {
            assert_eq!(made(far, None).err(), Some(ConfigError::PlainHttp), "{far}");
        }
    }

    #[test]
    fn https_without_usable_roots_is_refused_at_start() {
        for pem in [
            None,
            Some(b"".as_slice()),
            Some(b"-----BEGIN CERTIFICATE-----\nx".as_slice()),
        ] {
            let error = made("https://platform.example/v1", pem).err();
            assert!(matches!(error, Some(ConfigError::Roots(_))), "{error:?}");
        }
        for odd in [
            "ftp://127.0.0.1/v1",
            "platform",
            "https://u:p@platform.example/v1",
        ] {
            assert!(
                matches!(made(odd, None).err(), Some(ConfigError::Url(_))),
                "{odd}"
            );
        }
    }

    #[test]
    fn neither_client_nor_configuration_prints_the_secret() {
        let client = made("http://127.0.0.1:1/v1", None);
        assert!(!format!("{client:?}").contains("not-real"));
    }
}
