//! Counting, reading and filling the benchmark's whole table with the Rust driver, the way its users write such programs.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;

use futures::stream::{self, StreamExt, TryStreamExt};
use scylla::client::session::Session;
use scylla::response::PagingState;
use scylla::statement::batch::{Batch, BatchType};
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use scylla::DeserializeRow;
use uuid::Uuid;

use crate::Failure;

const COLUMNS: &str = "device_id, ts, seq, temperature, status, payload";
const RANGES: u64 = 64;
const RANGES_AT_ONCE: usize = 8;
const PAGE_SIZE: i32 = 5_000;
const BATCHES_AT_ONCE: usize = 32;
const INSERTS_AT_ONCE: usize = 512;
const MOST_ROWS_OF_BATCH: usize = 50;

#[derive(DeserializeRow)]
struct Reading {
    device_id: Uuid,
    ts: CqlTimestamp,
    seq: i32,
    temperature: f64,
    status: String,
    payload: String,
}

type Values = (Uuid, CqlTimestamp, i32, f64, String, String);

/// The whole ring in equal pieces: above the first token, up to the second.
fn token_ranges() -> impl Iterator<Item = (i64, i64)> {
    let border = |number: u64| match number {
        RANGES => i64::MAX,
        _ => (i128::from(i64::MIN) + i128::from(number) * (1i128 << 64) / i128::from(RANGES)) as i64,
    };
    (0..RANGES).map(move |number| (border(number), border(number + 1)))
}

async fn over_ranges(session: &Session, table: &str, what: &str) -> Result<PreparedStatement, Failure> {
    let cql = format!("SELECT {what} FROM {table} WHERE token(device_id) > ? AND token(device_id) <= ?");
    let mut statement = session.prepare(cql).await?;
    statement.set_page_size(PAGE_SIZE);
    statement.set_is_idempotent(true);
    Ok(statement)
}

/// COUNT(*) in the server, range by range.
pub async fn count(session: &Session, table: &str) -> Result<u64, Failure> {
    let statement = &over_ranges(session, table, "COUNT(*)").await?;
    let counts: Vec<i64> = stream::iter(token_ranges())
        .map(|range| async move {
            let result = session.execute_unpaged(statement, range).await?.into_rows_result()?;
            Ok::<_, Failure>(result.single_row::<(i64,)>()?.0)
        })
        .buffer_unordered(RANGES_AT_ONCE)
        .try_collect()
        .await?;
    Ok(counts.into_iter().sum::<i64>() as u64)
}

/// All columns of all rows into structs that own them, page by page, which are then dropped.
pub async fn scan(session: &Session, table: &str) -> Result<u64, Failure> {
    let statement = over_ranges(session, table, COLUMNS).await?;
    let rows: Vec<u64> = stream::iter(token_ranges())
        .map(|range| scan_range(session, &statement, range))
        .buffer_unordered(RANGES_AT_ONCE)
        .try_collect()
        .await?;
    Ok(rows.into_iter().sum())
}

async fn scan_range(session: &Session, statement: &PreparedStatement, range: (i64, i64)) -> Result<u64, Failure> {
    let (mut state, mut rows) = (PagingState::start(), 0);
    loop {
        let (result, response) = session.execute_single_page(statement, range, state).await?;
        let readings = result.into_rows_result()?.rows::<Reading>()?.collect::<Result<Vec<_>, _>>()?;
        for reading in &readings {
            std::hint::black_box((&reading.device_id, reading.ts, reading.seq, reading.temperature));
            std::hint::black_box((&reading.status, &reading.payload));
        }
        rows += readings.len() as u64;
        match response.into_paging_control_flow() {
            ControlFlow::Break(()) => return Ok(rows),
            ControlFlow::Continue(next) => state = next,
        }
    }
}

/// The rows of a CSV file: those of one partition that follow each other as one batch, others as single inserts.
pub async fn load(session: &Session, table: &str, file: &str) -> Result<u64, Failure> {
    let insert = session.prepare(format!("INSERT INTO {table} ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)")).await?;
    let rows = Cell::new(0u64);
    let groups = Groups::open(file)?;
    // Scattered rows come as groups of one; the first tells what the file is like.
    let mut groups = groups.peekable();
    let alone = matches!(groups.peek(), Some(Ok(group)) if group.len() == 1);
    let at_once = if alone { INSERTS_AT_ONCE } else { BATCHES_AT_ONCE };
    stream::iter(groups)
        .try_for_each_concurrent(at_once, |group| {
            let (insert, rows) = (&insert, &rows);
            async move {
                rows.set(rows.get() + group.len() as u64);
                if let [row] = &group[..] {
                    session.execute_unpaged(insert, row).await?;
                } else {
                    let mut batch = Batch::new(BatchType::Unlogged);
                    for _ in &group {
                        batch.append_statement(insert.clone());
                    }
                    session.batch(&batch, group).await?;
                }
                Ok(())
            }
        })
        .await?;
    Ok(rows.get())
}

/// Reads the file as it is asked for groups.
struct Groups {
    lines: std::io::Lines<BufReader<File>>,
    next: Option<Values>,
}

impl Groups {
    fn open(file: &str) -> Result<Self, Failure> {
        let mut lines = BufReader::with_capacity(1 << 20, File::open(file)?).lines();
        match lines.next().transpose()? {
            Some(header) if header == COLUMNS.replace(", ", ",") => Ok(Self { lines, next: None }),
            _ => Err(format!("{file} is not a file of the benchmark's table").into()),
        }
    }

    fn group(&mut self) -> Result<Vec<Values>, Failure> {
        let mut group: Vec<Values> = self.next.take().into_iter().collect();
        while group.len() < MOST_ROWS_OF_BATCH {
            let Some(line) = self.lines.next() else { break };
            let row = parse(&line?)?;
            if group.first().is_some_and(|first| first.0 != row.0) {
                self.next = Some(row);
                break;
            }
            group.push(row);
        }
        Ok(group)
    }
}

impl Iterator for Groups {
    type Item = Result<Vec<Values>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.group() {
            Ok(group) if group.is_empty() => None,
            group => Some(group),
        }
    }
}

/// A line of the file, which has no quotes.
fn parse(line: &str) -> Result<Values, Failure> {
    let fields: Vec<&str> = line.split(',').collect();
    let [device_id, ts, seq, temperature, status, payload] = fields[..] else {
        return Err(format!("not six fields: {line}").into());
    };
    Ok((
        device_id.parse()?,
        CqlTimestamp(milliseconds_of(ts)?),
        seq.parse()?,
        temperature.parse()?,
        status.to_owned(),
        payload.to_owned(),
    ))
}

/// "2024-01-01T19:55:10.308Z" as milliseconds since 1970.
fn milliseconds_of(text: &str) -> Result<i64, Failure> {
    let number = |from: usize, to: usize| -> Result<i64, Failure> {
        Ok(text.get(from..to).ok_or_else(|| format!("not a time: {text}"))?.parse()?)
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Years begin with March here, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    let seconds = ((days * 24 + number(11, 13)?) * 60 + number(14, 16)?) * 60 + number(17, 19)?;
    Ok(seconds * 1_000 + number(20, 23)?)
}
