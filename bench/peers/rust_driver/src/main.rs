//! The Rust driver `scylla` as a peer: the same work as bench/client/cql_bench.cpp, the way its documentation shows it.
//!
//!   rust_driver HOST:PORT KEYSPACE.TABLE read   CONCURRENCY REQUESTS KEYS   rows by their whole key, all columns decoded
//!   rust_driver HOST:PORT KEYSPACE.TABLE insert CONCURRENCY REQUESTS
//!   rust_driver HOST:PORT KEYSPACE.TABLE rows                               page by page, texts borrowed from the page
//!   rust_driver HOST:PORT KEYSPACE.TABLE iter                               its stream of rows, which reads a page ahead
//!   rust_driver HOST:PORT KEYSPACE.TABLE count | scan | load FILE           many ranges or batches at once: whole_table.rs
//!
//! One thread, which costs it less CPU than several. Prints one line of JSON, as cql_bench does.

mod whole_table;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use scylla::client::execution_profile::ExecutionProfile;
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::response::PagingState;
use scylla::statement::prepared::PreparedStatement;
use scylla::statement::Consistency;
use scylla::value::CqlTimestamp;
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;
type Reading<'page> = (Uuid, CqlTimestamp, &'page str, i32, &'page str, f64);

const KEY_SIZE: usize = 24;
const COLUMNS: &str = "device_id, ts, payload, seq, status, temperature";
const PAGE_SIZE: i32 = 5_000;

/// Latencies in microseconds, to about 3%: the same buckets as cql_bench has.
struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    const FINE: u64 = 32;

    fn new() -> Self {
        Self { counts: vec![0; 1024], total: 0 }
    }

    fn add(&mut self, latency: Duration) {
        let us = latency.as_micros() as u64;
        let bucket = if us < Self::FINE {
            us
        } else {
            let doubling = 63 - u64::from(us.leading_zeros()) - 5;
            (Self::FINE + doubling * Self::FINE + ((us >> doubling) - Self::FINE)).min(1023)
        };
        self.counts[bucket as usize] += 1;
        self.total += 1;
    }

    fn percentile(&self, share: f64) -> u64 {
        let wanted = (share * self.total as f64) as u64;
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen > wanted {
                let bucket = bucket as u64;
                if bucket < Self::FINE {
                    return bucket;
                }
                let doubling = (bucket - Self::FINE) / Self::FINE;
                return (Self::FINE + (bucket - Self::FINE) % Self::FINE) << doubling;
            }
        }
        0
    }
}

struct Work {
    session: Session,
    statement: PreparedStatement,
    requests: u64,
    keys: Vec<u8>,
    started: AtomicU64,
    rows: AtomicU64,
    checksum: AtomicU64,
    latencies: Mutex<Histogram>,
}

impl Work {
    fn next(&self) -> Option<u64> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        (number < self.requests).then_some(number)
    }

    fn done(&self, rows: u64, checksum: u64, latency: Duration) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.checksum.fetch_add(checksum, Ordering::Relaxed);
        self.latencies.lock().unwrap().add(latency);
    }
}

fn decode((device_id, ts, payload, seq, status, temperature): Reading<'_>) -> u64 {
    u64::from(device_id.as_bytes()[15])
        .wrapping_add(ts.0 as u64)
        .wrapping_add(payload.len() as u64)
        .wrapping_add(seq as u64)
        .wrapping_add(status.len() as u64)
        .wrapping_add(temperature.to_bits())
}

async fn read_rows(work: Arc<Work>) -> Result<(), Failure> {
    let keys = work.keys.len() / KEY_SIZE;
    while let Some(number) = work.next() {
        let key = &work.keys[number as usize % keys * KEY_SIZE..][..KEY_SIZE];
        let device_id = Uuid::from_slice(&key[..16])?;
        let ts = CqlTimestamp(i64::from_be_bytes(key[16..].try_into()?));
        let before = Instant::now();
        let result = work.session.execute_unpaged(&work.statement, (device_id, ts)).await?;
        let latency = before.elapsed();
        let result = result.into_rows_result()?;
        let (mut rows, mut checksum) = (0, 0u64);
        for reading in result.rows::<Reading<'_>>()? {
            checksum = checksum.wrapping_add(decode(reading?));
            rows += 1;
        }
        work.done(rows, checksum, latency);
    }
    Ok(())
}

fn scattered(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

async fn insert_rows(work: Arc<Work>) -> Result<(), Failure> {
    let payload = "x".repeat(100);
    while let Some(number) = work.next() {
        let device_id = Uuid::from_u64_pair(scattered(number), scattered(number + 1));
        let ts = CqlTimestamp(1_704_067_200_000 + number as i64);
        let before = Instant::now();
        let values = (device_id, ts, number as i32, 21.0f64, "ok", payload.as_str());
        work.session.execute_unpaged(&work.statement, values).await?;
        work.done(1, 0, before.elapsed());
    }
    Ok(())
}

/// The whole table, page by page: its cheapest way, since texts stay where they are.
async fn stream_pages(work: &Work) -> Result<(), Failure> {
    let mut state = PagingState::start();
    loop {
        let (result, response) = work.session.execute_single_page(&work.statement, (), state).await?;
        let result = result.into_rows_result()?;
        let (mut rows, mut checksum) = (0, 0u64);
        for reading in result.rows::<Reading<'_>>()? {
            checksum = checksum.wrapping_add(decode(reading?));
            rows += 1;
        }
        work.rows.fetch_add(rows, Ordering::Relaxed);
        work.checksum.fetch_add(checksum, Ordering::Relaxed);
        match response.into_paging_control_flow() {
            ControlFlow::Break(()) => return Ok(()),
            ControlFlow::Continue(next) => state = next,
        }
    }
}

