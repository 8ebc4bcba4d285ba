#include "operations/text_forms_json.hpp"

#include <algorithm>
#include <stdexcept>

namespace cqlbulk::operations {
namespace {

using journal::Json;

template <typename Choice, typename Names>
std::string name_of(Choice choice, const Names& names) {
  return std::string(names.at(static_cast<std::size_t>(choice)));
}

template <typename Choice, typename Names>
void read(const Json& json, const char* key, const Names& names, Choice& choice) {
  if (!json.contains(key)) return;
  const auto name = json.at(key).get<std::string>();
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) throw std::invalid_argument("\"" + name + "\" is no choice for " + key);
  choice = static_cast<Choice>(found - names.begin());
}

void read(const Json& json, const char* key, std::string& text) {
  if (json.contains(key)) text = json.at(key).get<std::string>();
}

}  // namespace

Json text_forms_json(const TextForms& forms) {
  return {{"blobs", name_of(forms.blobs, blob_forms)},
          {"timestamps", name_of(forms.timestamps, timestamp_forms)},
          {"numbers", name_of(forms.numbers, number_forms)},
          {"true", forms.true_word},
          {"false", forms.false_word},
          {"nested", name_of(forms.nested, nested_forms)},
          {"rounding", name_of(forms.rounding, rounding_names)},
          {"overflow", name_of(forms.overflow, overflow_names)}};
}

TextForms text_forms_of(const Json& json) {
  TextForms forms;
  read(json, "blobs", blob_forms, forms.blobs);
  read(json, "timestamps", timestamp_forms, forms.timestamps);
  read(json, "numbers", number_forms, forms.numbers);
  read(json, "true", forms.true_word);
  read(json, "false", forms.false_word);
  read(json, "nested", nested_forms, forms.nested);
  read(json, "rounding", rounding_names, forms.rounding);
  read(json, "overflow", overflow_names, forms.overflow);
  return forms;
}

}  // namespace cqlbulk::operations
