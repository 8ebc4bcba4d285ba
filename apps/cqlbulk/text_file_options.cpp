// What stands around files of text: compression and encoding.
#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

void add_text_file_options(CLI::App& app, TextFileOptions& options, bool reading) {
  const Heading heading(app, "Files of text");
  add_value(app, "--file-compression", "NAME",
            "gzip, zstd, bzip2, lz4, snappy, xz or none (default: by the file's name, as in orders.csv.gz)",
            [&options](const std::string& text) {
              options.compression =
                  parse_compression(parse_choice(text, {"gzip", "zstd", "bzip2", "lz4", "snappy", "xz", "none"}));
            });
  if (!reading) {
    add_value(app, "--compression-level", "N",
              "gzip and bzip2 1 to 9, zstd 1 to 22, lz4 0 to 12, xz 0 to 9 (default: each one's own)",
              [&options](const std::string& text) {
                options.compression_level = static_cast<int>(parse_number(text, 0, 22));
              });
  }
  add_value(app, "--encoding", "NAME",
            reading
                ? "Of the text: UTF-8, UTF-16, ISO-8859-1 or what else iconv knows (default UTF-8); a byte order mark "
                  "is dropped"
                : "Of the text: UTF-8, UTF-16 (with a byte order mark), ISO-8859-1 or what else iconv knows (default "
                  "UTF-8)",
            [&options](const std::string& text) { options.encoding = text; });
}

}  // namespace cqlbulk::tool
