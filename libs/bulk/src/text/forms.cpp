// Choosing the functions of every kind from the settings.
#include "text/forms.hpp"

#include "cqlbulk/error.hpp"
#include "text/form_functions.hpp"
#include "text/json_values.hpp"
#include "text/nested_writer.hpp"

namespace cqlbulk::text {
namespace {

using cql::TypeKind;

constexpr TypeKind scalar_kinds[] = {
    TypeKind::custom,   TypeKind::ascii,   TypeKind::bigint,  TypeKind::blob, TypeKind::boolean,   TypeKind::counter,
    TypeKind::decimal,  TypeKind::double_, TypeKind::float_,  TypeKind::int_, TypeKind::timestamp, TypeKind::uuid,
    TypeKind::text,     TypeKind::varint,  TypeKind::inet,    TypeKind::date, TypeKind::time,      TypeKind::timeuuid,
    TypeKind::smallint, TypeKind::tinyint, TypeKind::duration};
constexpr TypeKind nested_kinds[] = {TypeKind::list, TypeKind::map,   TypeKind::set,
                                     TypeKind::udt,  TypeKind::tuple, TypeKind::vector};

/// Everything of a kind that does not look different within JSON.
void use(FormTable& table, TypeKind kind, WriteFunction write, WriteFunction write_json, std::string_view alphabet) {
  KindForms& forms = table.of(kind);
  forms.write = forms.write_inner = write;
  forms.write_json = write_json;
  forms.alphabet = alphabet;
}

void use_timestamps(FormTable& table) {
  constexpr std::string_view digits = "0123456789-";
  const auto use_epoch = [&table](WriteFunction write, WriteFunction write_json, std::string_view alphabet) {
    use(table, TypeKind::timestamp, write, write_json, alphabet);
    table.of(TypeKind::timestamp).json = JsonForm::number;
  };
  switch (table.settings.timestamps) {
    case TextForms::Timestamps::iso:
      if (table.settings.time_zone != TextForms().time_zone) {
        use(table, TypeKind::timestamp, write_zoned_timestamp, write_quoted<write_zoned_timestamp>,
            table.of(TypeKind::timestamp).alphabet);
      }
      break;
    case TextForms::Timestamps::seconds:
      use_epoch(write_epoch_seconds, write_bare<write_epoch_seconds>, "0123456789-.");
      break;
    case TextForms::Timestamps::milliseconds:
      use_epoch(write_epoch_milliseconds, write_bare<write_epoch_milliseconds>, digits);
      break;
    case TextForms::Timestamps::microseconds:
      use_epoch(write_epoch_microseconds, write_bare<write_epoch_microseconds>, digits);
      break;
    default:  // Timestamps::nanoseconds
      use_epoch(write_epoch_nanoseconds, write_bare<write_epoch_nanoseconds>, digits);
      break;
  }
  const TextForms defaults;
  const TextForms& settings = table.settings;
  if (settings.timestamps != defaults.timestamps || settings.time_zone != defaults.time_zone ||
      settings.rounding != defaults.rounding || settings.overflow != defaults.overflow) {
    table.of(TypeKind::timestamp).parse = table.of(TypeKind::timestamp).parse_inner = parse_timestamp_by_form;
  }
}

void use_blobs(FormTable& table) {
  if (table.settings.blobs != TextForms::Blobs::base64) return;
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  for (const TypeKind kind : {TypeKind::blob, TypeKind::custom}) {
    use(table, kind, write_blob_base64, write_quoted<write_blob_base64>, letters);
    table.of(kind).parse = table.of(kind).parse_inner = parse_blob_base64;
  }
}

void use_numbers(FormTable& table) {
  const TextForms& settings = table.settings;
  if (settings.numbers == TextForms::Numbers::plain) {
    constexpr std::string_view alphabet = "0123456789-.NaInfity";
    use(table, TypeKind::float_, write_plain_float, write_real_json<write_plain_float>, alphabet);
    use(table, TypeKind::double_, write_plain_double, write_real_json<write_plain_double>, alphabet);
    use(table, TypeKind::decimal, write_plain_decimal, write_bare<write_plain_decimal>, alphabet);
  }
  if (settings.rounding != Rounding::refuse || settings.overflow != Overflow::refuse) use_policies(table);
}

void use_booleans(FormTable& table) {
  const TextForms defaults;
  if (table.settings.true_word == defaults.true_word && table.settings.false_word == defaults.false_word) return;
  KindForms& boolean = table.of(TypeKind::boolean);
  boolean.write = write_boolean_word;
  boolean.parse = parse_boolean_word;
  boolean.alphabet = {};
}

void use_nested(FormTable& table) {
  if (table.settings.nested != TextForms::Nested::cql) return;
  for (const TypeKind kind : nested_kinds) table.of(kind).write = write_literal_column;
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

void check(const TextForms& settings) {
  std::string problems;
  const auto refuse = [&problems](bool wrong, std::string_view problem) {
    if (!wrong) return;
    if (!problems.empty()) problems += "; ";
    problems += problem;
  };
  refuse(settings.true_word.empty() || settings.false_word.empty(), "a word for booleans is empty");
  refuse(!settings.timestamp_pattern.empty() && settings.timestamps != TextForms::Timestamps::iso,
         "timestamps have both a pattern and a unit");
  refuse(lower(settings.true_word) == lower(settings.false_word), "true and false are the same word");
  if (!problems.empty()) throw Error(ErrorClass::usage, "text forms that cannot be: " + problems);
}

}  // namespace

FormTable::FormTable() {
  const auto fill = [](KindForms& forms, TypeKind kind) {
    const ScalarText& text = scalar_text(kind);
    forms = {text.write, text.write, default_json_writer(kind), text.parse, text.parse, text.json, text.alphabet};
  };
  // A kind that nobody knows is a blob, as custom types are.
  for (KindForms& forms : kinds) fill(forms, TypeKind::custom);
  for (const TypeKind kind : scalar_kinds) fill(of(kind), kind);
  for (const TypeKind kind : nested_kinds) {
    of(kind) = {nested_writer(kind), nested_writer(kind), default_json_writer(kind)};
  }
}

Forms::Forms() : table_(std::make_shared<FormTable>()) {}

Forms::Forms(const TextForms& forms) {
  check(forms);
  auto table = std::make_shared<FormTable>();
  table->settings = forms;
  table->zone = TimeZone(forms.time_zone);
  use_blobs(*table);
  use_timestamps(*table);
  use_patterns(*table);
  use_numbers(*table);
  if (forms.number_pattern.empty()) {
    use_separators(*table);
  } else {
    use_number_pattern(*table);
  }
  use_booleans(*table);
  use_nested(*table);
  table_ = std::move(table);
}

std::string_view Forms::alphabet(TypeKind kind) const { return table_->of(kind).alphabet; }

}  // namespace cqlbulk::text
