//! Pushes a machine's figures to a Pushgateway: `PUT /metrics/job/kiosk/instance/ID`, so that no machine listens.
//!
//! What is pushed is made anew each time: while the line is away nothing waits, and the first push after it is of that moment.
//! Source: Pushgateway README, "API" (PUT replaces the whole group; it reads the text format 0.0.4, not OpenMetrics).

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;

use crate::fleet::openmetrics::to_prometheus;

/// Between two pushes that work.
pub const EVERY: Duration = Duration::from_secs(60);
/// Between two pushes while none works, at most.
pub const LONGEST: Duration = Duration::from_secs(900);
/// Longest wait for one.
const ANSWER: Duration = Duration::from_secs(15);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why figures did not arrive. The next push is the cure.
#[derive(Debug, thiserror::Error)]
pub enum PushFault {
    /// Nobody answered.
    #[error("the gateway does not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// It does not take them.
    #[error("the gateway answers {0}")]
    Refused(u16),
}

/// Pushes, one at a time.
#[derive(Debug)]
pub struct Pusher {
    url: String,
    next: Instant,
    failures: u32,
    random: fastrand::Rng,
}

impl Pusher {
    /// To the gateway `base` (no slash at the end) as the machine `id`; `seed` spreads the machines of a district. The first
    /// push is due within [`EVERY`].
    #[must_use]
    pub fn new(base: &str, id: &str, seed: u64, now: Instant) -> Self {
        // Numbers of machines are letters and digits; anything else must not make another path.
        let id: String = id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let mut random = fastrand::Rng::with_seed(seed);
        let next = now + EVERY.mul_f64(random.f64());
        Self {
            url: format!("{base}/metrics/job/kiosk/instance/{id}"),
            next,
            failures: 0,
            random,
        }
    }

    /// Where it pushes to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// When the next push is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Instant {
        self.next
    }

    /// Pushes this OpenMetrics text and plans the next one, whatever comes of it. `http` is the agent's client: its
    /// certificates, its proxy, no redirects.
    ///
    /// # Errors
    /// [`PushFault`].
    pub async fn push(
        &mut self,
        http: &reqwest::Client,
        text: &str,
        now: Instant,
    ) -> Result<(), PushFault> {
        let put = http.put(&self.url).header(CONTENT_TYPE, TEXT);
        let sent = put.timeout(ANSWER).body(to_prometheus(text)).send().await;
        let result = match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(PushFault::Refused(answer.status().as_u16())),
            Err(error) => Err(error.into()),
        };
        self.plan(result.is_ok(), now);
        result
    }

    /// A tenth earlier or later, so that machines that were switched on together drift apart.
    fn plan(&mut self, worked: bool, now: Instant) {
        self.failures = if worked {
            0
        } else {
            self.failures.saturating_add(1)
        };
        let wait = EVERY.saturating_mul(1 << self.failures.min(5)).min(LONGEST);
        self.next = now + wait.mul_f64(0.9 + 0.2 * self.random.f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::Arc;

    /// A gateway that answers one request with `status`; what it was sent.
    fn gateway(status: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a machine");
            let mut heard = Vec::new();
            let mut piece = [0; 4096];
            let whole = |heard: &[u8]| {
                let text = String::from_utf8_lossy(heard).into_owned();
                let (head, body) = text.split_once("\r\n\r\n")?;
                let length = head.lines().find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                });
                (body.len() >= length.unwrap_or(0)).then_some(text.clone())
            };
            loop {
                let n = stream.read(&mut piece).expect("bytes");
                heard.extend_from_slice(&piece[..n]);
                if let Some(text) = whole(&heard) {
                    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")
                        .expect("answered");
                    return text;
                }
                assert!(n > 0, "cut off");
            }
        });
        (url, thread)
    }

    fn client() -> reqwest::Client {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .build()
            .expect("a client")
    }

    fn push(pusher: &mut Pusher, now: Instant) -> Result<(), PushFault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let text = "# TYPE kiosk_starts counter\nkiosk_starts_total 3\n# EOF\n";
        runtime.block_on(pusher.push(&client(), text, now))
    }

    #[test]
    fn figures_are_put_into_the_machines_own_group() {
        let (url, thread) = gateway("202 Accepted");
        let now = Instant::now();
        let mut pusher = Pusher::new(&url, "W0012", 7, now);
        assert!(pusher.poll_timeout() <= now + EVERY);
        push(&mut pusher, now).expect("taken");
        let heard = thread.join().expect("a request");
        assert!(
            heard.starts_with("PUT /metrics/job/kiosk/instance/W0012 HTTP/1.1\r\n"),
            "{heard}"
        );
        assert!(
            heard
                .to_lowercase()
                .contains("content-type: text/plain; version=0.0.4"),
            "{heard}"
        );
        assert!(
            heard.ends_with("# TYPE kiosk_starts_total counter\nkiosk_starts_total 3\n"),
            "{heard}"
        );
        let wait = pusher.poll_timeout() - now;
        assert!(
            wait >= EVERY.mul_f64(0.9) && wait <= EVERY.mul_f64(1.1),
            "{wait:?}"
        );
    }

    #[test]
    fn a_gateway_that_refuses_or_is_gone_is_asked_more_and_more_seldom() {
        let (url, thread) = gateway("503 Busy");
        let now = Instant::now();
        let mut pusher = Pusher::new(&url, "W0012", 7, now);
        assert!(matches!(
            push(&mut pusher, now),
            Err(PushFault::Refused(503))
        ));
        thread.join().expect("a request");
        // The gateway has ended: nobody answers at its port.
        assert!(matches!(
            push(&mut pusher, now),
            Err(PushFault::NoAnswer(_))
        ));
        assert!(pusher.poll_timeout() - now >= EVERY.mul_f64(3.6));
        for _ in 0..20 {
            pusher.plan(false, now);
            assert!(pusher.poll_timeout() - now <= LONGEST.mul_f64(1.1));
        }
        pusher.plan(true, now);
        assert!(
            pusher.poll_timeout() - now <= EVERY.mul_f64(1.1),
            "forgiven at once"
        );
    }

    #[test]
    fn a_number_makes_no_other_path() {
        let pusher = Pusher::new("http://desk.example", "../W0012/x?y", 1, Instant::now());
        assert_eq!(
            pusher.url(),
            "http://desk.example/metrics/job/kiosk/instance/W0012xy"
        );
    }
}
