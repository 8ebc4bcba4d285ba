// Values as in a CQL statement: {'a': 1}, [1, 2], (1, 'x'), {f: 1}. Nulls inside are written as null wherever they
// stand, and an empty value of a type that has no text for it as ''.
#include "cql/types.hpp"
#include "text/form_functions.hpp"

namespace cqlbulk::text {
namespace {

using cql::TypeKind;

void write_in_apostrophes(std::string_view text, std::string& out) {
  out += '\'';
  for (const char character : text) {
    if (character == '\'') out += '\'';
    out += character;
  }
  out += '\'';
}

void write_scalar(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  switch (type.kind) {
    case TypeKind::ascii:
    case TypeKind::text:
      write_in_apostrophes(cql::as_text(value), out);
      return;
    case TypeKind::timestamp:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::inet:
      out += '\'';
      scalar_text(type.kind).write(forms, type, value, out);
      out += '\'';
      return;
    default: {
      const bool number =
          scalar_text(type.kind).json == JsonForm::number || scalar_text(type.kind).json == JsonForm::real;
      const std::size_t start = out.size();
      (number ? forms.of(type.kind).write_inner : scalar_text(type.kind).write)(forms, type, value, out);
      if (out.size() == start) out += "''";
    }
  }
}

/// The parts of a value, with what stands around and between them.
class Parts {
 public:
  Parts(const FormTable& forms, char open, std::string& out) : forms_(forms), out_(out) { out_ += open; }
  void name(std::string_view name) {
    part();
    out_ += cql::quote_identifier(name);
    out_ += ": ";
    named_ = true;
  }
  void element(const cql::DataType& type, cql::Reader& reader) {
    const std::int32_t size = reader.i32();
    if (size < 0) return null();
    element(type, reader.raw(static_cast<std::size_t>(size)));
  }
  void key(const cql::DataType& type, cql::Reader& reader) {
    element(type, reader);
    out_ += ": ";
    named_ = true;
  }
  void element(const cql::DataType& type, cql::ByteView value) {
    part();
    write_literal(forms_, type, value, out_);
  }
  void close(char end, const cql::Reader& reader) {
    out_ += end;
    if (!reader.at_end()) reader.fail("bytes follow the last element");
  }

 private:
  void null() {
    part();
    out_ += "null";
  }
  void part() {
    if (any_ && !named_) out_ += ", ";
    any_ = true;
    named_ = false;
  }
  const FormTable& forms_;
  std::string& out_;
  bool any_ = false;
  bool named_ = false;  ///< The name or key of the next part stands there.
};

std::int32_t take_count(cql::Reader& reader) {
  const std::int32_t count = reader.i32();
  if (count < 0) reader.fail("a negative number of elements");
  return count;
}

void write_collection(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  cql::Reader reader(value, "a collection");
  const bool list = type.kind == TypeKind::list;
  Parts parts(forms, list ? '[' : '{', out);
  for (std::int32_t i = 0, count = take_count(reader); i < count; ++i) {
    if (type.kind == TypeKind::map) parts.key(type.children[0], reader);
    parts.element(type.children.back(), reader);
  }
  parts.close(list ? ']' : '}', reader);
}

void write_fields(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  cql::Reader reader(value, "a tuple or user-defined type");
  const bool tuple = type.kind == TypeKind::tuple;
  Parts parts(forms, tuple ? '(' : '{', out);
  for (std::size_t i = 0; i < type.children.size() && !reader.at_end(); ++i) {
    if (!tuple) parts.name(type.field_names[i]);
    parts.element(type.children[i], reader);
  }
  parts.close(tuple ? ')' : '}', reader);
}

void write_vector_elements(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  const cql::DataType& element = type.children[0];
  const auto fixed_size = element.vector_element_size();
  cql::Reader reader(value, "a vector");
  Parts parts(forms, '[', out);
  for (std::uint32_t i = 0; i < type.dimension; ++i) {
    const std::uint64_t size = fixed_size ? *fixed_size : cql::read_unsigned_vint(reader);
    if (size > reader.remaining()) reader.fail("an element points past the end");
    parts.element(element, reader.raw(static_cast<std::size_t>(size)));
  }
  parts.close(']', reader);
}

/// An empty value of these is none of their own; within another it shows as ''.
void write_nested_literal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  switch (type.kind) {
    case TypeKind::tuple:
    case TypeKind::udt:
      write_fields(forms, type, value, out);
      return;
    case TypeKind::vector:
      write_vector_elements(forms, type, value, out);
      return;
    default:
      write_collection(forms, type, value, out);
  }
}

}  // namespace

void write_literal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!is_nested(type.kind)) {
    write_scalar(forms, type, value, out);
  } else if (value.empty() && type.kind != TypeKind::tuple && type.kind != TypeKind::udt) {
    out += "''";
  } else {
    write_nested_literal(forms, type, value, out);
  }
}

void write_literal_column(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  const bool has_no_text = value.empty() && type.kind != TypeKind::tuple && type.kind != TypeKind::udt;
  if (!has_no_text) write_literal(forms, type, value, out);
}

}  // namespace cqlbulk::text
