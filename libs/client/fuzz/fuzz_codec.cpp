// Codecs: arbitrary bytes read as every C++ type that goes with a CQL type. What is read and written is read as the
// same again.
#include "cql/values.hpp"
#include "fuzzing.hpp"

namespace {

struct Item {
  std::string_view a;
  std::optional<std::int64_t> b;
  std::vector<std::optional<double>> c;
};

}  // namespace

template <>
inline constexpr auto cql::fields<Item> =
    std::tuple{cql::field("a", &Item::a), cql::field("b", &Item::b), cql::field("c", &Item::c)};

namespace {

using namespace cql;

/// Wrong bytes are Error{protocol}; null and empty values, and dates beyond the years of a calendar, are Error{usage}.
template <typename T>
void read_as(const DataType& type, ByteView bytes) {
  try {
    const T value = Codec<T>::decode(bytes, type);
    Buffer written;
    Codec<T>::encode(value, type, written);
    const T again = Codec<T>::decode(written.view(), type);
    Buffer twice;
    Codec<T>::encode(again, type, twice);
    fuzzing::check(as_text(written.view()) == as_text(twice.view()));
  } catch (const Error& error) {
    fuzzing::check(error.kind() == ErrorKind::protocol || error.kind() == ErrorKind::usage);
  }
}

template <typename... T>
void read_as_what_fits(const DataType& type, ByteView bytes) {
  ((Codec<T>::fits(type, Use::reading) && Codec<T>::fits(type, Use::binding) ? read_as<T>(type, bytes) : void()), ...);
}

const std::vector<DataType>& types() {
  static const std::vector<DataType> made = [] {
    DataType item = DataType::scalar(TypeKind::udt);
    item.name = "item";
    item.field_names = {"a", "b", "c"};
    item.children = {parse_cql_type("text"), parse_cql_type("int"), parse_cql_type("list<double>")};
    const UdtLookup lookup = [&](std::string_view) { return std::optional(item); };
    std::vector<DataType> all;
    for (const char* text : {"boolean",
                             "tinyint",
                             "smallint",
                             "int",
                             "bigint",
                             "float",
                             "double",
                             "text",
                             "blob",
                             "uuid",
                             "inet",
                             "duration",
                             "varint",
                             "decimal",
                             "timestamp",
                             "date",
                             "time",
                             "list<text>",
                             "set<int>",
                             "map<text, frozen<list<int>>>",
                             "vector<float, 3>",
                             "vector<text, 3>",
                             "vector<vector<int, 2>, 2>",
                             "tuple<int, text>",
                             "item",
                             "list<frozen<item>>",
                             "map<int, frozen<map<text, frozen<item>>>>",
                             "vector<duration, 2>",
                             "vector<frozen<tuple<int, text>>, 2>"}) {
      all.push_back(parse_cql_type(text, lookup));
    }
    return all;
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  const DataType& type = types()[choices.byte() % types().size()];
  using Pair = std::pair<std::int32_t, std::string_view>;
  read_as_what_fits<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, float, double, std::string,
                    std::string_view, ByteView, std::vector<std::byte>, Uuid, Inet, Duration, Varint, Decimal,
                    Timestamp, RawDate, std::chrono::sys_days, std::chrono::year_month_day, TimeOfDay,
                    MaybeEmpty<std::int32_t>>(type, bytes);
  read_as_what_fits<std::vector<std::string>, std::vector<std::optional<std::string_view>>, std::set<std::int32_t>,
                    std::map<std::string, std::vector<std::int32_t>>, std::vector<float>, std::array<float, 3>,
                    std::vector<std::vector<std::int32_t>>, std::vector<Duration>, Pair, std::vector<Pair>, Item,
                    std::vector<Item>, std::unordered_map<std::int32_t, std::map<std::string_view, Item>>>(type, bytes);
  return 0;
}
