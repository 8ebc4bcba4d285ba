// Text forms as JSON and back, for operation.json. Pure.
#pragma once

#include "cqlbulk/text_forms.hpp"
#include "journal/records.hpp"

namespace cqlbulk::operations {

[[nodiscard]] journal::Json text_forms_json(const TextForms& forms);
/// Throws std::exception when it is none of ours. What is missing keeps its default: an older version did without it.
[[nodiscard]] TextForms text_forms_of(const journal::Json& json);

}  // namespace cqlbulk::operations
