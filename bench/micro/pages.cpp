#include "pages.hpp"

#include <bit>
#include <random>
#include <string_view>

namespace bench {

namespace {

std::string words(std::mt19937_64& random, std::size_t size) {
  static constexpr std::string_view vocabulary[] = {"carrier ", "month ",   "flight ", "origin ", "delay ",  "gate ",
                                                    "arrival ", "weather ", "pilot ",  "engine ", "runway ", "cloud ",
                                                    "tower ",   "ticket ",  "seat ",   "queue "};
  std::string text;
  while (text.size() < size) text += vocabulary[random() % std::size(vocabulary)];
  text.resize(size);
  if (text.back() == ' ') text.back() = '.';  // Spaces at the end would be quoted.
  return text;
}

}  // namespace

std::size_t Pages::size() const {
  std::size_t size = 0;
  for (const cql::Buffer& page : bytes) size += page.size();
  return size;
}

Pages make_pages(std::size_t pages, std::size_t rows_of_page, std::size_t rows_of_partition) {
  using enum cql::TypeKind;
  Pages made;
  made.rows_of_page = rows_of_page;
  const std::pair<const char*, cql::TypeKind> columns[] = {{"id", uuid},   {"at", timestamp}, {"n", int_},
                                                           {"x", double_}, {"short", text},   {"long", text}};
  for (const auto& [name, kind] : columns) {
    made.columns.push_back({"ks", "t", name, cql::DataType::scalar(kind)});
    made.names.emplace_back(name);
  }
  std::mt19937_64 random(1);
  std::uint64_t id[2]{};
  for (std::size_t page = 0; page < pages; ++page) {
    cql::Buffer& bytes = made.bytes.emplace_back();
    for (std::size_t row = 0; row < rows_of_page; ++row) {
      if (row % rows_of_partition == 0) {
        id[0] = random();
        id[1] = random();
      }
      bytes.append_integer(std::int32_t{16});
      bytes.append_integer(id[0]);
      bytes.append_integer(id[1]);
      bytes.append_integer(std::int32_t{8});
      bytes.append_integer(std::int64_t{1'700'000'000'000} + static_cast<std::int64_t>(random() % 1'000'000'000));
      bytes.append_integer(std::int32_t{4});
      bytes.append_integer(static_cast<std::int32_t>(random() % 1'000'000));
      bytes.append_integer(std::int32_t{8});
      bytes.append_integer(std::bit_cast<std::int64_t>(static_cast<double>(random() % 100'000'000) / 1000.0));
      const std::size_t sizes[] = {10, 80 + random() % 41};
      for (const std::size_t size : sizes) {
        bytes.append_integer(static_cast<std::int32_t>(size));
        bytes.append(words(random, size));
      }
    }
  }
  return made;
}

}  // namespace bench
