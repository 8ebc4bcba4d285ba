#include "streams/file_form.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/status.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "cqlbulk/error.hpp"
#include "streams/compression.hpp"
#include "streams/decoded_file.hpp"
#include "streams/encoded_stream.hpp"
#include "streams/encoding.hpp"

namespace cqlbulk::streams {

namespace {

/// In the order in which text passes them.
Transforms for_writing(const FileForm& form) {
  Transforms transforms;
  if (!is_utf8(form.encoding)) transforms.push_back(make_text_encoder(form.encoding));
  if (form.compression != FileCompression::none) {
    transforms.push_back(make_compressor(form.compression, form.level));
  }
  return transforms;
}

/// In the order in which the file's bytes pass them.
Transforms for_reading(const FileForm& form) {
  Transforms transforms;
  if (form.compression != FileCompression::none) transforms.push_back(make_decompressor(form.compression));
  if (!is_utf8(form.encoding)) transforms.push_back(make_text_decoder(form.encoding));
  return transforms;
}

/// U+FEFF, which the encoder makes the mark of its encoding.
std::string_view mark(const FileForm& form, Place place) {
  return place == Place::start && !byte_order_mark(form.encoding).empty() ? "\xEF\xBB\xBF" : "";
}

}  // namespace

bool FileForm::is_plain() const { return compression == FileCompression::none && is_utf8(encoding); }

FileForm form_of(const TextFileOptions& options, std::string_view name) {
  FileForm form{options.compression.value_or(compression_of_name(name)), options.compression_level, options.encoding};
  std::string problem = problem_of_level(form.compression, form.level);
  if (problem.empty() && !is_utf8(form.encoding)) problem = problem_of_encoding(form.encoding);
  if (!problem.empty()) throw Error(ErrorClass::usage, problem);
  return form;
}

std::shared_ptr<arrow::io::OutputStream> encoded(std::shared_ptr<arrow::io::OutputStream> file, const FileForm& form,
                                                 Place place) {
  if (form.is_plain()) return file;
  return std::make_shared<EncodedStream>(std::move(file), for_writing(form), std::string(mark(form, place)));
}

std::string encoded(std::string_view text, const FileForm& form, Place place) {
  const std::string whole = std::string(mark(form, place)) + std::string(text);
  if (whole.empty() || form.is_plain()) return whole;
  std::string out;
  try {
    Chain chain(for_writing(form), [&out](std::span<const char> bytes) { out.append(bytes.data(), bytes.size()); });
    chain.put(whole, false);
    chain.put({}, true);
  } catch (const BadStream& bad) {
    throw Error(ErrorClass::usage, bad.what());
  }
  return out;
}

std::shared_ptr<arrow::io::RandomAccessFile> decoded(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                     const FileForm& form) {
  if (form.is_plain()) return file;
  const DecodedFile::Limits limits{.window = decoded_window_bytes, .aside = decoded_window_bytes};
  return std::make_shared<DecodedFile>(std::move(file), [form] { return for_reading(form); }, limits);
}

}  // namespace cqlbulk::streams
