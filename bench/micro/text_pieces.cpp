// Values to text and from text, type by type, as CSV has them.
#include <fmt/format.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "cql/data_type.hpp"
#include "pieces.hpp"
#include "text/cell_text.hpp"

namespace bench {

namespace {

constexpr std::size_t value_count = 4'096;

using Random = std::mt19937_64;
using MakeText = std::string (*)(Random&);

/// Values of one type in both forms.
struct Values {
  explicit Values(std::string_view type_name) : type(cql::parse_cql_type(type_name)), writer(type), parser(type) {}

  cql::DataType type;
  cqlbulk::text::CellWriter writer;
  cqlbulk::text::CellParser parser;
  std::vector<std::string> texts;
  std::vector<cql::Buffer> wire;
};

/// The texts are those that the values are written as.
std::shared_ptr<Values> values_of(const char* type, MakeText make) {
  auto values = std::make_shared<Values>(type);
  Random random(1);
  for (std::size_t i = 0; i < value_count; ++i) {
    cql::Buffer cell;
    const std::string text = make(random);
    if (const char* problem = values->parser.append(text, cell)) {
      throw std::runtime_error(fmt::format("{} is no {}: {}", text, type, problem));
    }
    cql::Buffer value;
    value.append(cell.view().subspan(sizeof(std::int32_t)));
    values->writer.append(value, values->texts.emplace_back());
    values->wire.push_back(std::move(value));
  }
  return values;
}

Work to_text(const std::shared_ptr<Values>& values) {
  return {[values] {
            std::string out;
            for (const cql::Buffer& value : values->wire) {
              out.clear();
              values->writer.append(value, out);
              keep(out);
            }
          },
          value_count};
}

Work to_json(const std::shared_ptr<Values>& values) {
  return {[values] {
            std::string out;
            for (const cql::Buffer& value : values->wire) {
              out.clear();
              values->writer.append_json(value, out);
              keep(out);
            }
          },
          value_count};
}

Work from_text(const std::shared_ptr<Values>& values) {
  return {[values] {
            cql::Buffer out;
            for (const std::string& text : values->texts) {
              out.clear();
              keep(values->parser.append(text, out));
            }
          },
          value_count};
}

struct Type {
  const char* name;
  MakeText make;
};

constexpr Type types[] = {
    {"int", [](Random& random) { return std::to_string(static_cast<std::int32_t>(random() % 1'000'000)); }},
    {"bigint", [](Random& random) { return std::to_string(static_cast<std::int64_t>(random())); }},
    {"double", [](Random& random) { return fmt::format("{}", static_cast<double>(random() % 100'000'000) / 1000.0); }},
    {"float", [](Random& random) { return fmt::format("{}", static_cast<float>(random() % 1'000'000) / 100.0F); }},
    {"boolean", [](Random& random) { return std::string(random() % 2 == 0 ? "true" : "false"); }},
    {"decimal", [](Random& random) { return fmt::format("{}.{:04}", random() % 1'000'000, random() % 10'000); }},
    {"varint", [](Random& random) { return fmt::format("{}{:018}", random() % 1'000, random() % 1'000'000'000); }},
    {"timestamp", [](Random& random) { return std::to_string(1'700'000'000'000 + random() % 1'000'000'000); }},
    {"date",
     [](Random& random) {
       return fmt::format("{:04}-{:02}-{:02}", 1970 + random() % 100, 1 + random() % 12, 1 + random() % 28);
     }},
    {"time",
     [](Random& random) {
       return fmt::format("{:02}:{:02}:{:02}.{:09}", random() % 24, random() % 60, random() % 60,
                          random() % 1'000'000'000);
     }},
    {"uuid",
     [](Random& random) {
       return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", random() & 0xffff'ffffU, random() & 0xffffU,
                          random() & 0xfffU, random() & 0xfffU, random() & 0xffff'ffff'ffffU);
     }},
    {"inet", [](Random& random) { return fmt::format("10.{}.{}.{}", random() % 256, random() % 256, random() % 256); }},
    {"blob", [](Random& random) { return fmt::format("0x{:016x}{:016x}", random(), random()); }},
    {"list<int>",
     [](Random& random) { return fmt::format("[{}, {}, {}]", random() % 1'000, random() % 1'000, random() % 1'000); }},
};

std::string sentence(Random& random) { return fmt::format("She said \"{}\", and left.\n{}", random(), random()); }

}  // namespace

std::vector<Piece> text_pieces() {
  std::vector<Piece> pieces;
  for (const auto& [name, make] : types) {
    pieces.push_back(
        {fmt::format("{} to text", name), "value", [name, make] { return to_text(values_of(name, make)); }});
    pieces.push_back(
        {fmt::format("{} from text", name), "value", [name, make] { return from_text(values_of(name, make)); }});
  }
  pieces.push_back({"text to a JSON string", "value", [] { return to_json(values_of("text", sentence)); }});
  return pieces;
}

}  // namespace bench
