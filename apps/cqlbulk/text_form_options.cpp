// How values look as text.
#include <algorithm>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

/// One of the names, which stand in the order of the choices.
template <typename Choice, typename Names>
void add_choice(CLI::App& app, const std::string& name, const Names& names, const std::string& description,
                Choice& choice) {
  std::vector<std::string> words(names.begin(), names.end());
  std::string value_name;
  for (const std::string& word : words) value_name += (value_name.empty() ? "" : "|") + word;
  add_value(app, name, value_name, description, [words, &choice](const std::string& text) {
    choice = static_cast<Choice>(std::ranges::find(words, parse_choice(text, words)) - words.begin());
  });
}

void set_words(const std::string& text, TextForms& forms) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos || text.find(',', comma + 1) != std::string::npos) {
    throw Error(ErrorClass::usage, "\"" + text + "\" is not two words like yes,no");
  }
  forms.true_word = text.substr(0, comma);
  forms.false_word = text.substr(comma + 1);
}

}  // namespace

void add_text_form_options(CLI::App& app, TextForms& forms, bool reading) {
  const Heading heading(app, "Values as text");
  add_choice(app, "--blobs", blob_forms, "Blobs: 0x… as in CQL, or base64 (default hex)", forms.blobs);
  add_choice(app, "--timestamps", timestamp_forms,
             "Timestamps: ISO 8601, or a number since 1970 in this unit (default iso)", forms.timestamps);
  add_choice(app, "--numbers", number_forms,
             "float, double and decimal: with exponents where that is shorter, or never", forms.numbers);
  add_value(app, "--booleans", "WORD,WORD", "The words for true and false (default true,false)",
            [&forms](const std::string& text) { set_words(text, forms); });
  add_choice(app, "--nested", nested_forms,
             "Collections, tuples, user-defined types and vectors: as JSON, or as in CQL statements (default json)",
             forms.nested);
  add_choice(app, "--rounding", rounding_names,
             reading ? "What becomes of digits that a column cannot hold (default refuse)"
                     : "What becomes of digits that the form cannot show (default refuse)",
             forms.rounding);
  if (!reading) return;
  add_choice(app, "--overflow", overflow_names,
             "Numbers beyond what a column holds: refused, or the nearest that it holds (default refuse)",
             forms.overflow);
}

}  // namespace cqlbulk::tool
