// One file of a text format, made of fragments as they lie on the disk.
#pragma once

#include <memory>
#include <span>

#include "formats/format.hpp"
#include "streams/file_form.hpp"

namespace cqlbulk::operations {

/// What stands at the start of a file.
void begin_joined(const formats::Joints& joints, const streams::FileForm& form, arrow::io::OutputStream& out);

/// What the file has already that the fragments are written to.
enum class Begun { nothing, its_start, rows };

/// What stands around and between the fragments is put into the same form as they have, as pieces of its own; `out` is
/// complete and closed when it returns. Throws cqlbulk::Error{failed}.
void join_fragments(const formats::Joints& joints, std::span<const formats::FragmentOpener> fragments,
                    const streams::FileForm& form, const std::shared_ptr<arrow::io::OutputStream>& out,
                    Begun begun = Begun::nothing);

}  // namespace cqlbulk::operations
