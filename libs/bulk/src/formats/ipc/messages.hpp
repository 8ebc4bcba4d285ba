// The messages of an IPC stream or file: where each lies and how many rows it has, without reading the rows.
// Arrow columnar format, "Serialization and Interprocess Communication".
#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cqlbulk::formats {

struct IpcMessage {
  enum class Kind { schema, dictionary, batch };
  Kind kind = Kind::schema;
  std::uint64_t begin = 0;  ///< Offset of its first byte.
  std::uint64_t end = 0;    ///< One past its body.
  std::uint64_t rows = 0;   ///< Of a batch.
};

/// Throws cqlbulk::Error{usage} naming the file and the place when it is empty, cut off, or no such file.
[[nodiscard]] std::vector<IpcMessage> read_ipc_messages(arrow::io::RandomAccessFile& file, const std::string& name);

/// Some of a file's messages as a stream of their own. The file must outlive it.
[[nodiscard]] std::shared_ptr<arrow::io::InputStream> stream_of(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                                std::vector<IpcMessage> messages);

}  // namespace cqlbulk::formats