async fn stream_rows(work: &Work) -> Result<(), Failure> {
    type Owned = (Uuid, CqlTimestamp, String, i32, String, f64);
    let mut rows = work.session.execute_iter(work.statement.clone(), ()).await?.rows_stream::<Owned>()?;
    let (mut count, mut checksum) = (0, 0u64);
    while let Some((device_id, ts, payload, seq, status, temperature)) = rows.try_next().await? {
        checksum = checksum.wrapping_add(decode((device_id, ts, &payload, seq, &status, temperature)));
        count += 1;
    }
    work.rows.fetch_add(count, Ordering::Relaxed);
    work.checksum.fetch_add(checksum, Ordering::Relaxed);
    Ok(())
}

fn cpu_seconds() -> f64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn statement_of(action: &str, table: &str) -> Option<String> {
    match action {
        "read" => Some(format!("SELECT {COLUMNS} FROM {table} WHERE device_id = ? AND ts = ?")),
        "insert" => {
            let columns = "device_id, ts, seq, temperature, status, payload";
            Some(format!("INSERT INTO {table} ({columns}) VALUES (?, ?, ?, ?, ?, ?)"))
        }
        "rows" | "iter" => Some(format!("SELECT {COLUMNS} FROM {table}")),
        _ => None,
    }
}

async fn connect(host: &str) -> Result<Session, Failure> {
    let profile = ExecutionProfile::builder().consistency(Consistency::LocalOne).build();
    Ok(SessionBuilder::new().known_node(host).default_execution_profile_handle(profile.into_handle()).build().await?)
}

async fn work_on_whole_table(session: &Session, table: &str, action: &str, rest: &[String]) -> Result<(), Failure> {
    let rows = match (action, rest) {
        ("count", []) => whole_table::count(session, table).await?,
        ("scan", []) => whole_table::scan(session, table).await?,
        ("load", [file]) => whole_table::load(session, table, file).await?,
        _ => return Err("count and scan take no argument, load a file".into()),
    };
    println!("{{\"rows\": {rows}}}");
    Ok(())
}

async fn run(arguments: &[String]) -> Result<(), Failure> {
    let usage = "usage: rust_driver HOST:PORT KEYSPACE.TABLE read CONCURRENCY REQUESTS KEYS | insert CONCURRENCY REQUESTS | rows | iter | count | scan | load FILE";
    let [host, table, action, rest @ ..] = arguments else { return Err(usage.into()) };
    if matches!(action.as_str(), "count" | "scan" | "load") {
        return work_on_whole_table(&connect(host).await?, table, action, rest).await;
    }
    let cql = statement_of(action, table).ok_or(usage)?;
    let (concurrency, requests, keys) = match (action.as_str(), rest) {
        ("read", [concurrency, requests, keys]) => (concurrency.parse()?, requests.parse()?, std::fs::read(keys)?),
        ("insert", [concurrency, requests]) => (concurrency.parse()?, requests.parse()?, Vec::new()),
        ("rows" | "iter", []) => (1usize, 0, Vec::new()),
        _ => return Err(usage.into()),
    };

    let session = connect(host).await?;
    let mut statement = session.prepare(cql).await?;
    statement.set_page_size(PAGE_SIZE);
    statement.set_is_idempotent(action != "insert");
    let work = Arc::new(Work {
        session,
        statement,
        requests,
        keys,
        started: AtomicU64::new(0),
        rows: AtomicU64::new(0),
        checksum: AtomicU64::new(0),
        latencies: Mutex::new(Histogram::new()),
    });

    let cpu_before = cpu_seconds();
    let before = Instant::now();
    match action.as_str() {
        "rows" => stream_pages(&work).await?,
        "iter" => stream_rows(&work).await?,
        _ => {
            let mut tasks = Vec::new();
            for _ in 0..concurrency {
                let work = work.clone();
                tasks.push(if action == "read" {
                    tokio::spawn(read_rows(work))
                } else {
                    tokio::spawn(insert_rows(work))
                });
            }
            for task in tasks {
                task.await??;
            }
        }
    }
    let latencies = work.latencies.lock().unwrap();
    println!(
        "{{\"requests\": {}, \"rows\": {}, \"seconds\": {:.6}, \"cpu_seconds\": {:.6}, \"p50_us\": {}, \"p99_us\": {}, \"checksum\": {}}}",
        requests,
        work.rows.load(Ordering::Relaxed),
        before.elapsed().as_secs_f64(),
        cpu_seconds() - cpu_before,
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        work.checksum.load(Ordering::Relaxed),
    );
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(failure) = run(&arguments).await {
        eprintln!("rust_driver: {failure}");
        std::process::exit(1);
    }
}
