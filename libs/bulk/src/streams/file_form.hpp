// What stands between the bytes that a format writes or reads and those in the file: an encoding, and around it a
// compression.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cqlbulk/formats.hpp"

namespace arrow::io {
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace cqlbulk::streams {

struct FileForm {
  FileCompression compression = FileCompression::none;
  std::optional<int> level;
  std::string encoding = "UTF-8";

  /// The file's bytes are the format's own.
  [[nodiscard]] bool is_plain() const;
};

/// Of a file of this name. Throws cqlbulk::Error{usage} for what cannot be.
[[nodiscard]] FileForm form_of(const TextFileOptions& options, std::string_view name);

/// Where in a file the text of a stream stands: what is at its start may need a byte order mark.
enum class Place { start, further_on };

/// What is written to the result comes to `file` in that form; closing it closes the file. The file itself when the
/// form is plain. Output is held back by the compression's own blocks.
[[nodiscard]] std::shared_ptr<arrow::io::OutputStream> encoded(std::shared_ptr<arrow::io::OutputStream> file,
                                                               const FileForm& form, Place place);
/// A whole piece of a file: it stands for itself between others.
[[nodiscard]] std::string encoded(std::string_view text, const FileForm& form, Place place);

/// The file's text as a file that can be read at any place, from any thread (decoded_file.hpp); the file itself when
/// the form is plain.
[[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> decoded(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                                   const FileForm& form);
/// How far apart readers of such a file may be at the same time before one of them makes decoding start over.
inline constexpr std::uint64_t decoded_window_bytes = std::uint64_t{64} << 20U;

}  // namespace cqlbulk::streams
