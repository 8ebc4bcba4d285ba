#include "operations/file_format.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

FormatKind file_format(const std::optional<FormatKind>& said, const std::string& name) {
  if (said) return *said;
  if (const auto format = format_of_name(name)) return *format;
  throw Error(ErrorClass::usage, fmt::format("the format of {} cannot be told from its name", name),
              fmt::format("Say which it is: --format {}.", format_names()));
}

streams::FileForm file_form(const TextFileOptions& options, FormatKind format, const std::string& name) {
  streams::FileForm form = streams::form_of(options, name);
  if (form.is_plain() || formats::is_text(format)) return form;
  if (form.compression == FileCompression::none) {
    throw Error(ErrorClass::usage, fmt::format("{} is no text: it has no encoding", to_string(format)));
  }
  throw Error(
      ErrorClass::usage,
      fmt::format("{}: {} files are not compressed as a whole, they compress inside", name, to_string(format)),
      "Write with --codec, and leave --file-compression and its suffix away; decompress such a file to read it.");
}

std::unique_ptr<formats::Source> open_source(FormatKind format, const FormatOptions& options, const std::string& path,
                                             const std::string& name,
                                             const std::shared_ptr<storage::OpenFiles>& files) {
  const streams::FileForm form = file_form(options.text_file, format, path);
  const auto file = files == nullptr ? storage::open_input(path) : storage::open_input(path, files);
  return formats::open_source(format, options, streams::decoded(file, form), name);
}

}  // namespace cqlbulk::operations
