//! `peer-apalis COUNT PATH`: so many puts of 2 KiB, with `synchronous=FULL` asked of its pool (what it does with it
//! depends on the connection).

#[path = "../times.rs"]
mod times;

use std::time::Instant;

use apalis::prelude::TaskSink;
use apalis_sqlite::SqliteStorage;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (count, path) = times::asked();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.expect("pool");
    SqliteStorage::setup(&pool).await.expect("tables");
    let mut queue = SqliteStorage::new(&pool);
    let (body, before) = (times::body(), times::written());
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        queue.push(body.clone()).await.expect("put");
        all.push(began.elapsed());
    }
    times::say(all, times::written() - before);
}
