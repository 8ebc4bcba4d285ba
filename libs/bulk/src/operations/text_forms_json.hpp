// Text forms and the dialect of CSV as JSON and back, for operation.json. Pure.
#pragma once

#include "cqlbulk/formats.hpp"
#include "journal/records.hpp"

namespace cqlbulk::operations {

[[nodiscard]] journal::Json text_forms_json(const TextForms& forms);
/// Throws std::exception when it is none of ours. What is missing keeps its default: an older version did without it.
[[nodiscard]] TextForms text_forms_of(const journal::Json& json);

[[nodiscard]] journal::Json csv_json(const CsvOptions& csv);
/// The same.
[[nodiscard]] CsvOptions csv_of(const journal::Json& json);

}  // namespace cqlbulk::operations
