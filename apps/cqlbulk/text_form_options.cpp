// How values look as text.
#include <algorithm>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

void add_text(CLI::App& app, const std::string& name, const std::string& value_name, const std::string& description,
              std::string& out) {
  add_value(app, name, value_name, description, [&out](const std::string& text) { out = text; });
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
  add_text(app, "--timestamp-format", "PATTERN", "Timestamps by letters in place of it: 'dd.MM.yyyy HH:mm:ss.SSS'",
           forms.timestamp_pattern);
  add_text(app, "--date-format", "PATTERN", "Dates by letters: dd.MM.yyyy (default 2024-01-02)", forms.date_pattern);
  add_text(app, "--time-format", "PATTERN", "Times by letters: 'hh:mm:ss a' (default 08:30:00.123456789)",
           forms.time_pattern);
  add_text(app, "--time-zone", "ZONE",
           reading ? "Of timestamps that name none: +02:00, Europe/Berlin (default Z)"
                   : "In which timestamps are written: +02:00, Europe/Berlin (default Z)",
           forms.time_zone);
  add_text(app, "--locale", "NAME", "Language of names in formats, and separators of numbers: de, en_US (default none)",
           forms.locale);
  add_text(app, "--decimal-separator", "TEXT", "In numbers (default by --locale, else .)", forms.decimal_separator);
  add_text(app, "--group-separator", "TEXT", "Between groups of three digits; none for none (default by --locale)",
           forms.group_separator);
  add_text(app, "--number-format", "PATTERN", "Numbers by a pattern: '#,##0.00', '0.###E0', '#,##0;(#,##0)'",
           forms.number_pattern);
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
