// Collections, tuples, user-defined types and vectors as JSON text.
#pragma once

#include "text/scalars.hpp"

namespace cqlbulk::text {

/// By default, for the kinds that is_nested() names. Empty bytes append nothing, save for tuples and udts, which then
/// have no fields.
[[nodiscard]] WriteFunction nested_writer(cql::TypeKind kind);

void write_list(const FormTable& forms, const cql::DataType& type, cql::ByteView value,
                std::string& out);  ///< Sets too.
void write_map(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_tuple(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_udt(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_vector(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);

}  // namespace cqlbulk::text
