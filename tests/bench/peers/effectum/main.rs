//! `peer-effectum COUNT PATH`: so many puts of 2 KiB as the queue is shipped (rollback journal, `synchronous=NORMAL`; it
//! has no setting for more).

#[path = "../times.rs"]
mod times;

use std::time::Instant;

use effectum::{Job, Queue};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (count, path) = times::asked();
    let queue = Queue::new(&path).await.expect("queue");
    let (body, before) = (times::body(), times::written());
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        let job = Job::builder("case").payload(body.clone().into_bytes());
        job.add_to(&queue).await.expect("put");
        all.push(began.elapsed());
    }
    times::say(all, times::written() - before);
}
