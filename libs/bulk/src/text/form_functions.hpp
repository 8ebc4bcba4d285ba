// The functions of forms that are not the default, and their place in a FormTable.
#pragma once

#include "text/form_table.hpp"

namespace cqlbulk::text {

// base64.cpp
void write_blob_base64(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_blob_base64(const FormTable& forms, const cql::DataType& type, std::string_view text,
                              cql::Buffer& out);

// epoch_writer.cpp, times_parser.cpp
void write_epoch_seconds(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_epoch_milliseconds(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_epoch_microseconds(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_epoch_nanoseconds(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
/// ISO 8601, or a number in the unit that the forms name; with their rounding.
const char* parse_timestamp_by_form(const FormTable& forms, const cql::DataType& type, std::string_view text,
                                    cql::Buffer& out);

// times_writer.cpp
/// ISO 8601 in the forms' zone.
void write_zoned_timestamp(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);

// pattern_forms.cpp
/// Dates and times by the patterns of the forms.
void use_patterns(FormTable& table);

// separated_numbers.cpp
/// Throws cqlbulk::Error{usage} for separators that make numbers ambiguous; no groups: empty.
void check_separators(const std::string& decimal, const std::string& group);
/// As columns, for every kind of number.
void use_for_numbers(FormTable& table, WriteFunction write, ParseFunction parse);
/// Numbers with the separators of the forms, around what writes and reads them otherwise.
void use_separators(FormTable& table);

// number_pattern.cpp
/// Numbers by the pattern of the forms.
void use_number_pattern(FormTable& table);

// number_forms.cpp
void write_plain_float(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_plain_double(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_plain_decimal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_boolean_word(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_boolean_word(const FormTable& forms, const cql::DataType& type, std::string_view text,
                               cql::Buffer& out);
/// Parsers of numbers that round and saturate as the forms say.
void use_policies(FormTable& table);

// literal_writer.cpp
/// For every kind: as in a CQL statement. Scalars look as they do there whatever the other forms say.
void write_literal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
/// For nested kinds as a column: nothing for an empty value of a kind that has no text for it.
void write_literal_column(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);

}  // namespace cqlbulk::text
