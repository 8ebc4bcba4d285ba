// Which format a file has and in what form it holds it: by options, else by its name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cqlbulk/formats.hpp"
#include "formats/format.hpp"
#include "storage/open_files.hpp"
#include "streams/file_form.hpp"

namespace cqlbulk::operations {

/// Throws cqlbulk::Error{usage} when neither says. `name` as the user knows the file.
[[nodiscard]] FormatKind file_format(const std::optional<FormatKind>& said, const std::string& name);

/// Throws cqlbulk::Error{usage} for what cannot be: a level that the compression has not, an encoding nobody knows,
/// compression around a format that compresses inside.
[[nodiscard]] streams::FileForm file_form(const TextFileOptions& options, FormatKind format, const std::string& name);

/// `path`: what is read, `name`: as the user knows it. With `files` it is one of many. Throws cqlbulk::Error{usage}.
[[nodiscard]] std::unique_ptr<formats::Source> open_source(FormatKind format, const FormatOptions& options,
                                                           const std::string& path, const std::string& name,
                                                           const std::shared_ptr<storage::OpenFiles>& files = {});

}  // namespace cqlbulk::operations
