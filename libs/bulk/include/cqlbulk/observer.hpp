// How far an operation is, for whoever watches: the bar, log lines, callbacks of the program's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cql/ring.hpp"

namespace cqlbulk {

struct Report;

/// What an operation is about to do.
struct Beginning {
  std::string operation;  ///< Its id; empty where no directory could be made (count).
  std::string directory;  ///< The operation's.
  std::string command;    ///< "count", "export", "load"
  std::string keyspace;
  std::string table;
  std::string format;        ///< Of the files; empty for a count.
  std::string source;        ///< load: the files as given; else the table.
  std::string destination;   ///< export: the URL as given; load: the table; empty for a count.
  std::uint64_t pieces = 0;  ///< Splits of the ring or units of the input.
};

struct Progress {
  std::string_view operation;  ///< "count", "export", "load"
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< Of files written or read; of values for a count.
  std::uint64_t rejected = 0;
  std::uint64_t pieces_done = 0;  ///< Splits of the ring or units of the input.
  std::uint64_t pieces = 0;
  /// Share of the work done, 0 to 1, by width of ranges or bytes of input.
  double fraction = 0;
  std::chrono::duration<double> elapsed{0};
  /// "paused: by cqlbulk pause", "slowed down: 10.0.0.3:9042: 140 pending compactions"; empty while it runs as it may.
  std::string held;
};

/// A piece of the work that is done: a token range, or a unit of an input file.
struct PieceDone {
  std::optional<cql::TokenRange> range;  ///< Nothing for a unit of a file, and for a query that runs whole.
  std::string source;                    ///< load: the file's name.
  std::uint64_t first_record = 0;        ///< load: from 0.
  std::uint64_t rows = 0;                ///< Counted, exported, or written to the table.
  std::uint64_t rejected = 0;
  /// export: of the rows as the server sent them; load: of the unit in its file, about; count: 0.
  std::uint64_t bytes = 0;
  std::chrono::duration<double> seconds{0};  ///< From its start to its end, waiting for others included.
};

/// An attempt that failed, to be tried again or not, or a record that was rejected.
struct Failure {
  std::string kind;   ///< "write_timeout", "value", … as in Report::failures_by_kind
  std::string where;  ///< Token range, or source and record.
  std::string message;
  std::string node;               ///< "127.0.0.1:9042"; empty when none or unknown.
  std::uint64_t occurrences = 1;  ///< Of this kind, this one included.
};

/// What the journal knows after a record became durable: all of it survives a crash.
struct Checkpoint {
  std::string operation;
  std::string directory;
  std::uint64_t pieces_done = 0;  ///< By the journal.
  std::uint64_t pieces = 0;
};

/// Told what happens. Calls come one at a time: begin first, then any of the others, complete last. They come from a
/// thread of the operation's that does no work itself, complete from the thread that runs the operation.
///
/// An observer may be slow: what is told waits in a short queue, and when that is full the threads that do the work
/// wait too, so that nothing piles up. They send nothing and answer no one while they wait; an observer that is slower
/// than the server's timeouts harms the run. An exception is counted in the report (failures of kind "observer") and
/// otherwise ignored.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void begin(const Beginning& /*beginning*/) {}
  /// At most once a second while work goes on, and once at its end.
  virtual void progress(const Progress& /*progress*/) {}
  virtual void piece_done(const PieceDone& /*piece*/) {}
  /// Of each kind the first ten, then the 100th, the 1,000th…: see Failure::occurrences.
  virtual void error(const Failure& /*failure*/) {}
  /// Something the user should know, once: a server warning, a fallback. Texts that differ in numbers only are one; at
  /// most 100 in all.
  virtual void notice(std::string_view /*message*/) {}
  /// After each record of finished work that is safe on disk. A count puts what it counted on record once a second.
  virtual void checkpoint(const Checkpoint& /*checkpoint*/) {}
  /// The end, whatever it was; the operation's directory says the same by then.
  virtual void complete(const Report& /*report*/) {}
};

}  // namespace cqlbulk
